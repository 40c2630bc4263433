"""The checker proves itself: a checker that lost executions would say OK.

Its memories against the table of litmus tests; DPOR against the full search, by
the sets of outcomes of small random programs; a planted fault in each primitive
for each thing that could be wrong with it; floors on the number of executions.
See         docs/50-checker.md, tests/checker/programs/shape.c
"""

import functools
import os
import random
import re
import subprocess

import pytest

import check
import schedule
from conftest import ROOT

SHAPES = "build/checker/shape"


@functools.lru_cache(maxsize=None)
def builder():
    return check.Builder("build/checker")


@functools.lru_cache(maxsize=None)
def program(name):
    return builder().program(check.Plan(name))


def search(word, mode, how="dpor"):
    """(outcomes or the kind of failure, how many executions)"""
    text, status = check.execute(program("shape"), mode, how, "--arg=" + word,
                                 "--outcomes", "--limit=400000", seconds=100)
    assert status in (0, 1), (word, mode, how, status, text)
    if status == 1:
        return re.search(r"^fail \S+ \S+ \S+ ([^:]*):", text, re.M)[1], 1
    got = check.fields(text.split("\n")[0])
    assert got["complete"] == "1", (word, mode, how, text)
    return {line.split(" ", 2)[2] for line in text.split("\n")
            if line.startswith("outcome")}, int(got["executions"])


# word, the outcome in question, the memories that show it
LITMUS = [
    ("SB", "wx1ry|wy1rx", "0a=0 1a=0", "tso weak"),
    ("SB+acq+rel", "Wx1Ry|Wy1Rx", "0a=0 1a=0", "tso weak"),
    ("SB+mbs", "wx1fry|wy1frx", "0a=0 1a=0", ""),
    ("SB+mb+po", "wx1fry|wy1rx", "0a=0 1a=0", "tso weak"),
    ("SB+rmws", "ex1ry|ey1rx", "0b=0 1b=0", "weak"),
    ("MP", "wx1wy1|ryrx", "1a=1 1b=0", "weak"),
    ("MP+rel+acq", "wx1Wy1|Ryrx", "1a=1 1b=0", ""),
    ("MP+rel+po", "wx1Wy1|ryrx", "1a=1 1b=0", "weak"),
    ("MP+po+acq", "wx1wy1|Ryrx", "1a=1 1b=0", "weak"),
    ("MP+wmb+rmb", "wx1hwy1|rygrx", "1a=1 1b=0", ""),
    ("MP+mbs", "wx1fwy1|ryfrx", "1a=1 1b=0", ""),
    ("MP+rmw", "wx1Wy1|ay|Ryrx", "2a=2 2b=0", ""),
    ("LB", "rxwy1|rywx1", "0a=1 1a=1", ""),
    ("LB+mbs", "rxfwy1|ryfwx1", "0a=1 1a=1", ""),
    ("R", "wx1wy1|wy2rx", "1a=0 x=1 y=2", "tso weak"),
    ("R+mbs", "wx1fwy1|wy2frx", "1a=0 x=1 y=2", ""),
    ("S", "wx2wy1|rywx1", "1a=1 x=2", "weak"),
    ("S+rel+acq", "wx2Wy1|Rywx1", "1a=1 x=2", ""),
    ("2+2W", "wx1wy2|wy1wx2", "x=1 y=1", "weak"),
    ("2+2W+mbs", "wx1fwy2|wy1fwx2", "x=1 y=1", ""),
    ("2+2W+rel", "wx1Wy2|wy1Wx2", "x=1 y=1", "weak"),
    ("WRC", "wx1|rxwy1|ryrx", "1a=1 2a=1 2b=0", "weak"),
    ("WRC+rel+acq", "wx1|rxWy1|Ryrx", "1a=1 2a=1 2b=0", ""),
    ("IRIW", "wx1|wy1|rxry|ryrx", "2a=1 2b=0 3a=1 3b=0", "weak"),
    ("IRIW+acq", "Wx1|Wy1|RxRy|RyRx", "2a=1 2b=0 3a=1 3b=0", "weak"),
    ("IRIW+mbs", "wx1|wy1|rxfry|ryfrx", "2a=1 2b=0 3a=1 3b=0", ""),
    ("CoRR", "wx1|rxrx", "1a=1 1b=0", ""),
    ("CoRR2", "wx1|wx2|rxrx|rxrx", "2a=1 2b=2 3a=2 3b=1", ""),
    ("CoWR", "wx1rx|wx2", "0a=0", ""),
    ("CoRW", "rxwx1|wx2", "0a=1", ""),
    ("RMW", "ax|ax", "x=1", ""),
    ("CAS", "cx1|cx2", "0a=0 1a=0", ""),
    ("lock", "lxwx1wx2ux|lxrxux", "1a=1", ""),
    ("park", "wx1n1|prx", "1a=0", ""),
    ("spin", "wx1Wy1|Syrx", "1a=0", ""),
    ("interrupt", "wx1wx2|!0rx", "1a=1", "sc tso weak"),
    ("masked", "mwx1wx2k|!0rx", "1a=1", ""),
    ("pair", "d1|R>r<", "1a=2 1b=0", ""),
    ("pair, torn", "d1|R<R>", "1a=0 1b=2", "sc tso weak"),
    ("pair, relaxed", "d1|r>r<", "1a=2 1b=0", "weak"),
    ("pairs", "d1|d1", "0a=1 1a=1", ""),
    ("pair, by halves", "w<1w>1|d1", "0a=1 high=2", ""),
    ("pair, MP", "wx1d1|R>rx", "1a=2 1b=0", ""),
    ("server", "wx1n1|*prx", "1a=0", ""),
    ("server, asleep", "ry|*pwy1p|n1", "0a=1", "sc tso weak"),
    ("SB+pair", "d1ry|wy1fr<", "0b=0 1a=0", "weak"),
]


