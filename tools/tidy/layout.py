"""Rules about how the text lies: lengths, columns, tabs, braces, words."""
import re

from .source import rule

MAX_LINES, MAX_FUNCTION, MAX_COLUMNS = 400, 60, 80
CODE = (".c", ".h", ".asm", ".py", ".sh", ".ld", ".mk")


@rule("file-length", "a core file has at most 400 lines")
def file_length(tree):
    for f in tree.core():
        n = f.text.count("\n")
        if n > MAX_LINES:
            yield f.path, MAX_LINES + 1, \
                "%d lines; split it by ideas, limit %d" % (n, MAX_LINES)


@rule("function-length", "a core function has at most 60 lines")
def function_length(tree):
    for f in tree.core(".c", ".h"):
        for fn in f.functions:
            n = fn.last - fn.first + 1
            if n > MAX_FUNCTION:
                yield f.path, fn.first, "%s() has %d lines; find the function "\
                    "in it, limit %d" % (fn.name, n, MAX_FUNCTION)


@rule("columns", "a core line has at most 80 columns, a tab being 8")
def columns(tree):
    for f in tree.core():
        for n, line in enumerate(f.lines, 1):
            width = len(line.expandtabs(8))
            if width > MAX_COLUMNS:
                yield f.path, n, "%d columns; break the line, limit %d" \
                    % (width, MAX_COLUMNS)


def starts_statement(f):
    """Lines whose first token begins a statement or a declaration."""
    begun, seen, after, depth = set(), 0, True, 0
    for t in f.code:
        if t.line != seen:
            if after:
                begun.add(t.line)
            seen = t.line
        depth += (t.text == "(") - (t.text == ")")
        after = t.text in (";", "{", "}") and not depth
    return begun


@rule("tabs", "indent with tabs; spaces only to align; none at a line's end")
def tabs(tree):
    for f in tree.core():
        inside = set()
        for c in f.comments if f.is_c else ():
            inside.update(range(c.first + 1, c.last + 1))
        starts = starts_statement(f) if f.is_c else set()
        for n, line in enumerate(f.lines, 1):
            if line != line.rstrip():
                yield f.path, n, "white space at the end of the line"
            indent = line[:len(line) - len(line.lstrip())]
            if n in inside or not line.strip():
                continue
            if " \t" in indent or "        " in indent:
                yield f.path, n, "eight spaces of indent: use a tab"
            elif " " in indent and (n in starts or not f.is_c):
                yield f.path, n, "indented with spaces: use tabs"
        if f.text and not f.text.endswith("\n"):
            yield f.path, len(f.lines), "no newline at the end of the file"


@rule("braces", "K&R: a brace ends the line of if/for/while; functions give "
      "it its own")
def braces(tree):
    for f in tree.core(".c", ".h"):
        toks = f.code
        opens = {fn.open: fn for fn in f.functions}
        for i, t in enumerate(toks):
            before = toks[i - 1] if i else t
            if i in opens and before.line == t.line \
                    and toks[opens[i].close].line != t.line:
                yield f.path, t.line, "the brace that opens %s() goes on its " \
                    "own line" % opens[i].name
            elif t.text == "{" and before.line != t.line and i not in opens \
                    and before.text in (")", "else", "do"):
                yield f.path, t.line, "put the { on the line above"
            elif t.text == "else" and before.text == "}" \
                    and before.line != t.line:
                yield f.path, t.line, "write `} else` on one line"
            elif t.text in ("if", "for", "while", "switch") and re.search(
                    r"\b%s\(" % t.text, f.lines[t.line - 1]) \
                    and toks[i + 1:i + 2] and toks[i + 1].text == "(":
                yield f.path, t.line, "write `%s (` with a space" % t.text


@rule("conditional", "#if and #ifdef only in arch/ and boot/; #if 0 nowhere")
def conditional(tree):
    for f in tree.c_files():
        for n, line in enumerate(f.lines, 1):
            m = re.match(r"\s*#\s*(if|ifdef|ifndef|elif)\b\s*(.*)", line)
            if m and m[2].split("/*")[0].strip() == "0":
                yield f.path, n, "#if 0 hides dead code: remove it"
            elif m and f.top not in ("arch", "boot"):
                yield f.path, n, "#%s outside arch/ and boot/: make it a " \
                    "constant of config.h and a plain if" % m[1]


@rule("todo", "no note of unfinished work in the tree")
def todo(tree):
    pat = re.compile(r"\b(TODO|FIXME|XXX)\b")
    for f in tree.files.values():
        if f.is_c:
            for c in f.comments:
                for k, line in enumerate(c.text.split("\n")):
                    if pat.search(line):
                        yield f.path, c.first + k, "do it, or open an issue"
        elif f.ext in CODE or f.path == "Makefile":
            mark = ";" if f.ext == ".asm" else "#"
            for n, line in enumerate(f.lines, 1):
                if pat.search(line.partition(mark)[2]):
                    yield f.path, n, "do it, or open an issue"


STATEMENT = re.compile(r"""
    (?: \w+\(.*\)                                   # a call
      | [\w>\-.\[\]*]+ (?:\s\*?\w+)? \s* [-+|&^*/%]?=\s.*   # an assignment
      | (?:return\b.*|break|continue|goto\s\w+)
      | (?:static\s|const\s)*(?:struct\s\w+|unsigned|int|char|bool|u?int\d+_t)
        \s\**\w+(?:\[\w*\])? );$
  | (?:if|while|for|switch)\s?\(.*\)\s?(?:\{|\w+\(.*\);|return.*;)$
  | \}\selse\b.*\{$
  | \#\s*(?:include|define|if|ifdef|ifndef|endif)\b
""", re.X)


@rule("commented-code", "no commented-out code: the history keeps it")
def commented_code(tree):
    for f in tree.c_files():
        for c in f.comments:
            if c is f.top_comment:
                continue
            body = re.sub(r"^(/\*+|//)|\*/$", "", c.text)
            for k, line in enumerate(body.split("\n")):
                if STATEMENT.match(line.strip(" \t*")):
                    yield f.path, c.first + k, \
                        "a comment that is code: remove it"


@rule("machine-path", "no absolute path of somebody's machine")
def machine_path(tree):
    pat = re.compile(r"(?<![\w.$)}~/-])/(?:work|root|home|Users)/\w")
    for f in tree.files.values():
        for n, line in enumerate(f.lines, 1):
            if pat.search(line):
                yield f.path, n, "a path of one machine: make it relative"


@rule("typedef", "struct foo, never a typedef for a struct")
def typedef(tree):
    for f in tree.c_files():
        for t, after in zip(f.tokens, f.tokens[1:]):
            if t.text == "typedef" and after.text in ("struct", "union"):
                yield f.path, t.line, "name it `%s x` and write that out" \
                    % after.text


@rule("volatile", "volatile only in asm statements and arch/*/mmio.h")
def volatile(tree):
    for f in tree.c_files():
        if re.fullmatch(r"arch/\w+/mmio\.h", f.path):
            continue
        for before, t in zip([None] + f.tokens, f.tokens):
            if t.text in ("volatile", "__volatile__") and not (
                    before and before.text in ("asm", "__asm__", "goto")):
                yield f.path, t.line, "shared words are struct atomic32/64/" \
                    "ptr; device registers go through mmio.h"
