"""The shell, as a person at the serial line and at the keyboard meets it."""

import random
import re
import time

import pytest

import qemu

KEYS = {" ": ["spc"], "\n": ["ret"], "-": ["minus"], ";": ["semicolon"],
        "/": ["slash"], "=": ["equal"], ".": ["dot"], "\t": ["tab"]}
COMMANDS = ("clear", "cpus", "echo", "help", "history", "irqs", "poweroff",
            "reboot", "set", "test", "uptime")


def strike(machine, text):
    """Types on the PS/2 keyboard; a scan code at a time is enough for it."""
    for c in text:
        names = KEYS.get(c, [c.lower()])
        machine.key(*(["shift"] if c.isupper() else []), *names)
        time.sleep(0.05)


def prints(machine, typed, expected):
    """Bytes as they are, then Enter: the command that they make."""
    machine.send(typed + "\r")
    machine.expect(r"\n" + re.escape(expected) + r"\r?\n", 20)
    machine.expect(qemu.PROMPT, 20)


def seen(machine):
    """
    What came since the last match.  Not the log: QEMU's holds a byte twice
    when the socket was full for a moment.
    """
    return (machine.console.before + machine.console.after).replace("\r", "")


def test_help_names_every_command_within_80_columns(boot):
    machine = boot("pvh")
    text = machine.command_output("help")
    for name in COMMANDS:
        assert re.search(r"^  %s\b" % name, text, re.M), name
    names = re.findall(r"^  ([a-z]+)\b", text, re.M)
    assert names == sorted(names)
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "what can be typed" in machine.command_output("help help")
    assert "did you mean `cpus`" in machine.command_output("help cpu")
    assert "usage: help" in machine.command_output("help a b")


def test_unknown_words_get_a_suggestion(boot):
    machine = boot("pvh")
    assert "did you mean `help`" in machine.command_output("hlep")
    assert "`help` lists" in machine.command_output("supercalifragilistic")
    assert "did you mean `loglevel`" in machine.command_output("set loglevl=1")
    assert "one of: error warn" in machine.command_output("set loglevel=loud")
    assert "no value" in machine.command_output("set seed=many")
    assert "seed=7 " in machine.command_output("set seed=7")
    assert "seed=0x7" in machine.command_output("test kernel/ring")


def test_lines_are_edited(boot):
    machine = boot("pvh")
    prints(machine, "ecko\x1b[D\x1b[D\x1b[3~h\x05 one", "one")
    prints(machine, "\x1b[A\x17two", "two")
    prints(machine, "two\x01echo \x05 three", "two three")
    prints(machine, "x\x15echo four\x02\x02\x0b\x19", "four")
    prints(machine, "ec\tfive", "five")
    prints(machine, "echo six ; echo 'se  ven'", "six\r\nse  ven")
    machine.send("not this\x03")
    machine.expect(r"\^C\r?\n" + qemu.PROMPT)
    machine.send("\x04")
    machine.expect("poweroff")


def test_tab_lists_what_could_follow(boot):
    machine = boot("pvh")
    machine.send("\t")
    text = machine.expect(r"\n((?:.*\n)+)\rquiesce> ").group(1)
    assert set(COMMANDS) <= set(text.split())
    machine.send("set log\t\t")
    machine.expect(r"loglevel=debug +loglevel=error")
    machine.send("\x15test kernel/scan\tkernel/rin\t\x15")
    machine.expect("kernel/scancode kernel/ring")


def test_long_words_are_neither_cut_nor_harmful(boot):
    machine = boot("pvh")
    word = "".join(random.Random(3).choices("abcdefghij", k=1000))
    machine.send("echo %s\r" % word)
    machine.expect(r"\n%s\r?\n" % word)
    machine.send("echo\x15%s\r" % word)
    machine.expect(r"\n%s: no such command" % word[:40])
    for command, answer in (
            ("help ", "help: there is no command `%s`" % word[:40]),
            ("set ", "set: there is no `%s`" % word[:40]),
            ("set seed=", "set: `%s` is no value for seed" % word[:40]),
            ("irqs ", "usage: irqs"), ("test ", "no test matches")):
        machine.expect(qemu.PROMPT)
        machine.send(command + word + "\r")
        machine.expect(answer)


