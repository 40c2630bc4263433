"""GRUB's menu: each entry starts, chosen by its letter on the keyboard."""

import re
import time

import pytest

import qemu
from conftest import ROOT

ENTRIES = re.findall(r'^menuentry "([^"]+)" --hotkey=(\w)',
                     (ROOT / "boot/grub.cfg").read_text(), re.M)


def choose(boot, key):
    """
    A machine that is pressed a key on until the kernel speaks.  GRUB looks at
    the keyboard once; on a busy host a whole firmware may pass between two of
    our keys, so there are several tries.
    """
    machine = boot("iso", prompt=None, cpus=2)
    while not machine.console.written:
        machine.key(key)
        time.sleep(0.03)
    machine.expect("CPUs online")
    return machine


def test_there_are_entries_for_shell_tests_and_demo():
    names = " ".join(name for name, _ in ENTRIES)
    assert all(word in names for word in ("shell", "self-test", "demo"))


@pytest.mark.parametrize("key,line", [
    ("s", None), ("t", "command line: test="), ("d", "command line: demo=")])
def test_entry_starts(boot, key, line):
    for _ in range(10):
        machine = choose(boot, key)
        if not line or line in machine.text():
            break
        machine.close()
    machine.expect("KTAP version 1" if key == "t" else qemu.PROMPT)
    said = machine.text()
    assert bool(line) == ("command line:" in said), said
    assert "there is no demo" not in said