def shows(outcomes, wanted):
    return any(set(wanted.split()) <= set(o.split()) for o in outcomes)


@pytest.mark.parametrize("mode", check.MEMORIES)
@pytest.mark.parametrize("name,word,outcome,where", LITMUS,
                         ids=[row[0] for row in LITMUS])
def test_memory_shows_what_it_should(name, word, outcome, where, mode):
    outcomes, _ = search(word, mode)
    assert not isinstance(outcomes, str), outcomes
    assert shows(outcomes, outcome) == (mode in where.split()), outcomes


def step(dice, steps):
    kind = dice.choice(steps)
    word = dice.choice("xxyyyz")
    if kind == "l":
        return "l%s%su%s" % (word, step(dice, "wr"), word)
    if kind == "m":
        return "m%sk" % "".join(step(dice, "wrWR") for _ in range(2))
    if kind == "n":
        return "n" + dice.choice("01")
    if kind == "d":
        return "d" + dice.choice("12")
    if kind == "v":
        kind = dice.choice("wWrReE")
        return kind + dice.choice("<>") + (dice.choice("12")
                                           if kind in "wWeE" else "")
    if kind in "fghpqN":
        return kind
    if kind == "b":
        return "bx"
    return kind + word + (dice.choice("12") if kind in "wWeEcC" else "")


MIXES = ["wWrRwr", "wWrRaAeEcCfgh", "wWrsSbAw", "llwrt", "nnpwr", "qwrn", "irq"]
PAIRS = ["ddv", "dv", "dvwrf"]
SERVERS = ["*N", "*Nwr"]


def a_program(dice, mixes):
    """A word of two or three threads; small enough for the full search."""
    mix = dice.choice(mixes)
    if mix == "irq":
        return "%s|%s|!0%s" % (
            step(dice, "wWrRam") + step(dice, "wr"), step(dice, "wWrR"),
            step(dice, "wr") + step(dice, "wr"))
    threads = [[] for _ in range(dice.choice((2, 2, 3)))]
    if mix[0] == "*":
        others = [step(dice, mix[1:]) + step(dice, "wrN") for _ in threads[1:]]
        served = "*" + "".join(step(dice, "pwrWR") for _ in range(3))
        return "|".join(others + [served]).replace("N", "n%d" % len(others))
    for k in range(len(threads) + dice.randint(1, 3)):
        where = k if k < len(threads) else dice.randrange(len(threads))
        threads[where].append(step(dice, mix))
    return "|".join("".join(t) for t in threads)


