"""Which layer counts at a place of lookup, and when the place is as it was."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from asgitest.testclient.overrides.point import CLIENT_LAYERS, Point, point_at
from asgitest.testclient.overrides.replacement import Entry, value


class Table:
    """A layer as a point sees it."""

    def __init__(self, rank: int = 0, **entries: str) -> None:
        self.rank = rank
        self.table = {key: Entry(key, value(payload)) for key, payload in entries.items()}


class Recorded(Point):
    def __init__(self) -> None:
        super().__init__()
        self.log: list[str] = []

    def install(self) -> None:
        self.log.append("install")

    def uninstall(self) -> None:
        self.log.append("uninstall")


def found(point: Point, key: str = "a") -> str | None:
    entry = point.find(key)
    return None if entry is None else entry.payload


def test_a_point_is_installed_from_the_first_hold_to_the_last_release() -> None:
    point, one, other = Recorded(), Table(), Table()

    point.hold(one, shared=True)
    point.hold(other, shared=True)
    point.release(one)
    assert point.log == ["install"]
    point.release(other)

    assert point.log == ["install", "uninstall"]


def test_of_equal_ranks_the_later_one_counts_and_of_others_the_higher() -> None:
    point = Recorded()
    for layer in (Table(2, a="high"), Table(0, a="low"), Table(2, a="later")):
        point.hold(layer, shared=True)

    assert found(point) == "later"
    assert found(point, "b") is None


def test_a_layer_that_is_not_shared_counts_only_in_its_context() -> None:
    point, shared, own = Recorded(), Table(9, a="shared"), Table(0, a="own")
    point.hold(shared, shared=True)
    point.hold(own, shared=False)

    outside = found(point)
    token = CLIENT_LAYERS.set((own,))
    inside = found(point)
    CLIENT_LAYERS.reset(token)

    assert (outside, inside) == ("shared", "own")


def test_a_layer_may_hold_a_point_twice() -> None:
    point, layer = Recorded(), Table(a="x")
    point.hold(layer, shared=True)
    point.hold(layer, shared=True)

    point.release(layer)
    assert found(point) == "x"
    point.release(layer)

    assert found(point) is None


def test_below_a_layer_is_what_would_count_without_it() -> None:
    point, low, high = Recorded(), Table(0, a="low"), Table(1, a="high")
    point.hold(low, shared=True)
    point.hold(high, shared=True)

    below_high, below_low = point.below(high, "a"), point.below(low, "a")

    assert below_high is low.table["a"]
    assert below_low is None


def test_a_point_is_active_when_anything_is_replaced() -> None:
    point, empty, full = Recorded(), Table(), Table(a="x")
    point.hold(empty, shared=True)
    before = point.is_active()
    point.hold(full, shared=True)

    assert (before, point.is_active()) == (False, True)


@pytest.mark.parametrize("method", ["install", "uninstall"])
def test_a_bare_point_cannot_be_installed(method: str) -> None:
    with pytest.raises(NotImplementedError):
        getattr(Point(), method)()


def test_an_owner_has_one_point_as_long_as_anybody_has_use_for_it() -> None:
    owner = object()

    one, same = point_at(Point, owner), point_at(Point, owner)

    assert one is same
    assert one.owner is owner
    assert point_at(Point, object()) is not one


def test_threads_that_ask_at_once_get_the_same_point() -> None:
    owner, together = object(), threading.Barrier(4)

    def ask() -> Point:
        together.wait(timeout=30)
        return point_at(Point, owner)

    with ThreadPoolExecutor(4) as pool:
        points = [future.result() for future in [pool.submit(ask) for _ in range(4)]]

    assert len({id(point) for point in points}) == 1
