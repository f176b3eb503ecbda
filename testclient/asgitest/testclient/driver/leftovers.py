"""Ends what an app has left running on an asyncio loop, in bounded time, and reports it.

Depends on: asyncio, and the sibling modules ``interface`` and ``tasks``.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from asgitest.testclient.driver.outcome import LeakReport, LeftTask
from asgitest.testclient.driver.tasks import await_chain

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["GRACE_SECONDS", "OWN_TASK_PREFIX", "describe_left", "end_tasks", "tasks_of_apps"]

GRACE_SECONDS = 1.0
OWN_TASK_PREFIX = "asgitest "
"""Tasks of the drivers themselves are named so; they are no leak."""


def tasks_of_apps(loop: asyncio.AbstractEventLoop) -> set[asyncio.Task[Any]]:
    """List the tasks of apps on a loop."""
    return {task for task in asyncio.all_tasks(loop) if not task.get_name().startswith(OWN_TASK_PREFIX)}


def describe_left(tasks: Iterable[asyncio.Task[Any]]) -> tuple[LeftTask, ...]:
    """Describe tasks of the app, in the order of their names."""
    return tuple(
        LeftTask(name=task.get_name(), chain=tuple(await_chain(task.get_coro())))
        for task in sorted(tasks, key=lambda task: task.get_name())
        if not task.get_name().startswith(OWN_TASK_PREFIX)
    )


async def end_tasks(tasks: set[asyncio.Task[Any]], *, generators: bool) -> LeakReport:
    """Cancel *tasks*, and wait a bounded time for them.

    Args:
        tasks: Of the running loop.
        generators: Whether to close the async generators of the loop as well; it can have no others afterwards.

    Returns:
        What there was, and the names of tasks that took no notice.
    """
    report = describe_left(tasks)
    for task in tasks:
        task.cancel()
    stuck: set[asyncio.Task[Any]] = set()
    if tasks:
        _, stuck = await asyncio.wait(tasks, timeout=GRACE_SECONDS)
    if not generators:
        return LeakReport(tasks=report, stuck=tuple(sorted(task.get_name() for task in stuck)))
    try:
        async with asyncio.timeout(GRACE_SECONDS):
            await asyncio.get_running_loop().shutdown_asyncgens()
    except TimeoutError:
        return LeakReport(tasks=report, stuck=(*(task.get_name() for task in stuck), "an async generator"))
    return LeakReport(tasks=report, stuck=tuple(sorted(task.get_name() for task in stuck)))
