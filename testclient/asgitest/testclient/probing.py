"""Makes the calls that probes plan, on the running asyncio loop, and gives their outcomes back to be judged.

Depends on: application, ``asgitest.testclient.asgi``.
"""

from __future__ import annotations

import asyncio
import contextvars
from typing import TYPE_CHECKING, Any

from asgitest.testclient.application import as_asgi3
from asgitest.testclient.asgi.kinds import class_of
from asgitest.testclient.asgi.probes import Call, Outcome, Probe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asgitest.testclient.asgi import Message
    from asgitest.testclient.asgi.findings import Problem

__all__ = ["play_call", "run_probe"]

_TURNS = 400
"""So many turns of the loop an app has before anybody looks at a clock."""

_DISCONNECTED: Mapping[str, Message] = {
    "http": {"type": "http.disconnect"},
    "websocket": {"type": "websocket.disconnect", "code": 1006, "reason": ""},
}


async def run_probe(app: Any, probe: Probe, base: Call, *, patience: float = 1.0) -> list[Problem]:
    """Make the calls of a probe, and judge them.

    Args:
        app: The ASGI app.
        probe: Which.
        base: A call of the probe's protocol that works.
        patience: Seconds that a call may take to end, once it has had many turns of the loop.
    """
    shared = contextvars.copy_context()
    outcomes = [await play_call(app, call, patience=patience, shared=shared) for call in probe.plan(base)]
    return list(probe.problems(outcomes))


async def play_call(
    app: Any, call: Call, *, patience: float = 1.0, shared: contextvars.Context | None = None
) -> Outcome:
    """Make one call.

    Args:
        app: The ASGI app.
        call: What it is called with, and what the client does.
        patience: Seconds that it may take to end, once it has had many turns of the loop.
        shared: The context of calls that share theirs.
    """
    before = set(asyncio.all_tasks())
    client = _Client(call)
    context = shared if call.shared and shared is not None else contextvars.copy_context()
    scope = {key: value[:] if class_of(value) is list else value for key, value in call.scope.items()}
    coroutine = _called(as_asgi3(app), scope, client)
    task = asyncio.get_running_loop().create_task(coroutine, context=context)
    ended = await _ends(task, client, patience=patience)
    for _ in range(3):
        await asyncio.sleep(0)
    left = asyncio.all_tasks() - before - {task}
    error = task.exception() if task.done() and not task.cancelled() else None
    return Outcome(
        call=call,
        sent=tuple(client.sent),
        error=error,
        ended=ended,
        taken=client.taken,
        own_error=error is not None and _comes_of(error, client.gone),
        tasks=len(left),
    )


async def _called(app: Any, scope: dict[str, Any], client: _Client) -> None:
    await app(scope, client.receive, client.send)


async def _ends(task: asyncio.Task[None], client: _Client, *, patience: float) -> bool:
    """Whether the app ends in time, by itself or because it was cancelled; what does not end is given up."""
    for _ in range(_TURNS):
        if task.done() or client.waits:
            break
        await asyncio.sleep(0)
    if client.call.cancelled and not task.done():
        task.cancel()
    if not task.done():
        await asyncio.wait([task], timeout=patience)
    ended = task.done()
    for _ in range(_TURNS if not ended else 0):  # what swallows one cancellation may swallow another
        task.cancel()
        await asyncio.sleep(0)
        if task.done():
            break
    return ended


def _comes_of(error: BaseException | None, gone: BaseException | None) -> bool:
    while error is not None and gone is not None:
        if error is gone:
            return True
        error = error.__cause__ if isinstance(error.__cause__, OSError) else None
    return False


class _Client:
    """What the app is called with beside its scope."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.sent: list[Any] = []
        self.taken = 0
        self.waits = False
        self.gone: OSError | None = None
        self._complete = asyncio.Event()

    @property
    def has_left(self) -> bool:
        after = self.call.leaves_after
        return after is not None and len(self.sent) >= after

    async def receive(self) -> Message:
        """Give the next message; after them wait, or say that the client has left."""
        gives = self.call.gives
        if self.taken < len(gives):
            self.taken += 1
            return dict(gives[self.taken - 1])
        kind = str(self.call.scope.get("type"))
        if kind in _DISCONNECTED:
            self.waits = self.call.cancelled
            await self._complete.wait()
            self.taken += 1
            return dict(_DISCONNECTED[kind])
        self.waits = True
        await asyncio.Event().wait()
        raise AssertionError  # pragma: no cover - nothing sets that event

    async def send(self, message: Message) -> None:
        """Keep the message, or do what a server does when nobody is there."""
        await asyncio.sleep(0)
        if self.has_left:
            self._complete.set()
            if self.call.gone == "raise":
                self.gone = self.gone or OSError("the client has left")
                raise self.gone
            return
        self.sent.append(message)
        ended = message.get("type") == "http.response.body" and not message.get("more_body")
        if ended or self.has_left:
            self._complete.set()
