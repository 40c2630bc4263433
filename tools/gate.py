#!/usr/bin/python3
"""The disassembly gate: what the compilers made of the atomics and fast paths.

usage: tools/gate.py [--cc gcc|clang]... [--only atomics|paths] [--root DIR] [--table]

Compiles, with the kernel's flags, tests/gate/atomics.c and what
tests/gate/paths names, and judges the instructions:
- each operation of arch/atomic.h is the instruction that it promises, on its
  width, once; it calls nothing (libatomic's fall-backs lock, and are not in the
  kernel); an acquire keeps a later load behind it, a release an earlier store
  ahead of it;
- a path marked `free` can reach no locked instruction, in whatever it calls;
- a path marked `fast` costs at most so many instructions, so many of them
  locked: the cheapest way from entry to return that has this many.
Exit status: 0 clean, 1 findings, 2 usage or it does not build.  docs/52-gate.md
"""
import argparse
import heapq
import os
import re
import subprocess
import sys

WIDTH = {"a8": 8, "a16": 16, "a32": 32, "a64": 64, "aptr": 64}
REGISTER = {8: r"%(?:[abcd]l|(?:si|di|bp)l|r\d+b)",
            16: r"%(?:[abcd]x|si|di|bp|r\d+w)",
            32: r"%(?:e[abcd]x|e(?:si|di|bp)|r\d+d)",
            64: r"%(?:r[abcd]x|r(?:si|di|bp)|r\d+)"}
WORD = r"\(%r\w+\)"
PLAIN = re.compile(r"\b0x(?:4|8|10)\(%rdi\)")      # the neighbour of the word
CMPXCHG = "lock cmpxchg R,W"
FENCE = r"lock (?:addl|orl|orq) \$0x0,-?(?:0x\w+)?\(%rsp\)"
# what touches memory in the function of one operation, in this order
PROMISE = {"load": ["mov W,R"], "store": ["mov R,W"], "xchg": ["xchg R,W"],
           "cas": [CMPXCHG], "fetch_add": ["lock xadd R,W"],
           "store_add": ["add R,W"], "fetch_or": ["mov W,R", CMPXCHG],
           "fetch_and": ["mov W,R", CMPXCHG]}
FENCES = {"fence_acquire": [], "fence_release": [], "fence_seq_cst": [FENCE]}
ORDERS = "_(?:relaxed|acquire|release|acq_rel)"
LOCKED = re.compile(r"^(?:lock |xchg\w* .*\(|mfence)")
FREE_OF_CHARGE = re.compile(        # a frame, and the way in and out
    r"^(?:ret|call|push %rbp$|pop %rbp$|mov %rsp,%rbp$|endbr64)")
STOPS = re.compile(r"^(?:ret|jmp|ud2|hlt)")


class Broken(Exception):
    """It does not build, or the gate does not understand it."""


class Instruction:
    def __init__(self, address, text, target):
        self.address, self.text, self.target = address, text, target
        self.locked = bool(LOCKED.match(text))
        self.touches = "(" in text and not re.match(r"lea|nop|cs nop|data16",
                                                    text)


def run(command, root):
    done = subprocess.run(command, cwd=root, capture_output=True, text=True,
                          check=False)
    if done.returncode:
        raise Broken("%s\n%s%s" % (" ".join(command), done.stdout,
                                   done.stderr))
    return done.stdout


