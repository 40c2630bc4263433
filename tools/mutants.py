#!/usr/bin/python3
"""Plant one fault at a time in the kernel, and see which layer notices.

usage: tools/mutants.py [-j N] [--layers unit,tsan,...] [--write] [NAME...]
       tools/mutants.py --list | --check | --json NAME... | --merge FILE

A mutant is a `bug` of a plan: those of tests/mutants/*.plan, and the faults of
the checker's programs (tools/check.py says how a plan is written).  Behind the
file stands the layer that is expected to kill it, or what it is:
  bug NAME FILE LAYER [smoke]     smoke: tests/host/test_mutants.py runs it
  bug NAME FILE equivalent        no test can tell; the next line says why
  because TEXT
Its layers are tried from the cheapest on, until one fails:
  gate      what the compiler made of it          tools/gate.py
  unit      the hosted programs that have the file in them, under the address
            and the undefined-behaviour sanitizer tests/worlds/hosted.mk
  checker   every schedule of the checker's programs that link it, in SC, TSO
            and the weak memory                   tools/check.py
  tsan      the hosted programs, under ThreadSanitizer
  kernel    the kernel's own tests in QEMU: the file's, on 4, 1 and 2 CPUs, then
            its folder's, then all, on 4
  host      the tests of tests/host that look at what the file prints
A name is a mutant's, or its plan's or file's.  A result is kept in
build/mutants for as long as the mutated file and the step's tests are what they
were; --again asks anew.  --write puts the rows into docs/54-mutants.md.
Exit: 0 all killed or equivalent, 1 not, 2 usage.
"""
import argparse
import functools
import glob
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

import check
import gate

ROOT = check.ROOT
PLANS = "tests/mutants"
KEPT = os.path.join(ROOT, "build/mutants")
CHAPTER = os.path.join(ROOT, "docs/54-mutants.md")
LAYERS = ("gate", "unit", "checker", "tsan", "kernel", "host")
SANITIZERS = {"unit": "address,undefined", "tsan": "thread"}
WITHOUT_TSAN = ("parsers", "mutations", "shell", "log", "memory_boot",
                "stage_rcu", "stage_lists")
SLACK = 5           # a time-out: silent for so many times the original's
AT_LEAST = 5        # longest silence, and not for less than so many seconds
CHECKER = 30        # seconds for a search
QUIET = {k: v for k, v in os.environ.items()
         if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "WERROR")}


class Misfit(Exception):
    """A mutant does not compile, or the original does not pass."""


class Mutant:
    def __init__(self, plan, bug):
        self.plan, self.bug, self.path = plan, bug, bug.path
        self.name = "%s@%s" % (os.path.splitext(bug.path)[0], bug.name)
        self.words = set(bug.modes)
        self.why = getattr(bug, "why", None)

    def text(self):
        with open(os.path.join(ROOT, self.path), encoding="utf-8") as f:
            return self.bug.apply(f.read())


class Plan(check.Plan):
    """A plan of tests/mutants: bugs, and why some are none."""

    def __init__(self, name):
        super().__init__(name, PLANS)

    def read(self, words, line):
        if words[0] == "because":
            self.bugs[-1].why = line.split(None, 1)[1].strip()
        else:
            super().read(words, line)


def mutants():
    """All there are, by file."""
    ours = sorted(f[:-5] for f in os.listdir(os.path.join(ROOT, PLANS))
                  if f.endswith(".plan"))
    plans = [Plan(n) for n in ours] + [check.Plan(n) for n in check.plans()]
    everything, texts, names = [], set(), set()
    for plan in plans:
        for bug in plan.bugs:
            m = Mutant(plan, bug)
            try:
                text = m.path, m.text()
            except (ValueError, OSError):
                text = m.name       # check_lists() says what is wrong
            if text in texts:       # two programs may plant the same fault
                continue
            while m.name in names and not isinstance(plan, Plan):
                m.name += "-too"
            everything.append(m)
            texts.add(text)
            names.add(m.name)
    return sorted(everything, key=lambda m: (m.path, m.name))


