#!/usr/bin/python3
"""Build the programs of tests/checker, run them through every schedule, and
say what came of it.

usage: tools/check.py [-j N] [--modes sc,tso,weak,frozen] [--bugs | --no-bugs]
                      [--out DIR] [--table] [NAME...]

A program is tests/checker/programs/NAME.c, its plan NAME.plan:
  program SOURCE WORD     it is SOURCE.c, told WORD (check_argument())
  sizes NAME              those of tests/checker/NAME/world/config.h
  link FILE...            what it is linked with, unmodified
  run MODE... [SEARCH]    sc, tso, weak; dpor (all schedules) if no search;
                          frozen: sc, and each thread stands still for ever
                          after each of its steps, but the others must end
  floor N                 fewer executions than that in the first mode: the
                          checker lost some, and that fails
  bug NAME FILE MODE...   a fault to be found in these modes; the lines below,
  @ FUNCTION              the edits below are to this function of FILE
  - OLD                   what is replaced: once there, lines in a row
  + NEW                   by what
A line of a run is `ticket: all 384 executions (SC) pass`.  A failure is shown
as a table and drawn (build/checker/NAME.svg); tools/replay repeats it.
With --table the counts go into the table of docs/50-checker.md.
Exit: 0 all as planned, 1 not, 2 usage.
"""
import argparse
import os
import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

import schedule

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAMS = "tests/checker/programs"
MEMORIES = ("sc", "tso", "weak")
MODES = MEMORIES + ("frozen",)
COMMON = ["arch/cpumask.c", "tests/worlds/checker/masks.c"]
RUNTIME = ["-std=gnu11", "-O2", "-g", "-fno-strict-aliasing", "-fno-pie",
           "-mno-avx", "-Wall", "-Wextra"]
PROGRAM = ["-std=gnu11", "-O1", "-g", "-fno-pie", "-fno-omit-frame-pointer",
           "-fno-strict-aliasing", "-fsanitize=thread", "-Wall", "-Wextra"]
INCLUDE = ["-I.", "-Itests/worlds/checker"]
CHAPTER = "docs/50-checker.md"
TABLE = re.compile(r"(<!-- make check: programs -->\n).*?(<!-- end -->)", re.S)
NO_PROGRAM = [
    (r".*_ops\.c|selves\.c", "a table of functions"),
    (r"lockdep.*\.c|lockstat\.c|lockup\.c|wait_graph\.c|rcu_stall\.c",
     "it watches; it does not synchronise"),
]
OWN = ("memcpy", "memmove", "memset", "memcmp")


class Bug:
    def __init__(self, name, path, modes):
        self.name, self.path, self.modes = name, path, modes
        self.edits, self.where = [], ""

    def apply(self, text):
        """The faulty source; ValueError when the plan no longer fits."""
        for where, old, new in self.edits:
            begin, end = self.function(where, text)
            lines = re.compile(r"(?:[ \t]*/\*.*?\*/)?\s*\n\s*".join(
                re.escape(o) for o in old))
            times = len(lines.findall(text, begin, end))
            if times != 1:
                raise ValueError("bug %s: %r occurs %d times in %s" % (
                    self.name, "\n".join(old), times, self.path))
            found = lines.search(text, begin, end)
            text = text[:found.start()] + " ".join(new) + text[found.end():]
        return text

    def function(self, name, text):
        """Where it is; the whole text when no function is named."""
        if not name:
            return 0, len(text)
        m = re.search(r"^\w[^\n]*\b%s\([^;{]*?\)\n\{\n.*?^\}$" % re.escape(name),
                      text, re.M | re.S)
        if not m:
            raise ValueError("bug %s: no function %s in %s" % (
                self.name, name, self.path))
        return m.span()


class Plan:
    """What a .plan says."""

    def __init__(self, name, folder=PROGRAMS):
        self.name, self.link, self.runs, self.bugs = name, [], [], []
        self.floor, self.source, self.tell = 1, name, []
        self.sizes = ""
        path = os.path.join(ROOT, folder, name + ".plan")
        with open(path) as f:
            for n, line in enumerate(f, 1):
                words = line.split()
                if not words or words[0] == "#":
                    continue
                try:
                    self.read(words, line)
                except (ValueError, IndexError, AttributeError):
                    sys.exit("%s:%d: what is this?  %s" % (path, n, line))

    def read(self, words, line):
        word, rest = words[0], words[1:]
        if word == "program":
            self.source, self.tell = rest[0], ["--arg=" + rest[1]]
        elif word == "sizes":
            self.sizes = rest[0]
        elif word == "link":
            self.link += rest
        elif word == "run":
            search = [w for w in rest if w not in MODES] or ["dpor"]
            self.runs += [(m, search[0]) for m in rest if m in MODES]
        elif word == "floor":
            self.floor = int(rest[0])
        elif word == "bug":
            self.bugs.append(Bug(rest[0], rest[1], rest[2:]))
        elif word == "-":
            edits = self.bugs[-1].edits
            if not edits or edits[-1][2]:
                edits.append((self.bugs[-1].where, [], []))
            edits[-1][1].append(line[2:].strip())
        elif word == "@":
            self.bugs[-1].where = rest[0]
        elif word == "+":
            self.bugs[-1].edits[-1][2].append(line[2:].strip())
        else:
            raise ValueError(word)


