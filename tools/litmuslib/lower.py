"""From trees to straight code: the one meaning that every engine runs.

A thread becomes a list of Ins.  Expressions in them are pure: ("num", n),
("reg", name), ("addr", location), ("un", op, e), ("bin", op, a, b).  Jumps name
an index of the list.  Words have 64 bits, whatever the type says.

    set dst=val            load dst=*addr   order: once acquire deref plain
    branch val, to         store *addr=val  order: once release plain
    jump to                rmw dst=*addr, name: xchg cmpxchg add and or xor
    fence name                 add_unless; order: relaxed acquire release full
    lock, unlock, trylock dst, is_locked dst     of the lock `name`
    enter, leave           a reader of `name` (None: RCU), section number `to`
    gp_start, gp_end       a grace period of `name`, its number in `to`
"""
import re
from dataclasses import dataclass, replace

from .parse import Unhandled

FENCES = {"smp_mb": "mb", "smp_rmb": "rmb", "smp_wmb": "wmb",
          "barrier": "barrier", "smp_read_barrier_depends": "barrier",
          "smp_acquire__after_ctrl_dep": "rmb",
          "smp_mb__before_atomic": "mb", "smp_mb__after_atomic": "mb",
          "smp_mb__after_spinlock": "mb", "smp_mb__after_unlock_lock": "mb",
          "smp_mb__after_srcu_read_unlock": "mb"}
LOADS = {"READ_ONCE": "once", "rcu_dereference": "deref",
         "rcu_dereference_raw": "deref", "lockless_dereference": "deref",
         "rcu_access_pointer": "once"}
STORES = {"WRITE_ONCE": "once", "rcu_assign_pointer": "release",
          "RCU_INIT_POINTER": "once"}
ATOMIC = re.compile(
    r"atomic(?:64|_long)?_(fetch_)?(add|sub|inc|dec|and|or|xor|andnot)"
    r"(_return)?(_relaxed|_acquire|_release)?$")
EXCHANGE = re.compile(
    r"(?:atomic(?:64|_long)?_)?(try_)?(cmpxchg|xchg)"
    r"(_relaxed|_acquire|_release)?$")
TEST = re.compile(r"atomic(?:64|_long)?_(add_negative|(?:inc|dec|sub)_and_test|"
                  r"add_unless|fetch_add_unless|inc_not_zero|read|set|"
                  r"read_acquire|set_release)$")


@dataclass
class Ins:
    op: str
    line: int
    dst: str = None
    addr: tuple = None
    val: tuple = None
    args: tuple = ()
    order: str = ""
    name: str = None
    to: int = None


@dataclass
class Program:
    """A test ready to run."""
    test: object
    code: list              # one list of Ins a thread
    registers: list         # one sorted list of names a thread
    words: list             # locations that hold a word
    locks: list
    domains: list           # of SRCU
    start: dict             # location -> ("num", n) or ("addr", name)
    start_registers: dict   # (thread, register) -> the same

    def shared(self):
        return self.words + self.locks + self.domains


