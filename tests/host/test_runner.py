"""The runner inside the kernel (kernel/test.c), judged from outside.

tests/hosted/planted_cases.c passes, fails and skips on purpose.
"""

import re
import subprocess

import pytest

import ktap
from conftest import ROOT
from test_hosted import make

pytestmark = pytest.mark.xdist_group("runner")

PASS = ["planted/pass/test_planted_passes",
        "planted/pass/test_planted_passes_too"]
FAIL = ["planted/fail/test_planted_fails",
        "planted/fail/test_planted_fails_often",
        "planted/skip/test_planted_fails_and_skips"]
SKIP = ["planted/skip/test_planted_skips"]


@pytest.fixture(scope="module")
def run():
    folder = make("--eval", "show: ; @echo $(HOSTED_OUT)", "show")
    program = ROOT / folder.stdout.strip() / "planted"
    built = make(str(program.relative_to(ROOT)))
    assert built.returncode == 0, built.stdout + built.stderr

    def start(*arguments):
        done = subprocess.run([program, *arguments], capture_output=True,
                              text=True, timeout=60, check=False)
        return done.returncode, done.stdout

    return start


def drawn(output):
    """{case: the number it drew}"""
    return dict(re.findall(r"^# (\w+): drew (0x\w{16})$", output, re.M))


def test_every_case_has_the_result_it_planted(run):
    code, output = run()
    results = ktap.parse(output)
    assert code == 1
    assert {name: verdict for name, (verdict, _) in results.items()} == {
        **{name: "ok" for name in PASS}, **{name: "not ok" for name in FAIL},
        **{name: "skip" for name in SKIP}}
    assert output.rstrip().endswith("# passed 2 failed 3 skipped 1")


def test_output_is_ktap(run):
    _, output = run()
    lines = output.splitlines()
    assert lines[:2] == ["KTAP version 1", "1..6"]
    numbers = re.findall(r"^(?:not )?ok (\d+) ", output, re.M)
    assert numbers == [str(i) for i in range(1, 7)]
    assert all(re.match(r"#|(not )?ok \d+ |KTAP|1\.\.", line)
               for line in lines)


def test_failed_check_is_named_and_many_are_counted(run):
    _, output = run("*fail*")
    assert re.search(r"^# test_planted_fails: tests/hosted/planted_cases.c:"
                     r"\d+: check\(1 \+ 1 == 3\) failed$", output, re.M)
    assert output.count("check(i > 100) failed") == 10
    assert "# test_planted_fails_often: 15 more checks failed" in output


@pytest.mark.parametrize("glob,cases", [
    (PASS[0], PASS[:1]), ("planted/pass", PASS), ("planted/p*", PASS),
    ("test_planted_passes*", PASS), ("test_planted_skips", SKIP)])
def test_glob_is_over_suite_name_and_both(run, glob, cases):
    code, output = run(glob)
    assert code == 0 and sorted(ktap.parse(output)) == cases


def test_no_match_is_no_success(run):
    code, output = run("planted/pas")
    assert code == 1 and "1..0" in output
    assert "no test matches planted/pas" in output


def test_seed_is_printed_and_taken_back(run):
    _, first = run("*", "77")
    _, again = run("*", "0x4d")
    _, other = run("*", "78")
    assert "seed=0x4d" in first
    assert drawn(first) == drawn(again)
    assert not set(drawn(first).values()) & set(drawn(other).values())


def test_seed_of_a_case_is_its_own_and_the_same_when_alone(run):
    _, every = run("*", "77")
    _, alone = run("test_planted_passes_too", "77")
    numbers = drawn(every)
    assert len(set(numbers.values())) == 2
    assert drawn(alone) == {"test_planted_passes_too":
                            numbers["test_planted_passes_too"]}
