"""tools/litmus: what it reads, what it says, and that it can say otherwise."""

import importlib.machinery
import importlib.util
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from conftest import ROOT
from litmuslib import checker, cpus, lower, machine, memories, parse, verdict

FILES = sorted((ROOT / "tests/litmus").glob("*.litmus"))
TABLE = ROOT / "tests/litmus/edges"

loader = importlib.machinery.SourceFileLoader("litmus_tool",
                                              str(ROOT / "tools/litmus"))
tool = importlib.util.module_from_spec(
    importlib.util.spec_from_loader("litmus_tool", loader))
loader.exec_module(tool)


def litmus(*arguments):
    done = subprocess.run([sys.executable, "tools/litmus", *map(
        str, arguments)], cwd=ROOT, capture_output=True, text=True,
        timeout=600, check=False)
    return done.returncode, done.stdout + done.stderr


def program(text, path="x.litmus"):
    return lower.lower(parse.Parser(path, text).parse())


def outcomes(p, mode):
    return memories.MEMORIES[mode](p).outcomes()


def says(p, found):
    return verdict.verdict(p, found, tool.address_in(p))[0]


# ------------------------------------------------------------------- our files

def test_every_file_says_what_it_promises():
    """The reference: all modes, and the weak one against Result:."""
    status, said = litmus("--engine", "reference", "--cpus", 0, *FILES)
    assert status == 0 and " 0 wrong, 0 not handled" in said, said
    assert len(FILES) >= 30
    assert re.search(r"^\s+weak .*known class: load buffering", said, re.M)
    assert re.search(r"^\s+weak .*known class: dependencies", said, re.M)
    assert re.search(r"^\s+weak .*known class: unlock and lock", said, re.M)
    assert len(re.findall("known class", said)) == 3, said


@pytest.mark.skipif(not checker.is_here(ROOT), reason="no checker here")
@pytest.mark.xdist_group("litmus")      # who builds the checker's programs
def test_checker_and_reference_find_the_same():
    """Two programs that share the parser only; every outcome of every file."""
    heard = [litmus("-v", "--engine", engine, "--cpus", 0, *FILES)
             for engine in ("checker", "reference")]
    assert heard[0][0] == heard[1][0] == 0, heard[0][1]
    first, second = (re.sub("^search:.*", "", text) for _, text in heard)
    assert first == second


def test_modes_are_nested_and_differ():
    """What sc has, tso has; and by what each is known."""
    for name, sc, tso, weak in (
            ("SB", "Never", "Sometimes", "Sometimes"),
            ("SB+mbs", "Never", "Never", "Never"),
            ("MP", "Never", "Never", "Sometimes"),
            ("R", "Never", "Sometimes", "Sometimes"),
            ("2+2W", "Never", "Never", "Sometimes"),
            ("IRIW+acqs", "Never", "Never", "Sometimes"),
            ("LB", "Never", "Never", "Never"),
            ("SB+xchgs-relaxed", "Never", "Never", "Sometimes")):
        p = lower.lower(parse.read(ROOT / "tests/litmus" / (
            name + ".litmus")))
        sets = [outcomes(p, mode) for mode in ("sc", "tso", "weak")]
        assert [says(p, s) for s in sets] == [sc, tso, weak], name
        assert sets[0] <= sets[1] <= sets[2]


# ----------------------------------------------------------------------- edges

def edges_of(path):
    """The labels that a file defines, under Ordering."""
    top = path.read_text().split("*/")[0]
    m = re.search(r"Ordering(.*?)(?:References|$)", top, re.S)
    return set(re.findall(r"(?:^|\n \*) +\[([A-Z]\d?)\]", m[1])) if m else \
        set()


def table():
    lines = [line.split() for line in TABLE.read_text().splitlines()
             if line and line[0] != "#"]
    return {(f, label): tests for f, label, *tests in lines}


