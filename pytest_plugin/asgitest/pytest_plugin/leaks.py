"""Finds what a test leaves behind: tasks, threads, responses, WebSockets, overrides, ``app.state``, the environment.

Only tests that use an app are looked at, only those that pass, and only what the test itself did while it was called:
what changed then and is still so when every fixture has been torn down. What a fixture does is the fixture's business.

Depends on: pytest, ``options``, ``markers``, ``running``, ``leftovers``; `asgitest.testclient` when a test uses an app.
"""

from __future__ import annotations

import asyncio
import os
import threading
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from asgitest.pytest_plugin.leftovers import KINDS, LEFT, note_left
from asgitest.pytest_plugin.markers import read_marker
from asgitest.pytest_plugin.options import SETTINGS
from asgitest.pytest_plugin.running import APP, RUNNING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

    from asgitest.pytest_plugin.leftovers import Kind

_MISSING: Any = object()
_GRACE_SECONDS = 0.05
# Threads that pools keep for the next job; the loop's own among them.
_POOLS = ("AnyIO worker thread", "ThreadPoolExecutor", "asgitest", "asyncio_", "starlette")


@dataclass(slots=True, kw_only=True)
class Seen:
    """What was there at one moment.

    Args:
        environment: The environment variables.
        threads: The living threads.
        tasks: The tasks on the loop of the app.
        overrides: The apps with dependency overrides, and what they are.
    """

    environment: dict[str, str]
    threads: set[threading.Thread]
    tasks: set[asyncio.Task[Any]] = field(default_factory=set["asyncio.Task[Any]"])
    overrides: list[tuple[Any, dict[Any, Any]]] = field(default_factory=list[tuple[Any, dict[Any, Any]]])


