"""Whether an app works again after it was shut down and started once more in one process.

Where it does not, nothing else may restart it: everything would fail, and none of it would be news.

Depends on: execution, checks.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from asgitest.conformance.checks.lifespans import check_restarted
from asgitest.conformance.records import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from asgitest.conformance.checks import Violation
    from asgitest.conformance.engine.values import Values
    from asgitest.conformance.execute import Executor
    from asgitest.conformance.operation import Operation

    Write = Callable[[Operation], Values]

__all__ = ["ask_again"]

_MOST = 8


def ask_again(executor: Executor, operations: Iterable[Operation], values: Write) -> list[Violation] | None:
    """Send what can be read to the app in its first lifespan, and again in its second; in a fresh process.

    Args:
        executor: Of an app that was not started.
        operations: All of them.
        values: Gives what is put into the requests of an operation.

    Returns:
        What is wrong in the second, without exceptions; None when that did not begin.
    """
    requests = list(_requests(operations, values))
    executor.restarts = True
    if executor.run(executor.start()).outcome != "started":
        return []
    before = [executor.run(executor.http(request)) for request in requests]
    if executor.run(executor.restart()).outcome != "started":
        return None
    after = [executor.run(executor.http(request)) for request in requests]
    pairs = zip(before, after, strict=True)
    found = [violation for first, second in pairs for violation in check_restarted(first, second)]
    return [replace(violation, exception=None) for violation in found[:1]]


def _requests(operations: Iterable[Operation], values: Write) -> Iterator[Request]:
    """GET where nothing has to be said."""
    found = 0
    for operation in operations:
        needs = "{" in operation.path or any(parameter.required for parameter in operation.parameters)
        if operation.method == "GET" and not needs and found < _MOST:
            found += 1
            request = Request(method="GET", target=operation.path.encode("utf-8"))
            yield values(operation).authenticated(request, operation)
