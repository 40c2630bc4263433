"""The arithmetic of tools/bench.py, on reports that were made up."""
import struct

import pytest

import bench


def mark(name, insns, cpu=0, everybody=None, **more):
    return dict({"id": bench.IDS[name], "cpu": cpu, "insns": insns,
                 "all": everybody or insns}, **more)


def test_ids_are_unique_and_phases_are_below_0x100():
    assert len(set(bench.IDS.values())) == len(bench.IDS) >= 18
    assert bench.IDS["ENTRY"] == 1 and bench.IDS["PROMPT"] < 0x100
    assert bench.IDS["YIELD"] == 0x100


def test_a_round_is_what_lies_between_its_markers():
    marks = [mark("YIELD", 10), mark("YIELD_END", 11),
             mark("YIELD", 20), mark("YIELD_END", 121)]
    assert bench.rounds(marks, "YIELD", "YIELD_END") == [0, 100]


def test_rounds_of_two_cpus_do_not_mix():
    marks = [mark("YIELD", 10, 0), mark("YIELD", 500, 1),
             mark("YIELD_END", 31, 0), mark("YIELD_END", 541, 1)]
    assert bench.rounds(marks, "YIELD", "YIELD_END") == [20, 40]


def test_no_round_is_no_number():
    with pytest.raises(bench.Unmeasured):
        bench.rounds([mark("YIELD", 1)], "YIELD", "YIELD_END")


def test_phases_add_up_to_the_first_prompt():
    marks = [mark("ENTRY", 1), mark("MAIN", 101), mark("WOKEN", 5, 1),
             mark("CPUS", 201, 0, 300), mark("PROMPT", 401, 0, 900),
             mark("PROMPT", 999)]
    assert bench.phases(marks) == [("entry", 100, 100), ("main", 100, 199),
                                   ("cpus", 200, 600)]


@pytest.mark.parametrize("names", [[], ["ENTRY"], ["MAIN", "PROMPT"]])
def test_a_boot_that_was_not_seen_whole_is_no_number(names):
    with pytest.raises(bench.Unmeasured):
        bench.phases([mark(n, i) for i, n in enumerate(names)])


def test_a_row_is_over_only_beyond_its_limit():
    assert bench.line(bench.Row("x", 200, 200, ""))[1] is False
    assert bench.line(bench.Row("x", 201, 200, ""))[1] is True
    assert bench.line(bench.Row("x", 201, None, ""))[1] is False


def test_durations_are_compared_by_their_medians():
    row = bench.compared([1.0, 1.3, 9.0], [1.0, 1.0, 0.1], 1.3, "x", "y")
    assert row.value == 1.3 and bench.line(row)[1] is False
    assert "1.30 x" in bench.line(row)[0] and "9000.0" in row.note
    assert bench.line(row._replace(value=1.31))[1] is True


def test_the_halting_kernel_differs_at_its_entry_only():
    headers = struct.pack("<24x QQ 14x HH 6x", 0x100040, 64, 56, 2)
    headers = headers.ljust(64, b"\0")
    load = struct.pack("<IIQQQQQQ", 1, 5, 0x1000, 0x100000, 0x100000,
                       0x800, 0x800, 0x1000)
    elf = (headers + struct.pack("<IIQQQQQQ", 4, 0, 0, 0x100000, 0, 0x800,
                                 0, 0) + load).ljust(0x1800, b"\x90")
    patched = bench.halting(elf)
    assert len(patched) == len(elf)
    assert patched[:0x1040] == elf[:0x1040]
    assert patched[0x1040:0x1044] == b"\x66\xba\xf8\x03"
    assert patched[0x1200:] == elf[0x1200:]
    with pytest.raises(bench.Unmeasured):
        bench.halting(elf.replace(load, load.replace(b"\1\0\0\0\5", b"\0" * 5)))


def test_the_ipis_of_a_hurry_are_for_one_grace_period():
    said = "63 busy, 5 grace periods, 314 asked\nbench rcu-busy: done"
    assert bench.asked(said) == (63, 62.8)
    with pytest.raises(bench.Unmeasured):
        bench.asked("bench rcu-busy: done")


def test_the_switches_of_a_grace_period_are_the_most_of_one():
    assert bench.switches("7 switch: 0 4 3 0 0\nbench rcu-switch: done") == (
        7, [4, 3, 0, 0], 0)
    with pytest.raises(bench.Unmeasured):
        bench.switches("7 switch: 7 0 0 0 0\nbench rcu-switch: done")


def test_a_profile_sums_by_function():
    names = {1: "f+0x0", 2: "f+0x4", 3: "g+0x0", 0: "0x0"}
    assert bench.by_function([[1, 3], [3, 7], [2, 5], [0, 0]],
                             names.__getitem__) == [(8, "f"), (7, "g")]


def test_the_kernel_runs_its_rounds(tmp_path, monkeypatch):
    """What the table rests on: each benchmark's rounds, on a machine."""
    monkeypatch.setattr(bench, "OUT", tmp_path)
    bench.build_plugin(tmp_path)
    report = bench.at_prompt("test-rounds", ["yield", "kmalloc", "wake",
                                             "locks"],
                             cmdline="watch=off", **bench.COMMON)
    marks = report["marks"]
    there = bench.rounds(marks, "YIELD", "YIELD_THERE")
    back = bench.rounds(marks, "YIELD", "YIELD_END")
    assert len(there) == len(back) == 100
    assert all(20 < t < b for t, b in zip(there, back))
    assert len(bench.rounds(marks, "KMALLOC", "KMALLOC_END")) == 100
    wakers = bench.in_ways(bench.rounds(marks, "WAKE", "WAKE_END"))
    assert {len(values) for values in wakers.values()} == {100}
    assert min(wakers["unpark"]) < min(wakers["cond_signal"])
    woken = [m for m in marks if m["id"] == bench.IDS["WOKEN"]]
    assert len(woken) == 100 * len(bench.WAYS) and {m["cpu"] for m in woken} == {1}
    for name in bench.PAIRS:
        pairs = bench.rounds(marks, name, name + "_END")
        assert len(pairs) == 20 and 3 < min(pairs), name
    assert {bench.IDS[name] for name in bench.PAIRS} <= {m["id"] for m in marks}
    locked = bench.rounds(marks, "SPINLOCK", "SPINLOCK_END", "locked")
    assert set(locked) == {1}
    assert sum(part[1] for part in bench.phases(marks)) > 100000
    with pytest.raises(bench.Unmeasured, match="bench knows"):
        bench.at_prompt("test-rounds", ["no-such"], **bench.COMMON)


def test_an_unknown_row_is_a_usage_error(capsys):
    assert bench.main(["no-such"]) == 2
    assert "no row no-such" in capsys.readouterr().err
