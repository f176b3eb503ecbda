"""The mutants of the bookshop: every one can be seen by hand, and the bookshop itself does not do what it does."""

from __future__ import annotations

import pytest

from asgitest.conformance.catalogue import CHECKS, PLANNED
from tests.faults.drives_mutants import DRIVES
from tests.faults.driving import Hand
from tests.faults.mutants import imported, mutants


@pytest.fixture(scope="module")
def bookshop():
    with imported(None) as app:
        yield app


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(mutants()))
def test_the_mutant_misbehaves_and_the_bookshop_does_not(name, bookshop):
    mutant = mutants()[name]

    with imported(mutant) as app, Hand(app) as hand:
        assert DRIVES[name](hand), mutant.sentence
    with Hand(bookshop) as hand:
        assert not DRIVES[name](hand), mutant.sentence


def test_every_drive_belongs_to_a_mutant():
    assert set(DRIVES) == set(mutants())


def test_every_check_of_the_manifest_is_in_the_catalogue_or_begins_one():
    expected = {check for mutant in mutants().values() for check in mutant.checks}

    assert {each for each in expected if not any(name.startswith(each) for name in (*CHECKS, *PLANNED))} == set()
