"""How dependencies are named."""

from __future__ import annotations

import functools

import pytest

from asgitest.testclient.overrides.graph import name_of, place_of


def get_user() -> str:
    return "alice"


@functools.wraps(get_user)
def wrapped() -> str:
    return get_user()


class Checker:
    def __call__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return "Checker(" + "x" * 100


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (get_user, f"{__name__}.get_user"),
        (Checker, f"{__name__}.Checker"),
        (Checker(), "Checker(" + "x" * 72),
        ("user", "'user'"),
    ],
)
def test_a_dependency_has_the_name_that_a_reader_knows(key: object, name: str) -> None:
    assert name_of(key) == name


def test_the_place_of_what_is_wrapped_is_that_of_the_function_inside() -> None:
    line = get_user.__code__.co_firstlineno

    assert place_of(get_user) == f" ({__file__}:{line})"
    assert place_of(wrapped) == place_of(get_user)


@pytest.mark.parametrize("key", [len, Checker(), "user"])
def test_what_has_no_code_has_no_place(key: object) -> None:
    assert place_of(key) == ""
