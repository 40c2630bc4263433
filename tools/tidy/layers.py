"""Rules about who may include whom."""
import os
import re

from .source import LAYERS, rule

ORDER = "own header, <std>, then by layer (%s) or by name" % " ".join(LAYERS)
SEAM_BODIES = {"arch/atomic.h", "arch/cpu.h", "arch/percpu.h",
               "sync/preempt.h", "sync/watch.h", "kernel/config.h"}


def rank(path):
    """Height of a file: kernel headers are floor, kernel .c files the roof."""
    top = path.split("/")[0]
    if top == "kernel":
        floor = path.endswith(".h") and not path.startswith("kernel/shell/")
        return 0 if floor else len(LAYERS)
    return LAYERS.index(top) + 1 if top in LAYERS else len(LAYERS) + 1


def group(path):
    """Place of an included file in the order of the layers."""
    top = path.split("/")[0]
    return LAYERS.index(top) if top in LAYERS else len(LAYERS)


def by_layer(include):
    return -1 if include[0] == "<" else group(include[1:-1])


def by_floor(include):
    """By layer, kernel headers before the rest."""
    floor = include.startswith('"kernel/')
    return -1 if include[0] == "<" else 0 if floor else by_layer(include) + 1


def by_name(include):
    return "" if include[0] == "<" else include


def in_order(includes, key):
    keys = [key(i) for _, i in includes]
    return keys == sorted(keys)


def wrong_include(f, name):
    """What is wrong when f includes name, or None."""
    if name.startswith("world/"):
        arch = f.path.startswith("arch/") or f.path in SEAM_BODIES
        return None if arch else "include the seam's header, not its body"
    if name.endswith(".c"):
        return "nobody includes a .c file"
    if name.split("/")[0] not in LAYERS:
        return "write it from the root, in a folder of the kernel"
    if rank(f.path) == 0 and rank(name):
        return "a kernel header knows only kernel headers: forward-declare"
    if f.top == "arch" and name in SEAM_BODIES:
        return None             # it makes the body
    if rank(name) > rank(f.path) and rank(f.path):
        return "%s/ lies below it: call upward only by a handler registered " \
            "at boot, or a seam" % f.top
    return None


@rule("include-layer", "a file includes from its own folder or to the left")
def include_layer(tree):
    for f in tree.core(".c", ".h"):
        for line, name in f.includes:
            wrong = name[0] == '"' and wrong_include(f, name[1:-1])
            if wrong:
                yield f.path, line, "%s: %s" % (name, wrong)
    for f in tree.c_files():
        if f.top not in LAYERS:
            for line, name in f.includes:
                if re.match(r'"kernel/.*\.c"', name):
                    yield f.path, line, "%s: nobody includes it" % name


@rule("include-order", "own header first, then <std>, then by layer or name")
def include_order(tree):
    for f in tree.core(".c", ".h"):
        own = '"%s.h"' % os.path.splitext(f.path)[0]
        names = [(n, i) for n, i in f.includes
                 if not i.startswith('"world/') and i[-2] != "c"]
        if f.ext == ".c" and own[1:-1] in tree.files:
            if not names or names[0][1] != own:
                yield f.path, names[0][0] if names else 1, \
                    "include %s first" % own
                continue
        rest = names[1:] if f.ext == ".c" else names
        if not any(in_order(rest, key) for key in (by_layer, by_floor,
                                                   by_name)):
            bad = next(k for k in range(1, len(rest))
                       if by_layer(rest[k][1]) < by_layer(rest[k - 1][1]))
            yield f.path, rest[bad][0], "%s out of order: %s" \
                % (rest[bad][1], ORDER)
