"""One driving request for each fault of the family `asgi`: true where the app misbehaves.

Depends on: driving.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.driving import Hand

DRIVES: dict[str, Callable[[Hand], bool]] = {
    "bare-query-uncaught": lambda h: h.raises("GET", "/squares?side=x"),
    "middleware-answers-and-goes-on": lambda h: h.raw("GET", "/blocked").types.count("http.response.start") == 2,
    "middleware-changes-body": lambda h: (
        (r := h.raw("GET", "/greeting")).all("content-length") not in ([], [str(len(r.body))])
    ),
    "middleware-eats-body": lambda h: (
        h.raw("POST", "/texts", body=[b'{"text": "a"}'], headers={"content-type": "application/json"}).status != 200
    ),
    "middleware-header-as-text": lambda h: isinstance(h.raw("GET", "/timed").messages[0]["headers"][-1][0], str),
    "user-agent-required": lambda h: h.raises("GET", "/agents", headers={"user-agent": ""}),
    "body-before-start": lambda h: h.raw("GET", "/early").types[0] == "http.response.body",
    "started-twice": lambda h: h.raw("GET", "/twice").types.count("http.response.start") == 2,
    "body-after-end": lambda h: h.raw("GET", "/late").types[-2:] == ["http.response.body"] * 2,
    "never-finished": lambda h: h.raw("GET", "/half").messages[-1].get("more_body") is True,
    "silent-on-unknown": lambda h: h.raw("GET", "/maybe").types == [],
    "unknown-message": lambda h: "http.response.flush" in h.raw("GET", "/flush").types,
    "headers-as-text": lambda h: isinstance(h.raw("GET", "/text").messages[0]["headers"][-1][0], str),
    "header-in-capitals": lambda h: h.raw("GET", "/capitals").messages[0]["headers"][-1][0] == b"X-App",
    "query-in-header": lambda h: b"\n" in h.raw("GET", "/reflect").messages[0]["headers"][-1][1],
    "status-as-text": lambda h: h.raw("GET", "/status").messages[0]["status"] == "200",
    "status-out-of-range": lambda h: h.raw("GET", "/range").messages[0]["status"] == 1001,
    "body-as-text": lambda h: isinstance(h.raw("GET", "/words").messages[-1]["body"], str),
    "length-and-body-differ": lambda h: (
        h.raw("GET", "/length").header("content-length") == "4" and h.raw("GET", "/length").body == b"hello"
    ),
    "task-sends-after-return": lambda h: h.raw("GET", "/handoff").late == 1,
    "trailers-unannounced": lambda h: "http.response.trailers" in h.raw("GET", "/trailers").types,
    "raises-after-response": lambda h: h.raises("GET", "/regret"),
    "first-piece-only": lambda h: h.raw("POST", "/pieces", body=[b"ab", b"cd"]).body == b"2",
    "needs-content-length": lambda h: h.raises("POST", "/sized", content=iter([b"a"])),
    "waits-for-more-body": lambda h: h.raw_hangs("GET", "/drain"),
}
