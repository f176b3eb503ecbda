"""Runs synchronous endpoints where they are called, instead of handing each to a worker thread and back.

Handing over costs more than most endpoints take. What an endpoint can tell is the same: it has a context of its own
and no running event loop. Two things need the real threads: code that calls back into the loop and waits for it, and
code that depends on which thread it is in; so the first cases of a subject and every confirmation run in threads, and
a task whose process ended before runs in threads only.

Source: ``anyio.to_thread.run_sync``, which Starlette and FastAPI call for it. Depends on: anyio.
"""

from __future__ import annotations

import asyncio
import contextvars
from typing import TYPE_CHECKING, Any, Self

import anyio.to_thread

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["InlineThreads"]

_MODULE: Any = anyio.to_thread
_NEEDS_A_THREAD = "AnyIO worker thread"


class InlineThreads:
    """Stands in for the worker threads while :attr:`active`; a context manager.

    When an endpoint turns out to need a real thread, it stays inactive from then on, and :attr:`refused` says so.
    """

    def __init__(self) -> None:
        self.active = False
        self.refused = False
        self._real: Any = None

    def __enter__(self) -> Self:
        self._real = _MODULE.run_sync
        _MODULE.run_sync = self._run_sync
        return self

    def __exit__(self, *_exc: object) -> None:
        _MODULE.run_sync = self._real

    def activate(self) -> None:
        """From now on, unless it was found that real threads are needed."""
        self.active = not self.refused

    async def _run_sync(self, function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """Call a function as a worker thread would."""
        if not self.active:
            return await self._real(function, *arguments, **options)
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)  # noqa: SLF001  documented for event loops; there is no other way
        try:
            return context.run(function, *arguments)
        except RuntimeError as error:
            if _NEEDS_A_THREAD in str(error):
                self.active, self.refused = False, True
            raise
        finally:
            asyncio._set_running_loop(loop)  # noqa: SLF001