def test_every_edge_of_sync_has_a_test():
    known, found = table(), 0
    for path in sorted((ROOT / "sync").glob("*.[ch]")):
        for label in sorted(edges_of(path)):
            key = "sync/" + path.name, label
            assert key in known, "%s [%s]: no line in %s" % (*key, TABLE)
            found += 1
    assert found >= 25
    for tests in known.values():
        for test in tests:
            assert (TABLE.parent / (test + ".litmus")).exists(), test


def test_edges_are_read_as_they_are_written(tmp_path):
    source = tmp_path / "x.c"
    source.write_text("/*\n * Ordering    [A] one -> two, see [Z] of sync/y.c\n"
                      " *             [B] three.\n * References  [C]\n */\n")
    assert edges_of(source) == {"A", "B"}


def without_orders(p):
    """The program with every order taken out; the atomicity stays."""
    def plain(i):
        if i.op == "fence":
            return replace(i, name="barrier")
        if i.op == "rmw":
            return replace(i, order="relaxed")
        return replace(i, order="once") if i.op in ("load", "store") else i
    return replace(p, code=[[plain(i) for i in c] for c in p.code])


def test_the_test_of_an_edge_needs_the_edge():
    for test in sorted({t for tests in table().values() for t in tests
                        if t.startswith("edge-")}):
        p = lower.lower(parse.read(TABLE.parent / (test + ".litmus")))
        assert p.test.result == "Never", test
        assert says(p, outcomes(p, "weak")) == "Never", test
        bare = without_orders(p)
        found = outcomes(bare, "weak")
        # a load that must come before a store: weak never turns these round
        found |= verdict.with_load_buffering(
            bare, lambda q: outcomes(q, "weak"))[0]
        assert says(bare, found) == "Sometimes", (
            "%s says Never without any order too" % test)


# ------------------------------------------------------------------ the format

ODD = """C odd+syntax
"a title"
(* Expected
 * Result: Sometimes
 * and more
 *)
{
	int x = 1;	// a remark
	int *p = &x;
	q = z; atomic_t v = ATOMIC_INIT(2); spinlock_t l; 0:r9 = 3;
}

P0(int *x, int **p, volatile int *q, atomic_t *v, spinlock_t *l)
{
	int r0 = READ_ONCE(*x), r1;
	int *r2;

	r2 = rcu_dereference(*p);	/* follows */
	r1 = (int)READ_ONCE(*r2) + 1;
	if (r0 == 1 && r1 != 3 || !r1) {
		(void)atomic_add_unless(v, 1, 0);
		atomic_sub(1, v);
		r3 = atomic_dec_and_test(v);
	} else if (r9 < 0x10)
		r3 = -5;
	else
		;
	r4 = try_cmpxchg(x, &r0, 7);
	*x = *x + (r9 << 1);
	r5 = atomic_fetch_andnot(1, v);
	r6 = spin_is_locked(l);
}

P1(int *x)
{
	WRITE_ONCE(*x, 1);
}

locations [x; 0:r3; 0:r5;]
filter (true)
exists
(0:r2=x /\\ ~(0:r1 < 2) /\\ 0:r0 = 1 /\\ not 0:r6=1
 /\\ (x = 13 \\/ x=7 \\/ x=1))
"""


def test_reads_what_the_files_of_linux_use():
    p = program(ODD)
    assert (p.test.name, p.test.result) == ("odd+syntax", "Sometimes")
    found = outcomes(p, "sc")
    assert says(p, found) == "Always" and len(found) == 3
    places = [lower.show(x) for x in lower.observed(p)]
    values = {dict(zip(places, o))["0:r3"] for o in found}
    assert values == {0}        # 2, one more, one less, one less: not 0
    assert {dict(zip(places, o))["x"] for o in found} == {1, 7, 13}