def build(root, cc, sources):
    """The objects of sources, by the kernel's own rules."""
    objects = ["build/gate/%s/%s.o" % (cc, os.path.splitext(s)[0]) for s in sources]
    clean = {k: v for k, v in os.environ.items()
             if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    done = subprocess.run(["make", "-s", "-j2", "O=build/gate", "CC=" + cc,
                           *objects], cwd=root, env=clean,
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise Broken(done.stdout + done.stderr)
    return objects


def target_of(text, relocation):
    """Where a jump or call goes: an address, or a name."""
    if relocation:
        return re.sub(r"[-+]0x[0-9a-f]+$", "", relocation)
    m = re.match(r"(?:call|j\w+) ([0-9a-f]+) <([^>+]+)(\+0x\w+)?>", text)
    if not m:
        return None
    return m[2] if text.startswith("call") or not m[3] else int(m[1], 16)


def disassemble(root, objects):
    """{function: [Instruction]}; also as object:function, for calls inside."""
    functions = {}
    for o in objects:
        inside = disassemble_one(root, o)
        for code in inside.values():
            for i in code:
                if i.target in inside:
                    i.target = "%s:%s" % (o, i.target)
        functions.update(inside)
        functions.update(("%s:%s" % (o, f), c) for f, c in inside.items())
    return functions


def disassemble_one(root, o):
    functions, name, rows = {}, None, []

    def close():
        if name:
            functions[name] = [Instruction(a, t, target_of(t, r))
                               for a, t, r in rows]
    for line in run(["objdump", "-dr", "--no-show-raw-insn", o],
                    root).splitlines():
        if m := re.match(r"[0-9a-f]+ <(.+)>:$", line):
            close()
            name, rows = m[1], []
        elif m := re.match(r"\s+[0-9a-f]+: R_X86_64_(\w+)\s+(\S+)", line):
            if rows and re.match("call|j", rows[-1][1]):
                rows[-1][2] = m[2]
        elif m := re.match(r"\s+([0-9a-f]+):\t(.+)$", line):
            rows.append([int(m[1], 16), " ".join(m[2].split(" #")[0].split()),
                         None])
    close()
    return functions


def reachable(code):
    """The instructions that run: padding behind the end does not."""
    at = {i.address: k for k, i in enumerate(code)}
    seen, todo = set(), [0]
    while todo:
        k = todo.pop()
        if k in seen or k >= len(code):
            continue
        seen.add(k)
        if isinstance(code[k].target, int) and code[k].target in at:
            todo.append(at[code[k].target])
        if not STOPS.match(code[k].text):
            todo.append(k + 1)
    return [code[k] for k in sorted(seen)]


# ---------------------------------------------------------------- the atomics

def promised(function):
    """The patterns of what is_<pre>_<operation> may touch memory with."""
    pre, operation = re.match(r"is_(a\w+?|fence)_(\w+)$", function).groups()
    if operation in FENCES:
        return FENCES[operation]
    kind = re.sub(ORDERS + "$", "", operation)
    if pre == "a128":
        return ["lock cmpxchg16b " + WORD]
    if kind not in PROMISE:
        raise Broken("%s: the gate knows no promise of %s" % (function, kind))
    wide = REGISTER[WIDTH[pre]]
    return [p.replace(" R", " " + wide).replace(",R", "," + wide)
            .replace("W", WORD) for p in PROMISE[kind]]


def is_right(function, code):
    touching = [i.text for i in code if i.touches or i.locked]
    if "_cas_" in function:     # *expected comes and goes as well
        touching = [i.text for i in code if i.locked or "(%rdi)" in i.text]
    want = promised(function)
    if len(touching) != len(want) or not all(
            re.fullmatch(w, t) for w, t in zip(want, touching)):
        yield "%s: promised %s, made %s" % (
            function, "; ".join(want) or "no instruction",
            "; ".join(touching) or "none")


def core_of(code, plain):
    """Where the operation itself stands, or where a bare fence could."""
    own = [k for k, i in enumerate(code) if i.locked or i.touches
           and "(%rdi)" in i.text and not PLAIN.search(i.text)]
    return own if own else [plain]


def keeps(function, code):
    """The plain word's accesses are all there, on both sides."""
    plain = [k for k, i in enumerate(code) if PLAIN.search(i.text)]
    if len(plain) < 2:
        yield "%s: the compiler dropped an access: no \"memory\" clobber" % (
            function)
        return
    own = core_of(code, plain[0])
    if function.startswith("after_") and plain[-1] < own[-1]:
        yield "%s: a later load stands ahead of the acquire" % function
    if function.startswith("before_") and plain[0] > own[0]:
        yield "%s: an earlier store stands behind the release" % function


def operations(root):
    """Every operation that arch/atomic.h declares, by type."""
    with open(os.path.join(root, "arch/atomic.h"), encoding="utf-8") as f:
        text = f.read()
    for name, kind in re.findall(
            r"#define (\w+)\([^)]*\)[\s\\]+atomic_(int_)?op_\(", text):
        for pre in ("a32", "a64") if kind else WIDTH:
            yield "is_%s_%s" % (pre, name)
    for body in re.findall(r"\* *: (a\d+_[a-z]\w*)\b(?!#)", text):
        yield "is_" + body


def check_atomics(root, o):
    functions = disassemble_one(root, o)
    for name in operations(root):
        if name not in functions:
            yield "%s: not in tests/gate/atomics.c" % name
    for name in run(["nm", "-u", o], root).split()[1:]:
        yield "atomics.o calls %s" % name
    for name, code in functions.items():
        code = reachable(code)
        if name.startswith("is_"):
            yield from is_right(name, code)
        else:
            yield from keeps(name, code)


# ------------------------------------------------------------------- the paths

class Paths:
    """tests/gate/paths, and the walks over its functions."""

    def __init__(self, root):
        self.rules, self.sources, self.slow = [], [], set()
        name = os.path.join(root, "tests/gate/paths")
        with open(name, encoding="utf-8") as f:
            for n, line in enumerate(f, 1):
                words = line.split("#")[0].split()
                if words:
                    self.rule("%s:%d" % (name, n), words)
        self.functions = {}

    def rule(self, where, words):
        if words[0] == "in":
            self.sources += words[1:]
        elif words[0] == "slow":
            self.slow |= set(words[1:])
        elif words[0] == "free":
            self.rules += [(f, None, None) for f in words[1:]]
        elif words[0] == "fast" and len(words) > 2:
            limits = words[1].split(",")
            self.rules += [(tuple(words[2:]), int(limits[0]),
                            int(limits[1]))]
        else:
            raise Broken("%s: %s?" % (where, words[0]))

    def is_slow(self, name):
        return name.split(":")[-1] in self.slow

    def knows(self, name):
        return name in self.functions or self.is_slow(name)

    def code(self, name):
        if name not in self.functions:
            raise Broken("no function %s in %s" % (name,
                                                   " ".join(self.sources)))
        return self.functions[name]

    def locked_in(self, name, seen):
        """(where, text) of each locked instruction that name can reach."""
        if name in seen or self.is_slow(name):
            return
        seen.add(name)
        for i in reachable(self.code(name)):
            if i.locked:
                yield name, i.text
            elif isinstance(i.target, str) and not self.knows(i.target):
                yield name, i.text.split()[0] + " " + i.target
            elif isinstance(i.target, str):
                yield from self.locked_in(i.target, seen)
            elif re.match("call|jmp \\*", i.text) and i.target is None:
                yield name, i.text + " (who knows where)"

    def cheapest(self, name, locked, deep=8):
        """Instructions of the shortest way to ret with so many locked."""
        code = self.code(name)
        at = {i.address: k for k, i in enumerate(code)}
        best, todo = set(), [(0, 0, 0)]
        while todo:
            cost, so_far, k = heapq.heappop(todo)
            if (k, so_far) in best or so_far > locked or k >= len(code):
                continue
            best.add((k, so_far))
            i = code[k]
            if i.text.startswith("ret"):
                if so_far == locked:
                    return cost
                continue
            cost += not FREE_OF_CHARGE.match(i.text)
            so_far += i.locked
            if isinstance(i.target, int):
                heapq.heappush(todo, (cost, so_far, at[i.target]))
            elif i.target:
                for more in range(locked - so_far + 1 if deep else 0):
                    inner = self.cheapest(i.target, more, deep - 1) \
                        if i.target in self.functions \
                        and not self.is_slow(i.target) else None
                    if inner is None:
                        continue
                    if i.text.startswith("call"):
                        heapq.heappush(todo, (cost + inner, so_far + more,
                                              k + 1))
                    elif so_far + more == locked and i.text[:3] == "jmp":
                        return cost + inner
            if not STOPS.match(i.text) and not i.text.startswith("call"):
                heapq.heappush(todo, (cost, so_far, k + 1))
        return None

    def cost(self, names, locked):
        """The cheapest split of the locked ones over the functions."""
        if not names:
            return 0 if locked == 0 else None
        costs = []
        for mine in range(locked + 1):
            first = self.cheapest(names[0], mine)
            rest = self.cost(names[1:], locked - mine)
            if first is not None and rest is not None:
                costs.append(first + rest)
        return min(costs, default=None)


def check_paths(root, paths, table=None):
    for names, limit, locked in paths.rules:
        if limit is None:
            found = list(paths.locked_in(names, set()))
            for where, text in found:
                yield "%s reaches `%s` in %s" % (names, text, where)
            row = (names, "free", "-", "0")
        else:
            cost = paths.cost(names, locked)
            row = (" + ".join(names), cost, limit, locked)
            if cost is None:
                yield "%s: no way through with %d locked instructions" % (
                    row[0], locked)
            elif cost > limit:
                yield "%s: %d instructions, its limit is %d" % (
                    row[0], cost, limit)
        if table is not None:
            table.append(row)


def check(root, cc, only=None, table=None):
    if only != "paths":
        yield from check_atomics(root, *build(root, cc,
                                              ["tests/gate/atomics.c"]))
    if only != "atomics":
        paths = Paths(root)
        paths.functions = disassemble(root, build(root, cc, paths.sources))
        yield from check_paths(root, paths, table)


def main(argv):
    args = argparse.ArgumentParser(
        description="Judge the instructions of the atomics and fast paths.")
    args.add_argument("--cc", action="append", choices=("gcc", "clang"))
    args.add_argument("--only", choices=("atomics", "paths"))
    args.add_argument("--root", default=os.path.dirname(os.path.dirname(
        os.path.abspath(__file__))))
    args.add_argument("--table", action="store_true",
                      help="print what each path costs")
    given = args.parse_args(argv)
    findings = 0
    try:
        for cc in given.cc or ["gcc", "clang"]:
            table = []
            for finding in check(given.root, cc, given.only, table):
                findings += 1
                print("%s: %s" % (cc, finding))
            for row in table if given.table else []:
                print("%-6s %-44s %5s of %3s, %s locked" % (cc, *row))
    except Broken as e:
        print(e, file=sys.stderr)
        return 2
    print("gate: %d findings" % findings)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
