"""Command lines that people get wrong: named, and boot goes on."""

import random

import pytest

import qemu

WRONG = {
    "tset=mm/*": "did you mean test",
    "exit=yes": "on or off",
    "seed=many": "seed=many",
    "noap=x": "noap=x",
    "panic=explode": "panic=explode",
    "loglevel=9": "loglevel=9",
    "clock=sundial": "clock=sundial",
    "console=": "console=",
    "watch": "watch",
    "=": "=",
    "demo=none-such": "no demo",
}


def warnings(machine):
    return [line for line in machine.text().splitlines()
            if "command line:" in line and "warning" in line]


def test_each_wrong_word_is_named_and_boot_goes_on(boot):
    machine = boot("pvh", cpus=2, cmdline=" ".join(WRONG))
    said = warnings(machine)
    for word, answer in WRONG.items():
        assert any(answer in line for line in said), (word, said)
    assert len(said) == len(WRONG), said
    assert "2 of 2 CPUs online" in machine.text()


@pytest.mark.parametrize("how", ["iso", "pvh"])
def test_right_words_are_taken_without_a_word(boot, how):
    machine = boot(how, cpus=2, cmdline="seed=7 watch=on panic=halt "
                   "loglevel=debug clock=acpi console=all exit=off")
    assert not warnings(machine)
    assert "acpi" in machine.command_output("cpus")


@pytest.mark.parametrize("text", [
    " " * 500, "x" * 900, "a=b " * 200, "noap=" + "1," * 400,
    "noap=4294967296", "test=" + "*" * 900, "\x01\x02\x7f=\x03",
], ids=["blanks", "one-long-word", "many-words", "long-list", "too-large",
        "long-glob", "control"])
def test_monstrous_line_does_no_harm(boot, text):
    machine = boot("pvh", cpus=2, cmdline=text)
    assert "2 of 2 CPUs online" in machine.text()


def test_line_that_does_not_fit_is_told(boot):
    """Half a command line would be another one: it does not go on."""
    machine = boot("pvh", prompt=None, cmdline="a=b " * 400)
    machine.expect("panic: boot: .*command line is .*too long")


@pytest.mark.parametrize("seed", [1, 2])
def test_any_bytes_do_no_harm(boot, seed):
    draw = random.Random(seed)
    alphabet = "=,. *?[]abcxyz019-" + "".join(map(chr, range(1, 32)))
    text = "".join(draw.choice(alphabet) for _ in range(900))
    machine = boot("pvh", cpus=2, cmdline=text)
    machine.line("poweroff")
    assert machine.wait() == qemu.Outcome.POWEROFF
