"""KTAP: the cases that sources define, and the results that a run printed.

Guarantees  The plan comes from the sources, not from the run: a case that the
            run did not reach has no result, and that is a failure.
See         kernel/test.c, kernel/test.h (TEST)
"""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
CASE = re.compile(r'^TEST\(\s*"([^"]+)"\s*,\s*(\w+)\s*\)', re.M)
RESULT = re.compile(r"^(not ok|ok) \d+ (\S+)(?: # SKIP (.*))?$")


def cases(paths):
    """["suite/name"] of the cases in these files."""
    return sorted("/".join(case) for path in paths
                  for case in CASE.findall(pathlib.Path(path).read_text()))


def parse(text):
    """{"suite/name": (verdict, text)}; verdict is "ok", "not ok" or "skip"."""
    results, notes = {}, []
    for line in text.replace("\r", "").splitlines():
        found = RESULT.match(line)
        if found:
            verdict, name, why = found.groups()
            results[name] = ("skip" if why is not None else verdict,
                             why or "\n".join(notes))
            notes = []
        elif line.startswith("#") or line.strip():
            notes.append(line)
    return results


def require(results, name, how_it_ended):
    """Passes, skips or fails this pytest case as the run's result says."""
    import pytest

    if name not in results:
        pytest.fail("no result: %s" % how_it_ended, pytrace=False)
    verdict, text = results[name]
    if verdict == "skip":
        pytest.skip(text)
    if verdict != "ok":
        pytest.fail(text, pytrace=False)
