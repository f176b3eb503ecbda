"""What an app changes of what it was given, and of what it has sent."""

from __future__ import annotations

from typing import Any

import pytest

from asgitest.testclient.asgi import Level, build_http_scope
from asgitest.testclient.asgi.keeping import Keeping


class Incomparable:
    def __eq__(self, other: object) -> bool:
        raise LookupError

    __hash__ = None  # type: ignore[assignment]


def levels(change: Any) -> dict[str, Level | None]:
    scope = build_http_scope(path="/mount/inner", headers=[(b"host", b"a")])
    keeping = Keeping(scope)
    problems: list[Any] = []
    change(scope)
    keeping.compare(scope, problems)
    return {problem.subject: problem.level for problem in problems}


@pytest.mark.parametrize(
    ("change", "level"),
    [
        ({"path": "/elsewhere"}, Level.WARNING),
        ({"path": "/inner"}, Level.INFO),
        ({"path": "/mount/inner/"}, Level.INFO),
        ({"path": b"/inner"}, Level.INFO),
        ({"method": "PUT"}, Level.WARNING),
        ({"type": "x"}, Level.WARNING),
        ({"headers": []}, Level.WARNING),
        ({"root_path": "/mount"}, Level.INFO),
        ({"client": Incomparable()}, Level.INFO),
    ],
)
def test_a_changed_scope_is_as_bad_as_what_was_changed(change: dict[str, Any], level: Level) -> None:
    """To adapt the path and the root path on the way into a mount is common."""
    assert levels(lambda scope: scope.update(change)) == dict.fromkeys(change, level)


def test_keys_of_its_own_and_equal_values_are_the_app_s_business() -> None:
    assert levels(lambda scope: scope.update(app=object(), headers=[(b"host", b"a")], path="/mount/inner")) == {}


def test_containers_are_compared_with_what_they_held() -> None:
    keeping = Keeping({})
    fields, content, problems = [1], bytearray(b"a"), []
    keeping.keep("headers", fields, fields[:])
    keeping.keep("body", content, content[:])
    fields.append(2)
    content += b"b"

    keeping.compare({}, problems)

    assert [problem.rule_id for problem in problems] == ["ASGI-MSG-010", "ASGI-MSG-010"]


def test_only_so_many_containers_are_remembered() -> None:
    keeping = Keeping({})
    containers = [bytearray(b"a") for _ in range(100)]
    for container in containers:
        keeping.keep("body", container, container[:])

    assert len(keeping.sent or ()) == 16