@pytest.mark.parametrize("seed,mixes", [(s, MIXES) for s in range(8)] +
                         [(s, PAIRS) for s in range(4)] +
                         [(s, SERVERS) for s in range(2)])
def test_dpor_finds_what_the_full_search_finds(seed, mixes):
    """And in fewer executions, or it would be no reduction."""
    dice = random.Random(seed)
    reduced = full = 0
    for _ in range(25):
        word = a_program(dice, mixes)
        for mode in check.MEMORIES:
            everything, many = search(word, mode, "full")
            some, few = search(word, mode)
            if isinstance(everything, str):
                # the first failure met differs, not that there is one
                assert isinstance(some, str), (word, mode, everything)
                continue
            assert some == everything, (word, mode)
            reduced, full = reduced + few, full + many
    assert reduced * 2 < full


@pytest.mark.parametrize("how", ("random:3000", "pct:3000", "bound:2"))
def test_other_searches_find_a_store_buffer(how):
    text, status = check.execute(program("shape"), "tso", how,
                                 "--arg=wx1ry|wy1rx", "--outcomes")
    assert status == 0 and "0a=0 1a=0" in text and "complete=0" in text


NAMES = [name for name in check.plans() if check.Plan(name).runs]


@pytest.mark.parametrize("name", NAMES)
def test_every_schedule_passes(name):
    lines, well, _ = check.check_plan(builder(), check.Plan(name), check.MODES,
                                      "build/checker", limit=4000)
    assert well, "\n".join(lines)


@pytest.mark.parametrize("name", NAMES)
def test_planted_faults_are_found(name):
    """The first of them and the one that the fewest memories show.

    All of them, and that the other memories do not show them: make check.
    """
    plan = check.Plan(name)
    assert plan.bugs or check.Plan(plan.source).bugs
    fewest = min(reversed(plan.bugs), key=lambda bug: len(bug.modes),
                 default=None)
    for bug in {plan.bugs[0], fewest} if plan.bugs else ():
        lines, well, _ = check.check_bug(builder(), plan, bug, bug.modes,
                                         "--as-found", "--limit=40000")
        assert well, "\n".join(lines)


@pytest.mark.parametrize("name", NAMES)
def test_planted_faults_fit_the_sources(name):
    for bug in check.Plan(name).bugs:
        with open(os.path.join(ROOT, bug.path), encoding="ascii") as f:
            bug.apply(f.read())


def test_who_stands_still_stops_who_wants_its_lock():
    """Once it has drawn a number; and that is replayed, as it was."""
    ticket = program("ticket")
    text, status = check.execute(ticket, "frozen")
    assert status == 1
    assert "blocking: second spins, third spins, because first stands" in text
    token = re.search(r"^token (\S+)", text, re.M)[1]
    assert token.startswith("ticket/sc~a1/")
    again = check.run("tools/replay", token)
    assert again.returncode == 1 and "because first stands still" in \
        again.stdout, again.stdout + again.stderr


def test_it_does_not_stop_who_needs_none():
    """Each step of each is a place to stand at; only then the end is judged."""
    text, status = check.execute(program("treiber"), "frozen")
    plain, _ = check.execute(program("treiber"), "sc")
    assert status == 0 and "complete=1" in text, text
    assert int(check.fields(text)["executions"]) > \
        10 * int(check.fields(plain)["executions"])


def test_a_lost_execution_is_told():
    plan = check.Plan("ticket")
    plan.floor = 10 ** 9
    lines, well, _ = check.check_plan(builder(), plan, ["sc"], "build/checker")
    assert not well and "the checker lost some" in lines[-1]


