"""The C litmus format of the Linux kernel memory model, read into trees.

    C name  (* comment *)  { initial values }
    P0(int *x, spinlock_t *l) { ... }  P1(...) { ... }
    locations [x; 0:r1]   filter (...)   exists (...)

An expression is a tuple: ("num", n), ("name", text), ("un", op, e),
("bin", op, a, b), ("call", function, [e]), ("deref", e).  A statement is
("set", target, e), ("do", e), ("if", e, then, otherwise) or ("block", [..]).
Each ends with the number of its line.
"""
import re
from dataclasses import dataclass, field

TOKEN = re.compile(r"""
    (?P<space>\s+ | \(\*.*?\*\) | /\*.*?\*/ | //[^\n]*)
  | (?P<num>0[xX][0-9a-fA-F]+|\d+)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<op>/\\|\\/|<<=|>>=|\+\+|--|->|&&|\|\||<<|>>|[-+*/%&|^<>=!]=|
        [-+*/%&|^<>=!~?:;,.(){}\[\]])
""", re.X | re.S)
TYPES = {"int", "long", "char", "short", "unsigned", "signed", "void",
         "struct", "const", "volatile", "atomic_t", "atomic64_t",
         "atomic_long_t", "spinlock_t", "raw_spinlock_t", "intptr_t",
         "uintptr_t", "bool", "u8", "u32", "u64", "s64", "int64_t",
         "uint64_t", "int32_t", "uint32_t", "srcu_struct"}
NOT_TAKEN = {"for", "while", "do", "goto", "switch", "return", "break",
             "continue", "asm", "sizeof", "typedef", "union"}
LEVELS = [["||"], ["&&"], ["|"], ["^"], ["&"], ["==", "!="],
          ["<", "<=", ">", ">="], ["<<", ">>"], ["+", "-"], ["*", "/", "%"]]


class Unhandled(Exception):
    """A construct that this tool does not take, with its place."""


@dataclass
class Thread:
    number: int
    params: dict            # name -> type
    body: tuple
    line: int


@dataclass
class Litmus:
    path: str
    name: str = ""
    result: str = None      # Never, Sometimes or Always, if the file says so
    init: dict = field(default_factory=dict)        # name -> expression
    types: dict = field(default_factory=dict)       # name -> type
    registers: dict = field(default_factory=dict)   # (thread, name) -> e
    threads: list = field(default_factory=list)
    locations: list = field(default_factory=list)
    filter: tuple = None
    quantifier: str = "exists"
    condition: tuple = None


