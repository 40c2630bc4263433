#!/usr/bin/python3
"""Cache-line transfers of the locks, by a model: a table and plots.

usage: tools/mesi.py            the tables; plots in build/bench/
       tools/mesi.py --table    the tables alone
       tools/mesi.py --docs     and into docs/: the tables, docs/img/*.svg

build/mesi/gcc/mesi is sync/*.c as they are, on simulated CPUs whose caches keep
the four states of Papamarcos and Patel (tests/worlds/mesi/).  No clock of this
machine takes part: the same source gives the same figures everywhere.

See     docs/06-measuring.md, docs/16-locks-compared.md, tests/host/test_mesi.py
"""
import collections
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
OUT = ROOT / "build" / "bench"
MODEL = ROOT / "build" / "mesi" / "gcc" / "mesi"
PLOTTED = 8                     # CPUs
SHOWN = (1, 2, 4, 8, 16, 32)    # columns of a table

COLOURS = ("#a00000", "#e08000", "#207020", "#2050c0", "#8040a0", "#202020")

Run = collections.namedtuple(
    "Run", "kind name cpus pairs handed transfers upgrades memory cycles")


def build():
    subprocess.run(["make", "-s", "-f", "tests/worlds/mesi/mesi.mk"], cwd=ROOT,
                   check=True)


def measure(most=32):
    """[Run], as the program prints them."""
    text = subprocess.run([MODEL, str(most)], check=True, capture_output=True,
                          text=True).stdout
    return [Run(*fields[:2], *map(int, fields[2:]))
            for fields in (line.split("\t") for line in text.splitlines())]


def by_name(runs, kind):
    """{name: {cpus: Run}}"""
    found = {}
    for run in runs:
        if run.kind == kind:
            found.setdefault(run.name, {})[run.cpus] = run
    return found


def lines_per_pair(run):
    return (run.transfers + run.upgrades) / run.pairs


def cycles_per_pair(run):
    return run.cycles / run.pairs


def pairs_per_1000(run):
    return 1000 * run.pairs / run.cycles


def table(runs, kind, value, form="%7.1f"):
    """A row for each lock, a column for each number of CPUs."""
    rows = ["%-12s" % "CPUs" + "".join("%7d" % n for n in SHOWN)]
    for name, row in by_name(runs, kind).items():
        rows.append("%-12s" % name
                    + "".join(form % value(row[n]) for n in SHOWN))
    return "\n".join(rows)


TABLES = {
    "lines": ("cache lines moved or claimed for each entry, all CPUs at it",
              lambda runs: table(runs, "lock", lines_per_pair)),
    "cycles": ("cycles of the model for each entry: 200 inside, 400 outside",
               lambda runs: table(runs, "lock", cycles_per_pair, "%7.0f")),
    "readers": ("reads in 1000 cycles of the model: 200 inside, 400 outside",
                lambda runs: table(runs, "read", pairs_per_1000)),
}

PLOTS = {
    "mesi-lines": ("lock", lines_per_pair,
                   "cache lines moved or claimed for each entry"),
    "mesi-scaling": ("lock", pairs_per_1000, "entries in 1000 cycles"),
    "mesi-readers": ("read", pairs_per_1000, "reads in 1000 cycles"),
}


def plot(runs, name, folder):
    kind, value, label = PLOTS[name]
    blocks, styles = [], []
    for i, (lock, row) in enumerate(by_name(runs, kind).items()):
        points = ["%d %g" % (n, value(row[n])) for n in sorted(row)
                  if n <= PLOTTED]
        blocks.append("$d%d << E\n%s\nE\n" % (i, "\n".join(points)))
        styles.append("$d%d with linespoints lw 2 pt %d lc rgb '%s' title '%s'"
                      % (i, i + 4, COLOURS[i % len(COLOURS)],
                         lock.replace("_", "-")))
    script = """set terminal svg size 720,400 font 'sans-serif,13' \
background 'white' name '%s'
set output '%s'
set xlabel 'CPUs'
set ylabel '%s'
set xrange [1:%d]
set xtics 1
set yrange [0:*]
set grid
set key outside right top
%splot %s
""" % (name.replace("-", "_"), folder / (name + ".svg"), label, PLOTTED,
       "".join(blocks), ", ".join(styles))
    subprocess.run(["gnuplot"], input=script, text=True, check=True)


def blocks(text, runs):
    """The text, its marked tables anew."""
    def fill(match):
        return "%s\n```\n%s\n```\n%s" % (
            match.group(1), TABLES[match.group(2)][1](runs), match.group(3))
    return re.sub(r"(<!-- tools/mesi.py: (\w+) -->)\n.*?\n(<!-- end -->)", fill,
                  text, flags=re.S)


def pages():
    return [path for path in sorted((ROOT / "docs").glob("*.md"))
            if "<!-- tools/mesi.py:" in path.read_text()]


def main(arguments):
    if arguments not in ([], ["--table"], ["--docs"]):
        print(__doc__, file=sys.stderr)
        return 2
    build()
    runs = measure()
    for title, render in TABLES.values():
        print("%s:\n%s\n" % (title, render(runs)))
    if arguments == ["--table"]:
        return 0
    folder = ROOT / "docs/img" if arguments else OUT
    folder.mkdir(parents=True, exist_ok=True)
    for name in PLOTS:
        plot(runs, name, folder)
        print((folder / (name + ".svg")).relative_to(ROOT))
    if arguments:
        for path in pages():
            path.write_text(blocks(path.read_text(), runs))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
