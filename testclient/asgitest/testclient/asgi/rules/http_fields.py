"""Rules about the status and the header fields of a response: ASGI-HTTP-007 to -019.

Depends on: rules.messages, rules.writing.
"""

from __future__ import annotations

from asgitest.testclient.asgi.rules.messages import BODY, HEADER, OK, answer, field
from asgitest.testclient.asgi.rules.writing import http, message, rfc, rule, www

__all__ = ["FIELD_RULES"]

_START = www("Response Start", "response-start-send-event")
_PAIRS = "headers (Iterable[[byte string, byte string]]) -- An iterable of [name, value] two-item iterables"
_VALUES = rfc(9110, "5.5")
_FINE = field(*HEADER)

FIELD_RULES = (
    rule(
        "HTTP-007",
        "E",
        "a response has a status",
        spec=_START,
        quote="status (int) -- HTTP status code.",
        advice="Give http.response.start a status.",
        bad=http(message("http.response.start", headers=[]), BODY),
        good=OK,
    ),
    rule(
        "HTTP-008",
        "E",
        "a status is an int",
        spec=_START,
        quote="status (int) -- HTTP status code.",
        advice="Convert it with int(); True and 200.0 are no statuses either.",
        bad=answer(status="200"),
        good=answer(status=200),
    ),
    rule(
        "HTTP-009",
        "E",
        "a status is between 200 and 599",
        spec=rfc(9110, "15"),
        quote="The status code of a response is a three-digit integer code that describes the result of the request",
        advice="Send a final status; interim responses are made by the server, or with the early hints extension.",
        bad=answer(status=103),
        good=answer(status=599),
    ),
    rule(
        "HTTP-010",
        "E",
        "headers are an iterable of pairs",
        spec=_START,
        quote=_PAIRS,
        advice="Give list(headers.items()) of a dict, and nothing instead of None.",
        bad=answer(headers={b"content-type": b"text/plain"}),
        good=_FINE,
    ),
    rule(
        "HTTP-011",
        "E",
        "a header name is bytes",
        spec=_START,
        quote=_PAIRS,
        advice='Write b"content-type", or encode("ascii").',
        bad=field("content-type", b"text/plain"),
        good=_FINE,
    ),
    rule(
        "HTTP-012",
        "E",
        "a header value is bytes",
        spec=_START,
        quote=_PAIRS,
        advice='Write b"text/plain", or str(value).encode("latin-1").',
        bad=field(b"content-type", "text/plain"),
        good=_FINE,
    ),
    rule(
        "HTTP-013",
        "W",
        "a header name is in lower case",
        spec=_START,
        quote="Header names must be lowercased.",
        advice="Write it in lower case: HTTP/2 and HTTP/3 refuse upper case.",
        bad=field(b"Content-Type", b"text/plain"),
        good=_FINE,
    ),
    rule(
        "HTTP-014",
        "E",
        "a header name is a token",
        spec=rfc(9110, "5.1"),
        quote="field-name = token",
        advice="Use letters, digits and hyphens.",
        bad=field(b"content type", b"text/plain"),
        good=_FINE,
    ),
    rule(
        "HTTP-015",
        "E",
        "a header value has no line break, NUL or other control character",
        spec=_VALUES,
        quote="Field values containing CR, LF, or NUL characters are invalid and dangerous",
        advice="Refuse or encode such characters before a value becomes a header: they let whoever chose it write "
        "headers of their own.",
        bad=field(b"x-name", b"a\r\nset-cookie: b=1"),
        good=field(b"x-name", b"a%0D%0Aset-cookie: b=1"),
    ),
    rule(
        "HTTP-016",
        "W",
        "a header value has no white space around it",
        spec=_VALUES,
        quote="A field value does not include leading or trailing whitespace.",
        advice="Strip it; h11 refuses it.",
        bad=field(b"x-name", b" a"),
        good=field(b"x-name", b"a"),
    ),
    rule(
        "HTTP-017",
        "E",
        "pseudo headers are left to the server",
        spec=_START,
        quote="Pseudo headers (present in HTTP/2 and HTTP/3) must not be present.",
        advice="Give the status as status.",
        bad=field(b":status", b"200"),
        good=OK,
    ),
    rule(
        "HTTP-018",
        "W",
        "transfer-encoding is left to the server",
        spec=_START,
        quote="You may send a Transfer-Encoding header in this message, but the server must ignore it.",
        advice="Leave it out; beside a content-length it breaks the response.",
        bad=field(b"transfer-encoding", b"chunked"),
        good=OK,
    ),
    rule(
        "HTTP-019",
        "W",
        "fields about the connection are left to the server",
        spec=rfc(9113, "8.2.2"),
        quote="An endpoint MUST NOT generate an HTTP/2 message containing connection-specific header fields.",
        advice="Leave connection, keep-alive, proxy-connection and upgrade out; connection: close is understood by "
        "HTTP/1.1 servers.",
        bad=field(b"connection", b"keep-alive"),
        good=field(b"connection", b"close"),
    ),
)
