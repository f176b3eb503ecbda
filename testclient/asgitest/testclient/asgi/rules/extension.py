"""Rules about the extensions of ASGI: ASGI-EXT.

Depends on: rules.messages, rules.writing.
"""

from __future__ import annotations

from asgitest.testclient.asgi.rules.messages import BODY, CLOSE, START, start
from asgitest.testclient.asgi.rules.writing import Source, asgi, denial, extensions, http, message, rfc, rule

__all__ = ["EXTENSION_RULES"]

_Offer = dict[str, dict[str, object]]

_TRAILERS: _Offer = {"http.response.trailers": {}}
_PUSH: _Offer = {"http.response.push": {}}
_ZEROCOPY: _Offer = {"http.response.zerocopysend": {}}
_PATHSEND: _Offer = {"http.response.pathsend": {}}
_HINT: _Offer = {"http.response.early_hint": {}}
_DEBUG: _Offer = {"http.response.debug": {}}

_HINTED = message("http.response.early_hint", links=[b"</a.css>; rel=preload"])
_PUSHED = message("http.response.push", path="/a.css", headers=[])
_INFO = message("http.response.debug", info={"template": "a.html"})
_SENT = message("http.response.pathsend", path=Source("os.path.abspath(os.devnull)"))
_DENIED = message("websocket.http.response.start", status=401, headers=[])
_DENIAL = message("websocket.http.response.body", body=b"no")
_PROMISED = start(headers=[(b"trailer", b"x-sum")], trailers=True)
_KEPT = message("http.response.trailers", headers=[(b"x-sum", b"1")])


def _zerocopy(file: str) -> str:
    return message("http.response.zerocopysend", file=Source(file))


EXTENSION_RULES = (
    rule(
        "EXT-001",
        "E",
        "an extension is used only where the scope offers it",
        spec=asgi("Extensions", "extensions"),
        quote="If the server supports an extension, it should place an entry into the extensions dictionary under "
        "the extension's name",
        advice='Look into scope["extensions"] first, and do without where it is not offered.',
        bad=http(_HINTED, START, BODY),
        good=http(_HINTED, START, BODY, extensions=_HINT),
    ),
    rule(
        "EXT-002",
        "W",
        "a push comes after the start of the response and before its end",
        spec=extensions("HTTP/2 Server Push", "http-2-server-push"),
        quote="This message can be sent at any time after the Response Start message but before the final Response "
        "Body message.",
        advice="Send http.response.push right after http.response.start, with a str as its path.",
        bad=http(_PUSHED, START, BODY, extensions=_PUSH),
        good=http(START, _PUSHED, BODY, extensions=_PUSH),
    ),
    rule(
        "EXT-003",
        "W",
        "a zero-copy send names a file that the system can read, and that the app closes",
        spec=extensions("Zero Copy Send", "zero-copy-send"),
        quote="An opened file descriptor object with an underlying OS file descriptor that can be used to call "
        "os.sendfile. "
        "(e.g. not BytesIO)",
        advice="Give an opened file, an offset and a count from 0, and close the file yourself afterwards.",
        bad=http("import io", START, _zerocopy('io.BytesIO(b"hello")'), extensions=_ZEROCOPY),
        good=http(
            "import os",
            'with open(os.devnull, "rb") as file:',
            "    " + START,
            "    " + _zerocopy("file"),
            extensions=_ZEROCOPY,
        ),
    ),
    rule(
        "EXT-004",
        "E",
        "a path send is the whole body, once, by an absolute path",
        spec=extensions("Path Send", "path-send"),
        quote="This message can be sent at any time after the Response Start message, and cannot be mixed with "
        "http.response.body. It can "
        "be called just one time in one response.",
        advice="Send http.response.pathsend instead of every body message.",
        bad=http("import os", START, _SENT, BODY, extensions=_PATHSEND),
        good=http("import os", START, _SENT, extensions=_PATHSEND),
    ),
    rule(
        "EXT-005",
        "W",
        "an early hint is a list of bytes and comes before the response starts",
        spec=extensions("Early Hints", "early-hints"),
        quote="links (Iterable[byte string]): An iterable of link header field values, see RFC 8288.",
        advice="Send http.response.early_hint before http.response.start: servers accept it only there.",
        bad=http(START, _HINTED, BODY, extensions=_HINT),
        good=http(_HINTED, START, BODY, extensions=_HINT),
    ),
    rule(
        "EXT-006",
        "E",
        "trailers come after the body, and only when they were promised",
        spec=extensions("HTTP Trailers", "http-trailers"),
        quote="after the last http.response.body message (more_body being False), the ASGI framework will send a "
        "http.response.trailers "
        "message",
        advice="Set trailers=True in http.response.start, and send http.response.trailers after the last body message.",
        bad=http(_PROMISED, BODY, extensions=_TRAILERS),
        good=http(_PROMISED, BODY, _KEPT, extensions=_TRAILERS),
    ),
    rule(
        "EXT-007",
        "W",
        "debug information is a dict, sent once and before the response starts",
        spec=extensions("Debug", "debug"),
        quote="This message must be sent once, before the Response Start message.",
        advice="Send http.response.debug first.",
        bad=http(START, _INFO, BODY, extensions=_DEBUG),
        good=http(_INFO, START, BODY, extensions=_DEBUG),
    ),
    rule(
        "EXT-008",
        "E",
        "a denial response stands alone: instead of accept and close, not beside them",
        spec=extensions("Websocket Denial Response", "websocket-denial-response"),
        quote="These messages cannot be followed by any other websocket messages as the server should send a HTTP "
        "response and then close "
        "the connection.",
        advice="Return after the denial response.",
        bad=denial(_DENIED, _DENIAL, CLOSE),
        good=denial(_DENIED, _DENIAL),
    ),
    rule(
        "EXT-009",
        "I",
        "an app works without TLS information",
        spec=asgi("Extensions", "extensions"),
        quote="named additions to a protocol specification that are optional",
        advice='Write scope.get("extensions", {}).get("tls").',
        bad=http('cipher = scope["extensions"]["tls"]["cipher_suite"]', START, BODY),
        good=http('tls = scope.get("extensions", {}).get("tls")', START, BODY),
        profile="portability",
        judged="probe",
    ),
    rule(
        "EXT-010",
        "W",
        "a trailer is none of the fields that are needed before the body",
        spec=rfc(9110, "6.5.1"),
        quote="A sender MUST NOT generate a trailer field unless the sender knows the corresponding header field "
        "name's definition permits "
        "sending in the trailer section.",
        advice="Send framing, routing, authentication and content fields as headers.",
        bad=http(
            _PROMISED,
            BODY,
            message("http.response.trailers", headers=[(b"content-type", b"text/plain")]),
            extensions=_TRAILERS,
        ),
        good=http(_PROMISED, BODY, _KEPT, extensions=_TRAILERS),
    ),
)
