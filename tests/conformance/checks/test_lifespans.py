"""What lifespans may not do to requests."""

from __future__ import annotations

from typing import Any

from asgitest.conformance.checks.lifespans import check_leaked, check_restarted
from tests.conformance.checks.records import exchange, raised


def test_what_worked_in_the_first_lifespan_works_in_the_second() -> None:
    """What failed before has nothing to do with it."""

    def checks(before: Any, after: Any) -> list[str]:
        return [violation.check for violation in check_restarted(before, after)]

    failed = exchange(0, exception=raised(RuntimeError("closed")))

    assert checks(exchange(200), failed) == ["lifespan.restartable"]
    assert checks(exchange(200), exchange(503)) == ["lifespan.restartable"]
    assert checks(exchange(200), exchange(404)) == []
    assert checks(failed, failed) == []


def test_what_a_get_puts_into_the_state_does_not_come_back() -> None:
    """A list that grows for another reason may."""

    def checks(second: bytes, **state: Any) -> list[str]:
        return [violation.check for violation in check_leaked(exchange(200, b'["a"]'), exchange(200, second), state)]

    assert checks(b'["a", "a"]', basket=["a", "a"]) == ["lifespan.state-leaks-between-requests"]
    assert checks(b'["a", "a"]', basket=[]) == []
    assert checks(b'["a"]', basket=["a"]) == []
