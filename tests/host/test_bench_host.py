"""`make bench-host`: its counts gate, and they can go red."""

import os
import re
import subprocess

from conftest import ROOT

ROW = re.compile(r"^(\S.{0,17}\S) +(\S+) +(\d+)( +\d+)? +(\d+)(  OVER)?$", re.M)
NAIVE = "-O0"       # every value goes through the stack


def bench(*arguments):
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("MAKEFLAGS", "MFLAGS")}
    done = subprocess.run(
        ["make", "-s", "-f", "tests/bench-host/bench_host.mk", "COUNTS=1",
         "WERROR=1", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True,
        timeout=300, check=False)
    rows = {name: (int(count), int(locked), bool(over))
            for name, _, count, _, locked, over in ROW.findall(done.stdout)}
    return rows, done


def test_locks_keep_their_limits():
    rows, done = bench()
    assert done.returncode == 0, done.stdout + done.stderr
    assert rows["bare xchg + store"][:2] == (3, 1)      # mov, xchg, mov
    assert rows["spinlock"][0] <= 7 and rows["spinlock"][1] == 1
    assert rows["ticket"][0] <= 8 and rows["ticket"][1] == 1
    assert rows["mcs"][0] <= 18 and rows["clh"][0] <= 12
    assert not any(over for _, _, over in rows.values())


def test_a_lock_over_its_limit_is_told():
    rows, done = bench("EXTRA=" + NAIVE, "OUT=build/bench-host/naive")
    assert done.returncode != 0 and rows["spinlock"][2], done.stdout
