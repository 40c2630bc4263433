"""The build itself: both compilers, bit-identical, and nothing rebuilt twice.

WERROR=1, which .ci/run sets, is passed on; a newer compiler's new warning
must not stop a student's `make test`.
"""

import os
import shutil
import subprocess

import pytest

from conftest import ROOT

COMPILERS = ("gcc", "clang")


def make_here(folder, *arguments):
    """Runs make as a person would, without what our own make handed down."""
    environment = {name: value for name, value in os.environ.items()
                   if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    return subprocess.run(["make", *arguments], cwd=folder, env=environment,
                          capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL)


def make(folder, *arguments):
    """The output of a make that succeeds."""
    if os.environ.get("WERROR") == "1":
        arguments += ("WERROR=1",)
    done = make_here(folder, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the sources in a folder of another depth and name.  It is built
    once; so the tests that use it run one after the other."""
    tree = tmp_path_factory.mktemp("copy") / "some" / "other" / "place"
    tree.mkdir(parents=True)
    for name in ("Makefile", "linker.ld"):
        shutil.copy(ROOT / name, tree)
    for name in ("arch", "boot", "kernel", "mm", "sched", "sync", "tests",
                 "tools"):
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, tree / name)
    return tree


@pytest.mark.xdist_group("copy")
@pytest.mark.parametrize("compiler", COMPILERS)
def test_same_kernel_in_any_folder(copy, compiler):
    """Built twice, compared bit by bit."""
    make(ROOT, "CC=" + compiler)
    make(copy, "CC=" + compiler)
    here = ROOT / "build" / compiler / "quiesce.elf"
    there = copy / "build" / compiler / "quiesce.elf"
    assert here.read_bytes() == there.read_bytes()


@pytest.mark.xdist_group("copy")
def test_rebuilds_what_changed_and_nothing_else(copy):
    make(copy)
    assert " CC " not in make(copy), "a second make compiled something"

    one = copy / "sync/spinlock.c"
    one.write_text(one.read_text() + "\n")
    said = make(copy)
    assert said.count(" CC ") == 1 and "sync/spinlock.c" in said
    assert " LD " in said

    header = copy / "sync/clh.h"
    header.write_text(header.read_text() + "\n")
    said = make(copy)
    assert "sync/clh.c" in said and "sync/spinlock.c" not in said

    extra = copy / "kernel/extra_for_the_test.c"
    extra.write_text("int extra_for_the_test;\n")
    assert " LD " in make(copy)
    extra.unlink()
    assert " LD " in make(copy), "a file that went away is still linked"


@pytest.mark.parametrize("setting,says", [
    ("CPUS=0", "1 to 255"), ("CPUS=256", "1 to 255"), ("CPUS=two", "1 to 255"),
    ("MEM=lots", "MEM=512M"), ("UEFI=yes", "UEFI=1"), ("GUI=2", "GUI=1"),
    ("CC=tcc", "clang"), ("CPU=4", "CPUS"), ("V=yes", "V=1")])
def test_wrong_setting_is_explained(setting, says):
    done = make_here(ROOT, "run", setting)
    assert done.returncode != 0
    name = setting.split("=")[0]
    assert name + "=" in done.stderr and says in done.stderr


def test_unknown_goal_points_to_help():
    done = make_here(ROOT, "rnu")
    assert done.returncode != 0 and "make help" in done.stderr
