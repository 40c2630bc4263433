"""Kernels with a sanitizer in: they run clean, and find what is planted."""

import functools
import os
import re
import subprocess

import pytest

import qemu
from conftest import ROOT

# what each command plants, and what must be said of it
UNDEFINED = {
    "overflow": r"an addition overflows at",
    "shift": r"a shift by too much, or of a negative number at",
    "index": r"index 4 is out of bounds of 'int \[4\]' at",
    "divide": r"a division overflows, or is by 0 at",
    "misalign": r"misaligned: load of 'int' at 0x\w+, at",
    "null": r"NULL: load of 'int' at 0, at",
    "bool": r"a value that its type does not have at",
}
ADDRESS = {
    "read-behind": r"load of 1 bytes at \S+, offset 40 of the object",
    "write-behind": r"store of 1 bytes at \S+, offset 40 of the object",
    "read-before": r"load of 1 bytes at ",
    "read-freed": r"load of 1 bytes at \S+, offset 8 of the free object",
    "write-freed": r"store of 1 bytes at \S+, offset 8 of the free object",
    "copy-behind": r"load of 41 bytes at \S+, offset 0 of the object",
    "read-frame": r"load of 1 bytes at \S+, in a free frame;",
}
FAULTS = [("undefined", f, r"undefined: " + said + r" \S+/cmd_plant\.c:\d+",
           "cmd_undefined") for f, said in UNDEFINED.items()]
FAULTS += [("misuse", f, "address: " + said, "cmd_misuse")
           for f, said in ADDRESS.items()]


RACES = {           # and a function that both stacks have
    "count": "add_one", "read": "(?:add_one|read_it)",
    "neighbours": "neighbours",
}


@functools.lru_cache(maxsize=None)
def elf(san="address,undefined"):
    """One kernel with both: building is most of what this costs."""
    clean = {k: v for k, v in os.environ.items()
             if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    done = subprocess.run(
        ["make", "-s", "-j2", "SAN=" + san, "WERROR=1"], cwd=ROOT,
        env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return ROOT / ("build/gcc-%s/quiesce.elf" % san.replace(",", "-"))


@pytest.mark.xdist_group("san")
def test_boot_shell_and_suites_run_clean(boot):
    """With what is planted, but done as it may be; then some suites."""
    machine = boot("pvh", elf=elf(), initrd=elf(), cpus=2)
    for command, fault, _, _ in FAULTS:
        assert "planted: " in machine.command_output(
            "%s %s well" % (command, fault)), machine.text()
    machine.close()
    machine = boot("pvh", prompt=None, elf=elf(), initrd=elf(), cpus=2,
                   cmdline="test=kernel/* exit=on panic=exit")
    assert machine.wait() == qemu.Outcome.PASS, machine.text()[-3000:]


@pytest.mark.xdist_group("san")
@pytest.mark.parametrize("command,fault,said,caller", FAULTS,
                         ids=["-".join(f[:2]) for f in FAULTS])
def test_what_is_planted_is_found(boot, command, fault, said, caller):
    """By name, with its place, and with the stack that led there."""
    machine = boot("pvh", elf=elf(), initrd=elf(), cpus=2)
    machine.line("%s %s" % (command, fault))
    machine.expect(r"end of panic")
    report = machine.text().split("panic: ")[1]
    assert re.match(said, report), report
    assert caller in report, report


@pytest.mark.xdist_group("race")
def test_race_runs_clean(boot):
    """The boot, the shell, what is planted but ordered, and some suites."""
    machine = boot("pvh", elf=elf("race"), initrd=elf("race"), cpus=2)
    for fault in RACES:
        said = machine.command_output("race %s well" % fault)
        assert int(re.search(r"planted: (\d+) watched", said)[1]) > 0, said
    machine.close()
    machine = boot("pvh", prompt=None, elf=elf("race"), initrd=elf("race"),
                   cpus=2, cmdline="test=sched/park exit=on panic=exit")
    assert machine.wait() == qemu.Outcome.PASS, machine.text()[-3000:]


@pytest.mark.xdist_group("race")
@pytest.mark.parametrize("fault", RACES)
def test_a_planted_race_is_told_with_both_stacks(boot, fault):
    machine = boot("pvh", elf=elf("race"), initrd=elf("race"), cpus=2)
    machine.line("race " + fault)
    machine.expect(r"end of panic")
    text = machine.text()
    m = re.search(r"race: (load|store) of \d bytes by cpu (\d):\n(.*?)panic: "
                  r"race: (load|store) of \d bytes at \w+ by cpu "
                  r"(\d), and the (load|store) above by cpu (\d)\r?\n(.*)", text,
                  re.S)
    assert m, text
    assert "store" in (m[1], m[4])
    assert m[2] == m[7] != m[5] and m[1] == m[6]
    for stack in m[3], m[8]:
        assert re.search(r"#\d+ " + RACES[fault] + r"\+", stack), text


def test_an_unknown_sanitizer_is_refused():
    done = subprocess.run(["make", "SAN=memory"], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    assert done.returncode and "SAN=memory: " in done.stderr