def plans():
    return sorted(f[:-5] for f in os.listdir(os.path.join(ROOT, PROGRAMS))
                  if f.endswith(".plan"))


def run(*command, **more):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True,
                          check=False, **more)


class Builder:
    """Objects are rebuilt when what they were made of is newer.

    Results are moved into place whole: several may build here at once.
    """

    def __init__(self, out, cc="gcc"):
        self.out, self.cc = out, cc
        os.makedirs(os.path.join(ROOT, out), exist_ok=True)

    def is_fresh(self, made):
        """Is it newer than all that its .d names?"""
        made = os.path.join(ROOT, made)
        try:
            when = os.path.getmtime(made)
            with open(made[:-2] + ".d") as f:
                needs = f.read().replace("\\\n", " ").split(":", 1)[1].split()
            return all(os.path.getmtime(os.path.join(ROOT, n)) < when
                       for n in needs + [os.path.abspath(__file__)])
        except OSError:
            return False

    def draft(self, made):
        return "%s.%d.%d" % (made, os.getpid(), threading.get_ident())

    def publish(self, draft, made):
        os.replace(os.path.join(ROOT, draft), os.path.join(ROOT, made))

    def compile(self, source, made, flags, text=None, then=()):
        if text is None and self.is_fresh(made):
            return made
        draft, needs = self.draft(made), self.draft(made) + ".d"
        command = [self.cc, *flags, *INCLUDE, "-MMD", "-MF", needs,
                   "-c", "-o", draft]
        if "-fsanitize=thread" in flags and "clang" not in self.cc:
            command.append("-Wno-tsan")
        if text is None:
            done = run(*command, source)
        else:
            done = run(*command, "-x", "c", "-", input='#line 1 "%s"\n%s' %
                       (source, text))
        if not done.returncode and then:
            done = run(*then, draft)
        if done.returncode:
            raise RuntimeError("%s:\n%s" % (source, done.stderr))
        self.publish(needs, made[:-2] + ".d")
        self.publish(draft, made)
        return made

    def runtime(self):
        folder = "tests/checker"
        return [self.compile("%s/%s" % (folder, f), "%s/rt-%s.o" %
                             (self.out, f[:-2]), RUNTIME)
                for f in sorted(os.listdir(os.path.join(ROOT, folder)))
                if f.endswith(".c")]

    def part(self, source, name=None, text=None, sizes="", over=""):
        """An object of the program: its memory in sections of their own.

        Headers are taken from the folder `over` first.
        """
        made = "%s/%s.o" % (self.out, name or source[:-2].replace("/", "-") +
                            (sizes and "+" + sizes))
        names = [w for n in OWN for w in ("--redefine-sym",
                                          "%s=check_%s" % (n, n))]
        names += ["--redefine-sym", "event=kernel_event"]
        flags = [*(["-I" + over] if over else []),
                 *(["-Itests/checker/" + sizes] if sizes else []), *PROGRAM]
        return self.compile(source, made, flags, text, then=(
            "objcopy", "--rename-section", ".data=check_data",
            "--rename-section", ".bss=check_bss", *names))

    def overlay(self, name, path, text):
        """A folder with the faulty header, and place for what includes it."""
        over = "%s/%s/over" % (self.out, name.replace("@", "-"))
        made = os.path.join(ROOT, over, path)
        os.makedirs(os.path.dirname(made), exist_ok=True)
        text = '#line 1 "%s"\n%s' % (path, text)
        try:
            with open(made) as f:
                if f.read() == text:
                    return over
        except OSError:
            pass
        with open(made, "w") as f:
            f.write(text)
        return over

    def program(self, plan, bug=None):
        """The path of the program, with or without a fault."""
        name = plan.name + ("@" + bug.name if bug else "")
        sources = ["%s/%s.c" % (PROGRAMS, plan.source), *plan.link, *COMMON]
        parts = []
        text = over = ""
        if bug:
            with open(os.path.join(ROOT, bug.path)) as f:
                text = bug.apply(f.read())
            if bug.path.endswith(".h"):
                over = self.overlay(name, bug.path, text)
            elif bug.path not in sources:
                raise ValueError("bug %s: %s is not linked" % (bug.name,
                                                               bug.path))
        for source in sources:
            if over:
                parts.append(self.part(source, "%s/%s" % (
                    os.path.relpath(os.path.dirname(over), self.out),
                    source[:-2].replace("/", "-")), sizes=plan.sizes,
                                       over=over))
            elif bug and source == bug.path:
                parts.append(self.part(source, name, text, plan.sizes))
            else:
                parts.append(self.part(source, sizes=plan.sizes))
        made = "%s/%s" % (self.out, name)
        objects = parts + self.runtime()
        full = os.path.join(ROOT, made)
        if os.path.exists(full) and all(
                os.path.getmtime(os.path.join(ROOT, o)) <
                os.path.getmtime(full) for o in objects):
            return made
        draft = self.draft(made)
        done = run(self.cc, "-no-pie", "-o", draft, *objects)
        if done.returncode:
            raise RuntimeError(done.stderr)
        self.publish(draft, made)
        return made


