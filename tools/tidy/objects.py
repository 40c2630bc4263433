"""Rules that need the compiler or what it built."""
import os
import re
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor

from .layers import rank
from .source import LAYERS, rule

COMPILER_CALLS = {"memcpy", "memmove", "memset", "memcmp"}
WARN = ["-Wall", "-Wextra", "-Werror", "-Wno-unused"]
CROWD = 2       # compilers at a time


def makefile_cflags(text):
    """The kernel's flags: CFLAGS of the Makefile, simple variables expanded."""
    text = text.replace("\\\n", " ")
    given = dict(re.findall(r"^(\w+)\s*[:?]?=\s*(.*)$", text, re.M))
    flags = re.sub(r"\$\((\w+)\)", lambda m: given.get(m[1], ""),
                   given.get("CFLAGS", "-I. -Iarch/x86_64"))
    flags = re.sub(r"\$\([^()]*(\([^()]*\))*[^()]*\)", "", flags)
    return [w for w in shlex.split(flags) if re.match(r"-(std|f|m|I)", w)
            and not w.startswith("-ffile-prefix")]


def kernel_flags(tree):
    if tree.cflags is not None:
        return shlex.split(tree.cflags)
    make = tree.files.get("Makefile")
    return makefile_cflags(make.text if make else "")


def jobs(tree):
    """(header to blame, flags, header to compile) for every header."""
    kernel = kernel_flags(tree)
    headers = [f.path for f in tree.files.values() if f.ext == ".h"]
    worlds = sorted({m[1] for m in (re.match(r"(tests/worlds/\w+)/", h)
                                    for h in headers) if m})
    for h in headers:
        folder = h.split("/world/")[0] if "/world/" in h else None
        m = re.match(r"tests/worlds/\w+", h)
        flags = ["-std=gnu11", "-I.", "-I" + m[0]] if m else kernel
        if folder:              # the body of a seam: through its header
            body = '"world/%s"' % os.path.basename(h)
            yield from ((h, flags, s.path) for s in tree.core(".h")
                        if body in [i for _, i in s.includes]
                        and "/world/" not in s.path)
        elif not h.startswith("tools/"):
            yield h, flags, h
        if h.startswith("sync/"):
            yield from ((h, ["-std=gnu11", "-I.", "-I" + w], h)
                        for w in worlds)


@rule("header-alone", "every header compiles alone")
def header_alone(tree):
    def compile_one(job):
        blame, flags, header = job
        run = subprocess.run(
            ["gcc", *flags, *WARN, "-fsyntax-only", "-x", "c", "-include",
             header, "/dev/null"], cwd=tree.root, capture_output=True,
            text=True)
        m = re.search(r"(?:error|fatal error): (.*)", run.stderr)
        if run.returncode:
            return blame, 1, "does not compile alone (%s): %s" % (
                flags[-1], m[1] if m else run.stderr[:200])
        return None

    with ThreadPoolExecutor(CROWD) as pool:
        yield from filter(None, pool.map(compile_one, jobs(tree)))


def symbols(tree):
    """{source path: (defined, undefined)} of the objects that were built."""
    made = [d for d in (os.environ.get("QUIESCE_BUILD"), "build/gcc",
                        "build/clang")
            if d and os.path.isdir(os.path.join(tree.root, d))]
    if not made:
        return {}
    folder = made[0]
    wanted = {}
    for f in tree.files.values():
        for name in (os.path.splitext(f.path)[0] + ".o", f.path + ".o"):
            full = os.path.join(tree.root, folder, name)
            source = os.path.join(tree.root, f.path)
            if f.ext in (".c", ".asm") and os.path.isfile(full) \
                    and (f.ext == ".c") == (name != f.path + ".o") \
                    and os.path.getmtime(full) >= os.path.getmtime(source):
                wanted[full] = f.path
    if not wanted:
        return {}
    out = subprocess.run(["nm", "-A", "-g", *wanted], capture_output=True,
                         text=True).stdout
    found = {path: (set(), set()) for path in wanted.values()}
    for line in out.split("\n"):
        m = re.match(r"(.*?):\s*[0-9a-f]* ([A-Za-z]) (\S+)$", line)
        if m:
            found[wanted[m[1]]][m[2] in "Uw"].add(m[3])
    return found


def built(tree):
    if not hasattr(tree, "symbols"):
        tree.symbols = symbols(tree)
        missing = [f.path for f in tree.core(".c", ".asm")
                   if f.path not in tree.symbols]
        if missing:
            tree.notes.append(
                "%d files have no fresh object under build/gcc or build/clang "
                "(%s): unused-symbol is blind, object-layer for them; run make"
                % (len(missing), missing[0]))
        tree.is_built = not missing
    return tree.symbols


def visible_names(tree):
    """{rank: identifiers of the headers of that height}"""
    names = {}
    for f in tree.core(".h"):
        names.setdefault(rank(f.path), set()).update(f.identifiers)
    return names


def where(f, name):
    """The line of a symbol in the code of a file, not in its comments."""
    if f.is_c:
        return next((t.line for t in f.tokens if t.text == name), 1)
    return next((n for n, l in enumerate(f.lines, 1)
                 if re.match(r"\s*%s\s*:" % re.escape(name), l)), 1)


@rule("object-layer", "an object needs only what headers to its left declare")
def object_layer(tree):
    headers = visible_names(tree)
    script = tree.files.get("linker.ld")
    linker = set(re.findall(r"\w+", script.text)) if script else set()
    found = built(tree)
    for path, (_, needs) in found.items():
        if not path.endswith(".c") or path.split("/")[0] not in LAYERS[:-1]:
            continue
        known = linker | COMPILER_CALLS     # and assembly, which has no headers
        known = known.union(*(made for p, (made, _) in found.items()
                              if p.endswith(".asm")
                              and rank(p) <= rank(path)))
        for height, names in headers.items():
            if height <= rank(path):
                known |= names
        for name in sorted(needs - known):
            yield path, where(tree.files[path], name), "%s is declared in " \
                "no header it may include: a call upward needs a " \
                "registered handler or a seam" % name


def mentioned_outside_c(tree):
    """Names in the linker script, in assembly, in tests and in tools."""
    names = set()
    for f in tree.files.values():
        if f.ext == ".ld" or f.top in ("tests", "tools"):
            names.update(f.identifiers if f.is_c
                         else re.findall(r"[A-Za-z_]\w*", f.text))
    return names


@rule("unused-symbol", "an external symbol is used by another object or a test")
def unused_symbol(tree):
    found = built(tree)
    if not tree.is_built:
        return
    used = {}
    for path, (_, needs) in found.items():
        for name in needs:
            used.setdefault(name, set()).add(path)
    outside = mentioned_outside_c(tree)
    for path, (makes, _) in found.items():
        if not path.split("/")[0] in LAYERS:
            continue
        f = tree.files[path]
        for name in sorted(makes - COMPILER_CALLS - outside):
            if not used.get(name, set()) - {path}:
                yield path, where(f, name), "no other object and no test " \
                    "uses %s: make it static, or remove it" % name
