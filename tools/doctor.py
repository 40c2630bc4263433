"""`make doctor`: what this machine can do, and what it lacks.

Guarantees  Changes nothing but build/.  Exit code 0 when `make run` and `make
            test` can work here, 1 when something they need is missing.
See         tools/deps (the packages), tools/qemu.py (the probes)
"""

import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys

import qemu

PURPOSES = {
    "make": "build gcc", "make CC=clang": "build clang",
    "make iso": "build gcc iso", "make run": "build gcc iso run",
    "make run UEFI=1": "build gcc iso run uefi",
    "make run GUI=1": "build gcc iso run gui",
    "make test": "build gcc clang iso run host uefi test debug tidy",
    "make debug": "build gcc iso run debug",
}
NEEDED = ("make run", "make test")
TOOLS = (("gcc", 12), ("clang", 14), ("nasm", 2), ("ld", 2),
         ("grub-mkrescue", 2), ("xorriso", 1), ("mformat", 4),
         ("qemu-system-x86_64", 7), ("gdb", 10))


def say(name, text):
    print("  %-22s %s" % (name, text))


def version(tool):
    """The first line with a number that `tool --version` prints."""
    path = shutil.which(tool)
    if not path:
        return None
    answer = subprocess.run([tool, "--version"], capture_output=True,
                            text=True, check=False)
    for line in (answer.stdout + answer.stderr).splitlines():
        found = re.search(r"(\d+)\.\d+[\w.+-]*", line)
        if found:
            return int(found.group(1)), line.strip()
    return 0, path


def tools():
    print("Tools")
    for tool, least in TOOLS:
        found = version(tool)
        if not found:
            say(tool, "missing")
        else:
            say(tool, found[1] + ("" if found[0] >= least else
                                  "   OLD: %d or newer is needed" % least))
    say("python3", platform.python_version())


def may_install():
    return os.getuid() == 0 or bool(shutil.which("sudo")) and subprocess.run(
        ["sudo", "-n", "true"], capture_output=True,
        check=False).returncode == 0


def goals():
    """True when what matters most can be done."""
    print("Goals")
    good = True
    for goal, purposes in PURPOSES.items():
        answer = subprocess.run(["tools/deps", "-n"] + purposes.split(),
                                capture_output=True, text=True, check=False)
        say(goal, "ready" if answer.returncode == 0 else
            answer.stdout.strip() or answer.stderr.strip())
        if answer.returncode and goal in NEEDED:
            good = False
    if not good:
        say("", "make installs these itself" if may_install() else
            "to be installed by someone who may (see tools/deps)")
    return good


def machine():
    print("This machine")
    say("processor", "%s, %d cores" % (platform.machine(), os.cpu_count()))
    accel, why = qemu.tcg()
    say("TCG", "%s: %s" % (accel.split("=")[1] + "-threaded", why))
    elf = qemu.BUILD / "quiesce.elf"
    if not elf.exists():
        say("KVM", "not known yet: run `make` first, for a kernel to try")
    elif not shutil.which(qemu.QEMU):
        say("KVM", "not known: there is no QEMU")
    else:
        use, why = qemu.probe_kvm(elf)
        say("KVM", "%s: %s" % ("used" if use else "not used", why))
    memory = re.search(r"MemAvailable:\s*(\d+)", pathlib.Path(
        "/proc/meminfo").read_text()) if os.path.exists(
            "/proc/meminfo") else None
    if memory:
        say("memory", "%d MB available" % (int(memory.group(1)) // 1024))


def main():
    tools()
    good = goals()
    machine()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
