"""Rules about the comment at the top of a file, and what belongs to it."""
import re

from .source import rule

def is_world(f):
    """A body of a seam: the seam's header states its contract."""
    return "/world/" in f.path


def declares_functions(f):
    return any(a.kind == "ident" and b.text == "("
               and a.text not in ("__attribute__", "_Static_assert")
               for a, b in zip(f.code, f.code[1:]))


@rule("template", "the top comment names the file, and has its sections")
def template(tree):
    for f in tree.core(".c", ".h"):
        if f.path.endswith("/world/config.h"):
            continue
        top = f.top_comment
        if not top or not re.match(
                r"/\*\n \* %s - \S" % re.escape(f.path), top.text):
            yield f.path, 1, "begin with `/*`, ` * %s - what it is`" % f.path
            continue
        want = []
        if f.ext == ".h" and not is_world(f):
            want = ["Guarantees", "See"]
            if declares_functions(f):
                want.insert(1, "Context")
        elif f.ext == ".c" and f.top == "sync":
            want = ["Invariant", "Ordering", "References"]
        for name in want:
            if name not in f.sections:
                yield f.path, 1, "the top comment lacks ` * %s  ...`" % name


@rule("pragma-once", "a header says #pragma once, and has no include guard")
def pragma_once(tree):
    for f in tree.c_files():
        if f.ext == ".h" and not re.search(r"^#pragma once$", f.text, re.M):
            yield f.path, 1, "add #pragma once below the top comment"


@rule("sync-companions", "sync/x.h has tests/sync/test_x.c, and its See names "
      "a chapter of docs/")
def sync_companions(tree):
    for f in tree.core(".h"):
        name = f.path[len("sync/"):-len(".h")]
        if f.top != "sync" or not f.functions \
                and "sync/%s.c" % name not in tree.files:
            continue            # a seam, or types: tested with their bodies
        test = "tests/sync/test_%s.c" % name
        if test not in tree.files:
            yield f.path, 1, "write %s" % test
        see = f.sections.get("See", (1, ""))
        if not re.search(r"docs/\S+\.md", see[1]):
            yield f.path, see[0], "See names no chapter docs/*.md"
