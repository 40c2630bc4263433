"""Rules about atomics: edges, labels, reasons, fences."""
import re

from .source import match, rule

OP = re.compile(r"(?:a32_|a64_|aptr_)?(load|store(?:_add)?|xchg|cas|fetch_\w+?)_"
                r"(relaxed|acquire|release|acq_rel)$")
FENCE = re.compile(r"fence_(acquire|release|seq_cst)$")
LABEL = re.compile(r"\[([A-Z]\d?)\]")
FILE = re.compile(r"\w\.(?:c|h|asm|py)\b")
ACQUIRES = ("acquire", "acq_rel", "seq_cst")
RELEASES = ("release", "acq_rel", "seq_cst")


def is_body(path):
    """Where the operations themselves are made."""
    return path == "arch/atomic.h" or path.endswith("world/atomic.h")


def calls(f, pattern):
    """(order, first line, last line, line where the statement began)."""
    toks, began = f.tokens, 1
    for i, t in enumerate(toks):
        if t.text in (";", "{", "}") and i + 1 < len(toks):
            began = toks[i + 1].line
        m = t.kind == "ident" and pattern.match(t.text)
        if m and toks[i + 1:i + 2] and toks[i + 1].text == "(":
            yield (m[m.lastindex], t.line,
                   toks[match(toks, i + 1)].line, min(began, t.line))


def labels_at(f, first, last):
    return {l for c in f.comments_between(first, last)
            for l in LABEL.findall(c.text)}


def around(f, began, first, last):
    """The text of comments on the call, or directly above its statement."""
    near = f.comments_between(began, last)
    near = [c for c in near if c.first >= first or c.alone]
    near += [c for c in (f.comment_above(began),) if c]
    return " ".join(c.text for c in near)


def definitions(f):
    """{label: (line, its paragraph under Ordering)}

    A paragraph begins with a label and may define further ones.
    """
    line, text = f.sections.get("Ordering", (0, ""))
    found, paragraph = {}, []
    for k, part in enumerate(text.split("\n")):
        if re.match(r"\[[A-Z]\d?\]", part):
            paragraph = []
        paragraph += [l for l in LABEL.findall(part) if l not in found]
        for name in paragraph:
            first, said_before = found.get(name, (line + k, ""))
            found[name] = (first, said_before + part + " ")
    return found


def checked(tree):
    return [f for f in tree.core(".c", ".h") if not is_body(f.path)]


@rule("edge-label", "each acquire and release carries its edge, /* [A] */")
def edge_label(tree):
    for f in checked(tree):
        for order, first, last, _ in calls(f, OP):
            if order != "relaxed" and not labels_at(f, first, last):
                yield f.path, first, "write the edge of this %s behind it, " \
                    "/* [A] */, defined under Ordering" % order


@rule("edge-sides", "each label is defined under Ordering and has both sides")
def edge_sides(tree):
    for f in checked(tree):
        defs = definitions(f)
        sides = {}
        used = [(first, order, labels_at(f, first, last))
                for order, first, last, _ in calls(f, OP)]
        used += [(call[1], call[0], set(LABEL.findall(around(f, call[3],
                                                             *call[1:3]))))
                 for call in calls(f, FENCE)]
        for first, order, labels in sorted(used, key=lambda u: u[0]):
            if order == "relaxed":
                continue
            for name in labels:
                line, both = sides.setdefault(name, (first, set()))
                both.update(["release"] * (order in RELEASES)
                            + ["acquire"] * (order in ACQUIRES))
        for name, (line, both) in sides.items():
            if name not in defs:
                yield f.path, line, "[%s] is not defined under Ordering in " \
                    "the top comment" % name
            elif len(both) < 2 and not FILE.search(defs[name][1]):
                yield f.path, line, "[%s] has only its %s here: name the " \
                    "file of its other side under Ordering" \
                    % (name, both.pop())
        for name, (line, text) in defs.items():
            if name not in sides and not FILE.search(text):
                yield f.path, line, "no operation carries [%s]: remove it, " \
                    "or name the file that does" % name


@rule("relaxed-why", "each relaxed operation has a comment `relaxed: why`")
def relaxed_why(tree):
    for f in checked(tree):
        for order, first, last, began in calls(f, OP):
            if order == "relaxed" and "relaxed:" not in around(
                    f, began, first, last):
                yield f.path, first, "say why no order is needed, in " \
                    "`/* relaxed: ... */` on the line or directly above"


@rule("fence-pairs", "each fence carries an edge, or says what it pairs with")
def fence_pairs(tree):
    for f in checked(tree):
        for order, first, last, began in calls(f, FENCE):
            why = around(f, began, first, last)
            if not LABEL.search(why) and "pairs with" not in why:
                yield f.path, first, "give it its edge, /* [A] */, or say " \
                    "what it orders and that it `pairs with` which"


@rule("atomic-member", "nothing but the atomics' own headers touches .word_")
def atomic_member(tree):
    for f in tree.c_files():
        if is_body(f.path):
            continue
        for before, t in zip(f.tokens, f.tokens[1:]):
            if t.text == "word_" and before.text in (".", "->"):
                yield f.path, t.line, "use an operation of arch/atomic.h"
