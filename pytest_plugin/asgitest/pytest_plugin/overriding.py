"""The fixtures and the marker for dependency overrides, and what becomes of overrides that were never used.

Depends on: pytest, ``options``, ``markers``, ``running``; `asgitest.testclient.overrides` when something is overridden.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pytest

from asgitest.pytest_plugin.markers import read_marker
from asgitest.pytest_plugin.options import SETTINGS
from asgitest.pytest_plugin.running import app_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from asgitest.testclient.overrides import Layer
    from asgitest.testclient.overrides.replacement import Entry

_LAYER = pytest.StashKey["Layer"]()
_OWN = pytest.StashKey[list["Entry"]]()
"""The replacements that a test has set for itself, not a fixture for many."""


def _layer(config: pytest.Config, app: Any, rank: int) -> Layer:
    from asgitest.testclient.overrides import Layer  # noqa: PLC0415 - only who overrides something loads it

    return Layer(app, strict=config.stash[SETTINGS].strict_overrides != "off", rank=rank)


@pytest.fixture(scope="session")
def dependency_overrides_session(asgi_app: Any, pytestconfig: pytest.Config) -> Iterator[Layer]:
    """Dependency overrides for the whole session; those of a module or a test count more."""
    with _layer(pytestconfig, asgi_app, 0) as layer:
        yield layer


@pytest.fixture(scope="module")
def dependency_overrides_module(asgi_app: Any, pytestconfig: pytest.Config) -> Iterator[Layer]:
    """Dependency overrides for one module; those of a test count more."""
    with _layer(pytestconfig, asgi_app, 1) as layer:
        yield layer


@pytest.fixture
def dependency_overrides(request: pytest.FixtureRequest) -> Iterator[Layer]:
    """Dependency overrides for one test, in the app and in what is mounted in it.

    ``.value(get_user, alice)`` gives a value, ``.call(get_db, fake_db)`` calls something else, ``.error(get_quota,
    HTTPException(429))`` raises, ``.wrap(get_repo, Spy)`` is called with what the original gives, and
    ``.calls(get_user)`` counts. ``with dependency_overrides(get_user, value=bob):`` overrides for one block.
    """
    with _layer(request.config, app_of(request), 2) as layer:
        request.node.stash[_LAYER] = layer
        _set_marked(request.node, layer)
        yield layer


def _set_marked(item: pytest.Item, layer: Layer) -> None:
    """Set what markers say: those of the module first, so that the nearest counts."""
    own: list[Entry] = []
    for mark in reversed([*item.iter_markers("dependency_overrides")]):
        layer.update(mark.args[0] if mark.args else mark.kwargs["overrides"])
    nearest: Mapping[Any, Any] = read_marker(item, "dependency_overrides") or {}
    if any(mark.name == "dependency_overrides" for mark in item.own_markers):
        own.extend(layer.table[dependency] for dependency in nearest)
    item.stash[_OWN] = own


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let the marker work in tests that do not ask for the fixture."""
    names: list[str] = getattr(item, "fixturenames", [])
    if item.get_closest_marker("dependency_overrides") is not None and "dependency_overrides" not in names:
        names.append("dependency_overrides")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Tell of replacements that a test has set for itself and that the app has never asked for.

    What a fixture sets is not told of: a fixture sets for many tests what some of them need.
    """
    layer = item.stash.get(_LAYER, None)
    if layer is None:
        return (yield)
    before = {id(entry) for entry in layer.entries()}
    result = yield
    own = item.stash[_OWN] + [entry for entry in layer.entries() if id(entry) not in before]
    strict = item.config.stash[SETTINGS].strict_overrides
    unused = [entry for entry in own if entry.calls == 0]
    if strict == "error" and unused:
        pytest.fail("\n".join(_unused(entry) for entry in unused), pytrace=False)
    for entry in unused if strict == "on" else ():
        _warn(entry)
    return result


def _unused(entry: Entry) -> str:
    from asgitest.testclient.overrides.graph import name_of  # noqa: PLC0415 - loaded by then

    return (
        f"{entry.place}: the override of {name_of(entry.key)} was never used: "
        "no request of this test reached a route that depends on it"
    )


def _warn(entry: Entry) -> None:
    from asgitest.testclient import OverrideWarning  # noqa: PLC0415 - loaded by then

    file, _, line = entry.place.rpartition(":")
    warnings.warn_explicit(OverrideWarning(_unused(entry)), None, file, int(line))