def fields(line):
    return dict(w.split("=", 1) for w in line.split() if "=" in w)


def execute(program, mode, search="dpor", *more, seconds=600):
    """What a program printed, and its exit status."""
    how = ["--mode=sc", "--freeze"] if mode == "frozen" else ["--mode=" + mode]
    try:
        done = run(program, *how, "--search=" + search, *more,
                   timeout=seconds)
    except subprocess.TimeoutExpired:
        return "", 124
    return done.stdout or done.stderr, done.returncode


def number(n):
    return "{:,}".format(int(n))


def say_passed(got, search, first):
    """all 60 executions (SC), then 60 (TSO); where a bound ended it, which"""
    if got["complete"] == "1":
        return "%s%s%s (%s)" % (
            "all " if first else "", number(got["executions"]),
            " executions" if first else "", got["mode"].upper())
    return "%s executions (%s), not all there are but by %s," % (
        number(got["executions"]), got["mode"].upper(), search)


def check_plan(builder, plan, modes, out, limit=0):
    """[line to print], whether all is well, what the runs said."""
    program = builder.program(plan)
    passed, lines, runs, well = [], [], [], True
    for mode, search in plan.runs:
        if mode not in modes:
            continue
        more = ["--limit=%d" % limit] if limit else []
        text, status = execute(program, mode, search, *plan.tell, *more)
        if status:
            lines.append("%s (%s) FAILS" % (plan.name, mode.upper()))
            lines.append(schedule.table(ROOT, program, text, out)
                         if status == 1 else text or "no end in 600 s")
            well = False
            continue
        got = {**fields(text.split("\n")[0]), "mode": mode}
        runs.append(got)
        if limit and got["complete"] != "1":
            search = "a limit"
        passed.append(say_passed(got, search, not passed))
        # some of so many are cut short, and count for the limit only
        floor = min(plan.floor, limit * 3 // 4 if limit else plan.floor)
        if int(got["executions"]) < floor and mode == plan.runs[0][0]:
            lines.append("%s: %s executions, fewer than %d: the checker lost "
                         "some" % (plan.name, got["executions"], floor))
            well = False
    if passed:
        lines.insert(0, "%s: %s pass" % (plan.name, " and ".join(passed)))
    return lines, well, runs


def say_found(text, mode, took):
    m = re.search(r"found after (\d+)", text)
    kind = re.search(r"^fail \S+ mode=\S+ steps=(\d+) ([^:]+):", text, re.M)
    return "%s %s in execution %s, %s steps, %.2f s" % (
        mode.upper(), kind[2] if kind else "?", m[1] if m else "?",
        kind[1] if kind else "?", took)


def check_bug(builder, plan, bug, modes, *more):
    """([line], well, seconds): where a fault is found, where it is not.

    A plan says in which memories a fault shows.  In the others it must not, if
    all schedules are run there: what needs weak memory to be seen is not also
    a fault of x86.
    """
    try:
        program = builder.program(plan, bug)
    except (RuntimeError, ValueError) as error:
        return ["  %s@%s: %s" % (plan.name, bug.name, error)], False, 0
    found, well, longest = [], True, 0
    for mode in (m for m in MODES if m in modes):
        if mode == "frozen" and mode not in bug.modes:
            continue
        search = dict(plan.runs).get(mode, "dpor")
        begin = time.monotonic()
        text, status = execute(program, mode, search, *plan.tell, *more,
                               seconds=120)
        took = time.monotonic() - begin
        if mode in bug.modes:
            well &= status == 1
            found.append(say_found(text, mode, took) if status == 1
                         else "%s NOT FOUND" % mode.upper())
            longest = max(longest, took)
        elif search == "dpor" and mode != "frozen":
            well &= status == 0
            found.append("%s %s" % (mode.upper(), "does not show it"
                                    if not status else "FINDS IT TOO"))
    return (["  %s@%s: %s" % (plan.name, bug.name, "; ".join(found))], well,
            longest)


def without_a_program():
    """The files of sync/ that no program is linked with, and why."""
    linked = {path for name in plans() for path in Plan(name).link}
    missing, exempt = [], []
    for name in sorted(os.listdir(os.path.join(ROOT, "sync"))):
        if not name.endswith(".c") or "sync/" + name in linked:
            continue
        why = next((w for p, w in NO_PROGRAM if re.fullmatch(p, name)), None)
        if why:
            exempt.append((name[:-2], why))
        else:
            missing.append(name[:-2])
    return missing, exempt


def say_missing():
    missing, exempt = without_a_program()
    if missing:
        print("no program yet: %s" % ", ".join(missing))
    for why in dict.fromkeys(w for _, w in exempt):
        print("no program needed: %s (%s)" % (
            ", ".join(n for n, w in exempt if w == why), why))


def table_row(plan, runs):
    cells = {run["mode"]: number(run["executions"]) +
             ("" if run["complete"] == "1" else " by chance") for run in runs}
    return "| %s | %s | %d |" % (plan.name, " | ".join(
        cells.get(mode, "-") for mode in MODES), len(plan.bugs))


def write_table(rows):
    """These rows replace the ones of the same name."""
    path = os.path.join(ROOT, CHAPTER)
    with open(path, encoding="utf-8") as f:
        chapter = f.read()
    known = {row.split()[1]: row for row in
             re.findall(r"^\| \w+ \|.*\d \|$", TABLE.search(chapter)[0], re.M)}
    known.update((row.split()[1], row) for row in rows)
    text = "\n".join(["| program | SC | TSO | weak | one frozen | planted "
                      "faults |", "|---|---|---|---|---|---|"] +
                     [known[name] for name in plans() if name in known])
    with open(path, "w", encoding="utf-8") as f:
        f.write(TABLE.sub(lambda m: m[1] + text + "\n" + m[2], chapter))


def main(argv):
    args = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    args.add_argument("names", nargs="*", metavar="NAME")
    args.add_argument("-j", type=int, default=os.cpu_count())
    args.add_argument("--modes", default=",".join(MODES))
    args.add_argument("--out", default="build/checker")
    args.add_argument("--bugs", action="store_true", help="only the faults")
    args.add_argument("--no-bugs", action="store_true")
    args.add_argument("--table", action="store_true",
                      help="write the counts into " + CHAPTER)
    opts = args.parse_args(argv)
    unknown = set(opts.names) - set(plans())
    if unknown:
        args.error("no program %s; there are %s" % (
            ", ".join(sorted(unknown)), ", ".join(plans())))
    modes = opts.modes.split(",")
    builder = Builder(opts.out)
    well, faults, slowest, rows = True, 0, (0, ""), []
    began = time.monotonic()
    try:
        builder.runtime()
        for source in COMMON:
            builder.part(source)
        for name in opts.names or plans():
            plan = Plan(name)
            builder.program(plan)
            jobs = [] if opts.bugs else [
                lambda p=plan: check_plan(builder, p, modes, opts.out)]
            jobs += [] if opts.no_bugs else [
                lambda p=plan, b=bug: check_bug(builder, p, b, modes)
                for bug in plan.bugs]
            with ThreadPoolExecutor(opts.j) as pool:
                for lines, good, took in pool.map(lambda job: job(), jobs):
                    if lines:
                        print("\n".join(lines), flush=True)
                    well &= good
                    if isinstance(took, list):
                        rows += [table_row(plan, took)] if took else []
                    else:
                        faults += 1
                        slowest = max(slowest, (took, lines[0].split(":")[0]))
    except (RuntimeError, ValueError) as error:
        print("check: %s" % error)
        return 1
    if faults:
        print("%d planted faults; the slowest to refute: %.1f s,%s" % (
            faults, *slowest))
    if not opts.names:
        say_missing()
    if opts.table and well:
        write_table(rows)
    print("check: %s, %.0f s" % ("all as planned" if well else "NOT as planned",
                                 time.monotonic() - began))
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
