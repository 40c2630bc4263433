"""Runs tests in the checker (docs/50-checker.md): every execution, one memory.

A test becomes a program of tests/checker: its C, and tests/litmus/checked.c.
What no access decides is a bit of a number that the program is given; all
numbers are run, and their outcomes are one set.  See litmus_ops.h there.
"""
import hashlib
import itertools
import os
import re
import subprocess

from . import emit
from .lower import observed

MAX_CHOICES = 8
LIMIT_SECONDS = 300


class Failed(Exception):
    """The checker failed, or did not finish."""


def is_here(root):
    return os.path.exists(os.path.join(root, "tools/check.py"))


class Checker:
    def __init__(self, root, programs):
        self.root, self.where, self.executions = root, {}, {}
        self.made = []          # keeps programs alive: they are known by id
        if programs:
            self.build(programs)

    def build(self, programs):
        import check
        emits = []
        for p in programs:
            try:
                emits.append(emit.Emit(p, "t%d" % len(emits), observed(p)))
            except emit.TooLarge:
                continue        # it is told when it is asked for
        text = "\n".join(emit.c_source(emits, "checked")) + "\n"
        name = "litmus-" + hashlib.sha256(text.encode()).hexdigest()[:12]
        folder = "build/litmus/checker"
        builder = check.Builder(folder)
        parts = [builder.part("build/litmus/%s.c" % name, name, text)]
        for source in ["tests/litmus/checked.c", *check.COMMON]:
            parts.append(builder.part(source))
        path = "%s/%s" % (folder, name)
        done = subprocess.run(["gcc", "-no-pie", "-o", path, *parts,
                               *builder.runtime()], cwd=self.root,
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failed(done.stderr)
        for k, e in enumerate(emits):
            self.where[id(e.p)] = path, k, e
            self.made.append(e.p)

    def __call__(self, program, mode):
        if id(program) not in self.where:
            emit.Emit(program, "t", observed(program))      # or TooLarge
            self.build([program])
        path, number, e = self.where[id(program)]
        bits = [k for k, c in enumerate(e.choices)
                if mode == "weak" or not c[0] == "cmpxchg"]
        if len(bits) > MAX_CHOICES:
            raise Failed("%d grace periods by sections and cmpxchg()s are "
                         "more than %d" % (len(bits), MAX_CHOICES))
        found = set()
        for chosen in itertools.product((0, 1), repeat=len(bits)):
            choice = sum(v << b for v, b in zip(chosen, bits))
            found |= self.run(path, mode, "%d:%d:%d" % (
                number, choice, mode == "weak"), len(e.places), program)
        return found

    def run(self, path, mode, word, places, program):
        try:
            done = subprocess.run(
                ["./" + path, "--mode=" + mode, "--outcomes",
                 "--arg=" + word], cwd=self.root, capture_output=True,
                text=True, check=False, timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            raise Failed("no end in %d s (%s)" % (LIMIT_SECONDS,
                                                  mode)) from None
        m = re.search(r"^pass .*\bexecutions=(\d+).*\bcomplete=1", done.stdout,
                      re.M)
        if done.returncode or not m:
            raise Failed("%s: %s" % (mode, (done.stdout or done.stderr)
                                     .strip()))
        key = (program.test.path, mode)
        self.executions[key] = self.executions.get(key, 0) + int(m[1])
        found = set()
        for line in re.findall(r"^outcome \d+ (.*)$", done.stdout, re.M):
            values = dict(w.split("=") for w in line.split())
            if "void" not in values:
                found.add(tuple(signed(int(values["v%02d" % k]))
                                for k in range(places)))
        return found


def signed(n):
    return n - (1 << 64) if n >> 63 else n
