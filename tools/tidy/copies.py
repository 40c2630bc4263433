"""The rule against second copies."""
import re

from .source import rule

WINDOW = 8
DISTINCT = 4    # fewer different lines are a table, not a copy
CODE = (".c", ".h", ".asm", ".py", ".sh")
DULL = re.compile(r"[\W_]*|else|break;|\W*default:|return;|#include.*"
                  r"|#pragma.*|import .*|from .*")


def significant(f):
    """[(line, text)] without comments, white space and dull lines."""
    text = f.text
    if f.is_c:
        text = re.sub(r'("(?:\\.|[^"\\\n])*")|/\*.*?\*/|//[^\n]*', lambda m:
                      m[1] or "\n" * m[0].count("\n"), text, flags=re.S)
    else:
        mark = ";" if f.ext == ".asm" else "#"
        text = re.sub(r"[%s][^\n]*" % mark, "", text)
    lines = ((n, "".join(l.split())) for n, l in
             enumerate(text.split("\n"), 1))
    return [(n, l) for n, l in lines if not DULL.fullmatch(l)]


@rule("second-copy", "no 8 equal lines in two places (white space apart)")
def second_copy(tree):
    seen = {}
    for f in tree.files.values():
        if f.ext not in CODE or f.is_generated:
            continue
        lines = significant(f)
        previous = None         # where the window before this one was found
        for i in range(len(lines) - WINDOW + 1):
            key = tuple(l for _, l in lines[i:i + WINDOW])
            if len(set(key)) < DISTINCT:
                continue
            first = seen.setdefault(key, (f.path, i, lines[i][0]))
            if first[:2] == (f.path, i):
                previous = None
                continue
            if previous != (first[0], first[1] - 1):
                yield f.path, lines[i][0], "from here on as in %s:%d: " \
                    "keep one" % (first[0], first[2])
            previous = first[:2]
