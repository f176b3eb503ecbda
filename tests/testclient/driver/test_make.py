"""Which driver one gets, and which wishes do not go together."""

from __future__ import annotations

from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal

from asgitest.testclient.driver import complete, driver_of, make_driver
from asgitest.testclient.errors import MisuseError


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({}, "baton"),
        ({"kind": "baton"}, "baton"),
        ({"kind": "public"}, "public"),
        ({"kind": "thread"}, "thread"),
        ({"kind": "trio"}, "trio"),
        ({"backend": "trio"}, "trio"),
        ({"kind": "own"}, "own"),
        ({"kind": "own", "backend": "trio"}, "own"),
        ({"clock": "virtual"}, "baton"),
        ({"clock": "virtual", "kind": "thread"}, "thread"),
    ],
)
def test_each_wish_gets_its_driver(options: dict[str, Any], name: str) -> None:
    driver = make_driver(**options)

    assert driver.name == name
    driver.open()
    driver.close()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"clock": "virtual", "backend": "trio"}, "virtual time needs"),
        ({"clock": "virtual", "kind": "own"}, "virtual time needs"),
        ({"kind": "baton", "backend": "trio"}, 'use driver="trio"'),
        ({"kind": "thread", "backend_options": {"use_uvloop": True}}, 'use driver="trio"'),
    ],
)
def test_wishes_that_contradict_each_other_are_refused(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(MisuseError, match=sentence):
        make_driver(**options)


@pytest.mark.parametrize("kind", ["baton", "public", "thread"])
def test_debug_mode_of_the_backend_options_reaches_the_loop(kind: Any) -> None:
    import asyncio  # noqa: PLC0415 - the loop is looked at, not used

    driver = make_driver(kind, backend_options={"debug": True})
    driver.open()

    assert complete(driver.poke(lambda: asyncio.get_running_loop().get_debug()))
    driver.close()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_foreign_portal_gets_a_driver_of_its_loop(backend: str) -> None:
    with start_blocking_portal(backend) as portal:
        driver = driver_of(portal)

        assert (driver.name, driver.backend) == ("portal", backend)
        assert complete(driver.poke(lambda: "on the loop")) == "on the loop"
        assert driver.portal() is portal
        assert not driver.close()


@pytest.mark.parametrize("kind", ["baton", "public"])
def test_a_portal_of_ours_knows_its_driver(kind: Any) -> None:
    driver = make_driver(kind)
    driver.open()

    portal = driver.portal()

    assert driver_of(portal) is driver
    assert driver.portal() is portal
    driver.close()
