"""The states of a response, and what leads from one to another.

Source: ASGI ``www``, HTTP; ASGI extensions.
Depends on: tables.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from asgitest.testclient.asgi.tables import Step, build_row

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["HTTP_TABLE", "HTTPInput", "HTTPState"]


class HTTPState(StrEnum):
    """How far a response has come."""

    WAITING = "waiting"
    STARTED = "started"
    STREAMING = "streaming"
    TRAILING = "trailing"
    FILED = "filed"
    COMPLETE = "complete"
    GONE = "gone"


class HTTPInput(StrEnum):
    """What can happen to a response."""

    START = "start"
    MORE = "more"
    LAST = "last"
    FILE = "file"
    MORE_TRAILERS = "more trailers"
    LAST_TRAILERS = "last trailers"
    EARLY_HINT = "early hint"
    PUSH = "push"
    DEBUG = "debug"
    LEFT = "left"
    RETURNED = "returned"


_S = HTTPState


def _row(state: HTTPState, **outcomes: HTTPState | str | Step) -> dict[tuple[HTTPState, HTTPInput], Step]:
    return build_row(state, HTTPInput, outcomes)


# Everything that moves a response from one state to another is in this table. Not in the table: whether trailers were
# promised (LAST and FILE then lead to TRAILING, see `_after_body`), whether an extension is offered, how many bytes a
# body may have, a second debug message, and messages after the app has returned.
_START_FIRST = "ASGI-HTTP-001"
_AFTER_END = "ASGI-HTTP-006"
HTTP_TABLE: Mapping[tuple[HTTPState, HTTPInput], Step] = {
    **_row(
        _S.WAITING,
        start=_S.STARTED, more=_START_FIRST, last=_START_FIRST, file=_START_FIRST,
        more_trailers="ASGI-EXT-006", last_trailers="ASGI-EXT-006",
        early_hint=_S.WAITING, push="ASGI-EXT-002", debug=_S.WAITING, left=_S.GONE, returned="ASGI-HTTP-005",
    ),
    **_row(
        _S.STARTED,
        start="ASGI-HTTP-002", more=_S.STREAMING, last=_S.COMPLETE, file=_S.FILED,
        more_trailers="ASGI-EXT-006", last_trailers="ASGI-EXT-006",
        early_hint="ASGI-EXT-005", push=_S.STARTED, debug="ASGI-EXT-007", left=_S.GONE, returned="ASGI-HTTP-003",
    ),
    **_row(
        _S.STREAMING,
        start="ASGI-HTTP-002", more=_S.STREAMING, last=_S.COMPLETE, file="ASGI-EXT-004",
        more_trailers="ASGI-EXT-006", last_trailers="ASGI-EXT-006",
        early_hint="ASGI-EXT-005", push=_S.STREAMING, debug="ASGI-EXT-007", left=_S.GONE, returned="ASGI-HTTP-004",
    ),
    **_row(
        _S.TRAILING,
        start=_AFTER_END, more=_AFTER_END, last=_AFTER_END, file=_AFTER_END,
        more_trailers=_S.TRAILING, last_trailers=_S.COMPLETE,
        early_hint=_AFTER_END, push="ASGI-EXT-002", debug="ASGI-EXT-007", left=_S.GONE, returned="ASGI-EXT-006",
    ),
    **_row(
        _S.FILED,
        start=_AFTER_END, more="ASGI-EXT-004", last="ASGI-EXT-004", file="ASGI-EXT-004",
        more_trailers="ASGI-EXT-006", last_trailers="ASGI-EXT-006",
        early_hint=_AFTER_END, push="ASGI-EXT-002", debug="ASGI-EXT-007", left=_S.FILED, returned=_S.FILED,
    ),
    **_row(
        _S.COMPLETE,
        start=_AFTER_END, more=_AFTER_END, last=_AFTER_END, file=_AFTER_END,
        more_trailers="ASGI-EXT-006", last_trailers="ASGI-EXT-006",
        early_hint=_AFTER_END, push="ASGI-EXT-002", debug="ASGI-EXT-007", left=_S.COMPLETE, returned=_S.COMPLETE,
    ),
    **_row(
        _S.GONE,
        start=_S.GONE, more=_S.GONE, last=_S.GONE, file=_S.GONE,
        more_trailers=_S.GONE, last_trailers=_S.GONE,
        early_hint=_S.GONE, push=_S.GONE, debug=_S.GONE, left=_S.GONE, returned=_S.GONE,
    ),
}  # fmt: skip