REFUSED = [
    ("P0(int *x)\n{\n\tfor (;;)\n\t\t;\n}\nexists (x=1)", ":4: for: "),
    ("P0(int *x)\n{\n\twhile (1)\n\t\t;\n}\nexists (x=1)", ":4: while: "),
    ("P0(int *x)\n{\n\tint r0;\n\tr0 = frobnicate(x);\n}\nexists (x=1)",
     ":5: frobnicate()"),
    ("P0(int *x)\n{\n\tcall_rcu(x);\n}\nexists (x=1)", ":4: call_rcu()"),
    ("P0(int *x)\n{\n\tWRITE_ONCE(x, 1);\n}\nexists (x=1)",
     ":4: WRITE_ONCE() of what is no *pointer"),
    ("P0(int *x)\n{\n\tWRITE_ONCE(*x, r7);\n}\nexists (x=1)",
     ":4: the undeclared name r7"),
    ("P0(int *x)\n{\n\tx->next = 1;\n}\nexists (x=1)",
     ":4: the operator ->"),
    ("P0(int x[2])\n{\n}\nexists (x=1)", ":2: a parameter that is no pointer"),
    ("P0(int *x)\n{\n\tint a[2];\n}\nexists (x=1)", ":4: an array"),
    ("P0(int *x)\n{\n\tsmp_mb(x);\n}\nexists (x=1)",
     ":4: smp_mb() with 1 arguments"),
    ("P0(spinlock_t *x)\n{\n\tspin_lock(x);\n\tWRITE_ONCE(*x, 1);\n}\n"
     "exists (true)", ":5: x is used as a word here and as a lock elsewhere"),
    ("P0(int *x)\n{\n}\nexists (0:r0=1)", "0:r0, which does not exist"),
    ("P0(int *x)\n{\n}\nwith (x=1)", ":5: 'with'"),
    ("P0(int *x)\n{\n}\n", "no exists, ~exists or forall"),
    ("P0(int *x)\n{\n\t@\n}\nexists (x=1)", ":4: the character '@'"),
]


@pytest.mark.parametrize("text,told", REFUSED, ids=lambda x: re.sub(
    r"\W+", "-", x)[-24:])
def test_what_it_cannot_handle_is_named(text, told):
    with pytest.raises(parse.Unhandled) as caught:
        program("C x\n{} " + text, "folder/x.litmus")
    assert "folder/x.litmus" in str(caught.value)
    assert told in str(caught.value)


def test_one_that_is_not_handled_stops_nobody_else(tmp_path):
    path = tmp_path / "x.litmus"
    path.write_text("C x\n{} " + REFUSED[2][0])
    status, said = litmus("--cpus", 0, "--engine", "reference", path,
                          FILES[0])
    assert status == 2 and "x.litmus:5: frobnicate()" in said, said
    assert "1 tests, 0 wrong, 1 not handled" in said


def test_not_a_test_in_c_is_refused(tmp_path):
    path = tmp_path / "x.litmus"
    path.write_text("X86 SB\n{}\n")
    status, said = litmus("--cpus", 0, path)
    assert status == 2 and "no test" in said or "not a test in C" in said


def test_a_pointer_to_nothing_is_refused(tmp_path):
    path = tmp_path / "x.litmus"
    path.write_text("C x\n{}\nP0(int **y)\n{\n\tint r0;\n\tint *p;\n\n"
                    "\tp = READ_ONCE(*y);\n\tr0 = READ_ONCE(*p);\n}\n"
                    "exists (0:r0=0)\n")
    status, said = litmus("--cpus", 0, "--engine", "reference", path)
    assert status == 2 and "x.litmus:9: a pointer that points to no" in said


# -------------------------------------------------------------------- judgement

def changed_file(name, tmp_path, old, new):
    text = (ROOT / "tests/litmus" / name).read_text()
    assert old in text
    path = tmp_path / "renamed.litmus"
    path.write_text(text.replace(old, new))
    return path


