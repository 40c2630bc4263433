"""`make bench-host`: its counts gate, and they can go red."""

import os
import re
import subprocess

import pytest

from conftest import ROOT

ROW = re.compile(r"^(?=\S)(?!.*instrs)(.{19}) (.{11}) ( *\d+) (.{6}) (.{6})"
                 r" ( *\d+)(  OVER)?$", re.M)
LIMITS = {"spinlock": 7, "ticket": 8, "mcs": 18, "clh": 12, "mutex": 61 // 4,
          "semaphore": 35, "brlock": 15, "seqlock": 8}
PEERS = {"treiber_tagged": "ck stack", "mpsc, the last": "wfcqueue, the last",
         "mpsc, of two": "wfcqueue, of two", "mpmc_ring": "ck ring, mpmc",
         "spsc_ring, half": "ck ring, half", "rcu_hash": "rculfhash"}
NAIVE = "-O1 -fno-inline"     # each helper is called; -O0 would keep dead calls


def bench(*arguments):
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("MAKEFLAGS", "MFLAGS")}
    done = subprocess.run(
        ["make", "-s", "-f", "tests/bench-host/bench_host.mk", "COUNTS=1",
         "WERROR=1", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True,
        timeout=300, check=False)
    rows = {name.strip(): (int(count), int(locked), bool(over), limit.strip())
            for name, _, count, limit, _, locked, over
            in ROW.findall(done.stdout)}
    return rows, done


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_locks_keep_their_limits(compiler):
    rows, done = bench("CC=" + compiler)
    assert done.returncode == 0, done.stdout + done.stderr
    assert rows["bare xchg + store"][:2] == (3, 1)      # mov, xchg, mov
    for name, limit in LIMITS.items():
        assert rows[name][0] <= limit, (name, rows[name])
        assert rows[name][3] == str(limit), "the table gates by another limit"
    for name in ("tas", "ttas", "spinlock", "ticket", "clh", "brlock"):
        assert rows[name][1] == 1, name
    assert rows["seqlock"][1] == 0
    # no more than ck's and liburcu's, without a reason given
    for ours, theirs in PEERS.items():
        assert rows[ours][0] <= rows[theirs][0], (ours, theirs)
        assert rows[ours][1] <= rows[theirs][1], (ours, theirs)
    for ours, theirs in (("treiber", "ck hp_stack"), ("msqueue", "ck hp_fifo")):
        assert rows[ours][1] <= rows[theirs][1], (ours, theirs)
    assert len(rows) == 50 and not any(row[2] for row in rows.values())


def test_a_lock_over_its_limit_is_told():
    rows, done = bench("EXTRA=" + NAIVE, "OUT=build/bench-host/naive")
    assert done.returncode != 0 and rows["spinlock"][2], done.stdout
    assert rows["mutex"][2] and rows["seqlock"][2]
