"""Each rule of tools/tidy.py fires on a planted violation, and only it.

A small clean tree is written to a temporary folder; a plant replaces text in
one of its files (or adds a file), and exactly the planted rule must report it,
on the line where it was planted.
"""
import contextlib
import importlib.util
import io
import os
import re
import subprocess
import sys
import types

import pytest

TOOLS = os.path.join(os.path.dirname(__file__), "..", "..", "tools")
TIDY = os.path.join(TOOLS, "tidy.py")
sys.path.insert(0, TOOLS)

from tidy import source                                         # noqa: E402

# tools/tidy.py itself, which its package's name hides
SPEC = importlib.util.spec_from_file_location("tidy_program", TIDY)
PROGRAM = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(PROGRAM)

CLEAN = {
    "Makefile": "ARCH := arch/x86_64\nCFLAGS := -std=gnu11 -ffreestanding \\\n"
                "  -I. -I$(ARCH) $(if $(WERROR),-Werror)\n",
    "kernel/errno.h": """\
/*
 * kernel/errno.h - the names of expected failures.
 *
 * Guarantees  Values are Linux's.
 * See         docs/page.md
 */
#pragma once

#define EINVAL 22
""",
    "kernel/main.c": """\
/*
 * kernel/main.c - calls everyone.
 */
#include "sync/gate.h"

static struct gate gate;

int main(void)
{
	gate_open(&gate);
	gate_wait(&gate);
	return 0;
}
""",
    "arch/atomic.h": """\
/*
 * arch/atomic.h - shared words.
 *
 * Guarantees  Each operation is one access.
 * Context     Any.
 * See         docs/page.md
 */
#pragma once

struct atomic32 { unsigned word_; };

#include "world/atomic.h"
""",
    "arch/x86_64/world/atomic.h": """\
/*
 * arch/x86_64/world/atomic.h - the bodies.
 */
#pragma once

static inline unsigned load_acquire(const struct atomic32 *p)
{
	return __atomic_load_n(&p->word_, __ATOMIC_ACQUIRE);
}

static inline unsigned load_relaxed(const struct atomic32 *p)
{
	return __atomic_load_n(&p->word_, __ATOMIC_RELAXED);
}

static inline void store_release(struct atomic32 *p, unsigned v)
{
	__atomic_store_n(&p->word_, v, __ATOMIC_RELEASE);
}

static inline void fence_seq_cst(void)
{
	__asm__ volatile("mfence" ::: "memory");
}
""",
    "arch/cpu.h": """\
/*
 * arch/cpu.h - the CPU.
 *
 * Guarantees  cpu_relax() may stand anywhere.
 * Context     Any.
 * See         docs/page.md
 */
#pragma once

static inline void cpu_relax(void)
{
	__asm__ volatile("pause" ::: "memory");
}
""",
    "sync/gate.h": """\
/*
 * sync/gate.h - who waits sees what the opener wrote.
 *
 * Guarantees  After gate_wait(), everything before gate_open() is visible.
 * Context     Any.
 * See         docs/page.md, tests/sync/test_gate.c
 */
#pragma once

#include "arch/atomic.h"

struct gate {
	struct atomic32 open;
};

void gate_open(struct gate *g);
void gate_wait(struct gate *g);
""",
    "sync/gate.c": """\
/*
 * sync/gate.c - one word.
 *
 * Invariant   open goes from 0 to 1, once.
 * Ordering    [A] gate_open's store -> gate_wait's load.
 * References  none.
 */
#include "sync/gate.h"

#include "arch/cpu.h"

void gate_open(struct gate *g)
{
	/* relaxed: only we write open */
	if (load_relaxed(&g->open))
		return;
	store_release(&g->open, 1);	/* [A] */
	/* orders the store before what follows; pairs with its like */
	fence_seq_cst();
}

void gate_wait(struct gate *g)
{
	while (!load_acquire(&g->open))		/* [A] */
		cpu_relax();
}
""",
    "tests/sync/test_gate.c": """\
#include "sync/gate.h"

void test_gate_opens(struct gate *g)
{
	gate_open(g);
	gate_wait(g);
}
""",
    "docs/page.md": "See `sync/gate.c:gate_open`, `gate_wait()` and "
                    "`kernel/errno.h`.\n```\n`nothing/here.c` `sync/no.c`\n"
                    "```\n",
}

