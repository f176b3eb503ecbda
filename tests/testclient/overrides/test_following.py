"""A follower looks like its leader to whoever inspects it, and does what it does."""

from __future__ import annotations

import asyncio
import functools
import inspect
from typing import Any

import pytest

from asgitest.testclient.overrides.following import follow, kind_of


def plain(a: int, *, b: str = "x") -> tuple[int, str]:
    return a, b


async def coroutine() -> str:
    return "async"


def generator():
    yield "gen"


async def async_generator():
    yield "asyncgen"


class Class:
    def __init__(self, a: int = 1) -> None:
        self.a = a


class Callable:
    async def __call__(self) -> str:
        return "called"


@functools.wraps(coroutine)
def decorated():
    return coroutine()


KINDS = {
    "sync": [plain, Class, functools.partial(plain, 1), len],
    "async": [coroutine, Callable(), decorated, functools.partial(coroutine)],
    "gen": [generator, functools.partial(generator)],
    "asyncgen": [async_generator],
}


@pytest.mark.parametrize(("kind", "function"), [(kind, each) for kind, all_ in KINDS.items() for each in all_])
def test_a_follower_is_of_the_kind_of_its_leader(kind: str, function: Any) -> None:
    assert kind_of(function) == kind
    assert kind_of(follow(function)) == kind


@pytest.mark.parametrize("function", [plain, coroutine, generator, Class, decorated])
def test_a_follower_has_the_signature_of_its_leader(function: Any) -> None:
    assert inspect.signature(follow(function)) == inspect.signature(function)


def test_a_follower_gives_what_its_leader_gives_and_tells_of_each_call() -> None:
    calls: list[None] = []

    def called() -> None:
        calls.append(None)

    async def first(function: Any) -> Any:
        return await anext(function())

    given = [
        follow(plain, called)(1, b="y"),
        asyncio.run(follow(coroutine, called)()),
        next(follow(generator, called)()),
        asyncio.run(first(follow(async_generator, called))),
        follow(Class, called)(2).a,
    ]

    assert given == [(1, "y"), "async", "gen", "asyncgen", 2]
    assert len(calls) == 5


def test_an_exception_reaches_the_generator_that_is_followed() -> None:
    caught: list[BaseException] = []

    def careful():
        try:
            yield 1
        except LookupError as error:
            caught.append(error)

    follower = follow(careful)()
    next(follower)
    with pytest.raises(StopIteration):
        follower.throw(LookupError("x"))

    assert [str(error) for error in caught] == ["x"]
