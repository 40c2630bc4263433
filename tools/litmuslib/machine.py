"""A reference for the checker: every outcome of a test, by search.

Small and slow.  Three memories:
- sc: one memory.
- tso: a queue of stores for each CPU; a fence, and a read-modify-write, wait
  until it is empty (Sewell et al., x86-TSO, CACM 53(7), 2010).
- weak: C11 without load buffering.  A location is a list of messages in
  modification order; a thread's view says how far down each list it must have
  looked; a message carries the view that an acquire takes (Kang et al., A
  promising semantics, POPL 2017, without the promises).
A grace period waits for the readers that entered before its start, and for all
that they stored; it is seen by those that enter after: there is no third kind.
"""
from .lower import observed

MASK = (1 << 64) - 1
BASE = 1 << 40          # the address of location k is BASE + 64 * k


class BadAddress(Exception):
    """A pointer that points to no location was followed."""


def signed(n):
    n &= MASK
    return n - (1 << 64) if n >> 63 else n


BINARY = {"+": lambda a, b: a + b, "-": lambda a, b: a - b,
          "*": lambda a, b: a * b, "&": lambda a, b: a & b,
          "|": lambda a, b: a | b, "^": lambda a, b: a ^ b,
          "<<": lambda a, b: a << (b & 63), ">>": lambda a, b: a >> (b & 63),
          "==": lambda a, b: int(a == b), "!=": lambda a, b: int(a != b),
          "<": lambda a, b: int(a < b), ">": lambda a, b: int(a > b),
          "<=": lambda a, b: int(a <= b), ">=": lambda a, b: int(a >= b),
          "/": lambda a, b: int(a / b) if b else 0,
          "%": lambda a, b: a - b * int(a / b) if b else 0}
UNARY = {"-": lambda a: -a, "~": lambda a: ~a, "!": lambda a: int(not a),
         "+": lambda a: a}
MODIFY = {"xchg": lambda old, v: v, "add": lambda old, v: old + v,
          "and": lambda old, v: old & v, "or": lambda old, v: old | v,
          "xor": lambda old, v: old ^ v,
          "cmpxchg": lambda old, e, n: n if old == e else None,
          "add_unless": lambda old, a, u: old + a if old != u else None}


def join(a, b):
    return tuple(max(x, y) for x, y in zip(a, b))


