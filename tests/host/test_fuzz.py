"""A short run of the coverage-guided harnesses, so that they do not rot.

A long one is `make -f tests/worlds/hosted.mk fuzz RUNS=10000000`.
"""

import shutil
import subprocess

import pytest

from test_hosted import make


def can_fuzz():
    """clang's run-time library for this is a package of its own."""
    if not shutil.which("clang"):
        return False
    program = "int LLVMFuzzerTestOneInput(char *p, long n);" \
              "int LLVMFuzzerTestOneInput(char *p, long n)" \
              "{ return 0 * (p - p + n); }"
    return subprocess.run(
        ["clang", "-fsanitize=fuzzer", "-x", "c", "-", "-o", "/dev/null"],
        input=program, text=True, capture_output=True,
        check=False).returncode == 0


@pytest.mark.xdist_group("fuzz")
@pytest.mark.parametrize("harness", ["multiboot2", "acpi"])
def test_fuzz(harness):
    if not can_fuzz():
        pytest.skip("clang has no -fsanitize=fuzzer here")
    done = make("fuzz-" + harness, "RUNS=20000")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "DONE" in done.stdout
