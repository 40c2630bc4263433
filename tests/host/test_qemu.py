"""The judge itself: each way to end is told from every other.

Tiny kernels that do one thing each, started by PVH.
"""

import subprocess

import pytest

import qemu

# What the machine does after saying "quiesce> ".
ENDINGS = {
    "pass": ("mov dx, 0xf4\n mov al, 0x10\n out dx, al",
             qemu.Outcome.PASS),
    "fail": ("mov dx, 0xf4\n mov al, 0x11\n out dx, al",
             qemu.Outcome.FAIL),
    "panic": ("mov dx, 0xf4\n mov al, 0x12\n out dx, al",
              qemu.Outcome.PANIC),
    "unknown_code": ("mov dx, 0xf4\n mov al, 0x33\n out dx, al",
                     qemu.Outcome.HARNESS),
    "triple_fault": ("lidt [no_table]\n ud2", qemu.Outcome.TRIPLE_FAULT),
    "reset": ("mov dx, 0xcf9\n mov al, 6\n out dx, al",
              qemu.Outcome.RESET),
    "halted": ("cli\n hlt", qemu.Outcome.HANG),
    "spinning": ("mov ebx, 7\n.again: pause\n cmp ebx, 7\n je .again",
                 qemu.Outcome.HANG),
    "alive": (".again: inc ebx\n pause\n jmp .again",
              qemu.Outcome.HARNESS),
}

KERNEL = """
section .note.GNU-stack noalloc noexec nowrite progbits
section .note.pvh alloc noexec nowrite note align=4
 dd 4, 4, 18
 db "Xen", 0
 dd start
section .text
bits 32
global start
start:
 mov esp, stack
 mov esi, text
 mov dx, 0x3f8
.next: lodsb
 test al, al
 jz planted_end
 out dx, al
 jmp .next
planted_end:
 %s
.stay: hlt
 jmp .stay
text: db "quiesce> ", 0
no_table: dw 0, 0, 0
section .bss
 resb 4096
stack:
"""


@pytest.fixture
def tiny(tmp_path):
    """A kernel that ends in a given way."""
    def build(ending):
        source, elf = tmp_path / "k.asm", tmp_path / "k.elf"
        source.write_text(KERNEL % ending)
        subprocess.run(["nasm", "-f", "elf64", "-o", tmp_path / "k.o",
                        source], check=True)
        subprocess.run(["ld", "-n", "-Ttext=0x100000", "-e", "start",
                        "--no-warn-rwx-segments", "-o", elf,
                        tmp_path / "k.o"], check=True)
        return elf
    return build


@pytest.mark.parametrize("name", ENDINGS)
def test_outcome(boot, tiny, name):
    ending, outcome = ENDINGS[name]
    machine = boot(elf=tiny(ending), cpus=2)
    try:
        machine.wait(budget=8 if name == "alive" else qemu.BUDGET)
    except qemu.Ended as ended:
        assert "planted_end" in ended.report
    assert machine.outcome == outcome


def test_hang_report_names_every_cpu(boot, tiny):
    machine = boot(elf=tiny("cli\n hlt"), cpus=3)
    with pytest.raises(qemu.Ended) as caught:
        machine.wait()
    report = caught.value.report
    assert [n for n in range(4) if "CPU %d, halted" % n in report] == [0, 1, 2]
    assert "RIP" in report and "planted_end" in report


def test_qemu_that_does_not_start_is_a_harness_fault(tmp_path):
    with pytest.raises(qemu.Ended) as caught:
        qemu.Machine(qemu.Setup(boot="pvh", elf=tmp_path / "none"), "no-qemu")
    assert caught.value.outcome == qemu.Outcome.HARNESS
