"""The probes of HTTP.

Depends on: probes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi.probes import Call, Outcome, Probe, answer, changed, differs, fails, steady

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Plan = Callable[[Call], Sequence[Call]]
    Judge = Callable[[Sequence[Outcome]], Iterator[str]]

__all__ = ["HTTP_PROBES"]

_ROOT = "/asgitest-root"
_CALLS_FOR_GROWTH = 5
_OPTIONAL = ("scheme", "raw_path", "root_path", "client", "server", "state", "extensions")
_ODD_PATHS = (
    "//x",
    "/\0",
    "/" + "a" * 300,
    "/\ufffd\ufffd",
    "/../x",
    "/a/../../x",
    "*",
    "http://a.example/x",
    "/..\\x",
)


def _body_of(call: Call) -> bytes:
    return b"".join(message.get("body", b"") for message in call.gives)


def _in_parts(call: Call, parts: Sequence[bytes], note: str) -> Call:
    last = len(parts) - 1
    gives = tuple({"type": "http.request", "body": part, "more_body": i < last} for i, part in enumerate(parts))
    return replace(call, gives=gives, note=note)


def _with_headers(call: Call, change: Callable[[list[tuple[bytes, bytes]]], Any], note: str) -> Call:
    return changed(call, note, headers=change([*call.scope["headers"], (b"x-probe", b"1")]))


def _twice(call: Call) -> tuple[Call, Call]:
    return call, call


def _cut(call: Call) -> list[Call]:
    body = _body_of(call) or b"asgitest"
    whole = _in_parts(call, [body], "")
    half = len(body) // 2
    return [
        *_twice(whole),
        _in_parts(call, [body[:half], body[half:]], "when the body comes in halves"),
        _in_parts(call, [bytes([byte]) for byte in body], "when the body comes byte by byte"),
        _in_parts(call, [b"", body[:half], b"", body[half:]], "when empty parts come between"),
        _in_parts(call, [body, b""], "when the last part is empty"),
    ]


def _without_length(call: Call) -> list[Call]:
    body = _body_of(call) or b"asgitest"
    headers = [pair for pair in call.scope["headers"] if pair[0] not in {b"content-length", b"transfer-encoding"}]
    with_length = changed(call, headers=[*headers, (b"content-length", str(len(body)).encode())])
    chunked = changed(call, "without content-length", headers=[*headers, (b"transfer-encoding", b"chunked")])
    return [*_twice(_in_parts(with_length, [body], "")), _in_parts(chunked, [body], "without content-length")]


def _cut_off(call: Call) -> list[Call]:
    gives: tuple[dict[str, Any], ...] = (
        {"type": "http.request", "body": b"asgi", "more_body": True},
        {"type": "http.disconnect"},
    )
    return [replace(call, gives=gives)]


def _acts(outcomes: Sequence[Outcome]) -> Iterator[str]:
    (outcome,) = outcomes
    if outcome.taken > 1 and outcome.succeeded and outcome.sent:
        yield f"the app received http.disconnect in the middle of the body, and answered {outcome.status}"


def _gone_at_once(call: Call) -> list[Call]:
    return [replace(call, gives=({"type": "http.disconnect"},))]


def _minds(outcomes: Sequence[Outcome]) -> Iterator[str]:
    (outcome,) = outcomes
    if outcome.error is not None and not outcome.tells_of_disconnect:
        yield f"the client left at once, and {outcome}"


def _leaving(call: Call, after: int = 4) -> list[Call]:
    versions = dict(call.scope.get("asgi", {}))
    newer = changed(call, "where send() raises OSError", asgi=versions | {"spec_version": "2.4"})
    older = changed(call, "where only receive() tells", asgi=versions | {"spec_version": "2.3"})
    return [replace(newer, leaves_after=after, gone="raise"), replace(older, leaves_after=after, gone="noop")]


def _goes_on(outcomes: Sequence[Outcome]) -> Iterator[str]:
    for outcome in outcomes:
        if not outcome.ended:
            yield f"the app goes on after the client has left, {outcome.call.note}"
            return


def _raises_another(outcomes: Sequence[Outcome]) -> Iterator[str]:
    (outcome,) = outcomes
    if outcome.error is not None and not outcome.own_error:
        yield f"send() raised OSError because the client had left, and {outcome}"


def _mounted(call: Call) -> list[Call]:
    path, raw = call.scope["path"], call.scope.get("raw_path")
    moved = {"root_path": _ROOT, "path": _ROOT + path, "raw_path": raw and _ROOT.encode() + raw}
    return [*_twice(changed(call, root_path="")), changed(call, "below a root path", **moved)]


def _stays_itself(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """The prefix may stand in links, so only the status is compared."""
    usual, mounted = outcomes[0], outcomes[-1]
    if steady(outcomes) and (mounted.failed or mounted.status != usual.status):
        yield f"the app answers {usual.status} at the root, but below a root path {mounted}"


def _decoded(call: Call) -> list[Call]:
    path = call.scope["path"].rstrip("/")
    return [changed(call, path=path + last, raw_path=None) for last in ("/%41", "/A", "/B")]


def _decodes_again(outcomes: Sequence[Outcome]) -> Iterator[str]:
    escaped, plain, other = outcomes
    if plain.succeeded and answer(escaped) == answer(plain) != answer(other):
        yield "the app takes a path with %41 in it, which is decoded already, for one with A"


def _odd(call: Call) -> list[Call]:
    return [call, *(changed(call, f"for the path {path[:20]!r}", path=path, raw_path=None) for path in _ODD_PATHS)]


def _without_optional(call: Call) -> list[Call]:
    gone = [changed(call, f"without scope[{key!r}]", **{key: ...}) for key in _OPTIONAL if key in call.scope]
    none = [changed(call, f"where scope[{key!r}] is None", **{key: None}) for key in ("client", "server", "raw_path")]
    return [call, *gone, *none]


def _sparse(call: Call) -> list[Call]:
    return [call, replace(call, gives=({"type": "http.request"},), note="where http.request has no further keys")]


def _extra(call: Call) -> list[Call]:
    gives = tuple(message | {"x-asgitest": 1} for message in call.gives)
    return [call, replace(call, gives=gives, note="where a message has a further key")]


def _tls(call: Call) -> list[Call]:
    offered = {"tls": {"server_cert": None, "client_cert_chain": (), "client_cert_error": None, "tls_version": 0x0304,
                       "cipher_suite": 0x1301, "client_cert_name": None}}  # fmt: skip
    return [changed(call, extensions=offered), changed(call, "without TLS", extensions={})]


def _many(call: Call) -> list[Call]:
    return [call] * _CALLS_FOR_GROWTH


def _grows(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """One task that is left over is usual: something of the app that lives as long as the loop."""
    left = sum(outcome.tasks > 0 for outcome in outcomes[1:])
    if left == len(outcomes) - 1:
        yield f"each of {len(outcomes)} requests leaves a task behind"


def _in_one_context(call: Call) -> list[Call]:
    return [replace(call, shared=True), replace(call, shared=True), call]


def _leaks(outcomes: Sequence[Outcome]) -> Iterator[str]:
    first, second, fresh = outcomes
    if not any(outcome.failed for outcome in outcomes) and answer(first) == answer(fresh) != answer(second):
        yield "the second request sees context variables that the first has set"


def _unknown(call: Call) -> list[Call]:
    return [changed(call, type="x-asgitest")]


def _accepts(outcomes: Sequence[Outcome]) -> Iterator[str]:
    (outcome,) = outcomes
    if outcome.error is None:
        yield f"the app does not raise for a protocol that does not exist; {'it ends' if outcome.ended else outcome}"


def _never_ends(outcomes: Sequence[Outcome]) -> Iterator[str]:
    (outcome,) = outcomes
    if not outcome.ended:
        yield "the app does not end although its response is complete and its client has left"


def _waiting(call: Call) -> list[Call]:
    return [replace(call, gives=(), cancelled=True)]


def _swallows(outcomes: Sequence[Outcome]) -> Iterator[str]:
    (outcome,) = outcomes
    if not outcome.ended:
        yield "the task of the app was cancelled, and the app goes on"


def _probe(
    rule: str, plan: Callable[[Call], Sequence[Call]], judge: Callable[[Sequence[Outcome]], Iterator[str]]
) -> Probe:
    return Probe(rule_id=f"ASGI-{rule}", protocol="http", plan=plan, judge=judge)


HTTP_PROBES = (
    _probe("APP-003", _unknown, _accepts),
    _probe("APP-006", lambda call: [call], _never_ends),
    _probe("APP-007", _waiting, _swallows),
    _probe("APP-008", _many, _grows),
    _probe("APP-009", _in_one_context, _leaks),
    _probe("MSG-008", _extra, fails),
    _probe("HTTP-032", _leaving, _goes_on),
    _probe("HTTP-033", _cut_off, _acts),
    _probe("HTTP-034", _cut, differs),
    _probe(
        "HTTP-035",
        lambda call: [
            *_twice(_with_headers(call, list, "")),
            _with_headers(
                call, lambda pairs: [(name.title(), value) for name, value in pairs], "to Title-Case headers"
            ),
        ],
        differs,
    ),
    _probe("HTTP-036", _without_optional, fails),
    _probe(
        "HTTP-037",
        lambda call: [
            call,
            _with_headers(call, tuple, "where headers are a tuple"),
            _with_headers(call, lambda pairs: [list(pair) for pair in pairs], "where headers are lists"),
        ],
        fails,
    ),
    _probe("HTTP-038", _sparse, fails),
    _probe("HTTP-039", _gone_at_once, _minds),
    _probe("HTTP-040", _without_length, differs),
    _probe("HTTP-041", _mounted, _stays_itself),
    _probe("HTTP-042", lambda call: _leaving(call, after=1)[:1], _raises_another),
    _probe("HTTP-043", _decoded, _decodes_again),
    _probe("HTTP-044", _odd, fails),
    _probe("EXT-009", _tls, fails),
)
