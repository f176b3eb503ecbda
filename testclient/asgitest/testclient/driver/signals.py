"""One-shot flags between the two sides of a client: code on the loop, and the front that waits for it.

Depends on: asyncio. Trio is imported when a trio signal is first awaited.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from asyncio import Future, get_running_loop
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["AsyncioSignal", "Signal", "TrioSignal"]


class Signal(ABC):
    """A flag that is set once, on the loop side only, and never cleared."""

    # No constructor: a signal is made for each message that an app waits for, and most know nothing but a future.
    _set = False
    _listeners: list[Callable[[], object]] | None = None

    def is_set(self) -> bool:
        """Whether the flag is up; may be asked from any thread."""
        return self._set

    def set(self) -> None:
        """Put the flag up and wake whoever waits for it. The second call does nothing."""
        if self._set:
            return
        self._set = True
        listeners = self._listeners
        if listeners is not None:
            for listener in tuple(listeners):
                listener()

    def listen(self, listener: Callable[[], object]) -> None:
        """Call *listener* when the flag goes up, on the side that puts it up; at once if it is up already.

        It may be called twice when the flag goes up meanwhile in another thread, so it must bear that.
        """
        listeners = self._listeners
        if listeners is None:
            listeners = self._listeners = []
        listeners.append(listener)
        if self._set:
            listener()

    def forget(self, listener: Callable[[], object]) -> None:
        """Take back a `listen`."""
        if self._listeners is not None:
            self._listeners.remove(listener)

    @abstractmethod
    async def wait(self) -> None:
        """Suspend the awaiting task until the flag is up. For code on the loop."""


class AsyncioSignal(Signal):
    """A signal that tasks of asyncio can await."""

    _future: Future[None] | None = None

    def set(self) -> None:
        """Put the flag up and wake whoever waits for it. The second call does nothing."""
        if not self._set:
            if self._listeners is None:
                self._set = True
            else:
                super().set()
            future = self._future
            if future is not None and not future.done():
                future.set_result(None)

    async def wait(self) -> None:
        """Suspend the awaiting task until the flag is up."""
        if self._set:
            return
        future: Future[None] = Future(loop=get_running_loop())
        if self._future is None or self._future.done():
            # The first to wait: the usual case, and the only one.
            self._future = future
            await future
            return
        resolve = partial(_resolve, future)
        self.listen(resolve)
        try:
            await future
        finally:
            self.forget(resolve)


class TrioSignal(Signal):
    """A signal that tasks of trio can await."""

    async def wait(self) -> None:
        """Suspend the awaiting task until the flag is up."""
        from trio import Event  # noqa: PLC0415 - trio is optional

        if self._set:
            return
        event = Event()
        self.listen(event.set)
        try:
            await event.wait()
        finally:
            self.forget(event.set)


def _resolve(future: Future[None]) -> None:
    if not future.done():
        future.set_result(None)
