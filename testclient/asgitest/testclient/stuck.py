"""Where an app is stuck: the await chain of its task, its worker threads, and the last messages.

Depends on: driver (await chains, stacks), ``asgitest.testclient.asgi`` (trace).
"""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from asgitest.testclient.driver import await_chain, describe_frame

if TYPE_CHECKING:
    from types import FrameType

    from asgitest.testclient.asgi import Trace
    from asgitest.testclient.driver import Driver, Task

__all__ = ["describe_blocked", "describe_stuck"]


def describe_stuck(driver: Driver, task: Task | None, trace: Trace, *, messages: int = 6) -> str:
    """Say where an app is now.

    Args:
        driver: Runs the app.
        task: The app's, which has not ended; ``None`` if it has not begun.
        trace: Its conversation.
        messages: How many of the last messages to show; 0 for none.

    Returns:
        Several lines, without a final newline: the await chain from the app inwards, each frame with file and line,
        then the stacks of busy worker threads, then the conversation.
    """
    lines: list[str] = []
    if task is not None:
        chain = await_chain(task.coroutine)
        lines += ["  the app awaits:", *(f"    {frame}" for frame in chain)] if chain else []
    stacks = driver.stacks()
    if stacks:
        lines += ["  worker threads:", *(f"    {line}" for line in stacks.splitlines())]
    lines += _conversation(trace, messages)
    return "\n".join(lines)


def describe_blocked(error: BaseException, trace: Trace, *, messages: int = 6) -> str:
    """Say where an app was when it was broken into.

    Args:
        error: What was raised there.
        trace: The conversation of the app.
        messages: How many of its last messages to show; 0 for none.

    Returns:
        Several lines, without a final newline, as those of `describe_stuck`.
    """
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    chain = [describe_frame(frame) for frame in frames if not _is_ours(frame)]
    lines = ["  the app runs, and awaits nothing:", *(f"    {line}" for line in chain)]
    return "\n".join([*lines, *_conversation(trace, messages)])


def _is_ours(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).startswith("asgitest.testclient.")


def _conversation(trace: Trace, messages: int) -> list[str]:
    if not messages:
        return []
    conversation = trace.render(last=messages)
    if not conversation:
        return ["  no message yet"]
    return ["  messages:", *(f"  {line}" for line in conversation.splitlines())]