def make(*arguments):
    done = subprocess.run(["make", "-s", *arguments], cwd=ROOT, env=QUIET,
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise Misfit("make %s:\n%s%s" % (" ".join(arguments), done.stdout,
                                         done.stderr))
    return done.stdout


def digest(*texts):
    h = hashlib.sha256()
    for t in texts:
        h.update(t if isinstance(t, bytes) else t.encode())
        h.update(b"\0")
    return h.hexdigest()[:24]


@functools.lru_cache(maxsize=None)
def content(path):
    with open(os.path.join(ROOT, path), "rb") as f:
        return digest(path, f.read())


def contents(paths):
    return map(content, sorted(paths))


class Parts:
    """What a program is made of: a command for each object, one for all."""

    def __init__(self, compile_, link, objects, sources, needs):
        self.compile, self.link, self.objects = compile_, link, objects
        self.sources, self.needs = sources, needs

    def has(self, path):
        """Is the file or the header in the program?"""
        return any(path == self.sources.get(o) or path in self.needs(o)
                   for o in self.objects)

    def rebuild(self, path, overlay):
        """The program with `path` taken from overlay."""
        made = {}
        for o in self.objects:
            if path != self.sources.get(o) and path not in self.needs(o):
                continue
            made[o] = os.path.join(overlay, o.replace("/", "-"))
            self.run(over(self.compile(o), path, overlay) + ["-o", made[o]])
        if not made:
            raise Misfit("%s is in no object" % path)
        program = os.path.join(overlay, "program")
        self.run([made.get(w, w) for w in self.link] + ["-o", program])
        return program

    @staticmethod
    def run(command):
        done = subprocess.run(command, cwd=ROOT, capture_output=True,
                              text=True, check=False)
        if done.returncode:
            raise Misfit(done.stderr[-2000:])


def over(command, path, overlay):
    """Include from overlay first, and compile path from there."""
    out = []
    for word in command:
        if word.startswith("-I"):
            out.append("-I" + os.path.join(overlay, word[2:]))
        out.append(os.path.join(overlay, path) if word == path else word)
    return out


def needs_of(made):
    """What the .d beside an object names."""
    try:
        with open(os.path.join(ROOT, made[:-2] + ".d"), encoding="utf-8") as f:
            return set(f.read().replace("\\\n", " ").split())
    except OSError:
        return set()


class NotRun(Exception):
    """Nothing is kept of a step, and only what is kept was asked for."""


class Once:
    """A value that is made once, whichever thread comes first."""

    def __init__(self, build):
        self.build, self.lock, self.made = build, threading.Lock(), {}

    def __call__(self, *key):
        with self.lock:
            lock = self.made.setdefault(key, [threading.Lock()])
        with lock[0]:
            if len(lock) == 1:
                lock.append(self.build(*key))
            return lock[1]


@Once
def hosted_programs(_):
    """{program: sources}, as tests/worlds/hosted.mk has them."""
    text = make("-f", "tests/worlds/hosted.mk", "--eval",
                "show: ; $(foreach p,$(HOSTED),$(info $p $($p_SRC)))@:",
                "show")
    rows = [line.split() for line in text.splitlines() if line]
    return {r[0]: r[1:] for r in rows}


@Once
def hosted(program, sanitizer):
    """The Parts of a hosted program, built."""
    say = ["-f", "tests/worlds/hosted.mk", "CC=gcc", "SAN=" + sanitizer]
    made = "build/hosted/gcc-%s/%s" % (sanitizer.replace(",", "-"), program)
    make("-j2", *say, made)
    commands, link = {}, None
    for line in make("-nB", *say, made).splitlines():
        words = shlex.split(line.split(" && ")[0].replace("$$", ""))
        if "-c" in words:
            o = words[words.index("-MT") + 1]
            source = words[words.index("-c") + 1]
            drop = {"-MMD", "-MP"}
            keep = [w for i, w in enumerate(words[:words.index("-o")])
                    if w not in drop and w not in ("-MF", "-MT")
                    and words[i - 1] not in ("-MF", "-MT")]
            commands[o] = (keep, source)
        elif "-no-pie" in words:
            link = words[:words.index("-o")]
    return made, Parts(lambda o: commands[o][0], link, list(commands),
                       {o: c[1] for o, c in commands.items()}, Once(needs_of))


@Once
def kernel(out):
    """The Parts of the kernel, built in this folder."""
    make("-j2", "O=" + out, "CC=gcc", "all") if out == "build" else None
    show = make("O=" + out, "CC=gcc", "--eval",
                "show: ; $(info $(CFLAGS))$(info $(LDFLAGS))$(info $(OBJ))@:",
                "show").splitlines()
    flags, link, objects = (shlex.split(line) for line in show[-3:])
    sources = {o: re.sub(r"\.o$", ".c", o.split("/gcc/", 1)[1])
               for o in objects if not o.endswith(".asm.o")}
    return Parts(lambda o: ["gcc", *flags, "-c", sources[o]],
                 ["ld", *link, "-T", "linker.ld", *objects],
                 list(sources), sources, Once(needs_of))


class Result:
    """killed: how; not killed: None."""

    def __init__(self, killed, seconds):
        self.killed, self.seconds = killed, seconds


class Silence:
    """Kills a process that says nothing for so long; notes the longest."""

    def __init__(self, process, limit):
        self.process, self.limit = process, limit
        self.longest, self.over, self.said = 0.0, False, time.monotonic()
        self.ended = threading.Event()
        threading.Thread(target=self.guard, daemon=True).start()

    def heard(self):
        now = time.monotonic()
        self.longest, self.said = max(self.longest, now - self.said), now

    def guard(self):
        while not self.ended.wait(max(
                0.1, self.said + self.limit - time.monotonic())):
            if time.monotonic() - self.said >= self.limit:
                self.over = True
                self.process.kill()
                return


COMPLAINT = re.compile(r"(?:WARNING: ThreadSanitizer|ERROR: AddressSanitizer|"
                       r"runtime error): ([\w -]{1,40})")


def watch(command, limit):
    """How a KTAP program fails, or None; and its longest silence."""
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True,
                          errors="replace") as process:
        silence = Silence(process, limit)
        failed = ended = None
        for line in process.stdout:
            silence.heard()
            if line.startswith("not ok"):
                failed = line.split()[3]
            elif m := COMPLAINT.search(line):
                failed = m[1].strip()
            ended = ended or line.startswith("# passed")
            if failed:
                process.kill()
                break
        process.wait()
        silence.ended.set()
    silence.heard()
    if not failed and silence.over:
        failed = "time-out"
    elif not failed and (process.returncode or not ended):
        failed = "ended with %d" % process.returncode
    return failed, silence.longest


