"""A failed test shows its last exchanges, and a failed comparison with a status or a JSON document explains itself.

Depends on: pytest, ``options``, ``exchange_text``, ``json_difference``, ``redaction``; what the test client shows to
those who watch.
"""

from __future__ import annotations

import contextlib
from collections import deque
from typing import TYPE_CHECKING, Any

import pytest

from asgitest.pytest_plugin.options import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from asgitest.pytest_plugin.redaction import Redaction
    from asgitest.testclient.observing import ExchangeRecord
    from asgitest.testclient.response import Conversation

__all__ = [
    "pytest_assertrepr_compare",
    "pytest_configure",
    "pytest_runtest_makereport",
    "pytest_runtest_protocol",
]

_DOCUMENTS = 20
_DIFFERENCES = 5


class Witnessing:
    """What the running test has seen.

    Args:
        shown: How many exchanges a failed test shows.
        names: What is secret beside what always is.
    """

    def __init__(self, shown: int, names: tuple[str, ...]) -> None:
        self.exchanges: deque[Callable[[], ExchangeRecord]] = deque(maxlen=shown)
        self.count = 0
        self.documents: deque[tuple[Any, Conversation]] = deque(maxlen=_DOCUMENTS)
        self._names = names
        self._watching = contextlib.ExitStack()

    @property
    def redaction(self) -> Redaction:
        """What hides secrets."""
        from asgitest.pytest_plugin.redaction import Redaction  # noqa: PLC0415  only a failure needs it

        return Redaction(self._names)

    def begin(self) -> None:
        """Forget the last test."""
        self.exchanges.clear()
        self.documents.clear()
        self.count = 0

    def _saw_document(self, document: Any, conversation: Conversation) -> None:
        self.documents.append((document, conversation))

    def watch(self) -> None:
        """Be shown exchanges, statuses and documents."""
        from asgitest.testclient.observing import observe_lazily, witnessed  # noqa: PLC0415  the rest of it stays out

        self._watching.enter_context(observe_lazily(self._saw_exchange))
        self._watching.enter_context(witnessed(self._saw_document))

    def _saw_exchange(self, build: Callable[[], ExchangeRecord]) -> None:
        self.count += 1
        self.exchanges.append(build)

    def close(self) -> None:
        """Look away."""
        self._watching.close()

    def source_of(self, value: Any) -> Conversation | None:
        """The conversation that a JSON value was read from, itself or as a part of a document."""
        from asgitest.pytest_plugin.json_difference import holds  # noqa: PLC0415  only a failure needs it

        sources = (source for document, source in reversed(self.documents) if holds(document, value))
        return next(sources, None)


_WITNESSING = pytest.StashKey[Witnessing]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin to watch the clients of this process."""
    if _WITNESSING not in config.stash:  # a worker of pytest-xdist configures twice
        settings = config.stash[SETTINGS]
        witnessing = config.stash[_WITNESSING] = Witnessing(int(settings.show_exchanges), settings.redact)
        witnessing.watch()
        config.add_cleanup(witnessing.close)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Forget, before a test and after it, what was seen: it would keep the app alive."""
    witnessing = item.config.stash[_WITNESSING]
    witnessing.begin()
    try:
        return (yield)
    finally:
        witnessing.begin()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the last exchanges to the report of what failed; a subtest has a report of its own."""
    report = yield
    witnessing = item.config.stash[_WITNESSING]
    if report.failed and witnessing.exchanges:
        shown = len(witnessing.exchanges)
        of = f" of {witnessing.count}" if witnessing.count > shown else ""
        title = "ASGI exchange" if shown == 1 and not of else f"last {shown}{of} ASGI exchanges"
        report.sections.append((title, _text(witnessing, call.excinfo.value if call.excinfo else None)))
    return report


def _text(witnessing: Witnessing, raised: BaseException | None) -> str:
    """All that is shown, oldest first. A fault of ours does not hide the failure of the test."""
    from asgitest.pytest_plugin.exchange_text import exchange_lines  # noqa: PLC0415  only a failure needs it

    blocks: list[str] = []
    redaction = witnessing.redaction
    for build in witnessing.exchanges:
        try:
            blocks.append("\n".join(exchange_lines(build(), redaction, raised=raised)))
        except Exception as error:  # noqa: BLE001  an app may put anything into its scope and messages
            blocks.append(f"(an exchange that cannot be shown: {type(error).__name__}: {error})")
    return "\n\n".join(blocks)


def pytest_assertrepr_compare(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """Explain a failed comparison with the status of a response, or with its JSON."""
    for value, other in ((left, right), (right, left)):
        conversation = getattr(value, "asgi", None) if isinstance(value, int) else None
        if conversation is not None:
            return _explain_status(config, conversation, f"HTTP status {left!r} {op} {right!r}")
        if op == "==" and type(value) in {dict, list} and type(other) in {dict, list}:
            source = config.stash[_WITNESSING].source_of(value)
            if source is not None:
                return _explain_document(config, source, got=value, wanted=other)
    return None


def _explain_status(config: pytest.Config, conversation: Conversation, headline: str) -> list[str]:
    from asgitest.pytest_plugin.exchange_text import curl, heading, short_body  # noqa: PLC0415

    redaction = config.stash[_WITNESSING].redaction
    record = conversation.record()
    lines = [headline, heading(record, redaction)]
    if record.exception is not None:
        lines.append(f"the app raised {type(record.exception).__name__}: {record.exception}")
    # pytest shows the first eight lines; the rest stands below, among the exchanges.
    return [*lines, *filter(None, [short_body(record, redaction)]), curl(record, redaction)]


def _explain_document(config: pytest.Config, conversation: Conversation, *, got: Any, wanted: Any) -> list[str] | None:
    from asgitest.pytest_plugin.exchange_text import heading  # noqa: PLC0415
    from asgitest.pytest_plugin.json_difference import differences  # noqa: PLC0415

    redaction = config.stash[_WITNESSING].redaction
    found = [redaction.difference(line) for line in differences(got, wanted)]
    shown = found if config.get_verbosity() > 0 else found[:_DIFFERENCES]
    more = [f"... {len(found) - len(shown)} more, shown with -v"] if len(found) > len(shown) else []
    count = f"{len(found)} difference{'' if len(found) == 1 else 's'}"
    return [f"JSON of the response == expected: {count}", *shown, *more, heading(conversation.record(), redaction)]
