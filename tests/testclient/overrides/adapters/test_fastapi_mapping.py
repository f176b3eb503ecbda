"""What stands under ``app.dependency_overrides`` behaves as the app's own dict in all but the question of FastAPI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import pytest
from fastapi import Depends, FastAPI

from asgitest.testclient.overrides import Layer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def get_user() -> str:
    return "real"


def get_db() -> str:
    return "db"


@pytest.fixture
def mapping() -> Iterator[Any]:
    """The mapping of an app whose own dict has one entry, under a layer that replaces another dependency."""
    app = FastAPI()

    async def answer(user: Annotated[str, Depends(get_user)]) -> str:
        return user

    app.add_api_route("/", answer)
    app.dependency_overrides[get_db] = len
    with Layer(app) as layer:
        layer.value(get_user, "alice")
        yield app.dependency_overrides
        app.dependency_overrides.clear()
        app.dependency_overrides[get_db] = len


def test_only_the_question_of_fastapi_sees_the_layer(mapping: Any) -> None:
    assert mapping.get(get_user) is not None
    assert mapping.get(get_db) is len
    assert mapping.get(len, "nothing") == "nothing"
    assert get_user not in mapping
    assert list(mapping) == list(mapping.keys()) == [get_db]
    assert list(mapping.values()) == [len]
    assert list(mapping.items()) == [(get_db, len)]
    assert len(mapping) == 1
    assert mapping[get_db] is len
    assert dict(mapping) == mapping.copy() == {get_db: len}
    assert {**mapping} == {get_db: len}
    assert (mapping == {get_db: len}, mapping != {get_db: len}) == (True, False)
    assert mapping | {1: 2} == {get_db: len, 1: 2}
    assert repr(mapping) == repr({get_db: len})


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda mapping: mapping.__setitem__(1, 2), {get_db: len, 1: 2}),
        (lambda mapping: mapping.__delitem__(get_db), {}),
        (lambda mapping: mapping.clear(), {}),
        (lambda mapping: mapping.pop(get_db), {}),
        (lambda mapping: mapping.pop(1, None), {get_db: len}),
        (lambda mapping: mapping.popitem(), {}),
        (lambda mapping: mapping.setdefault(1, 2), {get_db: len, 1: 2}),
        (lambda mapping: mapping.setdefault(get_db, 2), {get_db: len}),
        (lambda mapping: mapping.update({1: 2}), {get_db: len, 1: 2}),
        (lambda mapping: mapping.__ior__({1: 2}), {get_db: len, 1: 2}),
    ],
)
def test_changes_reach_the_own_dict_of_the_app(
    mapping: Any, change: Callable[[Any], object], expected: dict[Any, Any]
) -> None:
    change(mapping)

    assert mapping.original == expected


def test_what_is_set_last_counts_also_over_a_layer(mapping: Any) -> None:
    mapping[get_user] = str

    assert mapping.get(get_user) is str
