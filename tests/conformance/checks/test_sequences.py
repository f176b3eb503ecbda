"""Sequences over one resource."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from asgitest.conformance.checks.sequences import Part, check_sequence
from tests.conformance.checks.records import exchange

if TYPE_CHECKING:
    from asgitest.conformance.checks.sequences import Role


def part(
    role: Role, status: int, value: Any = None, *, name: str = "1", assigned: bool = True, sent: Any = None
) -> Part:
    """A part that is about the thing called *name*."""
    body = b"" if value is None else json.dumps(value).encode()
    content = b"" if sent is None else json.dumps(sent).encode()
    method = "DELETE" if role.startswith("delete") else "GET"
    return Part(
        role=role, exchange=exchange(status, body, method=method, content=content), identifier=name, assigned=assigned
    )


def ids(*parts: Part) -> list[str]:
    return [violation.check for _, violation in check_sequence(parts, parameter="item_id")]


def test_what_was_created_is_found() -> None:
    """If the app chose the identifier, and has not only promised to create it."""
    assert ids(part("create", 201), part("read", 404)) == ["state.created-not-found"]
    assert ids(part("create", 201, assigned=False), part("read", 404)) == []
    assert ids(part("create", 202), part("read", 404)) == []


def test_what_was_deleted_is_gone() -> None:
    """If the app tells what is there from what is not."""
    before = [part("create", 201), part("read", 200, {"id": 1}), part("delete", 204)]
    after = part("read after delete", 200, {"id": 1})

    assert ids(part("control", 404), *before, after) == ["state.use-after-delete"]
    assert ids(part("control", 200), *before, after) == []


def test_what_has_changed_with_its_deletion_may_be_kept() -> None:
    """An order that is cancelled is still an order: nobody can tell from outside, so it is no error."""
    parts = [
        part("control", 404),
        part("create", 201),
        part("read", 200, {"id": 1, "state": "open"}),
        part("delete", 200),
        part("read after delete", 200, {"id": 1, "state": "cancelled"}),
    ]

    (found,) = check_sequence(parts, parameter="item_id")

    assert (found[1].check, found[1].severity, found[1].confidence) == (
        "state.use-after-delete",
        "warning",
        "tentative",
    )


def test_what_was_deleted_is_in_no_list() -> None:
    """Also where there is no other way to read it."""

    def listed(after: list[Any]) -> list[str]:
        return ids(part("list", 200, [{"id": 1}]), part("delete", 204), part("list after delete", 200, after))

    assert listed([{"id": 1}]) == ["state.use-after-delete"]
    assert listed([{"id": 2}]) == []
    assert listed([{"id": 1, "deleted": True}]) == []


def test_a_second_delete_does_not_fail() -> None:
    """404 is fine."""
    assert ids(part("delete", 204), part("delete again", 500)) == ["state.delete-not-idempotent"]
    assert ids(part("delete", 204), part("delete again", 404)) == []


def test_a_second_delete_does_not_undo_the_first() -> None:
    """Whatever it is answered with."""

    def again(status: int) -> list[str]:
        gone = [part("delete", 204), part("read after delete", 404), part("delete again", 204)]
        return ids(*gone, part("read after second delete", status))

    assert again(200) == ["state.delete-not-idempotent"]
    assert again(404) == []


def test_a_refused_creation_creates_nothing() -> None:
    """Each refusal is compared with the list before it."""
    before, after = part("list", 200, [1]), part("list after refusal", 200, [1, 2])

    assert ids(before, part("refused create", 400), after) == ["state.failed-create-side-effect"]
    assert ids(before, part("refused create", 201), after) == []


def test_a_list_shows_what_was_created() -> None:
    """An envelope with one list in it is a list."""
    empty = {"items": []}
    parts = (part("list before", 200, empty), part("create", 201), part("read", 200), part("list", 200, empty))

    assert ids(*parts) == ["state.list-misses-created"]


def test_a_list_leaves_out_nothing_in_the_middle() -> None:
    """What is missing at an end may be on another page."""

    def listed(*names: str) -> list[str]:
        created = [part("create several", 201, name=str(number)) for number in range(4)]
        return ids(*created, part("list several", 200, [{"id": int(name)} for name in names]))

    assert listed("0", "1", "3") == ["state.list-misses-created"]
    assert listed("0", "1") == []
    assert listed("2", "3") == []


def test_pages_show_each_item_once() -> None:
    """As soon as one page was not full, all have been seen."""

    def paged(*pages: list[int]) -> list[str]:
        return ids(part("list several", 200, [1, 2, 3, 4]), *(part("page", 200, page) for page in pages))

    assert paged([1, 2], [4], []) == ["state.list-misses-created"]
    assert paged([1, 2], [2, 3], [4]) == ["state.list-misses-created"]
    assert paged([1, 2], [3, 4], []) == []
    assert paged([1, 2], [3, 4]) == []


def test_what_is_new_is_not_called_like_what_is_there() -> None:
    """If the app counts what it has."""

    def third(name: str) -> list[str]:
        first, other = part("create", 201, name="1"), part("create other", 201, name="2")
        return ids(first, other, part("action", 204), part("create third", 201, name=name))

    assert third("2") == ["state.identifier-reused"]
    assert third("1") == []


def test_a_change_on_a_condition_that_does_not_hold_is_refused() -> None:
    """It is only tried where 412 is documented."""
    assert ids(part("stale put", 200)) == ["http.conditional-ignored"]
    assert ids(part("stale put", 412)) == []
