"""Faults are noticed: a few of tools/mutants.py's, and its list as a whole.

The whole campaign is `make mutants`; its table is in docs/54-mutants.md.
"""

import re

import pytest

import check
import mutants
from conftest import ROOT

ALL = mutants.mutants()
SMOKE = [m for m in ALL if "smoke" in m.words]


def test_the_list_fits_the_sources():
    assert not list(mutants.check_lists(ALL))


def test_the_table_is_of_this_list():
    """Whoever adds a mutant runs it, and writes the table again."""
    text = (ROOT / "docs/54-mutants.md").read_text()
    rows = re.findall(r"^\| (\S+@\S+) \|", text, re.M)
    ours = [m.name for m in ALL if not m.words & set(check.MODES)]
    assert set(ours) <= set(rows) and len(rows) >= 150


def test_what_does_not_fit_is_told():
    bug = check.Bug("twice", "sync/tas.c", ["unit"])
    bug.edits = [("", ["tas"], ["tass"])]
    mutant = mutants.Mutant(check.Plan("tas"), bug)
    assert "occurs" in list(mutants.check_lists([mutant]))[0]


def test_a_mutant_that_changes_nothing_survives():
    """Or a layer would kill whatever it is given."""
    bug = check.Bug("nothing", "sync/lockdep_graph.c", ["unit"])
    bug.edits = [("", ["#define UNSEEN"], ["#define  UNSEEN"])]
    row = mutants.try_mutant(mutants.Mutant(check.Plan("tas"), bug),
                             ("unit",), "again")
    assert row["layer"] is None, row


@pytest.mark.parametrize("name", [m.name for m in SMOKE])
def test_it_dies(name):
    mutant = next(m for m in SMOKE if m.name == name)
    layers = [w for w in mutants.LAYERS if w in mutant.words]
    row = mutants.try_mutant(mutant, layers, "again")
    assert row["layer"] in layers, row