LOOP = "\tint v = %s;\n"
EIGHT = "".join("\tg->open.%s = v;\n" % c for c in "abcdefgh")
PLAIN = """/*
 * %s - a plain header.
 *
 * Guarantees  Nothing.
 * Context     Any.
 * See         docs/page.md
 */
#pragma once

"""
GATE = "void gate_wait(struct gate *g)\n{\n"    # where a body is planted


def inside(code):
    """A plant of code at the head of gate_wait()."""
    return "sync/gate.c", GATE, GATE + code


# rule -> [(file, old text or None for a new file, new text, planted line)];
# the line is a text that the reported line must contain.
PLANTS = {
    "file-length": [("sync/gate.c", "void gate_open",
                     "extern int x;\n" * 400 + "void gate_open", "")],
    "function-length": [(*inside("\tcpu_relax();\n" * 60), "gate_wait")],
    "columns": [(*inside("\t/* %s */\n" % ("x" * 68)), "xxx"),
                ("boot/x.asm", None, "; " + "x" * 79 + "\n", "xxx")],
    "tabs": [(*inside("        cpu_relax();\n"), "cpu_relax"),
             (*inside("    cpu_relax();\n"), "cpu_relax"),
             (*inside("\tcpu_relax(); \n"), "cpu_relax"),
             ("kernel/main.c", "return 0;\n}\n", "return 0;\n}", "}")],
    "braces": [("sync/gate.c", "gate_wait(struct gate *g)\n{",
                "gate_wait(struct gate *g) {", "gate_wait"),
               (*inside("\tif (g)\n\t{\n\t\tcpu_relax();\n\t}\n"), "{"),
               (*inside("\tif(g)\n\t\tcpu_relax();\n"), "if(g)"),
               (*inside("\tif (g) {\n\t\tcpu_relax();\n\t}\n\telse\n"
                        "\t\treturn;\n"), "else")],
    "conditional": [(*inside("#ifdef FAST\n#endif\n"), "#ifdef"),
                    ("arch/cpu.h", "#pragma once",
                     "#pragma once\n#if 0\n#endif", "#if 0")],
    "todo": [(*inside("\t/* TO" "DO: think */\n"), "think"),
             ("tools/x.py", None, "# FIX" "ME: think\n", "think"),
             ("boot/x.asm", None, "; XX" "X think\n", "think")],
    "commented-code": [(*inside("\t/* gate_open(g); */\n"), "gate_open"),
                       (*inside("\t// g->open = 1;\n"), "g->open"),
                       (*inside("\t/*\n\t * if (g) {\n\t */\n"), "if (g)"),
                       (*inside("\t/* return; */\n"), "return")],
    "machine-path": [("docs/page.md", "See ", "See /ro" "ot/x and ", "x and"),
                     (*inside("\t/* /ho" "me/me/x */\n"), "me/x")],
    "typedef": [("sync/gate.h", "void gate_open",
                 "typedef struct gate gate_t;\n\nvoid gate_open", "gate_t")],
    "volatile": [(*inside("\t*(volatile int *)g = 0;\n"), "volatile")],
    "second-copy": [("sync/gate.c", "void gate_wait", "void one(int v)\n{\n"
                     + EIGHT + "}\n\nvoid two(int v)\n{\n" + EIGHT.replace(
                         "\tg", "\t\tg").replace(" = ", "=") +
                     "}\n\nvoid gate_wait", "g->open.a=v")],
    "docs-reference": [("docs/page.md", "gate.c:gate_open", "gate.c:gone",
                        "gone"),
                       ("docs/page.md", "errno.h", "errnos.h", "errnos"),
                       ("docs/page.md", "gate.c:gate_open", "gate.c:12", "12"),
                       ("docs/page.md", "gate_wait()", "gate_await()", "await"),
                       ("docs/page.md", "`gate_wait()`", "`mm/x/`", "mm")],
    "see": [("sync/gate.h", "docs/page.md,", "docs/page.md, docs/no.md,",
             "docs/no.md"),
            ("sync/gate.h", "test_gate.c\n",
             "test_gate.c,\n *             sched/park.c\n", "park.c")],
    "template": [("sync/gate.h", " * Guarantees  ", " * ", ""),
                 ("sync/gate.h", " * Context     Any.\n", "", ""),
                 ("sync/gate.c", " * Invariant   ", " * ", ""),
                 ("sync/gate.c", "/*\n * sync/gate.c", "/*\n * gate.c", ""),
                 ("kernel/main.c", "/*\n * kernel/main.c - calls everyone."
                  "\n */\n", "", "")],
    "pragma-once": [("kernel/errno.h", "#pragma once\n\n", "", "")],
    "sync-companions": [("sync/gate.h", "docs/page.md, ", "", "See"),
                        ("sync/lock.h", None, PLAIN % "sync/lock.h" + "static inline"
                " int f(void)\n{\n\treturn 1;\n}\n", "")],
    "edge-label": [("sync/gate.c", "gate_open(struct gate *g)\n{\n",
                    "gate_open(struct gate *g)\n{\n"
                    "\tstore_release(&g->open, 2);\n", "open, 2"),
                   (*inside("\tif (load_acquire(&g->open))\n\t\t/* [A] */"
                            "\n\t\treturn;\n"), "load_acquire")],
    "edge-sides": [("sync/gate.c", "open, 1);\t/* [A] */",
                    "open, 1);\t/* [B] */", "["),
                   ("sync/gate.c", "load.\n", "load.\n *             [B] x.\n",
                    "[B] x."),
                   ("sync/gate.c", "[A] gate", "gate", "[A]"),
                   (*inside("\tload_acquire(&g->open);\t/* [C] */\n")[:2],
                    GATE + "\tload_acquire(&g->open);\t/* [C] */\n", "[C]")],
    "relaxed-why": [("sync/gate.c", "relaxed: only", "only", "load_relaxed"),
                    ("sync/gate.c", "\t/* relaxed: only we write open */\n",
                     "\tcpu_relax();\t/* relaxed: not this one */\n",
                     "load_relaxed")],
    "fence-pairs": [("sync/gate.c", "; pairs with its like", "",
                     "fence_seq")],
    "atomic-member": [(*inside("\tg->open.word_ = 1;\n"), "word_")],
    "spin-relax": [("sync/gate.c", "\t\tcpu_relax();\n", "\t\t;\n", "while"),
                   (*inside("\tfor (;;) {\n\t\tif (load_acquire(&g->open))"
                            "\t/* [A] */\n\t\t\tbreak;\n\t}\n"), "for"),
                   (*inside("\tdo\n\t\t;\n\twhile (!(inb(0x64) & 1));\n"),
                    "do")],
    "counted-relax": [(*inside("\tfor (int i = 0; i < 9; i++)\n"
                               "\t\tcpu_relax();\n"), "for"),
                      (*inside("\tint n = 9;\n\n\twhile (n--)\n"
                               "\t\tcpu_relax();\n"), "while")],
    "include-layer": [("arch/cpu.h", "#pragma once\n", "#pragma once\n\n"
                       '#include "sync/gate.h"\n', "sync/gate.h"),
                      ("kernel/errno.h", "#define", '#include "arch/cpu.h"\n'
                       "\n#define", "arch/cpu.h"),
                      ("sync/gate.c", '"arch/cpu.h"', '"world/cpu.h"',
                       "world"),
                      ("tests/sync/test_gate.c", "gate.h\"\n",
                       'gate.h"\n#include "kernel/main.c"\n', "main.c")],
    "include-order": [("sync/gate.c", '#include "sync/gate.h"\n\n'
                       '#include "arch/cpu.h"\n', '#include "arch/cpu.h"\n\n'
                       '#include "sync/gate.h"\n', "arch/cpu.h"),
                      ("sync/gate.c", '"arch/cpu.h"\n',
                       '"arch/cpu.h"\n#include <stdint.h>\n', "stdint"),
                      ("kernel/main.c", '"sync/gate.h"\n', '"sync/gate.h"\n\n'
                       '#include "sync/gate.h"\n'
                       '#include "arch/cpu.h"\n', "arch/cpu.h")],
    "header-alone": [("sync/gate.h", "void gate_open(", "void gate_set(bool "
                      "x);\nvoid gate_open(", "")],
    "object-layer": [("sync/gate.c", GATE, "void mm_grow(void);\n\n" + GATE
                      + "\tmm_grow();\n", "void mm_grow")],
    "unused-symbol": [("kernel/main.c", "int main", "int spare;\n\nint main",
                       "int spare")],
}


