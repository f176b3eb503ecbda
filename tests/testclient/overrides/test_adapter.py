"""Frameworks that other packages bring, and what is known of an app between two questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI

from asgitest.testclient import OverrideError
from asgitest.testclient.overrides import Layer
from asgitest.testclient.overrides import adapter as module
from asgitest.testclient.overrides.adapter import GROUP, survey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ADAPTER = """
from asgitest.testclient.overrides.graph import Node, Use
from asgitest.testclient.overrides.point import Point


class MyPoint(Point):
    def install(self): pass
    def uninstall(self): pass


class MyAdapter:
    name = "MyFramework"
    capabilities = frozenset({"value"})

    def matches(self, app, routes):
        return type(app).__name__ == "MyApp"

    def points(self, app, routes):
        app.point = getattr(app, "point", None) or MyPoint()
        return [app.point]

    def nodes(self, app, routes):
        return [Node(key="user", uses=[Use(label="GET /")])]

    def prepare(self, entry, node, below):
        entry.provider = entry.payload
"""


class MyApp:
    async def __call__(self, scope, receive, send):
        """Nothing is asked of it."""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package with an entry point of the group."""
    info = tmp_path / "my_framework-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: my-framework\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\nmine = my_framework_adapter:MyAdapter\n")
    (tmp_path / "my_framework_adapter.py").write_text(ADAPTER)
    monkeypatch.syspath_prepend(str(tmp_path))
    module._adapters.cache_clear()
    yield
    module._adapters.cache_clear()


@pytest.mark.usefixtures("installed")
def test_a_package_may_bring_an_adapter() -> None:
    app = MyApp()

    with Layer(app) as layer:
        layer.value("user", "alice")
        found = app.point.find("user")

        assert found is not None
        assert found.provider == "alice"
        with pytest.raises(OverrideError, match=r"MyFramework cannot override 'user' in this way \(wrap\)"):
            layer.wrap("user", str.upper)


def test_an_app_is_read_again_only_when_its_routes_have_changed() -> None:
    app = FastAPI()
    first, again = survey(app), survey(app)

    app.add_api_route("/", lambda: None)

    assert first is again
    assert survey(app) is not first


def test_apps_that_are_mounted_in_each_other_come_to_an_end() -> None:
    one, other = FastAPI(), FastAPI()
    one.mount("/other", other)
    other.mount("/one", one)

    assert len(survey(one).points) == 2
