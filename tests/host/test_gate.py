"""The disassembly gate, and that it finds what it is for.

Each fault is planted in a copy of the few sources that the gate compiles.
"""
import os
import re
import shutil
import subprocess
import sys

import pytest

from conftest import ROOT

SOURCES = ("Makefile", "arch", "kernel", "sync", "sched", "mm", "boot",
           "tests/gate", "tests/worlds/threads/world", "tools",
           "linker.ld")
BODY = "arch/x86_64/world/atomic.h"
CLOBBER = r' : "memory"\);'


def gate(root, *arguments):
    environment = dict(os.environ)
    if root != ROOT:        # a fault may well be worth a warning
        for name in "WERROR", "MAKEFLAGS", "MFLAGS":
            environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, "tools/gate.py", "--root", root, *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True,
        timeout=300, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("cc", ["gcc", "clang"])
def test_every_promise_is_kept(cc):
    status, said = gate(ROOT, "--cc", cc, "--table")
    assert status == 0, said
    rows = re.findall(r"^%s +(.+?) +(\d+) of +(\d+), (\d) locked$" % cc, said,
                      re.M)
    assert ("spin_lock_raw + spin_unlock_raw", "5", "7", "1") in rows
    assert said.count(", 0 locked") > 8


def inside(function, old, new):
    """Replace in one function (or macro) of a source."""
    def change(text):
        start = text.index(function)
        end = text.index("\n}", start)
        body = re.sub(old, new, text[start:end], count=1)
        return text[:start] + body + text[end:]
    return change


# what each finds alone: faults of one batch are in functions of their own
INSTRUCTIONS = [
    (BODY, inside("pre##_cas_##order", "lock cmpxchg", "cmpxchg"),
     "is_a32_cas_acquire: promised"),
    (BODY, inside("a128_cas_acq_rel", "lock cmpxchg16b", "cmpxchg16b"),
     "is_a128_cas_acq_rel: promised"),
    (BODY, inside("pre##_fetch_add_##order", "lock xadd", "xadd"),
     "is_a64_fetch_add_acq_rel: promised"),
    (BODY, inside("pre##_xchg_##order", r'"xchg" sz " %0, %1"',
                  r'"mov" sz " %1, %0"'),
     "is_a8_xchg_relaxed: promised"),
    (BODY, inside("pre##_store_add_release", '"add"', '"lock add"'),
     "is_a32_store_add_release: promised"),
    (BODY, inside("pre##_load_acquire", r"return v;",
                  r"static __int128 w; return (T)((uintptr_t)v + "
                  r"(uintptr_t)__atomic_load_n(&w, 2));"),
     "atomics.o calls __atomic_load"),
    (BODY, inside("pre##_store_relaxed", r'"mov" sz " %1, %0"',
                  r'"xchg" sz " %1, %0"'),
     "is_a16_store_relaxed: promised"),
    (BODY, inside("fence_seq_cst(void)", "lock addl", "#"),
     "is_fence_fence_seq_cst: promised"),
    (BODY, inside("fence_acquire(void)", r"compiler_barrier\(\);", ";"),
     "after_fence_fence_acquire: the compiler dropped an access"),
    ("arch/atomic.h",
     lambda t: t + "#define fetch_xor_acq_rel(p, v) "
                   "\tatomic_int_op_(fetch_xor_acq_rel, p)(p, v)\n",
     "is_a32_fetch_xor_acq_rel: not in tests/gate/atomics.c"),
]
# gcc's alone: clang 14 lets no access pass a volatile asm, clobber or not
CLOBBERS = [
    (BODY, inside("pre##_load_acquire", ' : "memory"', ""),
     "after_a32_load_acquire: the compiler dropped an access"),
    (BODY, inside("pre##_store_release", ' : "memory"', ""),
     "before_aptr_store_release: the compiler dropped an access"),
    (BODY, inside("pre##_xchg_##order", ' : : "memory"', ""),
     "after_a32_xchg_acquire: the compiler dropped an access"),
    (BODY, inside("pre##_fetch_add_##order", ' : : "memory"', ""),
     "before_a64_fetch_add_release: the compiler dropped an access"),
    (BODY, inside("pre##_cas_##order", ' : "memory"', ""),
     "after_a8_cas_acquire: the compiler dropped an access"),
    (BODY, inside("a128_cas_acq_rel", ' : "memory"', ""),
     "after_a128_cas_acq_rel: the compiler dropped an access"),
    (BODY, inside("fence_release(void)", r"compiler_barrier\(\);", ";"),
     "before_fence_fence_release: the compiler dropped an access"),
]
PATHS = [
    ("sync/seqlock.c",
     inside("seq_read_retry", r"fence_acquire", "fence_seq_cst"),
     "seq_read_retry reaches `lock addl $0x0,-0x4(%rsp)`"),
    ("sync/seqlock.c",
     inside("seq_copy_out(", r"\{", "{\n\tfence_seq_cst();"),
     "seq_latch_read reaches `lock addl"),
    ("sync/spinlock.c",
     inside("void unlock(", r"store_release\(([^)]*)\)",
            r"(void)xchg_release(\1)"),
     "spin_lock_raw + spin_unlock_raw: no way through with 1 locked"),
    ("sync/tas.c", inside("tas_unlock(", r"\{", "{\n\tprintk(\"\");"),
     "tas_lock + tas_unlock: no way through"),
    ("sync/tas.c", lambda t: t + '#include "kernel/printk.h"\n', ""),
    ("sync/ticket.c",
     inside("ticket_unlock(", r"\{", "{\n" + 3 *
            "\t(void)load_acquire(&l->owner);\n"),
     "ticket_lock + ticket_unlock: 10 instructions, its limit is 8"),
]


@pytest.mark.parametrize("cc,only,faults", [
    ("gcc", "atomics", INSTRUCTIONS), ("gcc", "atomics", CLOBBERS),
    ("gcc", "paths", PATHS), ("clang", "atomics", INSTRUCTIONS)],
    ids=["instructions-gcc", "clobbers-gcc", "paths-gcc",
         "instructions-clang"])
def test_planted_faults_are_found(cc, only, faults, tmp_path):
    for source in SOURCES:
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, tmp_path / source)
        else:
            shutil.copy(ROOT / source, tmp_path / source)
    for path, change, _ in faults:
        before = (tmp_path / path).read_text()
        (tmp_path / path).write_text(change(before))
        assert (tmp_path / path).read_text() != before, path
    status, said = gate(tmp_path, "--cc", cc, "--only", only)
    assert status == 1, said
    for _, _, finding in faults:
        assert "%s: %s" % (cc, finding) in said, said
