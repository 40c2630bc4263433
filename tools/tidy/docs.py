"""Rules about what pages and headers refer to."""
import re

from .source import LAYERS, rule

FOLDERS = LAYERS + ["tests", "tools", "docs", "labs", "boot"]
PATH = re.compile(r"(?:%s)/[\w./-]*\w" % "|".join(sorted(set(FOLDERS))))
FOREIGN = re.compile(r"\b[A-Z]\w*(?: \d[\d.]*)?,? $")    # "QEMU docs/x.txt"
SOURCES = (".c", ".h", ".asm", ".py")


def defined(tree):
    """Every identifier that stands in code of the tree."""
    names = set()
    for f in tree.files.values():
        if f.is_c:
            names |= f.identifiers
        elif f.ext in SOURCES:
            names.update(re.findall(r"[A-Za-z_]\w*", f.text))
    return names


def exists(tree, path):
    """A file of the tree, or a folder of it."""
    path = path.rstrip("/")
    return path in tree.files or any(p.startswith(path + "/")
                                     for p in tree.files)


def spans(f):
    """(line, text) of each `code` of a page, outside fenced blocks."""
    fenced = False
    for n, line in enumerate(f.lines, 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced:
            for m in re.finditer(r"`([^`]+)`", line):
                yield n, m[1]


@rule("docs-reference", "`path/file.c`, `file.c:function` and `function()` in "
      "a page exist")
def docs_reference(tree):
    names = defined(tree)
    for f in tree.files.values():
        if f.ext != ".md" or f.top not in ("docs", "README.md", "labs"):
            continue
        for n, text in spans(f):
            m = re.fullmatch(r"(%s(?:\.\w+|/))(?::(\w+)(?:\(\))?)?"
                             % PATH.pattern, text)
            if m and not exists(tree, m[1]):
                yield f.path, n, "%s does not exist" % m[1]
            elif m and m[2] and m[2].isdigit():
                yield f.path, n, "%s: name a function, line numbers rot" % text
            elif m and m[2] and not re.search(
                    r"\b%s\b" % m[2], tree.files[m[1]].text):
                yield f.path, n, "%s is not in %s" % (m[2], m[1])
            m = re.fullmatch(r"([a-z_]\w*)\(\)", text)
            if m and m[1] not in names:
                yield f.path, n, "%s() does not exist" % m[1]


@rule("see", "the files that a header's See names exist")
def see(tree):
    for f in tree.core(".c", ".h"):
        line, text = f.sections.get("See", (0, ""))
        for k, part in enumerate(text.split("\n")):
            for m in PATH.finditer(part):
                if not exists(tree, m[0]) \
                        and not FOREIGN.search(part[:m.start()]):
                    yield f.path, line + k, "%s does not exist" % m[0]
