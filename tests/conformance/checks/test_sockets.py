"""What a WebSocket session may not do."""

from __future__ import annotations

import pytest

from asgitest.conformance.checks import check_socket
from asgitest.conformance.records import RuleBroken, SocketRecord, SocketRequest

CLOSED_WITH_1005 = RuleBroken(rule="ASGI-WS-011", detail="an endpoint cannot close with the code 1005", level="error")


@pytest.mark.parametrize(
    ("framework", "close_code", "trait"),
    [
        ("litestar", None, "litestar.close-code-echoed"),
        ("litestar", 1000, None),
        ("starlette", None, None),
    ],
)
def test_a_reserved_close_code_is_the_trait_of_litestar_only_where_the_client_was_lost(
    framework: str, close_code: int | None, trait: str | None
) -> None:
    """Litestar answers with the code it got; an app that chooses one itself is wrong."""
    request = SocketRequest(target=b"/ws", close_code=close_code)

    found = list(check_socket(SocketRecord(request=request, broken=(CLOSED_WITH_1005,)), framework=framework))

    assert [(one.check, one.quirk) for one in found] == [("websocket.close-code", trait)]
