"""Family ``asgi``: the app's side of the ASGI conversation.

Every rule of :data:`asgitest.testclient.asgi.RULES` about apps belongs to exactly one check: to the check that names
it, here or in another family, or to a check of its own whose id is the rule's in lower case (``ASGI-HTTP-020`` is
``asgi.http-020``). Rules about servers have none: no app can break them.

Source: ASGI 3.0, ``www`` 2.5, extensions. Depends on: the rules of the test client's core.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgitest.conformance.catalogue.check import Check, Severity, SpecLink
from asgitest.conformance.catalogue.documents import asgi, extensions, rfc, www
from asgitest.testclient.asgi import RULES

if TYPE_CHECKING:
    from collections.abc import Container

    from asgitest.testclient.asgi import Rule

__all__ = ["NAMED_CHECKS", "checks_of_rules"]

_START = www("Response Start - send event", "response-start-send-event")
_BODY = www("Response Body - send event", "response-body-send-event")

NAMED_CHECKS: tuple[Check, ...] = (
    Check(
        id="asgi.http.order",
        title="A response message came before http.response.start",
        severity="error",
        rules=("ASGI-HTTP-001",),
        meaning="Servers raise into the app or drop the connection, so the client gets no answer.",
        advice="Send http.response.start first, then the body.",
        spec=(_START, _BODY),
        bad='await send({"type": "http.response.body", "body": b"hi"})',
        good='await send({"type": "http.response.start", "status": 200})\n'
        'await send({"type": "http.response.body", "body": b"hi"})',
    ),
    Check(
        id="asgi.http.start-twice",
        title="A response was started twice",
        severity="error",
        rules=("ASGI-HTTP-002",),
        meaning="Usually an error handler answers after the endpoint has begun to. The client sees a torn response.",
        advice="Answer errors only while nothing was sent; otherwise let the exception escape.",
        spec=(_START,),
        bad="except Exception:\n    await error_response(scope, receive, send)",
        good="except Exception:\n    if started:\n        raise\n    await error_response(scope, receive, send)",
    ),
    Check(
        id="asgi.http.body-after-end",
        title="A message was sent after the response was complete",
        severity="error",
        rules=("ASGI-HTTP-006",),
        meaning="The server has finished the response; the message is lost or raises in the app.",
        advice="Send more_body=True with every body message but the last.",
        spec=(_BODY,),
        bad='await send({"type": "http.response.body", "body": b"a"})\n'
        'await send({"type": "http.response.body", "body": b"b"})',
        good='await send({"type": "http.response.body", "body": b"a", "more_body": True})\n'
        'await send({"type": "http.response.body", "body": b"b"})',
    ),
    Check(
        id="asgi.http.incomplete",
        title="The app returned without a complete response",
        severity="error",
        rules=("ASGI-HTTP-003", "ASGI-HTTP-005"),
        meaning="The server has to invent a 500 or cut the connection.",
        advice="Answer every request on every path through the app, with at least one body message after the start.",
        spec=(_START,),
        bad="async def app(scope, receive, send):\n    if scope['path'] == '/':\n        await home(send)",
        good="async def app(scope, receive, send):\n    await (home if scope['path'] == '/' else not_found)(send)",
    ),
    Check(
        id="asgi.returns-before-complete",
        title="The app returned while the response was still open",
        severity="error",
        rules=("ASGI-HTTP-004",),
        meaning="The last body message said more was to come, so the client waits or sees a truncated response.",
        advice="End a stream with a body message without more_body.",
        spec=(_BODY,),
        bad='async for part in parts:\n    await send({"type": "http.response.body", "body": part, "more_body": True})',
        good='async for part in parts:\n    await send({"type": "http.response.body", "body": part, "more_body": True})'
        "\n"
        'await send({"type": "http.response.body"})',
    ),
    Check(
        id="asgi.http.unknown-message",
        title="The app sent a message its protocol does not know",
        severity="error",
        rules=("ASGI-MSG-003",),
        meaning="Servers raise, close the connection or ignore it.",
        advice="Send only message types of the scope's own protocol; compare the spelling.",
        spec=(asgi("Events", "events"),),
        bad='await send({"type": "http.response.bogus"})',
        good='await send({"type": "http.response.body"})',
    ),
    Check(
        id="asgi.http.header-type",
        title="Response headers are not pairs of byte strings",
        severity="error",
        rules=("ASGI-HTTP-010", "ASGI-HTTP-011", "ASGI-HTTP-012"),
        meaning="Servers raise while they write the response.",
        advice="Give headers as a list of (bytes, bytes) pairs.",
        spec=(_START,),
        bad='"headers": {"content-type": "text/plain"}',
        good='"headers": [(b"content-type", b"text/plain")]',
    ),
    Check(
        id="asgi.http.header-case",
        title="A response header name is not in lower case",
        severity="warning",
        rules=("ASGI-HTTP-013",),
        meaning="HTTP/2 and HTTP/3 refuse upper case; the response works only over HTTP/1.1.",
        advice="Write header names in lower case.",
        spec=(_START, rfc(9113, "8.2.1")),
        bad='(b"Content-Type", b"text/plain")',
        good='(b"content-type", b"text/plain")',
    ),
    Check(
        id="asgi.http.header-crlf",
        title="A response header holds bytes that end it",
        severity="error",
        rules=("ASGI-HTTP-014", "ASGI-HTTP-015"),
        meaning="A line break in a header lets whoever chose the value write headers or a body of their own.",
        advice="Refuse or encode control characters before a value becomes a header.",
        spec=(rfc(9110, "5.5"),),
        bad='response.headers["x-name"] = name',
        good='response.headers["x-name"] = quote(name)',
    ),
    Check(
        id="asgi.http.status-range",
        title="The status is no integer between 200 and 599",
        severity="error",
        rules=("ASGI-HTTP-007", "ASGI-HTTP-008", "ASGI-HTTP-009"),
        meaning="A final response has a final status; servers raise, write nonsense, or die.",
        advice="Send an int from 200 to 599.",
        spec=(_START, rfc(9110, "15")),
        bad='{"type": "http.response.start", "status": "200"}',
        good='{"type": "http.response.start", "status": 200}',
    ),
    Check(
        id="asgi.http.trailers-undeclared",
        title="Trailers were announced and not sent, or sent and not announced",
        severity="error",
        rules=("ASGI-EXT-006",),
        meaning="The server waits for trailers that never come, or drops those that do.",
        advice="Set trailers=True in http.response.start exactly when trailers follow.",
        spec=(extensions("HTTP Trailers", "http-trailers"),),
        bad='{"type": "http.response.start", "status": 200, "trailers": True}  # and no trailers follow',
        good='await send({"type": "http.response.trailers", "headers": [(b"x-digest", digest)]})',
    ),
    Check(
        id="asgi.http.extension-undeclared",
        title="An extension was used that the server did not offer",
        severity="error",
        rules=("ASGI-EXT-001",),
        meaning="The app fails on every server that lacks the extension.",
        advice="Look into scope['extensions'] first, and do without when it is not there.",
        spec=(extensions("Extensions", "extensions"),),
        bad='await send({"type": "http.response.pathsend", "path": path})',
        good='if "http.response.pathsend" in scope.get("extensions", {}):\n'
        '    await send({"type": "http.response.pathsend", "path": path})',
    ),
    Check(
        id="asgi.scope-mutated",
        title="The app changed the scope it was given",
        severity="info",
        confidence="firm",
        rules=("ASGI-APP-004",),
        meaning="Middleware around the app sees the change when control returns to it.",
        advice="Copy the scope before changing it: scope = dict(scope, path=...).",
        spec=(asgi("Middleware", "middleware"),),
        bad='scope["path"] = new_path\nawait inner(scope, receive, send)',
        good="await inner(dict(scope, path=new_path), receive, send)",
    ),
    Check(
        id="asgi.receive-after-disconnect",
        title="The app waited for a message after the client had left",
        severity="warning",
        rules=("ASGI-WS-017",),
        meaning="Nothing comes after a disconnect: on some servers the task waits for ever.",
        advice="Leave the loop when the message is a disconnect.",
        spec=(www("Disconnect - receive event", "disconnect-receive-event-ws"),),
        bad="while True:\n    message = await receive()",
        good="while (message := await receive())['type'] != 'websocket.disconnect':\n    ...",
    ),
    Check(
        id="asgi.exception-after-response",
        title="The app raised after its response was complete",
        severity="warning",
        confidence="firm",
        meaning="The client saw success, and the work behind it failed: in a background task, or while cleaning up.",
        advice="Do what can fail before answering, or catch and record the failure where it happens.",
        spec=(asgi("Error Handling", "error-handling"),),
        bad="await send(last_body)\nraise RuntimeError",
        good="try:\n    await send_mail()\nexcept MailError:\n    log.exception('mail')",
    ),
)

_PROBED = frozenset({"ASGI-HTTP-032", "ASGI-HTTP-034"})
"""Rules that one conversation cannot show broken, and for which the engine makes calls of its own."""
_LEVELS: dict[str, Severity] = {"ERROR": "error", "WARNING": "warning", "INFO": "info"}


def _check_of_rule(rule: Rule) -> Check:
    """Build the check that stands for one rule alone."""
    url: str = getattr(rule, "url", "")
    return Check(
        id=f"asgi.{rule.id.removeprefix('ASGI-').lower()}",
        title=f"Rule broken: {rule.title}",
        severity=_LEVELS[rule.level.name],
        rules=(rule.id,),
        meaning=getattr(rule, "quote", ""),
        advice=rule.advice,
        spec=(SpecLink(document=str(rule.spec), section="", url=url),),
        bad=rule.bad.source,
        good=rule.good.source,
        planned=rule.judged == "probe" and rule.id not in _PROBED,
    )


def checks_of_rules(claimed: Container[str]) -> tuple[Check, ...]:
    """Build the checks of the rules about apps that no other check stands for.

    Args:
        claimed: Ids of rules that some check names.
    """
    return tuple(_check_of_rule(rule) for id_, rule in RULES.items() if id_ not in claimed and rule.judged != "server")
