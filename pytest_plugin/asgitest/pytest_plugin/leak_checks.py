"""Sees what is there before and after the call of a test, and judges the difference.

Loaded for tests that use an app only: it needs asyncio, and the app's routes.

Depends on: `asgitest.testclient`.
"""

from __future__ import annotations

import asyncio
import os
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asgitest.testclient.driver import await_chain
from asgitest.testclient.overrides.adapter import survey
from asgitest.testclient.routes import unwrap_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from asgitest.pytest_plugin.leftovers import Kind

__all__ = ["Watch"]

_MISSING: Any = object()
_GRACE_SECONDS = 0.05
# Threads that pools keep for the next job; the loop's own among them.
_POOLS = ("AnyIO worker thread", "ThreadPoolExecutor", "Trio thread", "asgitest", "asyncio_")


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


class Watch:
    """Watches one call of a test.

    Args:
        app: The app that the test uses.
        root: The client that runs the app; ``None`` if it does not run in process.
    """

    def __init__(self, app: Any, root: Any) -> None:
        self._app = app
        self._root = root
        self._before = _look(app, root)
        self._after = self._before
        self._writes = _StateWrites(app)

    def stop(self) -> None:
        """Watch no more; what is judged is what happened until now."""
        self._writes.stop()
        self._after = _look(self._app, self._root)

    def left(self) -> Iterator[tuple[Kind, str]]:
        """What was left and is still there now."""
        before, after = self._before, self._after
        yield from _changed_environment(before.environment, after.environment)
        yield from _new_threads(after.threads - before.threads)
        yield from _new_tasks(after.tasks - before.tasks, self._root)
        yield from _changed_overrides(before, after)
        yield from self._writes.left()


# Looking --------------------------------------------------------------------------------------------------------------


def _look(app: Any, root: Any) -> Seen:
    """See what is there now."""
    points: list[Any] = list(survey(app).points)
    apps = [point.app for point in points if hasattr(point, "app")]
    return Seen(
        environment=dict(os.environ),
        threads={thread for thread in threading.enumerate() if not thread.name.startswith(_POOLS)},
        tasks=_tasks_of(root),
        overrides=[(app, dict(app.dependency_overrides)) for app in apps],
    )


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
