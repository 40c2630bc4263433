"""tools/plugin/count.c counts exactly: tests/bench/plugin.asm is known by hand.

The plugin is what every number of `make bench` rests on, so its own test is a
machine whose every instruction stands in one file.
"""
import json
import os
import subprocess

import pytest

import bench


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """A folder with the plugin and the bare machine's image."""
    d = tmp_path_factory.mktemp("plugin")
    bench.build_plugin(d)
    bench.build_bare("plugin", d)
    return d


def run(folder, accel, *args):
    """The plugin's report of one run."""
    done = subprocess.run(
        ["qemu-system-x86_64", "-accel", accel, "-machine", "q35", "-smp", "2",
         "-m", "32", "-kernel", "plugin.elf", "-display", "none", "-serial",
         "none", "-monitor", "none", "-no-reboot",
         "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
         "-plugin", "./count.so,out=report" + "".join("," + a for a in args)],
        cwd=folder, timeout=60)
    assert done.returncode == 33
    with open(os.path.join(folder, "report")) as f:
        return json.load(f)


def between(report, first, last, what="insns"):
    marks = {m["id"]: m for m in report["marks"]}
    assert marks[first]["cpu"] == marks[last]["cpu"]
    return marks[last][what] - marks[first][what]


@pytest.mark.parametrize("accel", ["tcg,thread=multi", "tcg,thread=single"])
def test_counts_are_exact(image, accel):
    r = run(image, accel)
    assert r["lost_marks"] == 0
    assert between(r, 1, 2) == 1
    assert between(r, 2, 3) == 1 + 3 * 100 + 1 + 1
    assert between(r, 2, 3, "locked") == 0
    assert between(r, 3, 4) == 4 + 1
    assert between(r, 3, 4, "locked") == 2
    assert between(r, 4, 5) == 2 + 3 + (50 + 1) + 1
    assert between(r, 4, 5, "loads") == 2
    assert between(r, 4, 5, "stores") == 50
    assert between(r, 4, 5, "devices") == 0
    assert between(r, 6, 7, "devices") == 3
    assert r["cpus"][0]["devices"] == 4             # and the out


def test_a_fault_inside_a_block_is_exact(image):
    """9 up to and with ud2, 2 in the handler, the marker; not the 3 nops."""
    assert between(run(image, "tcg"), 5, 6) == 9 + 2 + 1


def test_each_cpu_counts_for_itself(image):
    r = run(image, "tcg")
    cpu = {m["id"]: m["cpu"] for m in r["marks"]}
    assert (cpu[7], cpu[16], cpu[17]) == (0, 1, 1)
    assert between(r, 16, 17) == 1 + 2 * 1000 + 1
    ap = r["cpus"][1]
    assert (ap["insns"], ap["halts"], ap["since_halt"]) == (2008, 1, 0)
    marks = {m["id"]: m for m in r["marks"]}
    assert marks[7]["all"] == marks[7]["insns"] + 2008


def test_the_firmware_counts_only_when_asked(image):
    assert run(image, "tcg")["marks"][0]["insns"] == 1
    assert run(image, "tcg", "all=on")["marks"][0]["insns"] > 100000


def test_memory_can_be_left_out(image):
    r = run(image, "tcg", "mem=off")
    assert between(r, 4, 5, "stores") == 0 and between(r, 4, 5) == 57


def test_marks_alone_are_timed(image):
    r = run(image, "tcg", "count=off")
    assert len(r["marks"]) == 9 and between(r, 1, 7) == 6
    assert 0 < between(r, 1, 7, "ns") < 10 ** 10


def test_places_between_two_marks(image):
    """2 -> 3: mov, a loop of three instructions 100 times, nop."""
    times = {}
    for va, n in run(image, "tcg", "from=2", "to=3")["places"]:
        times[va] = times.get(va, 0) + n
    assert [times[va] for va in sorted(times) if va] == [1, 100, 100, 100, 1]


def test_an_unknown_argument_is_refused(image):
    with pytest.raises(AssertionError):
        run(image, "tcg", "al=on")
