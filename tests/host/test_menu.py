"""GRUB's menu: each entry starts, chosen by its letter on the keyboard."""

import re
import time

import pytest

import qemu
from conftest import ROOT

ENTRIES = re.findall(r'^menuentry "([^"]+)" --hotkey=(\w)',
                     (ROOT / "boot/grub.cfg").read_text(), re.M)


def choose(machine, key):
    """Presses the key until GRUB, which reads the keyboard once, has it."""
    for _ in range(600):
        if machine.console.written:
            return
        machine.key(key)
        time.sleep(0.05)


def test_there_are_entries_for_shell_tests_and_demo():
    names = " ".join(name for name, _ in ENTRIES)
    assert all(word in names for word in ("shell", "self-test", "demo"))


@pytest.mark.parametrize("name,key", ENTRIES)
def test_entry_starts(boot, name, key):
    machine = boot("iso", prompt=None, cpus=2)
    choose(machine, key)
    if "self-test" in name:
        machine.expect("KTAP version 1")
        return
    machine.expect(qemu.PROMPT)
    said = machine.text()
    assert "KTAP" not in said and "there is no demo" not in said
    if "demo" in name:
        assert "command line: demo=" in said, said
