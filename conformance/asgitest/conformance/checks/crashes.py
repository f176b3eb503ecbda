"""Exceptions, hangs and server errors: what no request may cause.

An exception is looked for as an object, wherever it was caught: it may escape the app, or a handler around the app may
turn it into a tidy answer.

Depends on: the records.
"""

from __future__ import annotations

import re
import sysconfig
from os import sep
from typing import TYPE_CHECKING, Any, cast

from asgitest.conformance.checks.violation import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgitest.conformance.operation import Operation
    from asgitest.conformance.records import Exchange

__all__ = ["check_crash", "check_hang", "root_exception"]

_SERVER_ERROR = 500
_STANDARD = sysconfig.get_paths()["stdlib"]
_NOT_FINITE = re.compile(rb"\bnan\b|\binf|\de\+?(?:309|3[1-9]\d|[4-9]\d\d|\d{4,})", re.IGNORECASE)
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")
_JSON_FILES = (f"json{sep}decoder.py", f"json{sep}encoder.py", f"json{sep}__init__.py", f"json{sep}scanner.py")
_RESPONSE_FAULTS = frozenset({"ResponseValidationError", "PydanticSerializationError"})


def root_exception(error: BaseException) -> BaseException:
    """Take the exception out of groups that hold nothing else."""
    inner: Any = error
    while isinstance(inner, BaseExceptionGroup) and len(cast("Any", inner).exceptions) == 1:
        inner = cast("Any", inner).exceptions[0]
    return cast("BaseException", inner)


def check_crash(operation: Operation | None, exchange: Exchange) -> Iterator[Violation]:
    """See whether a request made the app raise or answer with a server error.

    Args:
        operation: What was called; None for a request to no operation.
        exchange: What came of it.
    """
    status = exchange.status
    error = exchange.exception
    if error is not None and (status == 0 or status >= _SERVER_ERROR or not _complete(exchange)):
        yield _raised(exchange, root_exception(error), hidden=False)
        return
    for hidden in exchange.hidden:
        yield _raised(exchange, root_exception(hidden), hidden=True)
        return
    if status >= _SERVER_ERROR and not _documented(operation, status):
        yield Violation(
            check="openapi.server-error",
            message=f"{exchange.request.method} was answered with {status}.",
            cause=(str(status),),
            expected="No server error.",
            actual=f"{status} {_beginning(exchange)}",
            assertion=f"assert response.status_code < {_SERVER_ERROR}",
        )


def _complete(exchange: Exchange) -> bool:
    return exchange.response is not None and exchange.response.complete


def _documented(operation: Operation | None, status: int) -> bool:
    """Tell whether a server error was announced; 500 itself is never excused."""
    return operation is not None and status != _SERVER_ERROR and str(status) in operation.responses


def _raised(exchange: Exchange, error: BaseException, *, hidden: bool) -> Violation:
    name = type(error).__name__
    text = str(error).splitlines()[0] if str(error) else ""
    answer = f"answered with {exchange.status}" if exchange.status else "not answered"
    how = f"{name} was caught around the endpoint, and the request was {answer}" if hidden else f"{name} escaped"
    response_fault = name in _RESPONSE_FAULTS
    return Violation(
        check="http.unhandled-exception",
        title="What the endpoint returns is not what it declares" if response_fault else "",
        message=f"{how}: {text}" if text else f"{how}.",
        expected="The request is answered, with a 4xx if it is the client's fault.",
        actual=f"{name}: {text}" if text else name,
        exception=error,
        # A number that grows beyond what JSON can hold is a fault, and one that few apps without bounds are free of.
        severity="warning" if _is_not_finite(error) else None,
        quirk=_trait(error, exchange.request.target + b" " + exchange.request.body),
        assertion=f"assert response.status_code < {_SERVER_ERROR}" if hidden else "",
    )


def _is_not_finite(error: BaseException) -> bool:
    """Whether an encoder refused infinity or NaN."""
    return isinstance(error, ValueError) and "not JSON compliant" in str(error)


def _trait(error: BaseException, sent: bytes) -> str | None:
    """Recognise what JSON libraries do with exotic JSON before or after the app's own code runs."""
    asked_for = False
    if _is_not_finite(error):
        # Infinity out of finite numbers is the app's own doing.
        return "pydantic.float-infinity" if _NOT_FINITE.search(sent) else None
    if isinstance(error, UnicodeEncodeError) and "surrogates not allowed" in str(error):
        trait = "fastapi.lone-surrogate"
        asked_for = _SURROGATE.search(sent) is not None
    elif isinstance(error, RecursionError):
        trait = "fastapi.deep-json"
        asked_for = _innermost_file(error).endswith(_JSON_FILES)
    else:
        return None
    return trait if asked_for or not _innermost_is_own(error) else None


def _innermost_file(error: BaseException) -> str:
    """The file an exception was raised in."""
    trace, file = error.__traceback__, ""
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        trace = trace.tb_next
    return file


def _innermost_is_own(error: BaseException) -> bool:
    """Tell whether the exception was raised by code that is no package, past the entry of the framework."""
    trace = error.__traceback__
    entered = False
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        installed = "site-packages" in file or "dist-packages" in file
        own = not installed and not file.startswith((_STANDARD, "<")) and f"asgitest{sep}conformance" not in file
        entered = entered or own
        trace = trace.tb_next
    return entered


def _beginning(exchange: Exchange) -> str:
    response = exchange.response
    return response.body[:120].decode("utf-8", "replace") if response is not None else ""


def check_hang(exchange: Exchange, *, timeout_seconds: float) -> Iterator[Violation]:
    """See whether the deadline passed before the response was complete."""
    if exchange.hung:
        begun = "had begun" if exchange.response is not None else "had not begun"
        yield Violation(
            check="http.hangs",
            message=f"After {timeout_seconds:g} s the response {begun}.",
            expected=f"A response within {timeout_seconds:g} s.",
            actual="None.",
        )
