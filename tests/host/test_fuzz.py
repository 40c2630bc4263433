"""A short run of the coverage-guided harnesses, so that they do not rot.

Each begins with its whole corpus.  A long run is `make fuzz`.
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
@pytest.mark.parametrize("harness,runs", [
    ("multiboot2", 20000), ("acpi", 10000), ("pvh", 10000),
    ("symbols", 20000), ("text", 4000)])
def test_fuzz(harness, runs):
    if not can_fuzz():
        pytest.skip("clang has no -fsanitize=fuzzer here")
    done = make("fuzz-" + harness, "RUNS=%d" % runs)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "DONE" in done.stdout
