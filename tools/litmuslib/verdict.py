"""What a set of outcomes means, and which differences are known.

The weak mode is C11's; the Linux kernel memory model differs from it in three
known ways.  Each is recognised by what the program contains, and believed only
if the program, changed in just that respect, gives the verdict that the file
expects.
"""
from dataclasses import replace

from .lower import Ins, changed, is_address, observed
from .machine import BINARY


def holds(program, condition, outcome, address):
    """Is a condition true of an outcome (values, by observed())?"""
    places = observed(program)

    def value(place):
        return outcome[places.index(place)]

    def side(c):
        if c[0] == "num":
            return c[1]
        if is_address(program, c[1]):
            return address(c[1])
        return value(c[1])

    def true(c):
        if c[0] == "cmp":
            return bool(BINARY[c[1]](value(c[2]), side(c[3])))
        if c[0] in ("true", "false"):
            return c[0] == "true"
        if c[0] == "not":
            return not true(c[1])
        return (any if c[0] == "or" else all)(map(true, c[1:]))
    return true(condition)


def verdict(program, outcomes, address):
    """(Never | Sometimes | Always, how many hold, how many do not)"""
    test = program.test
    if test.filter:
        outcomes = [o for o in outcomes
                    if holds(program, test.filter, o, address)]
    yes = sum(holds(program, test.condition, o, address) for o in outcomes)
    no = len(outcomes) - yes
    return ("Never" if not yes else "Sometimes" if no else "Always"), yes, no


# ----------------------------------------------------------------- dependencies

def names_in(e):
    if e is None or e[0] in ("num", "addr"):
        return set()
    if e[0] == "reg":
        return {e[1]}
    return set().union(*map(names_in, e[2:]))


def dependent_loads(code):
    """{index of a load: index of an access that depends on it}

    By address, by data, or (for stores) by control."""
    found, taint, control = {}, {}, set()
    for k, i in enumerate(code):
        used = set()
        for e in (i.addr, i.val, *i.args):
            for name in names_in(e):
                used |= taint.get(name, set())
        if i.op == "branch":
            control |= used
        elif i.op in ("load", "store", "rmw"):
            for load in used:
                found.setdefault(load, k)
            if i.op in ("store", "rmw"):
                for load in control:
                    found.setdefault(load, k)
        if i.dst is not None:
            if i.op == "set":
                taint[i.dst] = used
            else:
                taint[i.dst] = {k} if i.op == "load" and \
                    i.order in ("once", "plain") else set()
    return found


def with_dependencies(program):
    """Loads on which something depends become acquire: (program, where)."""
    where = []
    for t, code in enumerate(program.code):
        for load, user in sorted(dependent_loads(code).items()):
            program = changed(program, t, load, order="acquire")
            where.append("P%d, line %d -> line %d" % (t, code[load].line,
                                                      code[user].line))
    return program, where


# ------------------------------------------------------------ unlock, then lock

def with_stronger_locks(program):
    """A full fence before each lock that follows an unlock."""
    where, codes = [], []
    for t, code in enumerate(program.code):
        open_at, places = None, []
        for k, i in enumerate(code):
            if i.op == "unlock":
                open_at = i
            elif i.op in ("lock", "trylock") and open_at:
                places.append(k)
                where.append("P%d, line %d -> line %d" % (
                    t, open_at.line, i.line))
        codes.append(inserted(code, places))
    return replace(program, code=codes), where


def inserted(code, places):
    """The code with a full fence before each of these places."""
    place_of, made = {}, []
    for k, i in enumerate(code):
        place_of[k] = len(made)
        if k in places:
            made.append(Ins("fence", i.line, name="mb"))
        made.append(i)
    place_of[len(code)] = len(made)
    return [replace(i, to=place_of[i.to]) if i.op in ("jump", "branch")
            else i for i in made]


# --------------------------------------------------------------- load buffering

def swaps(program):
    """Each (thread, index): a load whose next access is a store that it does
    not order: another place, no dependency, nothing in between."""
    for t, code in enumerate(program.code):
        jumps = {i.to for i in code if i.op in ("jump", "branch")}
        for k, i in enumerate(code):
            if i.op != "load" or i.order not in ("once", "plain", "deref"):
                continue
            for n in range(k + 1, len(code)):
                j = code[n]
                if n in jumps or j.op not in ("set", "store", "load"):
                    break
                if j.op == "load":
                    if j.order not in ("once", "plain", "deref"):
                        break
                    continue
                if j.op == "store":
                    between = code[k:n]
                    written = {b.dst for b in between if b.dst}
                    if j.order == "once" and j.addr[0] == "addr" and \
                            not (names_in(j.val) | names_in(j.addr)) & \
                            written and all(b.addr != j.addr and
                                            (b.addr or ("addr",))[0] == "addr"
                                            for b in between):
                        yield t, k, n
                    elif j.order != "once":
                        break


def swapped(program, chosen):
    codes = [list(c) for c in program.code]
    for t, k, n in chosen:
        store = codes[t].pop(n)
        codes[t].insert(k, store)
    return replace(program, code=codes)


def with_load_buffering(program, run):
    """Outcomes that appear when stores pass the loads before them."""
    found, where, first = set(), [], {}
    for swap in swaps(program):
        first.setdefault((swap[0], swap[2]), swap)
    picks = list(first.values())
    for bits in range(1, 1 << min(len(picks), 4)):
        chosen = [p for b, p in enumerate(picks) if bits >> b & 1]
        threads = [p[0] for p in chosen]
        if len(set(threads)) != len(threads):
            continue            # one a thread: indexes stay true
        found |= run(swapped(program, chosen))
        where = ["P%d, line %d before line %d" % (
            t, program.code[t][n].line, program.code[t][k].line)
            for t, k, n in picks]
    return found, where


def classify(program, expected, got, outcomes, run, address):
    """The known class that explains got (the weak mode's) against expected.

    run: program -> outcomes in weak mode.  Returns (class, where) or None."""
    def agrees(found):
        return verdict(program, found, address)[0] == expected
    if got == "Never":
        found, where = with_load_buffering(program, run)
        if where and agrees(found | set(outcomes)):
            return "load buffering, which is never produced", where
        return None
    tried = []
    deps, where_d = with_dependencies(program)
    locks, where_l = with_stronger_locks(program)
    if where_d:
        tried.append(("dependencies order nothing in C11", deps, where_d))
    if where_l:
        tried.append(("unlock and lock on one CPU, seen by a third", locks,
                      where_l))
    if where_d and where_l:
        tried.append(("dependencies, and unlock and lock on one CPU",
                      with_stronger_locks(deps)[0], where_d + where_l))
    for name, stronger, where in tried:
        if agrees(run(stronger)):
            return name, where
    return None
