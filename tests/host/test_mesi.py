"""The model of caches: on traces whose answers are known, and on the locks."""

import subprocess

import pytest

import mesi

A, B = "1000", "1040"           # two lines


@pytest.fixture(scope="module")
def runs():
    mesi.build()
    return mesi.measure()


def trace(*steps):
    """["what it took, and the line's state in each cache"]"""
    mesi.build()
    done = subprocess.run([mesi.MODEL, "trace"], input="\n".join(steps),
                          capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_a_line_read_alone_is_exclusive_and_written_without_asking():
    assert trace("0 r " + A, "0 r " + A, "0 w " + A, "0 w " + A) \
        == ["memory E", "hit E", "hit M", "hit M"]


def test_a_reader_shares_what_another_has():
    assert trace("0 w " + A, "1 r " + A, "2 r " + A, "0 r " + A, "1 r " + A) \
        == ["memory M", "transfer SS", "transfer SSS", "hit SSS", "hit SSS"]
    assert trace("0 r " + A, "1 r " + A) == ["memory E", "transfer SS"]


def test_a_writer_takes_the_line_from_all():
    assert trace("0 r " + A, "1 r " + A, "2 r " + A, "1 w " + A, "0 r " + A,
                 "2 w " + A) == [
        "memory E", "transfer SS", "transfer SSS", "upgrade IMI",
        "transfer SSI", "transfer IIM"]
    assert trace("0 w " + A, "1 w " + A, "0 w " + A) \
        == ["memory M", "transfer IM", "transfer MI"]


def test_lines_are_64_bytes_and_do_not_mix():
    assert trace("0 w " + A, "1 w " + B, "0 r 103f", "1 r 107f", "1 r 103f") \
        == ["memory M", "memory IM", "hit MI", "hit IM", "transfer SS"]


def test_false_sharing_costs_as_sharing_does():
    assert trace("0 w 1000", "1 w 1008", "0 w 1000", "1 w 1008")[1:] \
        == ["transfer IM", "transfer MI", "transfer IM"]


@pytest.mark.parametrize("text", ["0 x 1000", "64 r 1000", "zero"])
def test_nonsense_is_not_a_trace(text):
    mesi.build()
    assert subprocess.run([mesi.MODEL, "trace"], input=text, text=True,
                          capture_output=True, check=False).returncode == 2


def test_the_model_repeats(runs):
    assert mesi.measure() == runs


def test_one_cpu_moves_no_line(runs):
    alone = [run for run in runs if run.cpus == 1]
    assert len(alone) == len({(run.kind, run.name) for run in runs}) >= 10
    assert all(run.transfers == run.upgrades == 0 for run in alone)


def test_mcs_and_clh_are_flat_and_ticket_grows(runs):
    """What the book says of them, Mellor-Crummey and Scott 1991."""
    locks = mesi.by_name(runs, "lock")
    for name in ("mcs", "clh", "spinlock"):
        four, many = (mesi.lines_per_pair(locks[name][n]) for n in (4, 32))
        assert many < 1.5 * four < 24, (name, four, many)
    for name in ("tas", "ttas", "ticket"):
        four, many = (mesi.lines_per_pair(locks[name][n]) for n in (4, 32))
        assert many > 4 * four, (name, four, many)


def test_readers_of_a_brlock_share_nothing(runs):
    readers = mesi.by_name(runs, "read")
    assert all(run.transfers == run.upgrades == 0
               for run in readers["brlock"].values())
    assert mesi.pairs_per_1000(readers["brlock"][32]) \
        > 10 * mesi.pairs_per_1000(readers["rwlock"][32])
    # a word that nobody writes is fetched once by each
    assert readers["seqlock"][32].transfers <= 31


def test_the_book_has_these_figures(runs):
    """Stale?  tools/mesi.py --docs"""
    assert mesi.pages()
    for path in mesi.pages():
        assert mesi.blocks(path.read_text(), runs) == path.read_text(), path


@pytest.mark.parametrize("name", sorted(mesi.PLOTS))
def test_the_book_has_the_plots(runs, name):
    kind, _, label = mesi.PLOTS[name]
    drawn = (mesi.ROOT / "docs/img" / (name + ".svg")).read_text()
    for word in (label, "CPUs", *mesi.by_name(runs, kind)):
        assert word.replace("_", "-") in drawn, word
    assert name in "".join(p.read_text() for p in mesi.pages())