@pytest.mark.parametrize("name,old,new", [
    ("MP+rel+acq.litmus", "Result: Never", "Result: Sometimes"),
    ("MP+rel+acq.litmus", "smp_store_release(y, 1)", "WRITE_ONCE(*y, 1)"),
    ("SB+mbs.litmus", "smp_mb()", "smp_wmb()"),
    ("RCU+sync.litmus", "\tsynchronize_rcu();\n", ""),
    ("SRCU+other.litmus", "Result: Sometimes", "Result: Never"),
    ("LOCK+exclusion.litmus", "spin_lock(l);\n\tr0", "r0"),
    ("IRIW.litmus", "Result: Sometimes", "Result: Always")],
    ids=["result", "no-release", "weaker-fence", "no-period", "other-domain",
         "no-lock", "always"])
def test_a_wrong_result_is_told(name, old, new, tmp_path):
    path = changed_file(name, tmp_path, old, new)
    status, said = litmus("--cpus", 0, "--engine", "reference", path)
    assert status == 1 and "WRONG: weak says" in said, said


@pytest.mark.parametrize("name,changes", [
    # the dependency is gone
    ("MP+wmb+addr.litmus", [("READ_ONCE(*p)", "READ_ONCE(*x)")]),
    # one section, in which nothing orders the two
    ("MP+unlock-lock+rmb.litmus", [("\tspin_lock(m);\n", ""),
                                   ("\tspin_unlock(m);\n", "")]),
    # no store may pass its load
    ("LB.litmus", [("WRITE_ONCE(*x, 1)", "smp_store_release(x, 1)"),
                   ("WRITE_ONCE(*y, 1)", "smp_store_release(y, 1)")])],
    ids=["dependency", "unlock-lock", "load-buffering"])
def test_a_class_is_of_constructs_not_of_names(name, changes, tmp_path):
    path = changed_file(name, tmp_path, "C ", "C ")
    status, said = litmus("--cpus", 0, "--engine", "reference", path)
    assert status == 0 and "known class: " in said, said
    for old, new in changes:
        path.write_text(path.read_text().replace(old, new))
    status, said = litmus("--cpus", 0, "--engine", "reference", path)
    assert status == 1 and "known class: " not in said, said


def test_what_tso_does_not_have_is_told_of_the_cpus():
    job = tool.Job(str(ROOT / "tests/litmus/MP.litmus"))
    job.search(tool.reference, ["tso", "weak"])
    job.counts = {(1, 1): 5, (0, 0): 3}
    job.judge(tool.reference)
    assert not job.trouble
    job.counts[(1, 0)] = 1
    job.judge(tool.reference)
    assert job.trouble == ["the CPUs showed 1:r0=1; 1:r1=0, which tso does "
                           "not have"]


# --------------------------------------------------------------------- the CPUs

@pytest.mark.xdist_group("litmus")
def test_cpus_show_only_what_tso_has():
    """A few shapes on two CPUs; every trial is in the histogram."""
    names = ("SB", "SB+mbs", "MP", "R", "MP+assign+deref", "LOCK+exclusion",
             "LOCK+try", "RMW+incs", "RMW+cmpxchgs", "edge-ticket")
    status, said = litmus("--cpus", 2, "--trials", 500, *(
        ROOT / "tests/litmus" / (n + ".litmus") for n in names))
    assert status == 0 and "0 wrong, 0 not handled" in said, said
    blocks = re.findall(r"^  cpus  \w+ *\n((?:    .*\n)+)", said, re.M)
    assert len(blocks) == len(names), said
    for block in blocks:
        assert sum(int(n) for n in re.findall(
            r"^ +(\d+) [ *] ", block, re.M)) == 500, said


def test_cpus_refuse_what_is_not_in_the_tree(tmp_path):
    p = program("C x\n{}\nP0(int *x)\n{\n\tsynchronize_rcu();\n"
                "\tWRITE_ONCE(*x, 1);\n}\nexists (x=1)\n")
    assert cpus.refused(tmp_path, p) == \
        "line 5: sync/rcu.h is not in this tree"
    assert says(p, outcomes(p, "tso")) == "Always"
    assert machine.signed(2 ** 64 - 1) == -1
