"""The probes of WebSockets and of the lifespan, and all probes together.

Depends on: probes, probes_http.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi.kinds import is_dict
from asgitest.testclient.asgi.probes import Call, Outcome, Probe, answer, changed
from asgitest.testclient.asgi.probes_http import HTTP_PROBES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Plan = Callable[[Call], Sequence[Call]]
    Judge = Callable[[Sequence[Outcome]], Iterator[str]]

__all__ = ["PROBES"]

_CONNECT: dict[str, Any] = {"type": "websocket.connect"}
_GONE: dict[str, Any] = {"type": "websocket.disconnect", "code": 1006, "reason": ""}
_STARTUP: dict[str, Any] = {"type": "lifespan.startup"}
_SHUTDOWN: dict[str, Any] = {"type": "lifespan.shutdown"}


def _receive(both: bool = False, **payload: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"text": None, "bytes": None} if both else {}
    return {"type": "websocket.receive", **empty, **payload}


def _gives(call: Call, *messages: dict[str, Any], note: str = "") -> Call:
    return replace(call, gives=messages, note=note)


def _left(call: Call) -> list[Call]:
    return [
        _gives(call, _CONNECT, _GONE),
        _gives(call, _CONNECT, _receive(text="a"), _GONE),
    ]


def _stays(outcomes: Sequence[Outcome]) -> Iterator[str]:
    if any(not outcome.ended for outcome in outcomes):
        yield "the app goes on after websocket.disconnect"


def _payloads(call: Call) -> list[Call]:
    return [
        _gives(call, _CONNECT, _receive(text="asgitest"), _GONE, note="a text message"),
        _gives(call, _CONNECT, _receive(bytes=b"asgitest"), _GONE, note="a binary message"),
        _gives(call, _CONNECT, _receive(both=True, bytes=b"asgitest"), _GONE, note="a binary message with both keys"),
        _gives(call, _CONNECT, _GONE, note="a lost connection"),
    ]


def _breaks(outcomes: Sequence[Outcome]) -> Iterator[str]:
    for outcome in outcomes:
        if outcome.error is not None and not outcome.tells_of_disconnect:
            yield f"{outcome.call.note} makes the app raise {type(outcome.error).__name__}: {outcome.error}"
            return


def _shapes(call: Call) -> list[Call]:
    """One key and both, of text and of bytes: which of the two an app takes is its own business."""
    pairs: list[tuple[dict[str, Any], str]] = [({"text": "asgitest"}, "text"), ({"bytes": b"asgitest"}, "binary")]
    return [_gives(call, _CONNECT, _receive(both, **payload), _GONE, note=word)
            for payload, word in pairs for both in (False, True)]  # fmt: skip


def _reads_one_shape(outcomes: Sequence[Outcome]) -> Iterator[str]:
    for one, both in zip(outcomes[::2], outcomes[1::2], strict=True):
        if (answer(one), type(one.error)) != (answer(both), type(both.error)):
            yield f"the app takes a {one.call.note} message differently when the key of the other kind is there as None"
            return


def _probe(
    rule: str, plan: Callable[[Call], Sequence[Call]], judge: Callable[[Sequence[Outcome]], Iterator[str]]
) -> Probe:
    protocol: Any = "websocket" if rule.startswith("WS") else "lifespan"
    return Probe(rule_id=f"ASGI-{rule}", protocol=protocol, plan=plan, judge=judge)


def _answered(outcome: Outcome, word: str) -> bool:
    return any(is_dict(each) and each.get("type") == f"lifespan.{word}.complete" for each in outcome.sent)


def _whole(call: Call) -> Call:
    return _gives(call, _STARTUP, _SHUTDOWN)


def _lingers(outcomes: Sequence[Outcome]) -> Iterator[str]:
    (outcome,) = outcomes
    if not outcome.ended and _answered(outcome, "shutdown"):
        yield "the app does not return after lifespan.shutdown.complete"


def _takes_too_long(outcomes: Sequence[Outcome]) -> Iterator[str]:
    (outcome,) = outcomes
    if not outcome.ended and not _answered(outcome, "shutdown"):
        word = "shutdown" if _answered(outcome, "startup") else "startup"
        yield f"the app does not answer lifespan.{word} in time"


def _needs_state(outcomes: Sequence[Outcome]) -> Iterator[str]:
    with_state, without = outcomes
    if _answered(with_state, "startup") and not _answered(without, "startup"):
        yield f"the app starts with scope['state'], but without it {without}"


def _starts_once(outcomes: Sequence[Outcome]) -> Iterator[str]:
    first, second = outcomes
    if _answered(first, "startup") and not _answered(second, "startup"):
        yield f"the app starts once, but the second time {second}"


def _does_not_end(outcomes: Sequence[Outcome]) -> Iterator[str]:
    (outcome,) = outcomes
    if not outcome.ended:
        yield "the lifespan was cancelled after startup, and the app goes on"


SESSION_PROBES = (
    _probe("WS-015", _left, _stays),
    _probe("WS-016", _payloads, _breaks),
    _probe("WS-021", _shapes, _reads_one_shape),
    _probe("LS-007", lambda call: [_whole(call)], _lingers),
    _probe("LS-011", lambda call: [_whole(changed(call, state={})), _whole(changed(call, state=...))], _needs_state),
    _probe("LS-012", lambda call: [_whole(call), _whole(call)], _starts_once),
    _probe("LS-013", lambda call: [replace(_gives(call, _STARTUP), cancelled=True)], _does_not_end),
    _probe("LS-015", lambda call: [_whole(call)], _takes_too_long),
)

PROBES: Mapping[str, Probe] = MappingProxyType({probe.rule_id: probe for probe in (*HTTP_PROBES, *SESSION_PROBES)})
"""Rule id to the probe that puts it to the test."""
