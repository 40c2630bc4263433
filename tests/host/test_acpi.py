"""Machines whose ACPI tables are broken: each breakage of tools/mkacpi.py.

All of them are put before the parser as a program of this host; some boot a
machine, to see that the kernel goes on as it says.
"""

import fnmatch
import subprocess
import sys

import pytest

import mkacpi
import qemu
from conftest import ROOT
from test_hosted import make

OUT = ROOT / "build/acpi"


def blob(name, cpus=4, xsdt=False):
    """The file with these tables; name None is the sound ones."""
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / ("%s-%d%s" % (name or "sound", cpus, "x" if xsdt else ""))
    path.write_bytes(mkacpi.build(cpus, xsdt, name))
    return path


@pytest.fixture(scope="module")
def judge():
    folder = make("--eval", "show: ; @echo $(HOSTED_OUT)", "show")
    program = ROOT / folder.stdout.strip() / "acpi_blob"
    built = make(str(program.relative_to(ROOT)))
    assert built.returncode == 0, built.stdout + built.stderr

    def ask(path):
        done = subprocess.run([program, path], capture_output=True, text=True,
                              timeout=20, check=False)
        assert done.returncode == 0, done.stderr
        verdict, cpus, text, ports = done.stdout.rstrip("\n").split("\t")
        return verdict, int(cpus), text, ports

    return ask


def as_said(text, wanted):
    """The list's `?` and `*` stand for anything, its brackets for none."""
    return fnmatch.fnmatchcase(text, wanted.replace("[", "[[]"))


@pytest.mark.parametrize("xsdt", [False, True], ids=["rsdt", "xsdt"])
@pytest.mark.parametrize("cpus", [1, 4, 64])
def test_sound_tables_are_read(judge, cpus, xsdt):
    assert judge(blob(None, cpus, xsdt)) == (
        "fine", cpus, "", "pm1a 0x604 timer 0x608 s5 0/0 reset 0xcf9")


@pytest.mark.parametrize("machine,cpus,ports", [
    ("pc-bios", 2, "pm1a 0x604 timer 0x608 s5 0/0 reset 0x0"),
    ("pc-uefi", 1, "pm1a 0xb004 timer 0xb008 s5 0/0 reset 0x0"),
    ("q35-bios-fb", 6, "pm1a 0x604 timer 0x608 s5 0/0 reset 0xcf9"),
    ("q35-uefi", 4, "pm1a 0x604 timer 0x608 s5 0/0 reset 0xcf9")])
def test_real_tables_are_read(judge, machine, cpus, ports):
    """As QEMU 7.2 made them and SeaBIOS or OVMF placed them."""
    assert judge(ROOT / "tests/fuzz/corpus/acpi" / machine) == (
        "fine", cpus, "", ports)


@pytest.mark.parametrize("xsdt", [False, True], ids=["rsdt", "xsdt"])
@pytest.mark.parametrize("name", sorted(mkacpi.BROKEN))
def test_breakage_is_named(judge, name, xsdt):
    verdict, text, _ = mkacpi.BROKEN[name]
    got, cpus, said, _ = judge(blob(name, 4, xsdt))
    assert (got, as_said(said, text)) == (verdict, True), said
    if name in ("madt-too-many", "madt-far-id"):
        assert cpus > 4
    else:
        assert cpus == (0 if verdict == "refused" else 4)


def test_list_is_what_can_be_broken():
    done = subprocess.run([sys.executable, ROOT / "tools/mkacpi.py", "--list"],
                          capture_output=True, text=True, check=True)
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert [line[0] for line in lines] == sorted(mkacpi.BROKEN)
    assert {line[1] for line in lines} == {"fine", "warned", "refused"}


@pytest.mark.parametrize("name", [
    None, "madt-duplicate-ids", "fadt-none", "s5-cut", "rsdp-checksum",
    "madt-truncated", "madt-entry-zero", "madt-none"])
def test_machine_boots_with(boot, name):
    """Over PVH, whose module has no name: it must start as an RSDP does."""
    verdict, text, _ = mkacpi.BROKEN[name] if name else ("fine", "", None)
    machine = boot("pvh", cpus=2, initrd=blob(name, 2))
    log = machine.text()
    online = 1 if verdict == "refused" else 2
    assert "%d of %d CPUs online" % (online, online) in log
    if text:
        assert any(as_said(line, "*" + text + "*")
                   for line in log.splitlines()), log


def test_apic_id_beyond_reach_is_left_alone(boot):
    """Cut to the xAPIC's eight bits, 256 would be the boot CPU's id."""
    machine = boot("pvh", cpus=2, initrd=blob("madt-far-id", 2))
    assert "no IPI reaches the CPU with APIC id 256" in machine.text()
    assert "2 of 3 CPUs online" in machine.text()


def test_dead_timer_is_not_waited_for(boot):
    machine = boot("pvh", cpus=2, initrd=blob("fadt-dead-timer", 2))
    assert "the ACPI timer at port 0x1608 stands still" in machine.text()
    assert "reference clock 1193182 Hz" in machine.text()
    assert "2 of 2 CPUs online" in machine.text()


def test_machine_powers_off_by_a_modules_tables(boot):
    machine = boot("pvh", cpus=2, initrd=blob(None, 2))
    machine.line("poweroff")
    assert machine.wait() == qemu.Outcome.POWEROFF
