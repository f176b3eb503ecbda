"""The corpus itself: every fault can be seen by hand, and its twin does not have it."""

from __future__ import annotations

import functools
import importlib

import pytest

from asgitest.conformance.catalogue import CHECKS, PLANNED
from tests.faults.corpus import FOLDER, SIDES, apps, faults, fresh
from tests.faults.driving import Hand

COMING = ("security.",)
"""Families that the catalogue does not have yet."""

FAMILIES = sorted({fault.family for fault in faults().values()})
STATELESS = {"asgi", "openapi", "routes", "schema", "streaming", "websocket"}
DRIVES = {
    name: drive
    for family in FAMILIES
    for name, drive in importlib.import_module(f"tests.faults.drives_{family}").DRIVES.items()
}

shared = functools.cache(fresh)


def app_of(fault, side):
    """Give the app, imported anew where what one drive leaves behind would change the next."""
    return (shared if fault.family in STATELESS else fresh)(fault.app, side)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(faults()))
def test_the_faulty_app_misbehaves_and_its_twin_does_not(name):
    fault = faults()[name]

    with Hand(app_of(fault, "faulty")) as hand:
        assert DRIVES[name](hand), fault.sentence
    with Hand(app_of(fault, "clean")) as hand:
        assert not DRIVES[name](hand), fault.sentence


def test_every_drive_belongs_to_a_fault():
    assert set(DRIVES) == set(faults())


@pytest.mark.parametrize("side", SIDES)
def test_every_app_is_in_the_manifest(side):
    assert sorted(path.stem for path in (FOLDER / side).glob("*.py")) == apps()


def test_every_check_of_the_manifest_is_in_the_catalogue_or_begins_one():
    expected = {check for fault in faults().values() for check in fault.checks}

    known = [*CHECKS, *PLANNED, *COMING]

    assert {check for check in expected if not any(name.startswith(check) for name in known)} == set()
