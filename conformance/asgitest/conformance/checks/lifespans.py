"""Family ``lifespan``: startup, shutdown, and starting again.

Source: ASGI lifespan 2.0. Depends on: the records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgitest.conformance.checks.crashes import root_exception
from asgitest.conformance.checks.identifiers import json_of
from asgitest.conformance.checks.protocol import check_exchange_rules
from asgitest.conformance.checks.violation import Violation
from asgitest.conformance.json_values import is_array

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asgitest.conformance.records import Exchange, LifespanRecord

__all__ = ["check_before_startup", "check_leaked", "check_lifespans", "check_restarted"]


_SERVER_ERROR = 500


def check_lifespans(records: Sequence[LifespanRecord]) -> Iterator[Violation]:
    """Check lifespans of one app that ran one after the other in one process.

    Args:
        records: In order; the first was the first start of the process.
    """
    if not records:
        return
    first = records[0]
    yield from check_exchange_rules(first)
    yield from _check_first(first)
    yield from _check_failed(first)
    if first.outcome == "started":
        yield from _check_again(records[1:])


def check_before_startup(before: Exchange, after: Exchange) -> Iterator[Violation]:
    """Compare what one request came to without the lifespan and within it."""
    if before.exception is None or after.exception is not None or after.hidden or after.status >= 500:  # noqa: PLR2004  server errors
        return
    error = root_exception(before.exception)
    yield Violation(
        check="lifespan.requests-before-startup",
        message=f"Without the lifespan the request raises {type(error).__name__}: {error}",
        cause=("before",),
        exception=error,
        expected=f"{after.status}, as within the lifespan, or a 503.",
        actual=f"{type(error).__name__}: {error}",
    )


def _told(record: LifespanRecord) -> str:
    """Say in one line why it failed: the last one of the traceback that Starlette sends for a message."""
    if record.exception is not None:
        error = root_exception(record.exception)
        return f"{type(error).__name__}: {error}".strip().partition("\n")[0]
    return record.message.strip().rpartition("\n")[2]


def check_restarted(before: Exchange, after: Exchange) -> Iterator[Violation]:
    """Compare what one request came to in the first lifespan and in the second.

    Args:
        before: In the first; it was answered.
        after: In the second.
    """
    if before.exception is not None or before.status >= _SERVER_ERROR or before.response is None:
        return
    error = root_exception(after.exception) if after.exception is not None else None
    if error is None and after.status < _SERVER_ERROR:
        return
    told = f"{type(error).__name__}: {error}" if error is not None else str(after.status)
    yield Violation(
        check="lifespan.restartable",
        message=f"After a shutdown and another startup {_line_of(after)} fails: {told}",
        cause=("restarted",),
        exception=error,
        expected=f"{before.status}, as in the first lifespan.",
        actual=told,
    )


def check_leaked(first: Exchange, second: Exchange, state: Mapping[str, Any]) -> Iterator[Violation]:
    """See whether what the same GET leaves in the state of the lifespan comes back with the next one.

    Args:
        first: The answer to it.
        second: The answer to it once more.
        state: Of the lifespan, as it is now.
    """
    one, two = json_of(first), json_of(second)
    if not is_array(one) or not is_array(two) or len(two) <= len(one) or two[: len(one)] != one:
        return
    name = next((name for name, value in state.items() if is_array(value) and value == two), None)
    if name is not None:
        yield Violation(
            check="lifespan.state-leaks-between-requests",
            message=f"{_line_of(second)} adds to state[{name!r}], and the next request is answered with it.",
            cause=("state", name),
            expected=f"{len(one)} items, as before.",
            actual=f"{len(two)} items",
        )


def _line_of(exchange: Exchange) -> str:
    return f"{exchange.request.method} {exchange.request.target.decode('latin-1')[:100]}"


def _check_first(record: LifespanRecord) -> Iterator[Violation]:
    error = root_exception(record.exception) if record.exception is not None else None
    told = _told(record)
    if record.outcome == "failed":
        yield Violation(
            check="lifespan.startup-failure-reported",
            message=f"Startup failed: {told}",
            cause=("startup",),
            exception=error,
            expected="lifespan.startup.complete",
            actual=told,
        )
    elif record.outcome == "hung":
        yield Violation(check="lifespan.hangs-startup", message="Startup was not answered in time.", cause=("startup",))
    elif record.outcome == "silent":
        yield Violation(
            check="lifespan.supported",
            message="The app returned from the lifespan without an answer and without an exception.",
            cause=("silent",),
        )
    yield from _check_shutdown(record)


def _check_failed(record: LifespanRecord) -> Iterator[Violation]:
    """See whether a startup that failed has left tasks behind."""
    if record.outcome == "failed" and record.tasks_left:
        names = ", ".join(record.tasks_left[:5])
        yield Violation(
            check="lifespan.shutdown-after-failed-start",
            message=f"Startup failed, and these tasks that it had started still run: {names}.",
            cause=record.tasks_left[:1],
            expected="What startup began is ended again.",
            actual=f"Running: {names}.",
        )


def _check_shutdown(record: LifespanRecord) -> Iterator[Violation]:
    error = root_exception(record.exception) if record.exception is not None else None
    if record.shutdown == "failed":
        told = _told(record)
        yield Violation(
            check="lifespan.shutdown-failed", message=f"Shutdown failed: {told}", cause=("shutdown",), exception=error
        )
    elif record.shutdown == "hung":
        yield Violation(check="lifespan.hangs-shutdown", message="Shutdown did not end in time.", cause=("shutdown",))
    if record.tasks_left and record.shutdown is not None:
        names = ", ".join(record.tasks_left[:5])
        yield Violation(
            check="lifespan.tasks-left",
            message=f"After shutdown these tasks still run: {names}.",
            cause=record.tasks_left[:1],
            assertion="assert len(asyncio.all_tasks()) == 1",
        )


def _check_again(records: Sequence[LifespanRecord]) -> Iterator[Violation]:
    for record in records:
        if record.outcome == "started":
            continue
        error = root_exception(record.exception) if record.exception is not None else None
        told = _told(record) or record.outcome
        yield Violation(
            check="lifespan.second-start-fails",
            message=f"The second startup in one process did not succeed: {told}",
            cause=("second",),
            exception=error,
        )
        return
