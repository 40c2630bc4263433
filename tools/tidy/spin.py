"""Rules about loops that wait."""
import re

from .source import match, rule

WAIT = re.compile(r"(load|xchg)_(relaxed|acquire|release|acq_rel)$|in[bwl]$"
                  r"|mmio_read\w*$|rdtsc$|clock_ns$")
PORT = re.compile(r"in[bwl]$|mmio_read")
PURE = {"likely", "unlikely", "assert", "cpu_id", "sizeof", "if", "while",
        "for", "switch", "return"}
ASSIGN = {"=", "+=", "-=", "|=", "&=", "^=", "<<=", ">>=", "++", "--"}
RELAX = {"cpu_relax", "watch_relax"}
FOREVER = ("", "1", "true")


def statement_end(toks, i):
    """Index of the last token of the statement that begins at i."""
    last = len(toks) - 1
    if i >= last:
        return last
    text = toks[i].text
    if text == "{":
        return match(toks, i)
    if text == "do":
        j = statement_end(toks, i + 1)          # then `while (...) ;`
        return min(match(toks, j + 2) + 1, last) if j + 2 < last else last
    if toks[i].kind == "ident" and toks[i + 1].text == "(":
        j = match(toks, i + 1)
        nested = text in ("if", "while", "for", "switch")
        if nested or j < last and (toks[j + 1].kind == "ident"
                                   or toks[j + 1].text == "{"):
            j = statement_end(toks, j + 1)      # a macro of a loop, too
            if text == "if" and j < last and toks[j + 1].text == "else":
                j = statement_end(toks, j + 2)
            return j
    depth = 0
    for j in range(i, last + 1):
        depth += toks[j].text in "([{"
        depth -= toks[j].text in ")]}"
        if toks[j].text == ";" and depth <= 0:
            return j
    return last


def loops(f):
    """(line, tokens of condition and step, tokens of the body)"""
    toks, tails = f.code, set()
    for i, t in enumerate(toks):
        if t.text == "do":
            end = statement_end(toks, i + 1)
            tails.add(end + 1)
            if end + 2 < len(toks) and toks[end + 2].text == "(":
                yield t.line, toks[end + 3:match(toks, end + 2)], \
                    toks[i + 1:end + 1]
        elif t.text in ("while", "for") and i not in tails \
                and i + 1 < len(toks) and toks[i + 1].text == "(":
            shut = match(toks, i + 1)
            head = toks[i + 2:shut]
            if t.text == "for":
                semi = next((k for k, h in enumerate(head)
                             if h.text == ";"), 0)
                head = head[semi + 1:]
            yield t.line, head, toks[shut + 1:statement_end(toks, shut + 1) + 1]


def names_called(toks):
    return [a.text for a, b in zip(toks, toks[1:])
            if a.kind == "ident" and b.text == "("]


def assigned(toks):
    """Variables that the tokens assign: the names left of an operator."""
    found = set()
    for i, t in enumerate(toks):
        if t.text in ASSIGN:
            near = toks[i - 1] if i and toks[i - 1].kind == "ident" \
                else toks[i + 1] if i + 1 < len(toks) else t
            found.add(near.text)
    return found


def stores(toks):
    """Does it assign to an array's element, or through a pointer?"""
    start = 0
    for i, t in enumerate(toks):
        if t.text in (";", "{", "}"):
            start = i + 1
        elif t.text == "=" and (toks[start].text == "*"
                                or toks[i - 1].text == "]"):
            return True
    return False


def is_spin(head, body):
    """Does the loop only wait for what it reads?"""
    toks = head + body
    waits, ports = set(), set()
    for i, t in enumerate(toks[:-1]):
        if WAIT.match(t.text) and toks[i + 1].text == "(":
            args = toks[i + 2:match(toks, i + 1)]
            waits.update(a.text for a in args if a.kind == "ident")
            waits.add("")
            if PORT.match(t.text):
                ports.add(" ".join(a.text for a in args))
    if not waits or waits & assigned(toks) or len(ports) > 1:
        return False
    if ports and stores(body):
        return False            # it drains a device into a buffer
    return not [n for n in names_called(toks)
                if n not in PURE and not WAIT.match(n)]


@rule("spin-relax", "every spin iteration calls cpu_relax()")
def spin_relax(tree):
    for f in tree.core(".c", ".h"):
        for line, head, body in loops(f):
            calls = names_called(head + body)
            if not RELAX & set(calls) and is_spin(head, body):
                yield f.path, line, "it waits for another CPU or a device: " \
                    "call cpu_relax() in each iteration"


@rule("counted-relax", "a delay is cpu_delay(n), not a counted cpu_relax()")
def counted_relax(tree):
    for f in tree.core(".c", ".h"):
        inside = {n for fn in f.functions if fn.name == "cpu_delay"
                  for n in range(fn.first, fn.last + 1)}
        for line, head, body in loops(f):
            only = [t.text for t in body if t.text not in "{}"]
            forever = "".join(t.text for t in head).strip(";") in FOREVER
            if only == ["cpu_relax", "(", ")", ";"] and line not in inside \
                    and (assigned(head) or forever) \
                    and not any(WAIT.match(n) for n in names_called(head)):
                yield f.path, line, "use cpu_delay(n)"
