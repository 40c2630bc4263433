"""The three memories of the reference machine; machine.py says which they are."""
from .machine import MODIFY, Machine, join, signed


class Sc(Machine):
    """A thread has no memory of its own."""

    def fresh(self):
        return ()

    def memory(self):
        return tuple(self.start_word(n) for n in self.names)

    def fresh_view(self):
        return ()

    def drain(self, state, t):
        return ()

    def final(self, state, k):
        return state[1][k]

    def fence(self, state, own, kind):
        yield state[2], own

    def load(self, state, own, place, order):
        yield state[1][place], own

    def store(self, state, t, own, place, value, order):
        yield state[1][:place] + (value,) + state[1][place + 1:], None, own

    def exchange(self, state, t, own, place, kind, args, order):
        old, memory = state[1][place], state[1]
        new = MODIFY[kind](old, *args)
        if new is not None:
            memory = memory[:place] + (signed(new),) + memory[place + 1:]
        yield old, memory, None, state[2], own, new is not None

    def enter(self, own, views):
        return own

    def leave(self, own, t):
        return ()

    def view_of(self, own):
        return ()

    def is_out(self, state, record):
        return True


class Tso(Sc):
    """A thread's own = (its queue of stores, how many have left it)."""

    def fresh(self):
        return ((), 0)

    def drain(self, state, t):
        pc, regs, (queue, gone), depth, inside = state[0][t]
        if queue:
            place, value = queue[0]
            memory = state[1][:place] + (value,) + state[1][place + 1:]
            moved = (pc, regs, (queue[1:], gone + 1), depth, inside)
            yield (state[0][:t] + (moved,) + state[0][t + 1:], memory,
                   *state[2:])

    def is_over(self, state):
        return super().is_over(state) and not any(t[2][0] for t in state[0])

    def fence(self, state, own, kind):
        if kind != "mb" or not own[0]:
            yield state[2], own

    def load(self, state, own, place, order):
        mine = [v for p, v in own[0] if p == place]
        yield (mine[-1] if mine else state[1][place]), own

    def store(self, state, t, own, place, value, order):
        yield state[1], None, (own[0] + ((place, value),), own[1])

    def exchange(self, state, t, own, place, kind, args, order):
        if not own[0]:
            yield from super().exchange(state, t, own, place, kind, args,
                                        order)
        elif kind == "add_unless":      # a load first: no lock if it fails
            for old, own in self.load(state, own, place, order):
                if MODIFY[kind](old, *args) is None:
                    yield old, state[1], None, state[2], own, False

    def leave(self, own, t):
        return (t, own[1] + len(own[0]))

    def is_out(self, state, record):
        return state[0][record[0]][2][1] >= record[1]


class Weak(Machine):
    """own = (cur, acq, rel): what a thread must see, what an acquire fence
    would add, and what its relaxed stores publish.  memory: for each location
    its messages (value, view, glued), glued if written by a read-modify-write,
    so that nothing may come before it."""

    def fresh(self):
        none = (0,) * len(self.names)
        return (none, none, none)

    def fresh_view(self):
        return (0,) * len(self.names)

    def memory(self):
        none = self.fresh_view()
        return tuple(((self.start_word(n), none, False),) for n in self.names)

    def drain(self, state, t):
        return ()

    def final(self, state, k):
        return state[1][k][-1][0]

    def fence(self, state, own, kind):
        cur, acq, rel = own
        if kind in ("mb", "rmb"):
            cur = join(cur, acq)
        if kind == "mb":
            cur = join(cur, state[2])
        if kind in ("mb", "wmb"):
            rel = cur
        yield (cur if kind == "mb" else state[2]), (cur, acq, rel)

    def take(self, own, place, at, message, acquire):
        """Message number `at` of a location has been read."""
        cur, acq, rel = own
        cur = cur[:place] + (max(cur[place], at),) + cur[place + 1:]
        acq = join(acq, message[1])
        if acquire:
            cur = join(cur, message[1])
        return (cur, join(acq, cur), rel)

    def load(self, state, own, place, order):
        for at in range(own[0][place], len(state[1][place])):
            message = state[1][place][at]
            yield message[0], self.take(own, place, at, message,
                                        order in ("acquire", "deref"))

    def insert(self, state, t, own, place, at, value, view, glued):
        """A new message `at` a place: what lies behind it moves down."""
        def view_moved(v):
            return v[:place] + (v[place] + 1,) + v[place + 1:] \
                if v[place] >= at else v

        def moved(state_of_thread):
            pc, regs, mine, depth, inside = state_of_thread
            return (pc, regs, tuple(map(view_moved, mine)), depth, inside)
        memory = [tuple((w, view_moved(v), g) for w, v, g in ms)
                  for ms in state[1]]

        def here(v):
            return v[:place] + (at,) + v[place + 1:]
        cur, acq, rel = map(view_moved, own)
        view = view_moved(view)
        ms = memory[place]
        memory[place] = ms[:at] + ((value, here(view), glued),) + ms[at:]
        rest = (tuple(map(moved, state[0])), view_moved(state[2]),
                tuple(r if r in (0, 1) else view_moved(r) for r in state[3]),
                tuple(p and (view_moved(p[0]), *p[1:]) for p in state[4]))
        return tuple(memory), rest, (here(cur), here(join(acq, cur)), rel)

    def store(self, state, t, own, place, value, order):
        messages = state[1][place]
        view = own[0] if order == "release" else own[2]
        for at in range(own[0][place] + 1, len(messages) + 1):
            if at == len(messages) or not messages[at][2]:
                yield self.insert(state, t, own, place, at, value, view,
                                  False)

    def exchange(self, state, t, own, place, kind, args, order):
        for at in range(own[0][place], len(state[1][place])):
            old = state[1][place][at][0]
            if MODIFY[kind](old, *args) is None:    # only a relaxed load
                yield (old, state[1], None, state[2],
                       self.take(own, place, at, state[1][place][at], False),
                       False)
        scv = state[2]
        if order == "full":
            for scv, own in self.fence(state, own, "mb"):
                pass
        state = (*state[:2], scv, *state[3:])
        messages = state[1][place]
        for at in range(own[0][place], len(messages)):
            new = MODIFY[kind](messages[at][0], *args)
            if new is None or (at + 1 < len(messages) and
                               messages[at + 1][2]):
                continue
            mine = self.take(own, place, at, messages[at],
                             order in ("acquire", "full"))
            view = join(messages[at][1], mine[0] if order in (
                "release", "full") else mine[2])
            memory, rest, mine = self.insert(state, t, mine, place, at + 1,
                                             signed(new), view, True)
            if order == "full":
                for scv, mine in self.fence((0, 0, rest[1]), mine, "mb"):
                    rest = (rest[0], scv, *rest[2:])
            yield messages[at][0], memory, rest, rest[1], mine, True

    def enter(self, own, views):
        cur, acq, rel = own
        for view in views:
            cur = join(cur, view)
        return (cur, join(acq, cur), rel)

    def leave(self, own, t):
        return own[0]

    def view_of(self, own):
        return own[0]

    def is_out(self, state, record):
        return True


MEMORIES = {"sc": Sc, "tso": Tso, "weak": Weak}
