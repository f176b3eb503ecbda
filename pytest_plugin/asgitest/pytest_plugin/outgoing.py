"""``asgi_outgoing``: the HTTP calls that the app makes while it is tested.

Depends on: pytest, ``running``, ``outgoing_calls``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from asgitest.pytest_plugin.running import APP

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from asgitest.pytest_plugin.outgoing_calls.answering import Outgoing
    from asgitest.testclient.observing import ExchangeRecord

__all__ = ["asgi_outgoing", "pytest_runtest_call"]

_OUTGOING = pytest.StashKey["Watched"]()


class Watched:
    """The outgoing calls of a test, and the traffic that may have caused them."""

    def __init__(self, outgoing: Outgoing) -> None:
        self.outgoing = outgoing
        self.records: list[ExchangeRecord] = []

    def see(self, record: ExchangeRecord) -> None:
        """Keep a record of the app under test; those of receivers are what it called."""
        from asgitest.pytest_plugin.outgoing_calls.answering import Receiver  # noqa: PLC0415

        if not isinstance(record.app, Receiver):
            self.records.append(record)

    def complaints(self, apps: list[Any]) -> Iterator[str]:
        """What is wrong at the end of the test."""
        yield from self.outgoing.complaints()
        if any(call.expected for call in self.outgoing.calls):
            from asgitest.pytest_plugin.outgoing_calls.contract import breaches  # noqa: PLC0415

            yield from breaches(self.outgoing.calls, self.records, apps)


@pytest.fixture
def asgi_outgoing(request: pytest.FixtureRequest) -> Iterator[Outgoing]:
    """The HTTP calls that the app makes through httpx, httpx2, requests or aiohttp: none reaches the network.

    ``.answer(url, json=...)`` answers calls and expects them, ``.route(origin, app)`` lets an ASGI app receive them,
    ``.calls`` are those that were made, ``.let_through(origin)`` lets them go. A call that nobody expects, one that
    never comes, and one that breaks the callbacks or webhooks of the app's document fail the test.
    """
    from asgitest.pytest_plugin.outgoing_calls.answering import Outgoing  # noqa: PLC0415  only who asks loads it
    from asgitest.pytest_plugin.outgoing_calls.catching import catching  # noqa: PLC0415
    from asgitest.testclient.observing import observe  # noqa: PLC0415

    outgoing = Outgoing()
    watched = request.node.stash[_OUTGOING] = Watched(outgoing)
    with catching(outgoing), observe(watched.see):
        try:
            yield outgoing
        finally:
            outgoing.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fail the test itself, not its teardown, when its outgoing calls were not as expected."""
    result = yield
    watched = item.stash.get(_OUTGOING, None)
    if watched is not None:
        complaints = list(watched.complaints([item.stash[APP]] if APP in item.stash else []))
        if complaints:
            pytest.fail("\n".join(f"asgi_outgoing: {complaint}" for complaint in complaints), pytrace=False)
    return result
