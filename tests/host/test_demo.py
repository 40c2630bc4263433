"""`demo` at the shell: each shows what it says, in numbers that were measured."""

import re

import pytest

import qemu

DEMOS = ("counter", "locks", "readers", "seqlock", "latch", "percpu",
         "barriers", "waitq", "completion", "semaphore", "mutex", "condvar",
         "rwsem", "lists", "routes")
SPINNING = ("tas", "ttas", "ticket", "mcs", "clh", "spinlock")


def rows(text):
    """{what a row is called: its numbers}"""
    return {name.strip(): [int(n) for n in re.findall(r"\d+", numbers)]
            for name, numbers in re.findall(
                r"^  (\S.*?)((?: +\d+)+)(?: us|\.\d+)?\s*$", text, re.M)}


@pytest.fixture(scope="module")
def machine():
    with qemu.Machine(qemu.Setup(boot="pvh"), "demos") as started:
        started.expect(qemu.PROMPT)
        yield started


def show(machine, name):
    text = machine.command_output("demo " + name).replace("\r", "")
    assert max(len(line) for line in text.splitlines()) <= 80
    assert re.search(r"Read on: docs/\S+\.md$", text.strip()), text
    return text, rows(text)


def test_demo_lists_what_there_is(machine):
    text = machine.command_output("demo")
    assert tuple(re.findall(r"^  (\w+) ", text, re.M)) == DEMOS
    assert "did you mean `mutex`" in machine.command_output("demo mutx")
    assert "lists what there is" in machine.command_output("demo zzzzzzzz")
    assert "usage: demo" in machine.command_output("demo a b")


def test_counter_loses_only_without_a_lock(machine):
    _, seen = show(machine, "counter")
    added, counted, lost = seen["load, add, store"][:3]
    assert lost == added - counted > 0
    for how in ("the same under a lock", "fetch_add, atomically"):
        assert seen[how][2] == 0 and seen[how][0] == seen[how][1] > 0


def test_each_lock_lets_one_in(machine):
    _, seen = show(machine, "locks")
    assert tuple(seen)[:7] == ("none",) + SPINNING and "mutex" in seen
    assert seen.pop("none")[4] > 0
    for name in seen:
        entries, least, greatest, in_a_row, lost = seen[name]
        assert lost == 0 and least <= greatest <= entries
        assert 1 <= in_a_row <= greatest, name


def test_readers_meet_and_see_whole_writes(machine):
    _, seen = show(machine, "readers")
    assert seen["none"][3] > 0
    for name in ("rwlock", "phase_fair", "brlock"):
        reads, writes, at_once, torn = seen[name]
        assert torn == 0 and reads and writes and 1 <= at_once <= 4, name


def test_seqlock_readers_throw_away_what_is_torn(machine):
    _, seen = show(machine, "seqlock")
    assert seen["just read"][3] > 0 and seen["just read"][2] == 0
    # how many began again is the host's affair: none, if CPUs took turns
    reads, writes, _, torn = seen["begin, read, retry?"]
    assert reads and writes and torn == 0


def test_latch_is_read_in_the_middle_of_a_write(machine):
    text, _ = show(machine, "latch")
    writes, reads, torn, amid = map(int, re.search(
        r"writes (\d+), reads (\d+), torn (\d+)\s+(\d+) of", text).groups())
    assert writes and torn == 0 and 0 < amid <= reads


def test_percpu_counts_all(machine):
    text, _ = show(machine, "percpu")
    pairs = re.findall(r"(\d+) added, +(\d+) counted", text)
    assert len(pairs) == 2 and all(a == b != "0" for a, b in pairs)
    assert int(re.search(r"off by (\d+) now", text).group(1)) <= 4 * 64


def test_nobody_is_missing_behind_a_barrier(machine):
    _, seen = show(machine, "barriers")
    assert len(seen) == 4 and seen.pop("none")[1] > 0
    assert all(episodes and missing == 0
               for episodes, missing in seen.values())


def test_an_exclusive_wake_up_wakes_one(machine):
    _, seen = show(machine, "waitq")
    herd, one = seen["shared: a wake-up wakes all"], \
        seen["exclusive: it wakes one"]
    assert herd[:2] == one[:2] == [4, 20]
    assert one[2] >= 20 and herd[2] > 2 * one[2]


def test_completion_waits_for_each(machine):
    text, _ = show(machine, "completion")
    assert re.findall(r"(\d) of 4 have finished", text) == list("1234")


def test_semaphore_keeps_to_its_units(machine):
    _, seen = show(machine, "semaphore")
    assert [seen[n][1] <= int(n) and seen[n][0] > 0 for n in "123"] == [True] * 3
    assert seen["3"][1] > 1


def test_mutex_loses_nothing_and_its_waiters_sleep(machine):
    _, seen = show(machine, "mutex")
    for how in ("the owner runs", "the owner sleeps"):
        assert seen[how][0] > 0 and seen[how][1] == 0
    assert seen["the owner sleeps"][2] > 0


def test_condvar_passes_everything_on(machine):
    text, _ = show(machine, "condvar")
    put, taken, differ, most = map(int, re.search(
        r"put (\d+), taken (\d+), their sums differ by (\d+)\s+at most (\d+)",
        text).groups())
    assert put == taken > 0 and differ == 0 and 1 <= most <= 4


def test_rwsem_keeps_readers_and_writers_apart(machine):
    text, _ = show(machine, "rwsem")
    reads, writes, at_once, met = map(int, re.search(
        r"(\d+) reads, (\d+) writes, at most (\d+) readers at once, (\d+) met",
        text).groups())
    assert reads and writes and at_once > 1 and met == 0


def test_each_list_finds_what_is_always_there(machine):
    text, _ = show(machine, "lists")
    found = re.findall(r"^  (\S.*?) +(\d+) +(\d+) +(\d+) +(\d+) (#*)$",
                       text, re.M)
    assert [row[0] for row in found][:2] == ["plain list, spinlock",
                                             "plain list, rwlock"]
    assert {"lock and references", "lock and deferred free",
            "hash table, RCU"} <= {row[0] for row in found}
    most = max(int(row[1]) for row in found)
    for name, per_ms, _, _, missed, bar in found:
        assert int(missed) == 0, name
        assert len(bar) == int(per_ms) * 15 // most, name


def test_routes_are_missed_only_where_they_are_moved(machine):
    text, seen = show(machine, "routes")
    lookups, _, _, changes, resizes, missed = seen["two links: rcu_hash"]
    assert lookups >= 1000000 and changes and resizes and missed == 0
    assert seen["one link: each is moved"][5] > 0
    assert "torn" not in text


def test_ctrl_c_stops_it_and_one_cpu_is_enough(boot):
    machine = boot("pvh", cpus=1)
    machine.send("demo locks\r")
    machine.expect("least")
    machine.send("\x03")
    machine.expect(r"\(Stopped")
    machine.expect(qemu.PROMPT)
    for name in DEMOS:
        show(machine, name)