class Lower:
    def __init__(self, program, thread, counts):
        self.program, self.test = program, program.test
        self.thread, self.counts = thread, counts
        self.code, self.registers, self.temps = [], set(), 0
        self.assigned = self.targets(thread.body)

    def fail(self, line, what):
        raise Unhandled("%s:%d: %s" % (self.test.path, line, what))

    def targets(self, s):
        """Every name that is assigned somewhere in a statement."""
        if s[0] == "block":
            return set().union(*map(self.targets, s[1]))
        if s[0] == "if":
            return self.targets(s[2]) | self.targets(s[3])
        if s[0] == "set" and s[1][0] == "name":
            return {s[1][1]}
        return set()

    def emit(self, op, line, **rest):
        self.code.append(Ins(op, line, **rest))
        return self.code[-1]

    def temp(self):
        self.temps += 1
        return self.register("t%d_" % self.temps)

    def register(self, name):
        self.registers.add(name)
        return name

    # --------------------------------------------------------- statements
    def statement(self, s):
        line = s[-1]
        if s[0] == "block":
            for inner in s[1]:
                self.statement(inner)
        elif s[0] == "if":
            branch = self.emit("branch", line, val=self.value(s[1]))
            self.statement(s[2])
            if s[3][0] != "block" or s[3][1]:
                jump = self.emit("jump", line)
                branch.to = len(self.code)
                self.statement(s[3])
                jump.to = len(self.code)
            else:
                branch.to = len(self.code)
        elif s[0] == "do":
            if s[1][0] != "call":
                self.fail(line, "a statement without effect")
            self.call(s[1], used=False)
        else:
            self.assign(s)

    def assign(self, s):
        _, target, value, line = s
        if target[0] == "deref":
            address = self.value(target[1])
            self.word_at(address, line)
            self.emit("store", line, addr=address, val=self.value(value),
                      order="plain")
        elif target[0] == "name" and target[1] not in self.thread.params:
            self.emit("set", line, dst=self.register(target[1]),
                      val=self.value(value))
        else:
            self.fail(line, "an assignment to a parameter")

    # -------------------------------------------------------- expressions
    def value(self, e):
        line = e[-1]
        if e[0] == "num":
            return ("num", e[1])
        if e[0] == "name":
            return self.name(e[1], line)
        if e[0] == "deref":
            address, dst = self.value(e[1]), self.temp()
            self.word_at(address, line)
            self.emit("load", line, dst=dst, addr=address, order="plain")
            return ("reg", dst)
        if e[0] == "un":
            if e[1] == "&":
                if e[2][0] == "deref":
                    return self.value(e[2][1])
                self.fail(line, "the address of a register")
            return ("un", e[1], self.value(e[2]))
        if e[0] == "bin" and e[1] in ("&&", "||"):
            return self.short_cut(e, line)
        if e[0] == "bin":
            a = self.value(e[2])
            return ("bin", e[1], a, self.value(e[3]))
        return self.call(e, used=True)

    def short_cut(self, e, line):
        dst = self.temp()
        yes = ("un", "!", ("un", "!", self.value(e[2])))
        self.emit("set", line, dst=dst, val=yes)
        branch = self.emit("branch", line, val=("reg", dst) if e[1] == "&&"
                           else ("un", "!", ("reg", dst)))
        self.emit("set", line, dst=dst,
                  val=("un", "!", ("un", "!", self.value(e[3]))))
        branch.to = len(self.code)
        return ("reg", dst)

    def name(self, name, line):
        if name in self.thread.params:
            return ("addr", name)
        if name in self.assigned or name in self.registers or \
                (self.thread.number, name) in self.test.registers:
            return ("reg", self.register(name))
        if name in self.test.init:
            return ("addr", name)
        return self.fail(line, "the undeclared name %s" % name)

    def word_at(self, address, line):
        if address[0] == "addr":
            self.use(address[1], "word", line)

    def use(self, name, kind, line):
        was = self.program.test.types.setdefault((name, "use"), kind)
        if was != kind:
            self.fail(line, "%s is used as a %s here and as a %s elsewhere" % (
                name, kind, was))

    # --------------------------------------------------------------- calls
    def call(self, e, used):
        _, name, given, line = e
        for find in (self.simple_call, self.lock_call, self.reader_call,
                     self.atomic_call):
            found = find(name, given, line)
            if found is not None:
                if used and found is True:
                    self.fail(line, "the value of %s()" % name)
                return found
        return self.fail(line, "%s()" % name)

    def arity(self, name, given, n, line):
        if len(given) != n:
            self.fail(line, "%s() with %d arguments" % (name, len(given)))

    def pointer(self, e):
        address = self.value(e)
        self.word_at(address, e[-1])
        return address

    def place(self, e, name):
        if e[0] != "deref":
            self.fail(e[-1], "%s() of what is no *pointer" % name)
        return self.pointer(e[1])

    def load(self, address, order, line):
        dst = self.temp()
        self.emit("load", line, dst=dst, addr=address, order=order)
        return ("reg", dst)

    def store(self, address, value, order, line):
        self.emit("store", line, addr=address, val=value, order=order)
        return True

    def simple_call(self, name, given, line):
        if name in FENCES:
            self.arity(name, given, 0, line)
            self.emit("fence", line, name=FENCES[name])
            return True
        if name in LOADS:
            self.arity(name, given, 1, line)
            return self.load(self.place(given[0], name), LOADS[name], line)
        if name in STORES:
            self.arity(name, given, 2, line)
            return self.store(self.place(given[0], name),
                              self.value(given[1]), STORES[name], line)
        if name == "smp_load_acquire":
            self.arity(name, given, 1, line)
            return self.load(self.pointer(given[0]), "acquire", line)
        if name == "smp_store_release":
            self.arity(name, given, 2, line)
            return self.store(self.pointer(given[0]), self.value(given[1]),
                              "release", line)
        if name == "smp_store_mb":
            self.arity(name, given, 2, line)
            self.store(self.place(given[0], name), self.value(given[1]),
                       "once", line)
            self.emit("fence", line, name="mb")
            return True
        return None

    def object(self, name, given, kind, line):
        what = given[0] if given else None
        if not what or what[0] != "name" or \
                what[1] not in self.thread.params:
            self.fail(line, "%s() of what is no parameter" % name)
        self.use(what[1], kind, line)
        return what[1]

    def lock_call(self, name, given, line):
        m = re.fullmatch(r"(?:raw_)?spin_(lock|unlock|trylock|is_locked)",
                         name)
        if not m:
            return None
        self.arity(name, given, 1, line)
        lock = self.object(name, given, "lock", line)
        if m[1] in ("lock", "unlock"):
            self.emit(m[1], line, name=lock)
            return True
        dst = self.temp()
        self.emit(m[1], line, dst=dst, name=lock)
        return ("reg", dst)

    def grace_period(self, domain, line):
        number = self.counts["gp"]
        self.counts["gp"] += 1
        self.emit("gp_start", line, name=domain, to=number)
        self.emit("gp_end", line, name=domain, to=number)
        return True

    def section(self):
        self.counts["section"] += 1
        return self.counts["section"] - 1

    def reader_call(self, name, given, line):
        if name in ("rcu_read_lock", "rcu_read_unlock", "synchronize_rcu",
                    "synchronize_rcu_expedited"):
            self.arity(name, given, 0, line)
            if name.startswith("sync"):
                return self.grace_period(None, line)
            if name == "rcu_read_lock":
                self.emit("enter", line, to=self.section())
            else:
                self.emit("leave", line)
            return True
        m = re.fullmatch(r"srcu_(?:read_(un)?lock|(up|down)_read)|"
                         r"synchronize_srcu(_expedited)?", name)
        if not m:
            return None
        leaves = bool(m[1]) or m[2] == "up"
        self.arity(name, given, 2 if leaves else 1, line)
        domain = self.object(name, given, "domain", line)
        if name.startswith("sync"):
            return self.grace_period(domain, line)
        if leaves:
            self.emit("leave", line, name=domain, val=self.value(given[1]))
            return True
        dst = self.temp()
        self.emit("enter", line, dst=dst, name=domain, to=self.section())
        return ("reg", dst)

    # ------------------------------------------------- read-modify-write
    def rmw(self, name, address, order, line, *args):
        dst = self.temp()
        self.emit("rmw", line, dst=dst, addr=address, name=name, order=order,
                  args=args)
        return ("reg", dst)

    def atomic_call(self, name, given, line):
        m = EXCHANGE.match(name)
        if m:
            return self.exchange(name, m, given, line)
        m = TEST.match(name)
        if m:
            return self.test_call(name, m[1], given, line)
        m = ATOMIC.match(name)
        if not m:
            return None
        fetch, op, returns, suffix = m.groups()
        if suffix and not (fetch or returns):
            return None
        one = op in ("inc", "dec")
        self.arity(name, given, 1 if one else 2, line)
        value = ("num", 1) if one else self.value(given[0])
        address = self.pointer(given[-1])
        order = suffix[1:] if suffix else "full" if fetch or returns \
            else "relaxed"
        kind, value = {"sub": ("add", ("un", "-", value)),
                       "dec": ("add", ("num", -1)), "inc": ("add", value),
                       "andnot": ("and", ("un", "~", value))}.get(
                           op, (op, value))
        old = self.rmw(kind, address, order, line, value)
        if returns:
            return ("bin", {"add": "+", "and": "&", "or": "|",
                            "xor": "^"}[kind], old, value)
        return old if fetch else True

    def exchange(self, name, m, given, line):
        order = m[3][1:] if m[3] else "full"
        if m[2] == "xchg" and not m[1]:
            self.arity(name, given, 2, line)
            address = self.pointer(given[0])
            return self.rmw("xchg", address, order, line,
                            self.value(given[1]))
        self.arity(name, given, 3, line)
        address = self.pointer(given[0])
        if not m[1]:
            expected = self.value(given[1])
            return self.rmw("cmpxchg", address, order, line, expected,
                            self.value(given[2]))
        wish = given[1]
        if m[2] != "cmpxchg" or wish[:2] != ("un", "&") or \
                wish[2][0] != "name":
            self.fail(line, "%s() without &register" % name)
        wish = self.name(wish[2][1], line)
        old = self.rmw("cmpxchg", address, order, line, wish,
                       self.value(given[2]))
        done = self.temp()
        self.emit("set", line, dst=done, val=("bin", "==", old, wish))
        self.emit("set", line, dst=wish[1], val=old)
        return ("reg", done)

    def test_call(self, name, op, given, line):
        if op in ("read", "read_acquire"):
            self.arity(name, given, 1, line)
            return self.load(self.pointer(given[0]),
                             "once" if op == "read" else "acquire", line)
        if op in ("set", "set_release"):
            self.arity(name, given, 2, line)
            return self.store(self.pointer(given[0]), self.value(given[1]),
                              "once" if op == "set" else "release", line)
        if op in ("add_unless", "fetch_add_unless", "inc_not_zero"):
            self.arity(name, given, 1 if op[0] == "i" else 3, line)
            address = self.pointer(given[0])
            more, bar = [("num", 1), ("num", 0)] if op[0] == "i" else \
                [self.value(e) for e in given[1:]]
            old = self.rmw("add_unless", address, "full", line, more, bar)
            return old if op[0] == "f" else ("bin", "!=", old, bar)
        amount = {"i": ("num", 1), "d": ("num", -1)}.get(op[0])
        self.arity(name, given, 1 if amount else 2, line)
        if not amount:
            amount = self.value(given[0])
            if op[0] == "s":
                amount = ("un", "-", amount)
        address = self.pointer(given[-1])
        new = ("bin", "+", self.rmw("add", address, "full", line, amount),
               amount)
        return ("bin", "<" if op == "add_negative" else "==", new, ("num", 0))


