"""The states of a WebSocket, and what leads from one to another.

Source: ASGI ``www``, WebSocket; ASGI extensions, WebSocket Denial Response.
Depends on: tables.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from asgitest.testclient.asgi.tables import Step, build_row

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["WEBSOCKET_TABLE", "WebSocketInput", "WebSocketState"]


class WebSocketState(StrEnum):
    """How far a WebSocket has come."""

    CONNECTING = "connecting"
    HANDSHAKE = "in its handshake"
    OPEN = "open"
    DENYING = "being denied"
    DENIED = "denied"
    REFUSED = "refused"
    CLOSED = "closed"
    GONE = "gone"


class WebSocketInput(StrEnum):
    """What can happen to a WebSocket."""

    CONNECT = "connect received"
    ACCEPT = "accept"
    SEND = "send"
    CLOSE = "close"
    DENIAL_START = "denial start"
    DENIAL_MORE = "denial more"
    DENIAL_LAST = "denial last"
    LEFT = "left"
    RETURNED = "returned"


_S = WebSocketState


def _row(
    state: WebSocketState, **outcomes: WebSocketState | str | Step
) -> dict[tuple[WebSocketState, WebSocketInput], Step]:
    return build_row(state, WebSocketInput, outcomes)


# Everything that moves a WebSocket from one state to another is in this table. Not in the table: whether the denial
# extension is offered, and messages after the app has returned.
WEBSOCKET_TABLE: Mapping[tuple[WebSocketState, WebSocketInput], Step] = {
    **_row(
        _S.CONNECTING,
        connect=_S.HANDSHAKE, accept=Step(_S.OPEN, "ASGI-WS-002"), send="ASGI-WS-003", close=_S.REFUSED,
        denial_start=_S.DENYING, denial_more="ASGI-WS-019", denial_last="ASGI-WS-019",
        left=_S.GONE, returned="ASGI-WS-001",
    ),
    **_row(
        _S.HANDSHAKE,
        connect=_S.HANDSHAKE, accept=_S.OPEN, send="ASGI-WS-003", close=_S.REFUSED,
        denial_start=_S.DENYING, denial_more="ASGI-WS-019", denial_last="ASGI-WS-019",
        left=_S.GONE, returned="ASGI-WS-001",
    ),
    **_row(
        _S.OPEN,
        connect=_S.OPEN, accept="ASGI-WS-004", send=_S.OPEN, close=_S.CLOSED,
        denial_start="ASGI-EXT-008", denial_more="ASGI-EXT-008", denial_last="ASGI-EXT-008",
        left=_S.GONE, returned="ASGI-WS-014",
    ),
    **_row(
        _S.DENYING,
        connect=_S.DENYING, accept="ASGI-WS-020", send="ASGI-EXT-008", close="ASGI-EXT-008",
        denial_start="ASGI-WS-019", denial_more=_S.DENYING, denial_last=_S.DENIED,
        left=_S.GONE, returned="ASGI-WS-019",
    ),
    **_row(
        _S.DENIED,
        connect=_S.DENIED, accept="ASGI-WS-020", send="ASGI-EXT-008", close="ASGI-EXT-008",
        denial_start="ASGI-WS-019", denial_more="ASGI-WS-019", denial_last="ASGI-WS-019",
        left=_S.DENIED, returned=_S.DENIED,
    ),
    **_row(
        _S.REFUSED,
        connect=_S.REFUSED, accept="ASGI-WS-020", send="ASGI-WS-005", close="ASGI-WS-013",
        denial_start="ASGI-EXT-008", denial_more="ASGI-EXT-008", denial_last="ASGI-EXT-008",
        left=_S.REFUSED, returned=_S.REFUSED,
    ),
    **_row(
        _S.CLOSED,
        connect=_S.CLOSED, accept="ASGI-WS-020", send="ASGI-WS-005", close="ASGI-WS-013",
        denial_start="ASGI-EXT-008", denial_more="ASGI-EXT-008", denial_last="ASGI-EXT-008",
        left=_S.CLOSED, returned=_S.CLOSED,
    ),
    **_row(
        _S.GONE,
        connect=_S.GONE, accept=_S.GONE, send=_S.GONE, close=_S.GONE,
        denial_start=_S.GONE, denial_more=_S.GONE, denial_last=_S.GONE,
        left=_S.GONE, returned=_S.GONE,
    ),
}  # fmt: skip
