"""Coroutines of a synchronous client, run without a loop."""

from __future__ import annotations

import asyncio

import pytest

from asgitest.testclient.driver.interface import complete


def test_what_a_coroutine_returns_is_returned() -> None:
    async def seven() -> int:
        return 7

    assert complete(seven()) == 7


def test_a_coroutine_that_suspends_is_closed_and_refused() -> None:
    """It would wait for ever: nobody is there to go on with it."""
    ended: list[str] = []

    async def suspends() -> None:
        try:
            await asyncio.sleep(0)
        finally:
            ended.append("closed")

    with pytest.raises(RuntimeError, match="suspended"):
        complete(suspends())
    assert ended == ["closed"]
