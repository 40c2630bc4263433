"""The tests inside the kernel, each as one result of ours.

One machine runs them all (four CPUs, started from the ISO, since only GRUB
loads the symbols); its console is in build/logs/kernel-tests.log.
"""

import fnmatch
import functools

import pytest

import ktap
import qemu
from conftest import ROOT

CASES = ktap.cases(path for folder in ("kernel", "arch", "boot", "sync", "mm",
                                       "sched")
                   for path in (ROOT / "tests" / folder).glob("*.c"))


@functools.lru_cache(maxsize=None)
def run(cpus, accel=None, boot="pvh", glob="*"):
    """(results, outcome, how it ended), once for each kind of machine."""
    name = "kernel-tests" + ("" if cpus == 4 else "-%d" % cpus) + (
        "-single" if accel else "")
    with qemu.Machine(qemu.Setup(boot=boot, cpus=cpus, accel=accel,
                                 cmdline="test=%s exit=on panic=exit" % glob),
                      name) as machine:
        try:
            how = "it ended with " + machine.wait(budget=300).name
        except qemu.Ended as ended:
            how = str(ended)
        return ktap.parse(machine.text()), machine.outcome, how


@pytest.mark.xdist_group("kernel")
@pytest.mark.parametrize("name", CASES)
def test_kernel(name):
    results, _, how = run(4, boot="iso")
    ktap.require(results, name, how)


@pytest.mark.xdist_group("kernel")
def test_exit_code_is_what_the_lines_say():
    results, outcome, how = run(4, boot="iso")
    assert sorted(results) == CASES, how
    failed = any(verdict == "not ok" for verdict, _ in results.values())
    assert outcome == (qemu.Outcome.FAIL if failed else qemu.Outcome.PASS)


@pytest.mark.parametrize("cpus,accel,glob", [
    (1, None, "*"), (2, "tcg,thread=single", "*"), (2, None, "sync/*"),
    (8, None, "*")])
def test_kernel_tests_elsewhere(cpus, accel, glob):
    """All of them again, where CPUs are fewer, more, or take turns; and what
    two CPUs that really are two do to each other."""
    results, outcome, how = run(cpus, accel, glob=glob)
    failed = {name: text for name, (verdict, text) in results.items()
              if verdict == "not ok"}
    assert outcome == qemu.Outcome.PASS and not failed, (how, failed)
    assert sorted(results) == fnmatch.filter(CASES, glob)
