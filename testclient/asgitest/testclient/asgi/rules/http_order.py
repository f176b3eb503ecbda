"""Rules about the order of a response's messages and about its body: ASGI-HTTP-001 to -006 and -020 to -031.

Depends on: rules.messages, rules.writing.
"""

from __future__ import annotations

from asgitest.testclient.asgi.rules.messages import BODY, OK, START, answer, body, start
from asgitest.testclient.asgi.rules.writing import Source, http, rfc, rule, www

__all__ = ["ORDER_RULES"]

_START = www("Response Start", "response-start-send-event")
_BODY = www("Response Body", "response-body-send-event")
_LENGTH = rfc(9110, "8.6")
_MORE = body(body=b"hel", more_body=True)
_LAST = body(body=b"lo")


def _sized(size: bytes, *, status: int = 200) -> str:
    return start(status=status, headers=[(b"content-length", size)])


ORDER_RULES = (
    rule(
        "HTTP-001",
        "E",
        "a response is started before its body is sent",
        spec=_BODY,
        quote="Continues sending a response to the client.",
        advice="Send http.response.start first.",
        bad=http(BODY),
        good=OK,
    ),
    rule(
        "HTTP-002",
        "E",
        "a response is started once",
        spec=_START,
        quote="Sent by the application to start sending a response to the client.",
        advice="Check whether an error handler answers after the endpoint has begun to.",
        bad=http(START, start(status=500), BODY),
        good=OK,
    ),
    rule(
        "HTTP-003",
        "E",
        "a response has at least one body message",
        spec=_START,
        quote="Needs to be followed by at least one response content message.",
        advice='Send {"type": "http.response.body"} also when there is no body.',
        bad=http(start(status=204)),
        good=http(start(status=204), body()),
    ),
    rule(
        "HTTP-004",
        "E",
        "a response is completed before the app returns",
        spec=_BODY,
        quote="If False, and the server is not expecting Response Trailers response will be taken as complete and "
        "closed",
        advice="End a stream with a body message without more_body.",
        bad=http(START, _MORE),
        good=http(START, _MORE, _LAST),
    ),
    rule(
        "HTTP-005",
        "E",
        "a request is answered before the app returns",
        spec=_START,
        quote="Sent by the application to start sending a response to the client.",
        advice="Answer on every path through the app; servers make a 500 of silence.",
        bad=http("await receive()"),
        good=http("await receive()", START, BODY),
    ),
    rule(
        "HTTP-006",
        "E",
        "nothing is sent after the response is complete",
        spec=_BODY,
        quote="response will be taken as complete and closed, and any further messages on the channel will be ignored",
        advice="Send more_body=True with every body message but the last. Servers raise for what comes after it.",
        bad=http(START, BODY, body(body=b"again")),
        good=http(START, body(body=b"hello", more_body=True), body(body=b"again")),
    ),
    rule(
        "HTTP-020",
        "W",
        "trailers is a bool",
        spec=_START,
        quote="trailers (bool) -- Signifies if the application will send trailers.",
        advice="Write True or False.",
        bad=answer(trailers=0),
        good=answer(trailers=False),
    ),
    rule(
        "HTTP-021",
        "E",
        "a body is bytes",
        spec=_BODY,
        quote="body (byte string) -- HTTP body content.",
        advice="Encode text; call bytes() on a bytearray or memoryview, which some servers refuse.",
        bad=http(START, body(body="hello")),
        good=OK,
    ),
    rule(
        "HTTP-022",
        "W",
        "more_body is a bool",
        spec=_BODY,
        quote="more_body (bool) -- Signifies if there is additional content to come",
        advice='Write True or False: "false" counts as true, and the response never ends.',
        bad=http(START, body(body=b"hel", more_body=1), _LAST),
        good=http(START, _MORE, _LAST),
    ),
    rule(
        "HTTP-023",
        "I",
        "headers can be read more than once",
        spec=_START,
        quote="headers (Iterable[[byte string, byte string]]) -- An iterable of [name, value] two-item iterables",
        advice="Give a list, so that middleware can look at the headers too.",
        bad=answer(headers=Source('iter([(b"x-a", b"1")])')),
        good=answer(headers=[(b"x-a", b"1")]),
        profile="pedantic",
    ),
    rule(
        "HTTP-025",
        "W",
        "a field with one value is given once",
        spec=rfc(9110, "5.3"),
        quote="a sender MUST NOT generate multiple field lines with the same name in a message",
        advice="Replace the field instead of adding another.",
        bad=answer(headers=[(b"etag", b"1"), (b"etag", b"2")]),
        good=answer(headers=[(b"vary", b"a"), (b"vary", b"b")]),
    ),
    rule(
        "HTTP-026",
        "E",
        "content-length is one number in digits",
        spec=_LENGTH,
        quote="Content-Length = 1*DIGIT",
        advice="Send it once, as str(len(body)).encode().",
        bad=http(_sized(b"+5"), BODY),
        good=http(_sized(b"5"), BODY),
    ),
    rule(
        "HTTP-027",
        "E",
        "content-length is the length of the body",
        spec=_LENGTH,
        quote="a sender MUST NOT forward a message with a Content-Length header field value that is known to be "
        "incorrect.",
        advice="Compute it from the bytes that are sent, after encoding and compression, or leave it out.",
        bad=http(_sized(b"9"), BODY),
        good=http(_sized(b"5"), BODY),
    ),
    rule(
        "HTTP-028",
        "I",
        "the response to HEAD has no body",
        spec=rfc(9110, "9.3.2"),
        quote="the server MUST NOT send content in the response",
        advice="Nothing has to be done: servers drop it. Sending no body saves the work.",
        bad=http(START, BODY, method="HEAD"),
        good=http(START, body(), method="HEAD"),
        profile="pedantic",
    ),
    rule(
        "HTTP-029",
        "E",
        "a 204 or a 304 has no body",
        spec=rfc(9110, "6.4.1"),
        quote="All 1xx (Informational), 204 (No Content), and 304 (Not Modified) responses do not include content.",
        advice="Send an empty body, or another status. Some servers put the bytes in front of the next response.",
        bad=http(start(status=204), BODY),
        good=http(start(status=204), body()),
    ),
    rule(
        "HTTP-030",
        "W",
        "a 204 has no content-length",
        spec=_LENGTH,
        quote="A server MUST NOT send a Content-Length header field in any response with a status code of 1xx "
        "(Informational) or 204 "
        "(No Content).",
        advice="Leave content-length out.",
        bad=http(_sized(b"0", status=204), body()),
        good=http(start(status=204), body()),
    ),
    rule(
        "HTTP-031",
        "W",
        "a 205 has no content",
        spec=rfc(9110, "15.3.6"),
        quote="a server MUST NOT generate content in a 205 response",
        advice="Send an empty body, or status 200.",
        bad=http(start(status=205), BODY),
        good=http(start(status=205), body()),
    ),
)