def start_value(test, e):
    if e[0] == "name":
        return ("addr", e[1])
    if e[0] == "un" and e[1] == "-" and e[2][0] == "num":
        return ("num", -e[2][1])
    if e[0] != "num":
        raise Unhandled("%s: an initial value that is no number and no "
                        "address" % test.path)
    return ("num", e[1])


def pointed(e):
    return {e[1]} if e[0] == "addr" else set()


def lower(test):
    """Litmus -> Program."""
    counts = {"gp": 0, "section": 0}
    program = Program(test, [], [], [], [], [], {}, {})
    names = set(test.init)
    for thread in test.threads:
        names |= set(thread.params)
    for name, e in test.init.items():
        program.start[name] = start_value(test, e)
        names |= pointed(program.start[name])
    for key, e in test.registers.items():
        program.start_registers[key] = start_value(test, e)
        names |= pointed(program.start_registers[key])
    for thread in test.threads:
        made = Lower(program, thread, counts)
        made.statement(thread.body)
        made.registers |= {r for t, r in program.start_registers
                           if t == thread.number}
        program.code.append(made.code)
        program.registers.append(sorted(made.registers))
    kinds = {n: test.types.get((n, "use"), "word") for n in names}
    program.words = sorted(n for n in names if kinds[n] == "word")
    program.locks = sorted(n for n in names if kinds[n] == "lock")
    program.domains = sorted(n for n in names if kinds[n] == "domain")
    for name in program.words:
        program.start.setdefault(name, ("num", 0))
    check_condition(program)
    return program