original = {}       # step: the longest silence of the original
original_lock = threading.Lock()


def limit_of(step, run):
    """How long this step may be silent; the original passes."""
    with original_lock:
        lock = original.setdefault(step, [threading.Lock()])
    with lock[0]:
        if len(lock) == 1:
            how, longest = run(600)
            if how:
                raise Misfit("the original fails %s: %s" % (step, how))
            lock.append(longest)
    return max(AT_LEAST, SLACK * lock[1])


def judge(step, run_original, run_mutant):
    """A time-out counts only if the original, now, does not time out."""
    limit = limit_of(step, run_original)
    how, _ = run_mutant(limit)
    if how == "time-out" and run_original(limit)[0] == "time-out":
        raise Misfit("%s: the original times out, too" % (step,))
    return how


@Once
def all_suites(_):
    found = set()
    for path in glob.glob(os.path.join(ROOT, "tests/sync/*.c")):
        with open(path, encoding="utf-8") as f:
            found |= set(re.findall(r'^TEST\("(sync/\w+)"', f.read(), re.M))
    return found


def suites(path):
    """The suite that has the file's name, or begins as it does."""
    name = os.path.splitext(path)[0]
    if name in all_suites(0):
        return [name]
    begin = name.split("_")[0]
    return [begin + "*"] if any(s.startswith(begin) for s in all_suites(0)) \
        else []


# ------------------------------------------------------------- the layers

def steps_hosted(layer, mutant):
    sanitizer = SANITIZERS[layer]
    for program, sources in hosted_programs(0).items():
        if layer == "tsan" and (program in WITHOUT_TSAN
                                or linked(mutant.path) not in sources):
            continue
        made, parts = hosted(program, sanitizer) \
            if linked(mutant.path) in sources or program in also(mutant.path) \
            else (None, None)
        if not made or not parts.has(mutant.path):
            continue
        names = set(parts.sources.values())

        def run(overlay, made=made, parts=parts, program=program,
                names=names):
            binary = parts.rebuild(mutant.path, overlay)
            for pattern in [*own_suite(mutant.path, names), "*"]:
                how = judge((layer, program, pattern),
                            lambda s, p=pattern: watch([made, p, "1"], s),
                            lambda s, p=pattern: watch([binary, p, "1"], s))
                if how:
                    return how
            return None
        yield program, names, run


