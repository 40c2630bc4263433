"""From straight code to C: what the CPUs and the checker run.

The names that the C uses are in tests/litmus/litmus.h.
"""
from .machine import BASE

BOUNDS = {"words": 12, "locks": 4, "domains": 2, "registers": 32,
          "threads": 6, "places": 24}
ORDER = {"full": "acq_rel"}


class TooLarge(Exception):
    """A test with more of something than the C has room for."""


class Emit:
    def __init__(self, program, prefix, places):
        self.p, self.prefix, self.places = program, prefix, places
        self.choices = []       # what each bit of the choice decides
        for name, n in (("words", len(program.words)),
                        ("locks", len(program.locks)),
                        ("domains", len(program.domains)),
                        ("registers", max(map(len, program.registers))),
                        ("threads", len(program.code)),
                        ("places", len(places))):
            if n > BOUNDS[name]:
                raise TooLarge("%s: %d %s; there is room for %d" % (
                    program.test.path, n, name, BOUNDS[name]))
        inside = [(t, k, i) for t, c in enumerate(program.code)
                  for k, i in enumerate(c)]
        self.sections = [x for x in inside if x[2].op == "enter"]
        self.periods = [x for x in inside if x[2].op == "gp_start"]

    # -------------------------------------------------------- expressions
    def e(self, e):
        if e[0] == "num":
            return "INT64_C(%d)" % e[1]
        if e[0] == "reg":
            return e[1]
        if e[0] == "addr":
            return "litmus_address(v, %d)" % self.p.words.index(e[1])
        if e[0] == "un":
            return "((int64_t)(%s%s))" % (e[1], self.e(e[2]))
        return "((int64_t)(%s %s %s))" % (self.e(e[2]), e[1], self.e(e[3]))

    def at(self, i):
        return "litmus_at(%s)" % self.e(i.addr)

    # ----------------------------------------------------------- choices
    def choice(self, *what):
        if what not in self.choices:
            self.choices.append(what)
        return self.choices.index(what)

    def relation(self, gp, section):
        """How a section stands to a grace period of another thread: the bit
        that chooses, or True (it is over before), or None (they never meet).
        """
        t, k, i = gp
        u, n, j = section
        if i.name != j.name:
            return None
        if t == u:
            return True if n < k else None
        return self.choice("order", i.to, j.to)

    # ------------------------------------------------------- instructions
    def thread(self, t):
        code, p = self.p.code[t], self.p
        targets = {i.to for i in code if i.op in ("jump", "branch")}
        yield "static void %s_p%d(struct litmus_instance *v)" % (
            self.prefix, t)
        yield "{"
        for r in p.registers[t]:
            start = p.start_registers.get((t, r), ("num", 0))
            yield "\tint64_t %s = %s;" % (r, self.e(start))
        yield "\tunsigned depth_ = 0, inside_ = 0;\n"
        yield "\t(void)v, (void)depth_, (void)inside_;"
        for k, i in enumerate(code):
            if k in targets:
                yield "to%d:" % k
            yield "\t%s\t/* line %d */" % (self.instruction(t, k, i), i.line)
        if len(code) in targets:
            yield "to%d:" % len(code)
        for n, r in enumerate(p.registers[t]):
            yield "\tv->r[%d][%d] = %s;" % (t, n, r)
        yield "\tlitmus_end();"
        yield "\tv->whole[%d] = true;" % t
        yield "}\n"

    def instruction(self, t, k, i):
        if i.op == "set":
            return "%s = %s;" % (i.dst, self.e(i.val))
        if i.op == "jump":
            return "goto to%d;" % i.to
        if i.op == "branch":
            return "if (!(%s)) goto to%d;" % (self.e(i.val), i.to)
        if i.op == "fence":
            return {"mb": "fence_seq_cst();", "rmb": "fence_acquire();",
                    "wmb": "fence_release();",
                    "barrier": "compiler_barrier();"}[i.name]
        if i.op == "load":
            return "%s = (int64_t)load_%s(%s);" % (
                i.dst, "acquire" if i.order in ("acquire", "deref")
                else "relaxed", self.at(i))
        if i.op == "store":
            return "store_%s(%s, (uint64_t)%s);" % (
                "release" if i.order == "release" else "relaxed", self.at(i),
                self.e(i.val))
        if i.op == "rmw":
            return self.rmw(t, k, i)
        if i.op in ("lock", "unlock", "trylock", "is_locked"):
            lock = "&v->l[%d]" % self.p.locks.index(i.name)
            if i.op == "lock":
                return "if (!litmus_lock(%s)) return;" % lock
            return "%slitmus_%s(%s);" % (
                "%s = " % i.dst if i.dst else "", i.op, lock)
        return self.reader(t, k, i)

    def rmw(self, t, k, i):
        order = ORDER.get(i.order, i.order)
        args = [self.e(a) for a in i.args]
        full = "litmus_full();" if i.order == "full" else ""
        if i.name == "cmpxchg":
            if i.order == "full":
                do = "if (!litmus_cmpxchg_full(%s, &e_, (uint64_t)%s, %d)) " \
                    "return;" % (self.at(i), args[1],
                                 self.choice("cmpxchg", t, k))
            else:
                do = "(void)cas_%s(%s, &e_, (uint64_t)%s);" % (
                    order, self.at(i), args[1])
            return "{ uint64_t e_ = (uint64_t)%s; %s %s = (int64_t)e_; }" % (
                args[0], do, i.dst)
        if i.name in ("xchg", "add"):
            return "%s %s = (int64_t)%s_%s(%s, (uint64_t)%s); %s" % (
                full, i.dst, {"add": "fetch_add"}.get(i.name, i.name), order,
                self.at(i), args[0], full)
        if i.name == "add_unless":
            return "{ int64_t old_; if (!litmus_add_unless(%s, %s, %s, " \
                "&old_, %d)) return; %s = old_; }" % (
                    self.at(i), *args, self.choice("unless", t, k), i.dst)
        new = "old %s (%s)" % ({"and": "&", "or": "|", "xor": "^"}[i.name],
                               args[0])
        return "%s %s = litmus_update(%s, %s, cas_%s); %s" % (
            full, i.dst, self.e(i.addr), new, order, full)

    def reader(self, t, k, i):
        domain = "&v->d[%d]" % self.p.domains.index(i.name) if i.name \
            else "NULL"
        mine = (t, k, i)
        if i.op == "enter":
            # each grace period that may have begun before us
            after = self.bits(self.relation(g, mine) for g in self.periods)
            gps = [g[2].to for g in self.periods]
            do = "litmus_enter(%s, %d, %s)" % (
                domain, i.to, self.list(after, gps))
            if i.name:
                return "{ int64_t s_ = %s; if (s_ < 0) return; %s = s_; }" % (
                    do, i.dst)
            return "if (!depth_++) { inside_ = %d; if (%s < 0) return; }" % (
                i.to, do)
        if i.op == "leave":
            if i.name:
                return "litmus_leave(%s, %s);" % (domain, self.e(i.val))
            return "if (!--depth_) litmus_leave(NULL, inside_);"
        if i.op == "gp_start":
            return "if (!litmus_grace_start(%s, %d)) return;" % (domain, i.to)
        gp = next(g for g in self.periods if g[2].to == i.to)
        before = self.bits(self.relation(gp, s) for s in self.sections)
        return "if (!litmus_grace_end(%s, %s)) return;" % (
            domain, self.list(before, [s[2].to for s in self.sections]))

    @staticmethod
    def bits(relations):
        return [-2 if r is None else -1 if r is True else r
                for r in relations]

    @staticmethod
    def list(relations, numbers):
        """{relation, number} pairs, ended by LITMUS_END."""
        return "(const struct litmus_order []){ %s LITMUS_END }" % "".join(
            "{ %d, %d }, " % (r, n) for r, n in zip(relations, numbers)
            if r != -2)

    # ---------------------------------------------------------- the whole
    def functions(self):
        for t in range(len(self.p.code)):
            yield from self.thread(t)

    def start(self, name):
        e = self.p.start.get(name, ("num", 0))
        if e[0] == "num":
            return e[1]
        if e[1] not in self.p.words:
            raise TooLarge("%s: the address of a lock" % self.p.test.path)
        return BASE + 64 * self.p.words.index(e[1])

    def entry(self):
        p = self.p
        return """	{
		.name = "%s", .threads = %d, .words = %d, .places = %d,
		.slow = %s, .thread = { %s },
		.start = { %s },
		.place = { %s },
	},""" % (self.prefix, len(p.code), len(p.words), len(self.places),
             "true" if self.periods else "false",
             ", ".join("%s_p%d" % (self.prefix, t)
                       for t in range(len(p.code))),
             ", ".join("INT64_C(%d)" % self.start(w) for w in p.words) or "0",
             ", ".join("{ -1, %d }" % p.words.index(w)
                       if isinstance(w, str) else "{ %d, %d }" % (
                           w[0], p.registers[w[0]].index(w[1]))
                       for w in self.places))


def c_source(emits, where, more=""):
    """One C file with all of them, over tests/litmus/<where>/litmus_ops.h."""
    yield "/* Generated by tools/litmus. */"
    yield '#include "tests/litmus/%s/litmus_ops.h"\n' % where + more
    for emit in emits:
        yield from emit.functions()
    yield "const struct litmus_test litmus_tests[] = {"
    for emit in emits:
        yield emit.entry()
    yield "};"
    yield "const unsigned litmus_count = %d;" % len(emits)
