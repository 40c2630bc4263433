#!/usr/bin/python3
"""`make tables`: measures, and writes what came out into the pages of docs/.

usage: tools/tables.py [--list] [SOURCE]...          (without: every source)

A page has a place for a table between

    <!-- tables: SOURCE: NAME -->          and          <!-- end -->

and this fills it, as it was printed.  Sources and the names in them:
  bench-host   `make bench-host`: a table's title; with ", together" behind it,
               its second half, by two threads
  bench-rcu    `make bench-rcu`: "all"
  bench        `make bench`: the row's name, as tools/bench.py takes it; rows
               that are wanted by no page are not run
Durations are of this machine and this minute: write them on a quiet one.
Counts are of the compiler that make uses.  (The tables of tools/mesi.py repeat
exactly, and have `tools/mesi.py --docs` and a test.)
Exit status: 0, 1 nothing was printed for a place, 2 usage, or it did not run.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
PLACE = re.compile(r"(<!-- tables: ([\w-]+): ([^\n]+?) -->)\n.*?(<!-- end -->)",
                   re.S)


def run(*command):
    """What it prints.  A row that is over its limit is no reason to stop."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True,
                          check=False)
    if not done.stdout:
        sys.exit("tables: %s: %s" % (command, done.stderr))
    return done.stdout


def host_tables(text):
    """{name: lines} of what bench-host prints: a blank line between each."""
    tables = {}
    for part in re.split(r"\n\n+", text.strip("\n")):
        title = re.match(r"(\S.*?)  +(group|pairs/us)", part)
        if title:
            together = ", together" if title.group(2) != "group" else ""
            tables[title.group(1) + together] = part
    return tables


def measure(source, names):
    """{name: text} of a source."""
    if source == "bench-host":
        return host_tables(run("make", "-s", "-f",
                               "tests/bench-host/bench_host.mk"))
    if source == "bench-rcu":
        return {"all": run("make", "-s", "-f",
                           "tests/bench-rcu/bench_rcu.mk").rstrip()}
    if source == "bench":
        return {name: run("tools/bench.py", name).rstrip() for name in names}
    sys.exit("tables: no source %s; there are bench-host, bench-rcu, bench"
             % source)


def pages():
    return {path: path.read_text() for path in sorted((ROOT / "docs").glob("*.md"))
            if PLACE.search(path.read_text())}


def wanted(texts):
    """{source: its names, sorted} of all places."""
    found = {}
    for text in texts:
        for _, source, name, _ in PLACE.findall(text):
            found.setdefault(source, set()).add(name)
    return {source: sorted(names) for source, names in found.items()}


def filled(text, tables):
    """The page with its places filled, and the places nothing is known for."""
    missing = []

    def fill(match):
        head, source, name, end = match.groups()
        if source not in tables:
            return match.group(0)
        if name not in tables[source]:
            missing.append("%s: %s" % (source, name))
            return match.group(0)
        return "%s\n```\n%s\n```\n%s" % (head, tables[source][name], end)
    return PLACE.sub(fill, text), missing


def main(arguments):
    found = pages()
    names = wanted(found.values())
    if arguments == ["--list"]:
        for source in sorted(names):
            print("%s: %s" % (source, "; ".join(names[source])))
        return 0
    if any(a.startswith("-") for a in arguments):
        print(__doc__, file=sys.stderr)
        return 2
    sources = arguments or sorted(names)
    tables = {s: measure(s, names.get(s, [])) for s in sources}
    status = 0
    for path, text in found.items():
        new, missing = filled(text, tables)
        for place in missing:
            print("%s: no table for %s" % (path.name, place), file=sys.stderr)
            status = 1
        if new != text:
            path.write_text(new)
            print(path.relative_to(ROOT))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