def own_suite(path, sources):
    """A glob for the file's own tests, if the program has them."""
    suite = os.path.splitext(path)[0]
    test = "tests/%s/test_%s.c" % os.path.split(suite) \
        if suite.count("/") == 1 else ""
    if test in sources:
        with open(os.path.join(ROOT, test), encoding="utf-8") as f:
            if 'TEST("%s"' % suite in f.read():
                yield suite


def linked(path):
    """What stands in a list of sources, for a file or a header of sync/."""
    if path.startswith("sync/") and path.endswith(".h"):
        return path[:-1] + "c"
    return path


def also(path):
    """Programs that have a file which their list does not name."""
    if path in ("sync/pi_chain.c", "sync/spinlock.c"):
        return ("sleeping",)
    if path.startswith("mm/") and path != "mm/mem.c":
        return ("memory", "memory_boot")
    if path == "arch/cpumask.c":
        return ("scheduler", "memory")
    if path.endswith(".h") and path.startswith("sync/"):
        return ("lockdep", "sleeping", "rcu", "lists")
    return ()


@Once
def checker(_):
    return check.Builder("build/checker")


def steps_checker(mutant):
    for name in check.plans():
        plan = check.Plan(name)
        if linked(mutant.path) not in plan.link or not plan.runs:
            continue

        def run(_, plan=plan):
            bug = check.Bug("mutant-" + digest(mutant.name)[:8], mutant.path,
                            [])
            bug.edits = mutant.bug.edits
            try:
                program = checker(0).program(plan, bug)
            except RuntimeError as e:
                raise Misfit(str(e)) from None
            try:
                for mode, search in plan.runs:
                    how = run_checker(plan, program, mode, search)
                    if how:
                        return "%s: %s" % (mode.upper(), how)
            finally:
                for made in glob.glob(os.path.join(ROOT, program) + "*"):
                    os.unlink(made)
                shutil.rmtree(os.path.join(ROOT, program.replace("@", "-")),
                              ignore_errors=True)
            return None
        yield plan.name, [*plan.link, "tests/checker/programs/%s.c" % plan.source], \
            run


def run_checker(plan, program, mode, search):
    """How it fails.  That there is more to search, in the time that one has,
    is no failure."""
    text, status = check.execute(program, mode, search, *plan.tell,
                                 seconds=CHECKER)
    if status in (0, 124):
        return None
    kind = re.search(r"^fail \S+ \S+ \S+ ([^:]+):", text, re.M)
    return kind[1] if kind else "status %d" % status


@Once
def gate_paths(_):
    paths = gate.Paths(ROOT)
    return paths, gate.build(ROOT, "gcc", paths.sources)


def steps_gate(mutant):
    atomics = mutant.path == "arch/x86_64/world/atomic.h"
    paths = gate.Paths(ROOT)
    if not atomics and mutant.path not in paths.sources:
        return

    def run(overlay):
        flags = kernel("build/gate")
        source = "tests/gate/atomics.c" if atomics else mutant.path
        o = os.path.join(overlay, "gate.o")
        Parts.run(over(flags.compile("build/gate/gcc/%s.o" % source[:-2])
                       if not atomics else
                       ["gcc", *flags.compile(flags.objects[0])[1:-1],
                        source], mutant.path, overlay) + ["-o", o])
        if atomics:
            return next(iter(gate.check_atomics(ROOT, o)), None)
        _, objects = gate_paths(0)
        paths.functions = gate.disassemble(
            ROOT, [o if x == "build/gate/gcc/%s.o" % source[:-2] else x
                   for x in objects])
        return next(iter(gate.check_paths(ROOT, paths)), None)
    yield "gcc", ["tests/gate/paths", "tests/gate/atomics.c"], run


