"""Every way to start, with every number of processors that is interesting.

`make test` boots each firmware and each number once; `make boots` all of them
together, and two hundred in a row.
"""

import itertools
import re
import socket
import subprocess
import time

import pytest

import qemu


def how(name):
    """("iso", uefi) of "bios", "uefi" or "pvh"."""
    return ("pvh" if name == "pvh" else "iso"), name == "uefi"


def online(machine):
    """The boot log's last word: "4 of 4 CPUs online" as two numbers."""
    found = re.findall(r"(\d+) of (\d+) CPUs online(.*)", machine.text())
    assert found, machine.text()
    return int(found[0][0]), int(found[0][1]), found[0][2]


def start_and_leave(boot, kind, expected, **setup):
    boot_by, uefi = how(kind)
    machine = boot(boot_by, uefi=uefi, **setup)
    assert online(machine)[:2] == (expected, expected)
    assert "poweroff" in machine.command_output("help")
    machine.line("poweroff")
    assert machine.wait() == qemu.Outcome.POWEROFF


@pytest.mark.parametrize("kind,cpus", [
    ("bios", 1), ("bios", 2), ("bios", 3), ("bios", 4), ("bios", 8),
    ("bios", 255), ("uefi", 1), ("uefi", 4),
    ("pvh", 1), ("pvh", 2), ("pvh", 3), ("pvh", 4), ("pvh", 8), ("pvh", 64)])
def test_reaches_the_shell(boot, kind, cpus):
    start_and_leave(boot, kind, cpus, cpus=cpus)


@pytest.mark.parametrize("kind", ["bios", "pvh"])
def test_apic_ids_with_a_hole(boot, kind):
    """Two sockets of three cores: APIC ids 0 1 2 4 5 6."""
    start_and_leave(boot, kind, 6, smp="6,sockets=2,cores=3")


@pytest.mark.parametrize("accel", ["tcg,thread=single", "tcg,thread=multi"])
def test_reaches_the_shell_on(boot, accel):
    start_and_leave(boot, "pvh", 4, cpus=4, accel=accel)


def test_repeats_by_icount(boot):
    """The same instructions give the same log, to the last digit."""
    logs = []
    for _ in range(2):
        machine = boot("pvh", cpus=4, icount="shift=0,sleep=off")
        logs.append(machine.text())
        machine.close()
    assert logs[0] == logs[1]


def test_acpi_clock_outlives_idleness(boot):
    """Six idle seconds, which pass at once by instruction count."""
    machine = boot("pvh", prompt=None, cpus=2, icount="shift=0,sleep=off",
                   cmdline="clock=acpi test=sched/clock_keeper* exit=on "
                           "panic=exit")
    assert machine.wait() == qemu.Outcome.PASS
    assert "skipped 0" in machine.text()


@pytest.mark.parametrize("word", ["noap", "lateap"])
def test_silent_processor_is_named(boot, word):
    """Its APIC id is reported, and the others go on without it."""
    machine = boot("pvh", cpus=4, cmdline=word + "=2")
    here, listed, rest = online(machine)
    assert (here, listed) == (3, 4) and re.search(r"APIC ids? 2\b", rest)
    assert machine.command_output("cpus").count("\n") > 3
    machine.line("poweroff")
    assert machine.wait() == qemu.Outcome.POWEROFF


def test_withheld_apic_id_is_not_a_cpu_number(boot):
    """Sockets leave a hole at 3: noap=4 withholds the fourth processor."""
    machine = boot("pvh", smp="6,sockets=2,cores=3", cmdline="noap=4,6")
    here, listed, rest = online(machine)
    assert (here, listed) == (4, 6)
    assert re.findall(r"\d+", rest) == ["4", "6"]


@pytest.mark.parametrize("kind", ["bios", "pvh"])
def test_small_memory_reaches_the_shell(boot, kind):
    start_and_leave(boot, kind, 8, cpus=8, mem="16")


@pytest.mark.parametrize("mem", ["4", "6", "8", "12"])
def test_too_little_memory_is_told(boot, mem):
    """It boots, or it names what it could not allocate; it never hangs."""
    machine = boot("pvh", prompt=None, cpus=8, mem=mem, cmdline="panic=exit")
    try:
        machine.expect(qemu.PROMPT)
    except qemu.Ended as ended:
        if "not enough memory for the kernel itself" in machine.text():
            assert ended.outcome == qemu.Outcome.HANG, ended.report  # it halts
        else:
            assert ended.outcome == qemu.Outcome.PANIC, ended.report
            assert "memory" in machine.text()


def test_reboot_resets_the_machine(boot):
    machine = boot("pvh")
    machine.line("reboot")
    assert machine.wait() == qemu.Outcome.RESET


# ------------------------------------------------------------- every boot

EVERY = [(kind, cpus, mem, accel) for kind, cpus, mem, accel in
         itertools.product(("bios", "uefi", "pvh"),
                           (1, 2, 3, 4, 8, 64, 255), ("64", "512", "3072"),
                           ("tcg,thread=multi", "tcg,thread=single"))
         if not (cpus == 255 and mem == "64")
         and not (accel.endswith("single") and (cpus > 64 or mem != "512"))]


@pytest.mark.every_boot
@pytest.mark.parametrize("kind,cpus,mem,accel", EVERY)
def test_every_boot(boot, kind, cpus, mem, accel):
    start_and_leave(boot, kind, cpus, cpus=cpus, mem=mem, accel=accel)


def without_times(text):
    """A boot's log as it should be each time."""
    text = re.sub(r"\[ *\d+\.\d+\]", "[time]", text)
    text = re.sub(r"\d+(\.\d+)? (kHz|MHz|GHz|Hz|ns|us|ms|s)\b", "N", text)
    return re.sub(r"cpu\d+", "cpu", text)


@pytest.mark.every_boot
@pytest.mark.parametrize("cpus", range(1, 9))
def test_boots_in_a_row_are_alike(boot, cpus):
    """Twenty-five boots at each of 1 to 8 CPUs: 200 in all."""
    seen = set()
    for _ in range(25):
        machine = boot("iso", cpus=cpus)
        seen.add(without_times(machine.text()))
        machine.close()
    assert len(seen) == 1, "\n----\n".join(seen)


def test_a_slow_reader_gets_all_of_the_console():
    """
    To the end: QEMU is left only when its serial device has written all, or the
    last FIFO would be lost.  The socket holds a few bytes, and the last line is
    read slowly (but in a second without a byte read the kernel would give up:
    PATIENCE in serial.c).
    """
    mine, its = socket.socketpair()
    its.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
    setup = qemu.Setup(boot="pvh", cpus=1, cmdline="test=kernel/* exit=on "
                       "panic=exit",
                       extra=("-chardev", f"socket,id=s,fd={its.fileno()}",
                              "-serial", "chardev:s"))
    with subprocess.Popen(setup.arguments(), pass_fds=(its.fileno(),),
                          stdin=subprocess.DEVNULL), mine:
        its.close()
        text, bite = b"", b"-"
        while bite:
            bite = mine.recv(1)
            text += bite
            if b"\n# passed" in text[-40:]:
                time.sleep(0.01)
    assert text.count(b"\r\nok ") > 50
    assert re.search(rb"# passed \d+ failed 0 skipped \d+\r\n$", text), \
        text[-200:]