def test_history_keeps_no_duplicates(boot):
    machine = boot("pvh")
    for word in ("a", "b", "a", "a"):
        machine.command_output("echo " + word)
    lines = re.findall(r"^ +\d+  (.*)$", machine.command_output("history"),
                       re.M)
    assert lines == ["echo b", "echo a", "history"]


def test_a_paste_of_lines_loses_nothing(boot):
    machine = boot("pvh")
    machine.send("".join("echo line%04d\r" % i for i in range(800)))
    machine.expect(r"\nline0799\r?\n")
    text = seen(machine)
    for i in range(800):
        assert text.count("\nline%04d\n" % i) == 1
    assert "input was lost" not in text and "input were lost" not in text


def test_a_paste_into_a_busy_machine_waits(boot):
    machine = boot("pvh")
    machine.send("test kernel/line\r" + "".join(
        "echo wait%04d\r" % i for i in range(3000)))       # 42 KB
    machine.expect(r"\nwait2999\r?\n")
    text = seen(machine)
    assert len(re.findall(r"^wait\d{4}$", text, re.M)) == 3000
    assert "input was lost" not in text and "input were lost" not in text


def test_a_line_that_is_too_long_is_not_run(boot):
    machine = boot("pvh")
    machine.send("echo " + "x" * 10240 + "\r")
    machine.expect(r"the line is 9222 bytes too long: nothing was run")
    machine.expect(qemu.PROMPT)
    assert not re.search(r"\nx", machine.text())


@pytest.mark.parametrize("seed", [1, 2])
def test_any_bytes_leave_it_alive(boot, seed):
    machine = boot("pvh")
    draw = random.Random(seed)
    words = [b"echo ", b"set ", b"help ", b"irqs ", b"cpus", b"test -l ",
             b"'", b'"', b";", b"\\", b"\t", b"\x1b[A", b"\x1b[", b"\xc3"]
    data = b""
    while len(data) < 12000:
        data += draw.choice(words) if draw.random() < .5 else bytes(
            [draw.randrange(256)])
        if draw.random() < .05:
            data += b"\r"
    # none of the words that end the machine, whatever the bytes make
    machine.send(data)
    machine.send("\x03\r\x15\recho survived\r")
    machine.expect(r"\nsurvived\r?\n", 60)


def test_cpus_and_irqs_tell_of_every_cpu(boot):
    machine = boot("pvh", cpus=8)
    text = machine.command_output("cpus")
    assert re.findall(r"^ +(\d+) +(\d+)  online", text, re.M) == [
        (str(i), str(i)) for i in range(8)]
    assert "MHz" in text
    assert re.search(r"^0x24  serial +\d+ +\d+ +0", machine.command_output(
        "irqs 0 7"), re.M)
    assert "usage" in machine.command_output("irqs 8")
    assert "usage" in machine.command_output("irqs x")


def test_cpus_tells_of_a_silent_one(boot):
    machine = boot("pvh", cmdline="noap=2 seed=77")
    text = machine.command_output("cpus; set")
    assert re.search(r"^ +2 +2  silent +\(did not answer\)$", text, re.M)
    assert len(re.findall(r"^ +\d +\d  online", text, re.M)) == 3
    assert "seed=77 " in text


def test_the_keyboard_types_too(boot):
    machine = boot("iso")
    strike(machine, "cho Hellow")
    for name in ("left", "delete", "home", "e", "end"):
        machine.key(name)
        time.sleep(0.05)
    strike(machine, "\n")
    machine.expect(r"\nHello\r?\n")
    machine.expect(qemu.PROMPT)
    machine.key("up")
    machine.expect("echo Hello")
    machine.key("ctrl", "c")
    machine.expect(r"\^C\r?\n" + qemu.PROMPT)


def test_poweroff_and_reboot_do_what_they_say(boot):
    machine = boot("pvh")
    machine.line("poweroff")
    assert machine.wait() == qemu.Outcome.POWEROFF
    machine = boot("pvh")
    machine.line("reboot")
    assert machine.wait() == qemu.Outcome.RESET