def steps_kernel(mutant):
    folder = mutant.path.split("/")[0]
    globs = {"mm": ["mm/*"], "sched": ["sched/*"],
             "arch": ["arch/*", "mm/*", "sched/*"]}.get(folder) or suites(
                 mutant.path)
    test = "tests/%s/test_%s" % os.path.split(mutant.path)
    if folder in ("mm", "sched") and os.path.exists(os.path.join(ROOT, test)):
        globs.insert(0, os.path.splitext(mutant.path)[0])
    if mutant.path == "sched/clock_keeper.c":
        globs.insert(0, "sched/clock_keeper clock=acpi")
    globs.append("*")
    built = {}
    for pattern in globs:       # its own tests; the folder's on 4; all on 4
        needs = glob.glob(os.path.join(ROOT, "tests", pattern.split("/")[0],
                                       "*.c"))
        for cpus in (4, 1, 2) if pattern is globs[0] else (4,):
            def run(overlay, pattern=pattern, cpus=cpus):
                if "elf" not in built:
                    built["elf"] = kernel("build").rebuild(mutant.path,
                                                           overlay)
                return judge(("kernel", pattern, cpus),
                             lambda s: boot("build/gcc/quiesce.elf", pattern,
                                            cpus, s),
                             lambda s: boot(built["elf"], pattern, cpus, s))
            yield "%s, %d CPU%s" % (pattern, cpus, "s"[cpus < 2:]), \
                [os.path.relpath(n, ROOT) for n in needs], run


HOST = [("arch/x86_64/ipi", "test_panic.py"),
        ("sync/lockdep|sync/lock(up|stat)|sync/wait_graph|sync/selves|"
         "sched/where", "test_watch.py"),
        ("sync/rcu|sched/rcu_ask|sched/idle", "test_rcu.py"),
        ("sync/futex|sync/pi_|sync/rwsem|sync/mutex|sync/condvar|"
         "sched/random|sched/sched", "test_demo.py")]
one_at_a_time = threading.Lock()    # their logs have names of their own


def steps_host(mutant):
    for pattern, test in HOST:
        if not re.match(pattern, mutant.path):
            continue

        def run(overlay, test=test):
            elf = kernel("build").rebuild(mutant.path, overlay)
            made = os.path.join(overlay, "made")
            os.makedirs(made, exist_ok=True)
            shutil.move(elf, made + "/quiesce.elf")
            Parts.run(["objcopy", "--strip-debug", "--keep-file-symbols",
                       made + "/quiesce.elf", made + "/quiesce.kernel"])
            Parts.run(["tools/mkiso", made + "/quiesce.iso",
                       made + "/quiesce.kernel", "boot/grub.cfg"])
            made_iso(0)
            return judge(("host", test),
                         lambda s: pytest("build/gcc", test, s),
                         lambda s: pytest(made, test, s))
        yield test, ["tests/host/" + test], run


@Once
def made_iso(_):
    make("CC=gcc", "iso")


def pytest(build, test, seconds):
    began = time.monotonic()
    with one_at_a_time:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "pytest", "-c", "tests/host/pytest.ini",
                 "--rootdir", "tests/host", "-p", "no:cacheprovider", "-p",
                 "no:terminal", "-x", "tests/host/" + test], cwd=ROOT,
                env={**QUIET, "QUIESCE_BUILD": build, "PYTHONPATH": "tools"},
                capture_output=True, text=True, check=False,
                timeout=max(60, seconds))
        except subprocess.TimeoutExpired:
            return "time-out", time.monotonic() - began
    failed = re.search(r"FAIL\w*:? +\S*?(test_\w+(?:\[\S+)?)(?: |$)",
                       done.stdout, re.M)
    return (failed[1] if failed else "failed") if done.returncode else None, \
        time.monotonic() - began


def boot(elf, pattern, cpus, seconds):
    import qemu
    began = time.monotonic()
    setup = qemu.Setup(boot="pvh", elf=os.path.join(ROOT, elf), cpus=cpus,
                       cmdline="test=%s exit=on panic=exit" % pattern,
                       # its seconds of idleness pass at once
                       icount="shift=0,sleep=off" * ("acpi" in pattern))
    logs = tempfile.mkdtemp(prefix="mutants.")
    try:
        with qemu.Machine(setup, "m", logs) as machine:
            try:
                machine.expect([r"not ok \d+ \S+\r"], seconds)
                outcome = qemu.Outcome.FAIL
            except qemu.Ended as ended:
                outcome = ended.outcome
            text = machine.text()
    finally:
        shutil.rmtree(logs, ignore_errors=True)
    took = time.monotonic() - began
    if outcome is qemu.Outcome.PASS:
        return None, took
    if outcome is qemu.Outcome.HARNESS:
        return "time-out", took
    failed = re.search(r"^not ok \d+ (\S+)", text, re.M)
    said = re.search(r"panic[^:\n]*: *(.*)$", text, re.M | re.I)
    return failed[1] if failed else outcome.name.lower() + (
        ": " + said[1][:50] if said else ""), took


