"""The same C test cases as programs of this host, under its sanitizers.

tests/worlds/hosted.mk builds them; each case is one result of ours.
"""

import functools
import os
import subprocess

import pytest

import ktap
from conftest import ROOT

SANITIZERS = "address,undefined"


def make(*arguments):
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("MAKEFLAGS", "MFLAGS")}
    return subprocess.run(
        ["make", "-s", "-f", "tests/worlds/hosted.mk", "CC=gcc",
         "SAN=" + SANITIZERS, *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True,
        check=False)


def programs():
    """{program: its cases}, as hosted.mk and the sources have them."""
    names = make("--eval", "show: ; @echo $(HOSTED)", "show").stdout.split()
    sources = {name: make("--eval", "show: ; @echo $(%s_SRC)" % name,
                          "show").stdout.split() for name in names}
    return {name: ktap.cases(ROOT / path for path in paths)
            for name, paths in sources.items()}


@functools.lru_cache(maxsize=None)
def run(program):
    folder = make("--eval", "show: ; @echo $(HOSTED_OUT)", "show")
    binary = ROOT / folder.stdout.strip() / program
    built = make(str(binary.relative_to(ROOT)))
    if built.returncode:
        return {}, "it did not build:\n" + built.stdout + built.stderr
    done = subprocess.run([binary], cwd=ROOT, capture_output=True, text=True,
                          timeout=300, check=False)
    return ktap.parse(done.stdout), "it ended with %d\n%s\n%s" % (
        done.returncode, done.stdout[-2000:], done.stderr[-4000:])


@pytest.mark.parametrize("program,name", [
    pytest.param(program, name, marks=pytest.mark.xdist_group(
        "hosted-" + program))
    for program, names in programs().items() for name in names])
def test_hosted(program, name):
    results, how = run(program)
    ktap.require(results, name, how)


@pytest.mark.parametrize("program", [
    pytest.param(program, marks=pytest.mark.xdist_group(
        "hosted-%s-thread" % program))
    for program in ("locks", "readers", "sleeping", "lockfree", "lists",
                    "rcu", "rcu_tree")])
def test_there_is_no_data_race(program):
    """x86 hides a missing acquire or release; ThreadSanitizer does not."""
    done = make("SAN=thread", "hosted-" + program)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
