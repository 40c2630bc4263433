"""Misuse of memory ends in a panic that names what, and both call sites.

The faults are in tests/mm/cmd_fault.c; the functions that allocate and free
there are called site_*.  They boot from the ISO, for GRUB loads the symbols.
"""

import re

import pytest

import qemu


def fault(boot, name, cpus=2):
    """What the console said from the panic on, in one line."""
    machine = boot("iso", cpus=cpus, cmdline="panic=exit")
    machine.line("fault " + name)
    machine.expect("panic: ")
    machine.expect("end of panic\r?\n")
    text = machine.console.before
    assert machine.wait() == qemu.Outcome.PANIC
    # long messages go on in a next line, with a stamp of its own
    text = re.sub(r"\r?\n\[ *\d+\.\d+\] cpu\d+ (error:)?", "\n", text)
    return re.sub(r"\n +(?!#)", " ", text)


def at(function):
    return function + r"[\w.]*\+0x[0-9a-f]+"        # gcc's clones


FAULTS = [
    ("mm-double-free",
     "slab kmalloc-128: object 0x[0-9a-f]+ freed twice: allocated at "
     + at("site_alloc") + ", freed at " + at("site_free")
     + ", again at " + at("site_free_again")),
    ("mm-use-after-free",
     "slab kmalloc-128: object 0x[0-9a-f]+ written after free at offset 40: "
     "allocated at " + at("site_alloc") + ", freed at " + at("site_free")
     + ", found by allocation at " + at("site_alloc")),
    ("mm-overrun",
     "slab kmalloc-128: object 0x[0-9a-f]+ of 100 bytes written past its end: "
     "allocated at " + at("site_alloc") + ", freed at " + at("site_free")),
    ("mm-overrun-far",
     "slab kmalloc-128: object 0x[0-9a-f]+ of [0-9]+ bytes written past its "
     "end: allocated at .*, freed at " + at("site_free")),
    ("mm-large-double-free",
     "kmalloc: object 0x[0-9a-f]+ freed twice: allocated at "
     + at("site_alloc") + ", freed at " + at("site_free")
     + ", again at " + at("site_free_again")),
    ("mm-foreign-free",
     "slab kmalloc-128: 0x[0-9a-f]+, freed at " + at("site_free") + ", lies "
     "inside object 0x[0-9a-f]+, allocated at " + at("site_alloc")),
    ("mm-local-free",
     "kfree: 0x[0-9a-f]+, freed at " + at("site_free") + ", is in no memory "
     "that was ever handed out"),
    ("mm-frame-double-free",
     "frame_free: frame 0x[0-9a-f]+ freed twice: allocated at "
     + at("site_frame_alloc") + ", freed at " + at("site_frame_free")
     + ", again at " + at("site_frame_free_again")),
    ("mm-page-overrun", "page fault: write of 0xffffc0"),
    ("mm-write-and-execute", "assert"),
    ("stack-overflow", 'stack overflow: .*in thread [0-9]+ "overflow"'),
]


@pytest.mark.parametrize("name,pattern", FAULTS,
                         ids=[name for name, _ in FAULTS])
def test_fault_is_named(boot, name, pattern):
    text = fault(boot, name)
    assert re.search(pattern.replace(" ", r"\s+"), text, re.DOTALL), text


def test_list_is_what_is_tested(boot):
    machine = boot("iso", cpus=1)
    machine.line("fault --list")
    machine.expect("stack-overflow\r?\n")
    names = re.findall(r"^([\w-]+)\r?$", machine.console.before
                       + machine.console.after, re.MULTILINE)
    assert names == [name for name, _ in FAULTS]