def steps(layer, mutant):
    """(name, files it depends on, function of the overlay)"""
    if layer in SANITIZERS:
        return steps_hosted(layer, mutant)
    return {"gate": steps_gate, "checker": steps_checker,
            "kernel": steps_kernel, "host": steps_host}[layer](mutant)


# ---------------------------------------------------------------- a mutant

def kept(key, work, how):
    """work()'s result and seconds, or what was kept of it."""
    path = os.path.join(KEPT, key + ".json")
    try:
        with open(path, encoding="utf-8") as f:
            if how != "again":
                return Result(*json.load(f))
    except (OSError, ValueError):
        pass
    if how == "kept":
        raise NotRun
    began = time.monotonic()
    r = Result(work(), time.monotonic() - began)
    r.seconds = time.monotonic() - began
    os.makedirs(KEPT, exist_ok=True)
    draft = "%s.%d.%d" % (path, os.getpid(), threading.get_ident())
    with open(draft, "w", encoding="utf-8") as f:
        json.dump([r.killed, r.seconds], f)
    os.replace(draft, path)
    return r


def try_mutant(mutant, layers=LAYERS, mode=""):
    """A row of the table."""
    row = {"name": mutant.name, "file": mutant.path, "layer": None,
           "how": None, "seconds": 0.0, "all": 0.0}
    if "equivalent" in mutant.words:
        row.update(layer="equivalent", how=mutant.why)
        return row
    try:
        text = mutant.text()
    except ValueError as e:
        row.update(layer="misfit", how=str(e))
        return row
    overlay = tempfile.mkdtemp(prefix="mutants.")
    try:
        path = os.path.join(overlay, mutant.path)
        os.makedirs(os.path.dirname(path))
        with open(path, "w", encoding="utf-8") as f:
            f.write('#line 1 "%s"\n%s' % (mutant.path, text))
        for layer in LAYERS:
            if layer not in layers:
                continue
            for step, needs, run in steps(layer, mutant):
                key = digest(mutant.path, text, layer, step, *contents(
                    n for n in needs if n.startswith("tests/")))
                r = kept(key, lambda r=run: r(overlay), mode)
                row["all"] += r.seconds
                if r.killed:
                    row.update(layer=layer, seconds=r.seconds,
                               how="%s: %s" % (step, r.killed))
                    return row
        return row
    except NotRun:
        row.update(layer="not run", how="%s was not tried" % layer)
        return row
    except Exception as e:      # of one row, it does not end the others
        row.update(layer="misfit", how="%s: %s" % (type(e).__name__, e))
        return row
    finally:
        shutil.rmtree(overlay, ignore_errors=True)


def say(row):
    if row["layer"] is None:
        return "%-44s SURVIVES" % row["name"]
    return "%-44s %-10s %6.1f s  %s" % (row["name"], row["layer"],
                                       row["seconds"], row["how"])


# ----------------------------------------------------------------- the table

BEGIN, END = "<!-- table -->", "<!-- end of table -->"


def table(rows):
    """The kill table as lines of Markdown."""
    count = {}
    for r in rows:
        count[r["layer"] or "survives"] = count.get(
            r["layer"] or "survives", 0) + 1
    yield "%d mutants of %d files: %s." % (
        len(rows), len({r["file"] for r in rows}),
        ", ".join("%s %d" % (k, count[k]) for k in
                  [*LAYERS, "equivalent", "survives", "not run", "misfit"]
                  if k in count))
    last = None
    for r in rows:
        if r["file"] != last:
            last = r["file"]
            yield ""
            yield "`%s`" % last
            yield ""
            yield "| mutant | layer | seconds | by |"
            yield "|---|---|---|---|"
        yield "| %s | %s | %s | %s |" % (
            r["name"], r["layer"] or "**survives**",
            "%.1f" % r["seconds"] if r["layer"] in LAYERS else "",
            (r["how"] or "").replace("|", "/").replace("\n", " "))


