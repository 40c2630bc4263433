"""What the shell's commands promise together; the line itself is in
test_shell.py."""

import re

import pytest

# what a person may type at any time, and what the answer speaks of
HARMLESS = {
    "cpus": "online", "irqs": "timer", "set": "loglevel", "uptime": r"\d",
    "help": "poweroff", "history": "history", "test -l": "kernel/list",
    "mem": "MB|KB|frames", "slabs": r"\d", "threads": "main", "runq": "cpu",
    "rcu": "race period",
    "dmesg": "CPUs online",
}

NONSENSE = [
    "", " ", ";", ";;;", "''", '"', "'unclosed", "help help help",
    "\\", "\\\\\\", "a" * 300, "help " * 60, "set =", "set x=",
    "set =y", "set a=b=c", "test [", "test " + "?" * 100, "test ?",
    "irqs -1", "irqs 99999999999999999999", "%s%n%x", "!!", "!",
    "$(help)", "`help`", "cpus|help", "#", "-1", "0", "\x01\x02\x03\x04",
    "stress -1", "stress x", "threads 5 5", "dmesg x y z", "mem -1",
]


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    """The commands that `help` lists."""
    import qemu
    with qemu.Machine(qemu.Setup(boot="pvh"), "commands-listed") as machine:
        machine.expect(qemu.PROMPT)
        return re.findall(r"^  ([a-z]+)\b", machine.command_output("help"),
                          re.M)


def test_each_harmless_command_answers(boot, listed):
    machine = boot("pvh")
    for command, about in HARMLESS.items():
        if command.split()[0] in listed:
            text = machine.command_output(command)
            assert re.search(about, text, re.I), (command, text)


def test_nothing_typed_crashes_it(boot):
    machine = boot("pvh")
    for text in NONSENSE:
        machine.line(text)
    machine.send("\x03\r")
    machine.line("echo still here")
    machine.expect(r"\nstill here")


@pytest.mark.parametrize("uefi", [False, True], ids=["bios", "uefi"])
def test_screen_shows_the_shell(boot, tmp_path, uefi):
    """What is typed at the keyboard changes the picture."""
    machine = boot("iso", cpus=1, uefi=uefi)
    before, after = tmp_path / "before.png", tmp_path / "after.png"
    machine.screendump(before)
    for key in "e c h o spc k e y s ret".split():
        machine.key(key)
        machine.expect("." if key != "ret" else r"\nkeys", 30)
    machine.screendump(after)
    assert before.stat().st_size > 1000
    assert before.read_bytes() != after.read_bytes()