def write(root, path, text):
    full = os.path.join(root, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "w") as f:
        f.write(text)


def build(root):
    """Objects, where the nm rules look for them."""
    for path in ("kernel/main.c", "sync/gate.c"):
        obj = os.path.join(root, "build/gcc", path[:-2] + ".o")
        os.makedirs(os.path.dirname(obj), exist_ok=True)
        subprocess.run(["gcc", "-I.", "-Iarch/x86_64", "-w", "-c", path,
                        "-o", obj], cwd=root, check=True)


@pytest.fixture
def tree(tmp_path):
    for path, text in CLEAN.items():
        write(tmp_path, path, text)
    write(tmp_path, "linker.ld", "ENTRY(main)\n")
    return str(tmp_path)


def run(root, *args):
    """(how it ended, its findings)"""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        status = PROGRAM.main(["--root", root, *args])
    found = [re.fullmatch(r"([^:]+):(\d+): ([\w-]+): .+", l)
             for l in out.getvalue().splitlines()]
    return (types.SimpleNamespace(returncode=status, stdout=out.getvalue()),
            [(m[1], int(m[2]), m[3]) for m in found if m])


def test_clean_tree_passes(tree):
    build(tree)
    done, found = run(tree)
    assert (done.returncode, found) == (0, []), done.stdout
    assert "tidy: 0 findings" in done.stdout