ROW = re.compile(r"^\| (\S+@\S+) \| (\S+|not run) \| ([\d.]*) \| (.*) \|$", re.M)


def write(rows, everything):
    """These rows replace those of the same name; who is no more, goes."""
    with open(CHAPTER, encoding="utf-8") as f:
        text = f.read()
    head, rest = text.split(BEGIN, 1)
    old, tail = rest.split(END, 1)
    known = {name: {"name": name, "seconds": float(seconds or 0), "how": how,
                    "layer": None if "survives" in layer else layer}
             for name, layer, seconds, how in ROW.findall(old)}
    known.update((r["name"], r) for r in rows)
    rows = [{**known[m.name], "file": m.path} for m in everything
            if m.name in known]
    with open(CHAPTER, "w", encoding="utf-8") as f:
        f.write(head + BEGIN + "\n" + "\n".join(table(rows)) + "\n" + END +
                tail)


def pick(everything, names):
    if not names:
        return everything
    unknown = [n for n in names if not any(fits(m, n) for m in everything)]
    if unknown:
        sys.exit("mutants: nothing is called %s" % unknown[0])
    return [m for m in everything if any(fits(m, n) for n in names)]


def fits(m, name):
    return name in (m.name, m.plan.name, m.path)


def check_lists(everything):
    """What is wrong with the lists: each line a finding."""
    for m in everything:
        try:
            m.text()
        except (ValueError, OSError) as e:
            yield str(e)
            continue
        if "equivalent" in m.words and not m.why:
            yield "%s is equivalent: why?" % m.name
        if not m.words & {*LAYERS, *check.MODES, "equivalent", "survives"}:
            yield "%s: which layer is to kill it?" % m.name
    names = [m.name for m in everything]
    for n in {n for n in names if names.count(n) > 1}:
        yield "two are called %s" % n


def main(argv):
    args = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    args.add_argument("names", nargs="*", metavar="NAME")
    args.add_argument("-j", type=int, default=os.cpu_count())
    args.add_argument("--layers", default=",".join(LAYERS))
    args.add_argument("--write", action="store_true",
                      help="put the rows into docs/54-mutants.md")
    args.add_argument("--again", dest="mode", action="store_const", default="",
                      const="again", help="whatever was kept")
    args.add_argument("--kept", dest="mode", action="store_const",
                      const="kept", help="run nothing: only what was kept")
    args.add_argument("--list", action="store_true", help="names only")
    args.add_argument("--check", action="store_true",
                      help="does the list fit the sources?")
    args.add_argument("--json", action="store_true",
                      help="a line of JSON for each")
    args.add_argument("--merge", metavar="FILE",
                      help="rows that --json printed, elsewhere")
    opts = args.parse_args(argv)
    layers = opts.layers.split(",")
    if set(layers) - set(LAYERS):
        args.error("a layer is one of " + ", ".join(LAYERS))
    everything = mutants()
    wrong = list(check_lists(everything))
    print("\n".join(wrong), end="\n" * bool(wrong), file=sys.stderr)
    if opts.check:
        return bool(wrong)
    chosen = pick(everything, opts.names)
    if opts.list:
        print("\n".join(m.name for m in chosen))
        return 0
    began = time.monotonic()
    merged = {}
    if opts.merge:
        with open(opts.merge, encoding="utf-8") as f:
            merged = {r["name"]: r for r in map(json.loads, f)}
    rows = []
    with ThreadPoolExecutor(opts.j) as pool:
        for row in pool.map(lambda m: merged.get(m.name) or
                            try_mutant(m, layers, opts.mode), chosen):
            rows.append(row)
            print(json.dumps(row) if opts.json else say(row), flush=True)
    bad = [r for r in rows if r["layer"] in (None, "misfit", "not run")]
    if not opts.json:
        print("%d mutants, %d killed, %d equivalent, %d not; %.0f s, "
              "%.0f s of work" % (
                  len(rows), sum(r["layer"] in LAYERS for r in rows),
                  sum(r["layer"] == "equivalent" for r in rows), len(bad),
                  time.monotonic() - began, sum(r["all"] for r in rows)))
    if opts.write:
        write(rows, everything)
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