def observed(program):
    """What an outcome shows, in order: the condition's, then locations'."""
    test, seen = program.test, []

    def walk(c):
        if c[0] == "cmp":
            for side in (c[2], c[3][1] if c[3][0] == "observed" else None):
                if side is not None and side not in seen and not (
                        side is not c[2] and is_address(program, side)):
                    seen.append(side)
        else:
            for inner in c[1:]:
                walk(inner)
    walk(test.condition)
    if test.filter:
        walk(test.filter)
    for place in test.locations:
        if place not in seen:
            seen.append(place)
    return sorted(seen, key=lambda p: (isinstance(p, str), p))


def is_address(program, name):
    """On the right of a condition, a location's name is its address."""
    return isinstance(name, str) and name in program.shared()


def check_condition(program):
    test = program.test
    for place in observed(program):
        if isinstance(place, str):
            if place not in program.words:
                raise Unhandled("%s: the condition looks at %s, which is no "
                                "word" % (test.path, place))
        elif place[0] >= len(test.threads) or \
                place[1] not in program.registers[place[0]]:
            raise Unhandled("%s: the condition looks at %d:%s, which does not "
                            "exist" % (test.path, *place))


def changed(program, thread, index, **fields):
    """The program with one instruction changed."""
    code = [list(c) for c in program.code]
    code[thread][index] = replace(code[thread][index], **fields)
    return replace(program, code=code)


def show(place):
    return place if isinstance(place, str) else "%d:%s" % place