_CHECKS = pytest.StashKey[list["Callable[[], Iterator[tuple[Kind, str]]]"]]()
"""In the stash of an item: what to look at when all fixtures have been torn down."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Compare what is there before and after the call of a test that uses an app."""
    if APP not in item.stash:
        return (yield)
    before = _look(item)
    writes = _StateWrites(item.stash[APP])
    try:
        result = yield
    finally:
        writes.stop()
    after = _look(item)
    item.stash[_CHECKS] = [
        lambda: _changed_environment(before.environment, after.environment),
        lambda: _new_threads(after.threads - before.threads),
        lambda: _new_tasks(after.tasks - before.tasks, _root_of(item)),
        lambda: _changed_overrides(before, after),
        writes.left,
    ]
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Tell what is still there when the fixtures of the test have been torn down."""
    result = yield
    for check in item.stash.setdefault(_CHECKS, []):
        for kind, sentence in check():
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


# Looking --------------------------------------------------------------------------------------------------------------


def _look(item: pytest.Item) -> Seen:
    """See what is there now."""
    from asgitest.testclient.overrides.adapter import survey  # noqa: PLC0415 - loaded by then

    points: list[Any] = list(survey(item.stash[APP]).points)
    apps = [point.app for point in points if hasattr(point, "app")]
    return Seen(
        environment=dict(os.environ),
        threads={thread for thread in threading.enumerate() if not thread.name.startswith(_POOLS)},
        tasks=_tasks_of(_root_of(item)),
        overrides=[(app, dict(app.dependency_overrides)) for app in apps],
    )


def _root_of(item: pytest.Item) -> Any:
    """The client that runs the app of a test; ``None`` if it does not run in process."""
    return getattr(item.stash.get(RUNNING, None), "root", None)


def _tasks_of(root: Any) -> set[asyncio.Task[Any]]:
    """The tasks of an app that runs in process on asyncio, without our own; ready ones have had their turns."""
    if root is None or root.async_backend["backend"] != "asyncio":
        return set()
    tasks: set[asyncio.Task[Any]] = root.run(_all_tasks)
    return tasks


async def _all_tasks() -> set[asyncio.Task[Any]]:
    for _ in range(3):
        await asyncio.sleep(0)
    own = asyncio.current_task()
    tasks = asyncio.all_tasks()
    return {task for task in tasks if task is not own and not task.get_name().startswith("asgitest ")}


# Judging --------------------------------------------------------------------------------------------------------------


def _changed(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> list[Any]:
    """The keys whose values differ, in order."""
    return [key for key in {**before, **after} if before.get(key, _MISSING) is not after.get(key, _MISSING)]


def _changed_environment(before: dict[str, str], after: dict[str, str]) -> Iterator[tuple[Kind, str]]:
    for name in {**before, **after}:
        if before.get(name) != after.get(name) == os.environ.get(name):
            yield "environment", f"changed the environment variable {name}, which still is changed (use monkeypatch)"


def _new_threads(threads: set[threading.Thread]) -> Iterator[tuple[Kind, str]]:
    for thread in threads:
        thread.join(_GRACE_SECONDS)
        if thread.is_alive():
            yield "threads", f"left the thread {thread.name!r} running"


def _new_tasks(tasks: set[asyncio.Task[Any]], root: Any) -> Iterator[tuple[Kind, str]]:
    from asgitest.testclient.driver import await_chain  # noqa: PLC0415 - loaded by then

    # A loop that has been closed meanwhile has told what the app had not ended by itself.
    ended_with_the_loop = {task.name: task.chain for task in (root.leaks.tasks if root and root.leaks else ())}
    for task in sorted(tasks, key=_name_of):
        name = task.get_name()
        chain = ended_with_the_loop.get(name) if task.done() else await_chain(task.get_coro())
        if chain:
            yield "tasks", f"left the task {name!r} of the app running, at {' > '.join(chain)}"


def _name_of(task: asyncio.Task[Any]) -> str:
    return task.get_name()


def _changed_overrides(before: Seen, after: Seen) -> Iterator[tuple[Kind, str]]:
    for (app, first), (_, second) in zip(before.overrides, after.overrides, strict=False):
        now = dict(app.dependency_overrides)
        for key in _changed(first, second):
            if now.get(key, _MISSING) is second.get(key, _MISSING):
                name = getattr(key, "__qualname__", repr(key))
                yield "overrides", f"changed app.dependency_overrides[{name}] and left it so (use dependency_overrides)"


class _StateWrites:
    """Writes to ``app.state`` by a test, not by the app: from outside of the app's loop, in the thread of the test.

    Args:
        app: The app.
    """

    def __init__(self, app: Any) -> None:
        from asgitest.testclient.routes import unwrap_app  # noqa: PLC0415 - loaded by then

        self._before: dict[str, Any] = {}
        self._written: dict[str, Any] = {}
        self._holder: dict[str, Any] = getattr(getattr(unwrap_app(app), "state", None), "__dict__", {})
        store: Any = self._holder.get("_state")
        self._store: dict[str, Any] | None = store if isinstance(store, dict) else None
        self._thread = threading.get_ident()
        if self._store is not None:
            self._holder["_state"] = _RecordingState(self._store, self._note)

    def _note(self, key: str, value: Any) -> None:
        if threading.get_ident() == self._thread and not _runs_a_loop():
            self._before.setdefault(key, value_of(self._store, key))
            self._written[key] = value

    def stop(self) -> None:
        """Watch no more."""
        if self._store is not None:
            self._holder["_state"] = self._store

    def left(self) -> Iterator[tuple[Kind, str]]:
        """What the test has written and is still there."""
        for key, value in self._written.items():
            if value_of(self._store, key) is value and self._before[key] is not value:
                yield "state", f"changed app.state.{key} and left it so (use monkeypatch.setattr)"


def value_of(store: dict[str, Any] | None, key: str) -> Any:
    """What is kept under *key*."""
    return (store or {}).get(key, _MISSING)


def _runs_a_loop() -> bool:
    """Whether this thread is inside an event loop, as code of an app is."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


class _RecordingState(dict[str, Any]):
    """What ``app.state`` keeps its attributes in, while a test is called.

    Args:
        store: What it keeps them in otherwise; stays up to date.
        note: Told of each write before it happens.
    """

    def __init__(self, store: dict[str, Any], note: Callable[[str, Any], None]) -> None:
        super().__init__(store)
        self._kept = store
        self._note = note

    def __setitem__(self, key: str, value: Any) -> None:
        self._note(key, value)
        self._kept[key] = value
        super().__setitem__(key, value)

    def __delitem__(self, key: str) -> None:
        self._note(key, _MISSING)
        del self._kept[key]
        super().__delitem__(key)
