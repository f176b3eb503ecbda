"""Where an app is stuck: the await chain of its task, its worker threads, and the last messages.

Depends on: driver (await chains, stacks), ``asgitest.testclient.asgi`` (trace).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgitest.testclient.driver import await_chain

if TYPE_CHECKING:
    from asgitest.testclient.asgi import Trace
    from asgitest.testclient.driver import Driver, Task

__all__ = ["describe_stuck"]


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
    if messages:
        conversation = trace.render(last=messages)
        lines += (
            ["  messages:", *(f"  {line}" for line in conversation.splitlines())]
            if conversation
            else ["  no message yet"]
        )
    return "\n".join(lines)
