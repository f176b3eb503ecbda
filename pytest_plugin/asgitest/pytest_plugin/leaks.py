"""Finds what a test leaves behind: tasks, threads, responses, WebSockets, overrides, ``app.state``, the environment.

Only tests that use an app are looked at, only those that pass, and only what the test itself did while it was called:
what changed then and is still so when every fixture has been torn down. What a fixture does is the fixture's business.

Depends on: pytest, ``options``, ``markers``, ``running``, ``leftovers``; ``leak_checks`` when a test uses an app.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pytest

from asgitest.pytest_plugin.leftovers import KINDS, LEFT, note_left
from asgitest.pytest_plugin.markers import read_marker
from asgitest.pytest_plugin.options import SETTINGS
from asgitest.pytest_plugin.running import APP, RUNNING

if TYPE_CHECKING:
    from collections.abc import Generator

    from asgitest.pytest_plugin.leak_checks import Watch


_WATCH: pytest.StashKey[Watch] = pytest.StashKey()
"""In the stash of an item: who has watched its call, if it passed."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Watch the call of a test that uses an app."""
    if APP not in item.stash:
        return (yield)
    from asgitest.pytest_plugin import leak_checks  # noqa: PLC0415 - it needs asyncio, as the app does

    watch = leak_checks.Watch(item.stash[APP], getattr(item.stash.get(RUNNING, None), "root", None))
    try:
        result = yield
    finally:
        watch.stop()
    item.stash[_WATCH] = watch
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Tell what is still there when the fixtures of the test have been torn down."""
    result = yield
    for kind, sentence in item.stash[_WATCH].left() if _WATCH in item.stash else ():
        note_left(item, kind, sentence)
    sentences = [sentence for kind, sentence in item.stash.setdefault(LEFT, []) if kind not in _allowed(item)]
    if sentences and item.config.stash[SETTINGS].leaks == "error":
        pytest.fail("\n".join(f"the test {sentence}" for sentence in sentences), pytrace=False)
    for sentence in sentences:
        _warn(item, sentence)
    return result


def _allowed(item: pytest.Item) -> tuple[str, ...]:
    """The kinds that the marker ``asgi_allow_leaks`` allows; all of them if it names none."""
    kinds: tuple[str, ...] | None = read_marker(item, "asgi_allow_leaks")
    return () if kinds is None else kinds or KINDS


def _warn(item: pytest.Item, sentence: str) -> None:
    from asgitest.testclient import LeakWarning  # noqa: PLC0415 - loaded by then

    file, line, _ = item.location
    warnings.warn_explicit(LeakWarning(f"{item.nodeid}: the test {sentence}"), None, file, (line or 0) + 1)
