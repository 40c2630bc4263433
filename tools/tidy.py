#!/usr/bin/python3
"""Check the rules of docs/style.md that carry a (T).

usage: tools/tidy.py [--list] [--root DIR] [--rule NAME]... [--cflags FLAGS]

Prints `file:line: rule-name: what is wrong and how to mend it`, sorted, and a
summary line.  Exit status: 0 clean, 1 findings, 2 usage.  The rules that read
objects (nm) use build/gcc or build/clang if it is there, and say so if not.
"""
import argparse
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

from tidy import copies, docs, layers, layout, objects, order, spin, template
from tidy.source import RULES, Finding, Tree

MODULES = (copies, docs, layers, layout, objects, order, spin, template)


def check(tree, names):
    """(findings, how many a marker allowed)"""
    found, allowed = set(), 0
    for name in names:
        for path, line, what in RULES[name][1](tree):
            finding = Finding(path, line, name, what)
            if tree.allowed(finding):
                allowed += 1
            else:
                found.add(finding)
    return sorted(found), allowed


def main(argv):
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    args = argparse.ArgumentParser(
        description="Check the (T) rules of docs/style.md.")
    args.add_argument("--list", action="store_true", help="print the rules")
    args.add_argument("--root", default=here, help="the tree to check")
    args.add_argument("--rule", action="append", metavar="NAME",
                      choices=sorted(RULES), help="only this rule")
    args.add_argument("--cflags", help="the kernel's compiler flags (else "
                                       "read from the Makefile)")
    opts = args.parse_args(argv)
    if opts.list:
        for name in sorted(RULES):
            print("%-18s %s" % (name, RULES[name][0]))
        return 0
    if not os.path.isdir(opts.root):
        args.error("no folder %s" % opts.root)
    began = time.monotonic()
    tree = Tree(opts.root, opts.cflags)
    found, allowed = check(tree, opts.rule or sorted(RULES))
    for f in found:
        print("%s:%d: %s: %s" % f)
    for note in tree.notes:
        print("tidy: " + note)
    print("tidy: %d findings (%d allowed by a marker) in %d files, %d rules, "
          "%.1f s" % (len(found), allowed, len(tree.files),
                      len(opts.rule or RULES), time.monotonic() - began))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
