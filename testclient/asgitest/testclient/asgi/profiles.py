"""The points at which real servers differ, as knobs, and the setting of each for five servers.

Source: ASGI ``www``, where it leaves room; measured on uvicorn 0.54, hypercorn 0.18, daphne 4.2 and granian 2.8.
Depends on: the standard library.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DAPHNE", "GRANIAN", "HYPERCORN", "PROFILES", "SPEC", "UVICORN", "Profile"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How one server behaves where the specification lets it choose.

    Args:
        name: The server's.
        spec_version: What an HTTP scope says; ``None`` leaves the key out.
        ws_spec_version: The same for WebSocket scopes.
        lifespan_spec_version: The same for the lifespan scope.
        after_disconnect: What ``send()`` does once the HTTP client has left.
        ws_after_disconnect: The same on a WebSocket.
        receive_after_disconnect: Whether a further ``receive()`` gets ``http.disconnect`` again, or waits forever.
        ws_receive_after_disconnect: The same on a WebSocket.
        ws_receive_keys: Whether ``websocket.receive`` carries the key that has a value, or both.
        ws_clean_code: Whether ``websocket.disconnect`` tells the client's close code, or always 1006.
        ws_no_code: What it tells when the client sent no code.
        ws_abnormal_code: What it tells when the connection was lost.
        ws_reason: Whether it has the key ``reason``.
        ws_return_code: What the client sees when the app returns without closing.
        ws_exception_code: What the client sees when the app raises after accepting.
        body_events: How a request body arrives: a message for each part the client sent, the same with an empty
            message at the end, or pieces of *piece_bytes*.
        piece_bytes: The size of such pieces.
        root_path_mode: Whether the given path is the full one, or ``root_path`` is put before one that does not begin
            with it.
        extensions: What the server offers.
        http_version: What it speaks.
        ws_missing_keys: Optional keys that its WebSocket scopes do not have.
    """

    name: str
    spec_version: str | None = "2.3"
    ws_spec_version: str | None = "2.4"
    lifespan_spec_version: str | None = "2.0"
    after_disconnect: Literal["raise", "noop"] = "noop"
    ws_after_disconnect: Literal["raise", "noop"] = "noop"
    receive_after_disconnect: Literal["repeat", "block"] = "repeat"
    ws_receive_after_disconnect: Literal["repeat", "block"] = "repeat"
    ws_receive_keys: Literal["one", "both"] = "one"
    ws_clean_code: Literal["peer", "1006"] = "peer"
    ws_no_code: int | None = 1005
    ws_abnormal_code: int = 1006
    ws_reason: bool = False
    ws_return_code: int = 1006
    ws_exception_code: int = 1006
    body_events: Literal["merged", "final-empty", "pieces"] = "merged"
    piece_bytes: int = 8192
    root_path_mode: Literal["full", "prepend"] = "full"
    extensions: frozenset[str] = frozenset()
    http_version: str = "1.1"
    ws_missing_keys: frozenset[str] = frozenset()


UVICORN = Profile(
    name="uvicorn",
    ws_after_disconnect="raise",
    ws_abnormal_code=1005,
    ws_reason=True,
    root_path_mode="prepend",
    extensions=frozenset({"websocket.http.response"}),
)
HYPERCORN = Profile(
    name="hypercorn",
    spec_version="2.1",
    ws_spec_version="2.3",
    receive_after_disconnect="block",
    ws_receive_after_disconnect="block",
    ws_receive_keys="both",
    ws_clean_code="1006",
    ws_no_code=1006,
    ws_return_code=1011,
    ws_exception_code=1011,
    body_events="final-empty",
    extensions=frozenset({"websocket.http.response"}),
)
DAPHNE = Profile(
    name="daphne",
    spec_version=None,
    ws_spec_version=None,
    receive_after_disconnect="block",
    ws_receive_after_disconnect="block",
    ws_no_code=None,
    ws_missing_keys=frozenset({"http_version", "scheme"}),
    body_events="pieces",
)
GRANIAN = Profile(
    name="granian",
    ws_spec_version="2.3",
    lifespan_spec_version="2.3",
    ws_abnormal_code=1005,
    ws_return_code=1005,
    ws_exception_code=1005,
    body_events="final-empty",
    extensions=frozenset({"http.response.pathsend", "websocket.http.response"}),
)
SPEC = Profile(
    name="spec",
    spec_version="2.5",
    ws_spec_version="2.5",
    after_disconnect="raise",
    ws_after_disconnect="raise",
    ws_reason=True,
    ws_return_code=1011,
    ws_exception_code=1011,
)

PROFILES: Mapping[str, Profile] = {profile.name: profile for profile in (UVICORN, HYPERCORN, DAPHNE, GRANIAN, SPEC)}