class Machine:
    """One program in one memory; states are tuples, searched depth first.

    state = (threads, memory, scv, readers, periods)
    thread = (pc, registers, its own memory state, RCU nesting, RCU section)
    readers = for each section 0 (not yet), a view (inside), or (view, stores)
    """
    def __init__(self, program):
        self.program = program
        self.names = program.words + program.locks
        self.number = {n: k for k, n in enumerate(self.names)}
        self.slots = [{r: k for k, r in enumerate(rs)}
                      for rs in program.registers]
        self.sections = {i.to: i.name for c in program.code for i in c
                         if i.op == "enter"}
        self.periods = sum(i.op == "gp_start" for c in program.code
                           for i in c)
        self.seen = observed(program)

    def evaluate(self, e, regs, thread):
        if e[0] == "num":
            return e[1]
        if e[0] == "reg":
            return regs[self.slots[thread][e[1]]]
        if e[0] == "addr":
            return BASE + 64 * self.number.get(e[1], len(self.names))
        if e[0] == "un":
            return signed(UNARY[e[1]](self.evaluate(e[2], regs, thread)))
        return signed(BINARY[e[1]](self.evaluate(e[2], regs, thread),
                                   self.evaluate(e[3], regs, thread)))

    def place(self, ins, regs, thread):
        at = self.evaluate(ins.addr, regs, thread) - BASE
        if at < 0 or at % 64 or at // 64 >= len(self.program.words):
            raise BadAddress("%s:%d: a pointer that points to no location" % (
                self.program.test.path, ins.line))
        return at // 64

    def start_word(self, name):
        e = self.program.start.get(name, ("num", 0))
        return self.evaluate(e, (), 0)

    def start(self):
        threads = []
        for t, rs in enumerate(self.program.registers):
            regs = tuple(self.evaluate(self.program.start_registers.get(
                (t, r), ("num", 0)), (), 0) for r in rs)
            threads.append((0, regs, self.fresh(), 0, None))
        return (tuple(threads), self.memory(), self.fresh_view(),
                (0,) * len(self.sections), (0,) * self.periods)

    def outcomes(self):
        """{outcome: as a tuple of values by observed()}"""
        found, seen, todo = set(), set(), [self.start()]
        while todo:
            state = todo.pop()
            if state in seen:
                continue
            seen.add(state)
            following = list(self.steps(state))
            todo += following
            if not following and self.is_over(state):
                found |= set(self.ends(state))
        return found

    def is_over(self, state):
        return all(t[0] >= len(c) for t, c in zip(state[0],
                                                  self.program.code))

    def ends(self, state):
        values = []
        for place in self.seen:
            if isinstance(place, str):
                values.append(self.final(state, self.number[place]))
            else:
                values.append(state[0][place[0]][1][
                    self.slots[place[0]][place[1]]])
        yield tuple(values)

    def steps(self, state):
        for t, thread in enumerate(state[0]):
            yield from self.drain(state, t)
            if thread[0] < len(self.program.code[t]):
                yield from self.step(state, t, thread,
                                     self.program.code[t][thread[0]])

    def step(self, state, t, thread, ins):
        """Every state that one instruction of thread t may lead to."""
        pc, regs, own, depth, inside = thread

        def after(memory=state[1], scv=state[2], own=own, value=None, to=None,
                  readers=state[3], periods=state[4], depth=depth,
                  inside=inside):
            new = regs
            if ins.dst is not None and value is not None:
                k = self.slots[t][ins.dst]
                new = regs[:k] + (value,) + regs[k + 1:]
            moved = (pc + 1 if to is None else to, new, own, depth, inside)
            return (state[0][:t] + (moved,) + state[0][t + 1:], memory, scv,
                    readers, periods)
        if ins.op == "set":
            yield after(value=self.evaluate(ins.val, regs, t))
        elif ins.op == "jump":
            yield after(to=ins.to)
        elif ins.op == "branch":
            yes = self.evaluate(ins.val, regs, t)
            yield after(to=None if yes else ins.to)
        elif ins.op == "fence":
            for scv, own in self.fence(state, own, ins.name):
                yield after(scv=scv, own=own)
        elif ins.op == "load":
            for value, own in self.load(state, own, self.place(ins, regs, t),
                                        ins.order):
                yield after(own=own, value=value)
        elif ins.op == "store":
            for memory, threads, own in self.store(
                    state, t, own, self.place(ins, regs, t),
                    self.evaluate(ins.val, regs, t), ins.order):
                yield self.shifted(after(memory=memory, own=own), threads, t)
        elif ins.op in ("rmw", "lock", "trylock"):
            yield from self.modify(state, t, ins, regs, own, after)
        elif ins.op == "unlock":
            for memory, threads, own in self.store(
                    state, t, own, self.number[ins.name], 0, "release"):
                yield self.shifted(after(memory=memory, own=own), threads, t)
        elif ins.op == "is_locked":
            for value, own in self.load(state, own, self.number[ins.name],
                                        "once"):
                yield after(own=own, value=value)
        else:
            yield from self.reader(state, t, ins, regs, own, depth, inside,
                                   after)

    def modify(self, state, t, ins, regs, own, after):
        if ins.op == "rmw":
            place, kind = self.place(ins, regs, t), ins.name
            args = [self.evaluate(e, regs, t) for e in ins.args]
            order = ins.order
        else:
            place, kind, args = self.number[ins.name], "cmpxchg", [0, 1]
            order = "acquire"
        for old, memory, threads, scv, own, did in self.exchange(
                state, t, own, place, kind, args, order):
            if ins.op == "lock" and not did:
                continue        # it waits
            yield self.shifted(after(
                memory=memory, scv=scv, own=own, value=int(did)
                if ins.op == "trylock" else old), threads, t)

    def shifted(self, state, threads, t):
        """Positions moved by an insertion, in everybody's views but t's."""
        if threads is None:
            return state
        merged = list(threads[0])
        merged[t] = state[0][t]
        return (tuple(merged), state[1], threads[1], threads[2], threads[3])

    # ------------------------------------------------------------ readers
    def reader(self, state, t, ins, regs, own, depth, inside, after):
        readers, periods = state[3], state[4]
        if ins.op == "enter":
            if ins.name is None and depth:
                yield after(depth=depth + 1)
                return
            own = self.enter(own, [p[0] for g, p in enumerate(periods)
                                   if p and p[2] == ins.name])
            marked = readers[:ins.to] + (1,) + readers[ins.to + 1:]
            yield after(own=own, readers=marked, value=ins.to,
                        depth=depth + (ins.name is None),
                        inside=ins.to if ins.name is None else inside)
        elif ins.op == "leave":
            if ins.name is None and depth != 1:
                yield after(depth=depth - 1)
                return
            section = inside if ins.name is None else \
                self.evaluate(ins.val, regs, t)
            if section is None or not 0 <= section < len(readers):
                return
            marked = readers[:section] + (self.leave(own, t),) + \
                readers[section + 1:]
            yield after(readers=marked,
                        depth=depth - (ins.name is None))
        elif ins.op == "gp_start":
            for scv, own in self.fence(state, own, "mb"):
                waits = tuple(s for s, r in enumerate(readers) if r != 0 and
                              self.sections[s] == ins.name)
                mark = (self.view_of(own), waits, ins.name)
                yield after(scv=scv, own=own, periods=periods[:ins.to] +
                            (mark,) + periods[ins.to + 1:])
        else:
            waits = [readers[s] for s in periods[ins.to][1]]
            if all(r not in (0, 1) and self.is_out(state, r) for r in waits):
                own = self.enter(own, waits)
                for scv, own in self.fence(state, own, "mb"):
                    yield after(scv=scv, own=own)