@pytest.mark.parametrize("name,plant", [(n, p) for n in PLANTS
                                        for p in PLANTS[n]])
def test_rule_fires_alone(tree, name, plant):
    path, old, new, where = plant
    if old is None:
        text = new
    else:
        assert CLEAN[path].count(old) == 1, old
        text = CLEAN[path].replace(old, new)
    write(tree, path, text)
    if name in ("object-layer", "unused-symbol"):
        build(tree)
    done, found = run(tree)
    assert {f[2] for f in found} == {name}, done.stdout
    assert done.returncode == 1
    assert {f[0] for f in found} == {path}
    lines = text.split("\n")
    assert all(where in lines[line - 1] for _, line, _ in found), done.stdout


def test_every_rule_has_a_plant():
    assert set(PLANTS) == set(source.RULES)


def test_every_rule_stands_in_the_style_page():
    page = open(os.path.join(TOOLS, "..", "docs", "style.md")).read()
    assert [r for r in source.RULES if "`%s`" % r not in page] == []


def test_a_marker_with_a_reason_allows_a_finding(tree):
    bad = "\t*(volatile int *)g = 0;"
    for mark, expected in (("\t/* tidy: volatile: a device */", 0),
                           ("\t/* tidy: columns: a device */", 1),
                           ("\t/* tidy: volatile: */", 1)):
        write(tree, "sync/gate.c", CLEAN["sync/gate.c"].replace(
            GATE, GATE + bad + mark + "\n"))
        done, found = run(tree)
        assert done.returncode == expected, done.stdout


NOT_SPINS = [
    "\tunsigned i;\n\n\tfor (i = 0; i < 9; i++)\n\t\t/* relaxed: a sum */\n"
    "\t\tif (load_relaxed(&g[i].open))\n\t\t\treturn;\n",
    "\twhile (load_acquire(&g->open))\t\t/* [A] */\n\t\tgate_open(g);\n",
    "\tint n = 0;\n\n\twhile (inb(0x64) & 1)\n\t\tbuf[n++] = inb(0x60);\n",
    "\twhile (n--)\n\t\t*p++ = inb(0x60);\n",
    "\tfor (int i = 0; i < n;\n\t     i++)\n\t\tgate_open(g);\n",
    "\twhile (g++ != end)\n\t\t/* relaxed: a hint */\n"
    "\t\tif (load_relaxed(&g->open))\n\t\t\tbreak;\n",
]


@pytest.mark.parametrize("code", NOT_SPINS)
def test_a_loop_that_makes_progress_is_no_spin(tree, code):
    path, old, new = inside(code)
    write(tree, path, CLEAN[path].replace(old, new))
    done, found = run(tree)
    assert found == [], done.stdout