class Parser:
    def __init__(self, path, text):
        self.path, self.at, self.tokens = path, 0, []
        self.litmus = Litmus(path)
        found = re.search(r"^[ \t(*]*Result:\s*(\w+)", text, re.M)
        if found:
            self.litmus.result = found[1]
        place = self.header(text)
        while place < len(text):
            m = TOKEN.match(text, place)
            line = text.count("\n", 0, place) + 1
            if not m:
                raise Unhandled("%s:%d: the character %r" % (
                    path, line, text[place]))
            if m.lastgroup != "space":
                self.tokens.append((m.lastgroup, m[0], line))
            place = m.end()
        self.tokens.append(("end", "end of file", text.count("\n") + 1))
        if self.litmus.result not in (None, "Never", "Sometimes", "Always"):
            raise Unhandled("%s: Result: %s" % (path, self.litmus.result))

    def header(self, text):
        m = re.match(r"\s*(\w+)[ \t]+(\S[^\n]*)\n", text)
        if not m or m[1] != "C":
            raise Unhandled("%s:1: not a test in C: it does not begin with "
                            "`C name`" % self.path)
        self.litmus.name = m[2].strip()
        m2 = re.compile(r'\s*"[^"]*"').match(text, m.end())
        return m2.end() if m2 else m.end()

    # ------------------------------------------------------------- tokens
    @property
    def kind(self):
        return self.tokens[self.at][0]

    @property
    def text(self):
        return self.tokens[self.at][1]

    @property
    def line(self):
        return self.tokens[self.at][2]

    def fail(self, what):
        raise Unhandled("%s:%d: %s" % (self.path, self.line, what))

    def take(self, *wanted):
        if self.kind != "end" and self.text in wanted:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return None

    def need(self, wanted):
        if not self.take(wanted):
            self.fail("%r where %r was expected" % (self.text, wanted))

    def word(self):
        if self.kind != "name":
            self.fail("%r where a name was expected" % self.text)
        self.at += 1
        return self.tokens[self.at - 1][1]

    def ahead(self, n=1):
        return self.tokens[min(self.at + n, len(self.tokens) - 1)]

    # -------------------------------------------------------------- parts
    def parse(self):
        self.initial()
        while re.fullmatch(r"P\d+", self.text):
            self.thread()
        if not self.litmus.threads:
            self.fail("%r where P0 was expected" % self.text)
        self.tail()
        return self.litmus

    def type_of(self):
        """The words of a type, without its stars; None if none is here."""
        words = []
        while self.kind == "name" and (self.text in TYPES or
                                       words[-1:] == ["struct"]):
            words.append(self.word())
        return " ".join(w for w in words if w not in (
            "const", "volatile", "struct")) if words else None

    def initial(self):
        self.need("{")
        while not self.take("}"):
            if self.take(";"):
                continue
            if self.kind == "num":
                thread = int(self.take(self.text))
                self.need(":")
                kind, key = self.type_of(), (thread, self.word())
                table = self.litmus.registers
            else:
                self.take("[")
                kind = self.type_of()
                while self.take("*"):
                    pass
                key, table = self.word(), self.litmus.init
                self.take("]")
            if kind and table is self.litmus.init:
                self.litmus.types[key] = kind
            if self.text == "[":
                self.fail("an array among the initial values")
            table[key] = self.start_value() if self.take("=") else \
                ("num", 0)
            if self.text != "}":
                self.need(";")

    def start_value(self):
        if self.take("ATOMIC_INIT", "ATOMIC64_INIT"):
            self.need("(")
            value = self.expression()
            self.need(")")
            return value
        self.take("&")
        if self.text == "{":
            self.fail("an initialiser in braces")
        return self.expression()

    def thread(self):
        line, number = self.line, int(self.word()[1:])
        if number != len(self.litmus.threads):
            self.fail("P%d where P%d was expected" % (
                number, len(self.litmus.threads)))
        self.need("(")
        params = {}
        while not self.take(")"):
            kind = self.type_of() or self.fail(
                "%r where a parameter's type was expected" % self.text)
            stars = 0
            while self.take("*"):
                stars += 1
            if self.take("const", "volatile"):
                pass
            if not stars:
                self.fail("a parameter that is no pointer")
            name = self.word()
            params[name] = kind if stars == 1 else kind + " *"
            if self.text == "[":
                self.fail("an array as a parameter")
            if self.text != ")":
                self.need(",")
        self.litmus.threads.append(Thread(number, params, self.block(), line))

    def block(self):
        line = self.line
        self.need("{")
        body = []
        while not self.take("}"):
            body.append(self.statement())
        return ("block", body, line)

    # --------------------------------------------------------- statements
    def statement(self):
        line = self.line
        if self.kind == "name" and self.text in NOT_TAKEN:
            self.fail("%s: a test has no loops, jumps or returns" % self.text)
        if self.text == "{":
            return self.block()
        if self.take(";"):
            return ("block", [], line)
        if self.take("if"):
            self.need("(")
            condition = self.expression()
            self.need(")")
            then = self.statement()
            other = self.statement() if self.take("else") else \
                ("block", [], line)
            return ("if", condition, then, other, line)
        if self.kind == "name" and self.text in TYPES:
            return self.declaration()
        made = self.simple()
        self.need(";")
        return made

    def declaration(self):
        line, made = self.line, []
        self.type_of()
        while True:
            while self.take("*"):
                pass
            name = self.word()
            if self.text == "[":
                self.fail("an array")
            value = self.expression() if self.take("=") else ("num", 0, line)
            made.append(("set", ("name", name, line), value, line))
            if not self.take(","):
                break
        self.need(";")
        return ("block", made, line)

    def simple(self):
        line, left = self.line, self.expression()
        op = self.take("=", "+=", "-=", "|=", "&=", "^=", "*=", "++", "--")
        if not op:
            return ("do", left, line)
        if op in ("++", "--"):
            value = ("bin", op[0], left, ("num", 1, line), line)
        else:
            value = self.expression()
            if op != "=":
                value = ("bin", op[:-1], left, value, line)
        return ("set", left, value, line)

    # -------------------------------------------------------- expressions
    def expression(self, level=0):
        if level == len(LEVELS):
            return self.unary()
        left = self.expression(level + 1)
        while True:
            line = self.line
            op = self.take(*LEVELS[level])
            if not op:
                break
            left = ("bin", op, left, self.expression(level + 1), line)
        if level == 0 and self.text == "?":
            self.fail("the operator ?:")
        return left

    def unary(self):
        line = self.line
        op = self.take("-", "!", "~", "*", "&", "+")
        if op == "*":
            return ("deref", self.unary(), line)
        if op:
            return ("un", op, self.unary(), line)
        if self.text == "(" and self.ahead()[1] in TYPES:   # a cast
            self.take("(")
            self.type_of()
            while self.take("*"):
                pass
            self.need(")")
            return self.unary()
        return self.primary()

    def primary(self):
        line = self.line
        if self.take("("):
            inner = self.expression()
            self.need(")")
        elif self.kind == "num":
            inner = ("num", int(self.take(self.text), 0), line)
        elif self.kind == "name" and self.text in NOT_TAKEN:
            self.fail(self.text)
        else:
            name = self.word()
            if self.take("("):
                arguments = []
                while not self.take(")"):
                    arguments.append(self.expression())
                    if self.text != ")":
                        self.need(",")
                inner = ("call", name, arguments, line)
            else:
                inner = ("name", name, line)
        if self.text in ("[", ".", "->"):
            self.fail("the operator %s" % self.text)
        return inner

    # ----------------------------------------------------------- the tail
    def tail(self):
        test = self.litmus
        while self.kind != "end":
            if self.take("locations"):
                self.need("[")
                while not self.take("]"):
                    test.locations.append(self.observed())
                    self.take(";")
            elif self.take("filter"):
                test.filter = self.either()
            elif self.take("exists", "forall"):
                test.quantifier = self.tokens[self.at - 1][1]
                test.condition = self.either()
            elif self.take("~", "not"):
                self.need("exists")
                test.quantifier = "~exists"
                test.condition = self.either()
            else:
                self.fail("%r: only locations, filter, exists, ~exists and "
                          "forall may follow the threads" % self.text)
        if test.condition is None:
            self.fail("there is no exists, ~exists or forall")

    def observed(self):
        """A register (thread, name), or a location's name."""
        if self.kind == "num":
            thread = int(self.take(self.text))
            self.need(":")
            return thread, self.word()
        self.take("*")
        bracket = self.take("[")
        name = self.word()
        if bracket:
            self.need("]")
        elif self.text == "[":
            self.fail("an array's element in a condition")
        return name

    def either(self):
        left = self.both()
        while self.take("\\/", "||"):
            left = ("or", left, self.both())
        return left

    def both(self):
        left = self.atom()
        while self.take("/\\", "&&"):
            left = ("and", left, self.atom())
        return left

    def atom(self):
        if self.take("~", "not", "!"):
            return ("not", self.atom())
        if self.take("("):
            inner = self.either()
            self.need(")")
            return inner
        if self.kind == "name" and self.take("true", "false"):
            return (self.tokens[self.at - 1][1],)
        left = self.observed()
        op = self.take("=", "==", "!=", "<", "<=", ">", ">=") or \
            self.fail("%r in a condition" % self.text)
        return ("cmp", "==" if op == "=" else op, left, self.bound())

    def bound(self):
        if self.kind == "num" and self.ahead()[1] != ":":
            return ("num", int(self.take(self.text), 0))
        if self.take("-"):
            return ("num", -int(self.take(self.text), 0))
        self.take("&")
        return ("observed", self.observed())


def read(path):
    with open(path, encoding="utf-8") as f:
        return Parser(path, f.read()).parse()
