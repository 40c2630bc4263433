"""Runs tests in the kernel, on the CPUs of an emulated machine.

Their C becomes one object; with tests/litmus/run.c it is linked to the objects
of the kernel, by the kernel's own rules.  What is measured is that kernel.
"""
import hashlib
import os
import pathlib
import re
import subprocess

from . import emit

RCU = "sync/rcu.h"
INSTANCES = 500         # at a time
READERS = """
#include "sync/rcu.h"

static inline int64_t litmus_enter(struct litmus_domain *d, int section,
				   const struct litmus_order *o)
{
	(void)d, (void)o;
	rcu_read_lock();
	return section;
}

static inline void litmus_leave(struct litmus_domain *d, int64_t section)
{
	(void)d, (void)section;
	rcu_read_unlock();
}

static inline bool litmus_grace_start(struct litmus_domain *d, int period)
{
	(void)d, (void)period;
	return true;
}

static inline bool litmus_grace_end(struct litmus_domain *d,
				    const struct litmus_order *o)
{
	(void)d, (void)o;
	synchronize_rcu();
	return true;
}
"""


class Failed(Exception):
    """The kernel was not built, or the machine did not end well."""


def make(root, *goals):
    clean = {k: v for k, v in os.environ.items()
             if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    done = subprocess.run(["make", "-s", "-j2", *goals], cwd=root, env=clean,
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(done.stdout + done.stderr)


def refused(root, program):
    """Why a test cannot run on the CPUs, or None."""
    readers = [i for c in program.code for i in c if i.op in (
        "enter", "leave", "gp_start")]
    for i in readers:
        if i.name:
            return "line %d: SRCU on the CPUs is not handled" % i.line
        if not (pathlib.Path(root) / RCU).exists():
            return "line %d: %s is not in this tree" % (i.line, RCU)
    if len(program.code) > 4:
        return "%d threads; the kernel's crew has 4" % len(program.code)
    return None


def build(root, emits, trials):
    """The ELF of a kernel with these tests in it."""
    readers = READERS if (pathlib.Path(root) / RCU).exists() else ""
    source = "\n".join(emit.c_source(emits, "kernel", readers)) + "\n"
    name = "litmus-" + hashlib.sha256(
        (source + str(trials)).encode()).hexdigest()[:12]
    folder = pathlib.Path(root) / "build/litmus"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (name + ".c")
    path.write_text(source)
    make(root, "build/gcc/quiesce.elf")
    flags = (pathlib.Path(root) / "build/gcc/flags").read_text()
    flags = flags.split(" -f elf64")[0].split()
    objects = []
    for c in (path, pathlib.Path(root) / "tests/litmus/run.c"):
        objects.append(str(folder / ("%s-%s.o" % (name, c.stem))))
        run(root, ["gcc", *flags, "-DLITMUS_INSTANCES=%d" % INSTANCES,
                   "-DLITMUS_ROUNDS=%d" % -(-trials // INSTANCES),
                   "-c", str(c), "-o", objects[-1]])
    elf = folder / (name + ".elf")
    link = (pathlib.Path(root) / "build/gcc/objects").read_text()
    run(root, ["ld", *link.splitlines()[0].split(), *objects, "-T",
               "linker.ld", "-o", str(elf)])
    return elf


def run(root, command):
    done = subprocess.run(command, cwd=root, capture_output=True, text=True,
                          check=False)
    if done.returncode:
        raise Failed(" ".join(command[:3]) + " ..:\n" + done.stderr)


def histograms(root, emits, cpus, trials, accel=None):
    """For each: {outcome: how often}."""
    import qemu
    elf = build(root, emits, trials)
    setup = qemu.Setup(boot="pvh", elf=elf, cpus=cpus, accel=accel,
                       cmdline="test=litmus watch=off exit=on panic=exit")
    try:
        with qemu.Machine(setup, elf.stem, pathlib.Path(root) /
                          "build/logs") as machine:
            outcome = machine.wait()
            text = machine.text()
    except qemu.Ended as e:
        raise Failed(str(e)) from None
    if outcome != qemu.Outcome.PASS:
        raise Failed("the machine ended with %s; its console is in %s" % (
            outcome.name, machine.log))
    found = [{} for _ in emits]
    for number, count, values in re.findall(
            r"^litmus t(\d+) (\d+)((?: -?\d+)*)$", text, re.M):
        found[int(number)][tuple(map(int, values.split()))] = int(count)
    return found
