"""Values without dataclasses."""

from __future__ import annotations

import pytest

from asgitest.pytest_plugin.values import Value


class Point(Value):
    x: int
    y: int = 0


def test_a_value_has_its_fields_and_their_defaults() -> None:
    assert vars(Point(x=1)) == {"x": 1}
    assert (Point(x=1).y, Point(x=1, y=2).y) == (0, 2)


@pytest.mark.parametrize(("given", "wrong"), [({"z": 1, "x": 1}, "z"), ({}, "x"), ({"z": 1}, "z, x")])
def test_a_value_is_made_of_its_fields_and_no_others(given: dict[str, int], wrong: str) -> None:
    with pytest.raises(TypeError, match=f"^Point: unknown or missing: {wrong}$"):
        Point(**given)


def test_a_value_does_not_change() -> None:
    point = Point(x=1)

    with pytest.raises(AttributeError, match=r"Point\.x cannot be changed"):
        point.x = 2  # type: ignore[misc]  # that is the point