def test_output_is_sorted(tree):
    write(tree, "sync/gate.c", CLEAN["sync/gate.c"].replace(
        GATE, GATE + "\tg->open.word_ = 1;\n\tg->open.word_ = 1; \n"))
    write(tree, "docs/page.md", "`sync/no.c`\n")
    _, found = run(tree)
    assert found == sorted(found) and len(found) == 4


def test_a_label_may_name_the_file_of_its_other_side(tree):
    text = CLEAN["sync/gate.c"].replace("\tstore_release(&g->open, 1);"
                                        "\t/* [A] */\n", "")
    write(tree, "sync/gate.c", text)
    assert {f[2] for f in run(tree)[1]} == {"edge-sides"}
    write(tree, "sync/gate.c", text.replace(
        "gate_open's store", "kernel/main.c's store"))
    assert run(tree)[1] == []


def test_a_paragraph_may_define_two_labels(tree):
    write(tree, "sync/gate.c", CLEAN["sync/gate.c"].replace(
        "gate_wait's load.", "gate_wait's load, and [B] back.").replace(
            "1);\t/* [A] */", "1);\t/* [A] [B] */").replace(
                "\t\t/* [A] */", "\t/* [A] [B] */"))
    assert run(tree)[1] == []


def test_a_fence_may_carry_its_edge_above(tree):
    write(tree, "sync/gate.c", CLEAN["sync/gate.c"].replace(
        "load.\n", "load.\n *             [B] a fence -> its like.\n").replace(
            "; pairs with its like", ", [B]"))
    assert run(tree)[1] == []


def test_see_may_name_a_file_of_another_project(tree):
    write(tree, "sync/gate.h", CLEAN["sync/gate.h"].replace(
        "docs/page.md,", "docs/page.md, QEMU, docs/specs/fw_cfg.txt,"))
    assert run(tree)[1] == []


def test_arch_makes_the_bodies_of_seams(tree):
    write(tree, "sync/preempt.h", CLEAN["kernel/errno.h"].replace(
        "kernel/errno", "sync/preempt"))
    for folder, expected in (("arch", 0), ("boot", 1)):
        write(tree, folder + "/x.c", "/*\n * %s/x.c - x.\n */\n"
              '#include "sync/preempt.h"\n' % folder)
        assert run(tree)[0].returncode == expected


def test_assembly_declares_nothing(tree):
    """What an .asm file of the same layer makes needs no header."""
    write(tree, "sync/gate.c", CLEAN["sync/gate.c"].replace(
        GATE, "void gate_stub(void);\n\n" + GATE + "\tgate_stub();\n"))
    build(tree)
    assert {f[2] for f in run(tree)[1]} == {"object-layer"}
    write(tree, "sync/stub.asm", "global gate_stub\ngate_stub:\n\tret\n")
    subprocess.run(["nasm", "-f", "elf64", "-o", "build/gcc/sync/stub.asm.o",
                    "sync/stub.asm"], cwd=tree, check=True)
    assert run(tree)[1] == []


def test_stale_objects_are_not_read(tree):
    write(tree, "kernel/main.c", CLEAN["kernel/main.c"] + "int spare;\n")
    build(tree)
    assert {f[2] for f in run(tree)[1]} == {"unused-symbol"}
    write(tree, "kernel/main.c", CLEAN["kernel/main.c"])
    done, found = run(tree, "--rule", "unused-symbol")
    assert found == [] and "no fresh object" in done.stdout
    os.utime(os.path.join(tree, "kernel/main.c"), (2 ** 31, 2 ** 31))
    assert run(tree, "--rule", "unused-symbol")[1] == []


def program(*args):
    return subprocess.run([TIDY, *args], capture_output=True, text=True,
                          timeout=60)


def test_the_program_ends_as_it_says(tree):
    assert program("--root", tree).returncode == 0
    write(tree, "sync/gate.c", CLEAN["sync/gate.c"] + "int x; \n")
    done = program("--root", tree)
    assert done.returncode == 1 and "sync/gate.c:27: tabs: " in done.stdout


def test_list_and_usage():
    done = program("--list")
    assert done.returncode == 0
    assert [l.split()[0] for l in done.stdout.splitlines()] == \
        sorted(source.RULES)
    assert program("--rule", "no-such").returncode == 2
    assert program("--root", "./no-such-folder").returncode == 2
