"""What PUT and PATCH leave behind, and leave alone."""

from __future__ import annotations

import json
from typing import Any

from asgitest.conformance.checks.updates import check_neighbours, check_updates
from tests.conformance.checks.records import exchange


def step(role: str, value: Any, *, sent: Any = None, status: int = 200) -> tuple[str, Any]:
    method = {"put": "PUT", "change": "PATCH", "action": "DELETE"}.get(role, "GET")
    content = b"" if sent is None else json.dumps(sent).encode()
    return role, exchange(status, json.dumps(value).encode(), method=method, content=content)


def updates(*steps: tuple[str, Any]) -> list[str]:
    return [violation.check for _, violation in check_updates(steps)]


def neighbours(*steps: tuple[str, Any]) -> list[str]:
    return [violation.check for _, violation in check_neighbours(steps)]


def test_the_same_put_twice_leaves_the_same() -> None:
    """Times and versions may move."""

    def twice(first: Any, second: Any) -> list[str]:
        once = [step("put", {}), step("read after put", first)]
        return updates(*once, step("put again", {}), step("read after second put", second))

    assert twice({"n": 1}, {"n": 2}) == ["state.put-not-idempotent"]
    assert twice({"updated_at": 1}, {"updated_at": 2}) == []


def test_what_a_put_sends_is_stored() -> None:
    """Unless nothing of it plainly differs from what was there: text may be cleaned, amounts rounded."""

    def stored(old: Any, sent: Any, new: Any) -> list[str]:
        return updates(step("read", old), step("put", {}, sent=sent), step("read after put", new))

    assert stored({"name": "a", "price": 1}, {"name": "b", "price": 2}, {"name": "a", "price": 1}) == [
        "state.update-not-stored"
    ]
    assert stored({"name": "a", "price": 1}, {"name": "b", "price": 2}, {"name": "a", "price": 2}) == []
    assert stored({"name": "a"}, {"name": " A "}, {"name": "a"}) == []
    assert stored({"price": "1.00"}, {"price": "1.0"}, {"price": "1.00"}) == []


def test_a_change_of_one_property_empties_no_other() -> None:
    """It may set others, such as times."""

    def changed(new: Any) -> list[str]:
        old = {"name": "a", "price": 1}
        return updates(
            step("read before change", old), step("change", {}, sent={"price": 2}), step("read after change", new)
        )

    assert changed({"name": None, "price": 2}) == ["state.patch-resets"]
    assert changed({"name": "a", "price": 2}) == []


def test_what_happens_to_one_does_not_touch_another() -> None:
    """What moves by itself, and what is counted, may move."""

    def deleted(new: Any, *, status: int = 200) -> list[str]:
        one = {"id": 2, "name": "b", "total": 2}
        before = [step("read other", one), step("read other", one), step("action", None)]
        return neighbours(*before, step("read other again", new, status=status))

    assert deleted({"id": 2, "name": "c", "total": 1}) == ["state.other-changed"]
    assert deleted({}, status=404) == ["state.other-changed"]
    assert deleted({"id": 2, "name": "b", "total": 1}) == []