def a_failure(name="ticket", fault="split-draw", mode="tso"):
    plan = check.Plan(name)
    bug = next(b for b in plan.bugs if b.name == fault)
    made = builder().program(plan, bug)
    text, status = check.execute(made, mode)
    assert status == 1
    return re.search(r"^token (\S+)", text, re.M)[1]


def replay(*arguments, **more):
    return subprocess.run(["tools/replay", *arguments], cwd=ROOT, text=True,
                          capture_output=True, check=False, timeout=120,
                          **more)


def test_a_token_repeats_the_failure(tmp_path):
    token = a_failure()
    first = replay(token, "--svg", str(tmp_path / "a.svg"))
    assert first.returncode == 1 and "data race" in first.stdout
    assert "sync/ticket.c:" in first.stdout
    assert replay(token).stdout == first.stdout
    drawn = (tmp_path / "a.svg").read_text()
    assert "CPU 0: first" in drawn and "CPU 1: second" in drawn


@pytest.mark.parametrize("spoil,why", [
    (lambda t: "nonsense", "it is not PROGRAM"),
    (lambda t: t.replace("ticket@", "tickets@"), "there is no program"),
    (lambda t: t.replace("split-draw", "split"), "has no fault"),
    (lambda t: t[:-1] + ("0" if t[-1] != "0" else "1"), "was changed"),
    (lambda t: t.replace("/tso/", "/pso/"), "it is not PROGRAM"),
])
def test_nonsense_is_no_token(spoil, why):
    done = replay(spoil(a_failure()))
    assert done.returncode == 2 and why in done.stderr, done.stderr


@pytest.mark.parametrize("steps,left_out", [(60, 0), (61, 1), (97, 37)])
def test_a_livelock_is_cut_in_the_middle(tmp_path, steps, left_out):
    made = program("shape")
    text, status = check.execute(made, "sc", "dpor", "--steps=%d" % steps,
                                 "--arg=%s|rx" % ("wx1" * 120))
    assert status == 1 and "livelock" in text
    rows = schedule.table(ROOT, made, text, str(tmp_path)).split("\n")
    shown = [int(row.split()[0]) for row in rows if row[:1].isdigit()]
    assert shown == [*range(1, 21), *range(21 + left_out, steps + 1)]
    told = [row for row in rows if row.startswith("...")]
    assert [row.split()[1] for row in told] == [str(left_out)] * (left_out > 0)
    drawn = (tmp_path / "shape.svg").read_text()
    assert drawn.count("<rect") == 62
    assert ("%d steps left out" % left_out in drawn) == (left_out > 0)


def test_gdb_stops_before_the_last_step():
    done = replay(a_failure(), "--gdb", input="reverse-step\nbt\nkill\nquit\n")
    stop = done.stdout.split("before the last step of the token:")[1]
    assert re.search(r"ticket_(un)?lock", stop), done.stdout
    assert "No more reverse-execution" not in stop


def test_chapter_names_the_programs():
    """Each with its faults; the counts are those of the run that wrote it.

    A new one is written there by tools/check.py --no-bugs --table NAME.
    """
    with open(os.path.join(ROOT, check.CHAPTER), encoding="utf-8") as f:
        rows = re.findall(r"^\| (\w+) \|(.*)\| (\d+) \|$",
                          check.TABLE.search(f.read())[0], re.M)
    told = {name: (int(faults), len(re.findall(r"\d by chance", cells)))
            for name, cells, faults in rows}
    wanted = {}
    for name in NAMES:
        plan = check.Plan(name)
        wanted[name] = len(plan.bugs), sum(how != "dpor"
                                           for _, how in plan.runs)
    assert told == wanted, "tools/check.py --no-bugs --table " + " ".join(
        name for name in NAMES if told.get(name) != wanted[name])


def test_what_has_no_program_is_told():
    missing, _ = check.without_a_program()
    with open(os.path.join(ROOT, check.CHAPTER), encoding="utf-8") as f:
        chapter = f.read()
    for name in missing:
        assert "`sync/%s.c`" % name in chapter, name
