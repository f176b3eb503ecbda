"""Logs identities in whose credentials cannot be written down: their hook is called with a client of the app.

The client is a plain ``httpx.Client`` whose requests run in process, inside one lifespan of the app.

Depends on: execution, options, errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeGuard, cast

from asgitest.conformance.errors import UsageError, nearest
from asgitest.conformance.records import Request
from asgitest.testclient.http_library import httpx

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgitest.conformance.execute import Executor
    from asgitest.conformance.options import Identity

__all__ = ["find_login", "log_in"]

_DROPPED = frozenset({b"host", b"content-length", b"connection", b"accept-encoding", b"user-agent"})


class _InProcess(httpx.BaseTransport):
    """Sends requests to an app that runs in this process."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Run the app for one request."""
        headers = tuple((name.lower(), value) for name, value in request.headers.raw if name.lower() not in _DROPPED)
        sent = Request(method=request.method, target=request.url.raw_path, headers=headers, body=request.read())
        exchange = self._executor.run(self._executor.http(sent))
        if exchange.exception is not None:
            raise exchange.exception
        if exchange.response is None:
            raise httpx.ReadTimeout("the app did not answer", request=request)
        return httpx.Response(exchange.status, headers=list(exchange.response.headers), content=exchange.response.body)


def find_login(name: str, identity: str) -> Callable[[Any], Any]:
    """Import a login hook.

    Args:
        name: ``module:callable``.
        identity: Whose, for messages.

    Raises:
        UsageError: If there is none.
    """
    place = f"identity {identity!r}: login {name!r}"
    module_name, _, attribute = name.partition(":")
    try:
        module = import_module(module_name)
    except (ImportError, ValueError) as error:
        raise UsageError(f"{place} cannot be imported: {' '.join(str(error).split())}.") from error
    hook = getattr(module, attribute, None) if attribute else None
    if not callable(hook):
        raise UsageError(f"{place}: there is no such function.", hint=nearest(attribute, vars(module)))
    return cast("Callable[[Any], Any]", hook)


def log_in(identity: Identity, executor: Executor, *, base_url: str) -> Identity:
    """Call the hook of an identity, and return the identity with the headers it gave.

    Args:
        identity: With a ``login``.
        executor: Of an app that has started.
        base_url: What relative URLs of the client are relative to.

    Raises:
        UsageError: If the hook raises, or returns something else than headers.
    """
    name = identity.login or ""
    hook = find_login(name, identity.name)
    place = f"identity {identity.name!r}: login {name!r}"
    with httpx.Client(transport=_InProcess(executor), base_url=base_url) as client:
        try:
            headers = hook(client)
        except Exception as error:
            told = " ".join(f"{type(error).__name__}: {error}".split())
            raise UsageError(f"{place} failed: {told}.") from error
    if not _is_mapping(headers):
        raise UsageError(f"{place} returned {type(headers).__name__}, not a mapping of headers.")
    return replace(identity, headers={**identity.headers, **{str(key): str(value) for key, value in headers.items()}})


def _is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(value, Mapping)
