"""Synchronous endpoints without a thread."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from typing import Any

import anyio.from_thread
import anyio.to_thread
import pytest

from asgitest.conformance.engine.inline import InlineThreads

VARIABLE = contextvars.ContextVar("VARIABLE", default="before")


def inline(function: Any, *, active: bool = True) -> Any:
    """Call a function through the stand-in."""

    async def main() -> Any:
        with InlineThreads() as threads:
            threads.active = active
            return await anyio.to_thread.run_sync(function)

    return asyncio.run(main())


@pytest.mark.parametrize("active", [True, False])
def test_a_function_finds_what_a_thread_has(active: bool) -> None:
    """No running loop, and a context of its own."""

    def look() -> tuple[bool, str]:
        VARIABLE.set("inside")
        with pytest.raises(RuntimeError, match="no running event loop"):
            asyncio.get_running_loop()
        return threading.current_thread() is threading.main_thread(), VARIABLE.get()

    assert inline(look, active=active) == (active, "inside")
    assert VARIABLE.get() == "before"


def test_a_loop_of_its_own_can_be_run() -> None:
    """As in a thread."""
    assert inline(lambda: asyncio.run(asyncio.sleep(0, "ran"))) == "ran"


def test_who_needs_a_real_thread_gets_one_from_then_on() -> None:
    """Calling back into the loop cannot work where the loop waits."""

    def back() -> str:
        return anyio.from_thread.run(asyncio.sleep, 0, "back")

    async def main() -> tuple[bool, Any]:
        with InlineThreads() as threads:
            threads.activate()
            with pytest.raises(RuntimeError):
                await anyio.to_thread.run_sync(back)
            threads.activate()
            return threads.refused, await anyio.to_thread.run_sync(back)

    assert asyncio.run(main()) == (True, "back")


def test_everything_is_as_before_afterwards() -> None:
    """Other tests use threads."""
    real = anyio.to_thread.run_sync

    inline(lambda: None)

    assert anyio.to_thread.run_sync is real
