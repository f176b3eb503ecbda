"""Rules about WebSockets: ASGI-WS.

Depends on: rules.messages, rules.writing.
"""

from __future__ import annotations

from asgitest.testclient.asgi.rules.messages import ACCEPT, CLOSE, LINE, accept, close, send
from asgitest.testclient.asgi.rules.writing import call, denial, extensions, message, rfc, rule, socket, www

__all__ = ["SOCKET_RULES"]

_CONNECT = www("Connect", "connect-receive-event")
_ACCEPT = www("Accept", "accept-send-event")
_SEND = www("Send", "send-send-event")
_DISCONNECT = www("Disconnect", "disconnect-receive-event-ws")
_CLOSE = www("Close", "close-send-event")
_CODES = rfc(6455, "7.4")
_DENIAL = extensions("Websocket Denial Response", "websocket-denial-response")
_ANSWERED = (
    "This message must be responded to with either an Accept message or a Close message before the socket will "
    "pass websocket.receive "
    "messages."
)
_ECHO = 'if message.get("text") is not None:\n    await send({"type": "websocket.send", "text": message["text"]})'
_DENIED = message("websocket.http.response.start", status=401, headers=[])
_BODY = message("websocket.http.response.body", body=b"no")


SOCKET_RULES = (
    rule(
        "WS-001",
        "E",
        "a WebSocket is accepted, closed or denied before the app returns",
        spec=_CONNECT,
        quote=_ANSWERED,
        advice="Send websocket.accept or websocket.close on every path through the app.",
        bad=socket(),
        good=socket(CLOSE),
    ),
    rule(
        "WS-002",
        "W",
        "a WebSocket is accepted after websocket.connect was received",
        spec=_CONNECT,
        quote=_ANSWERED,
        advice="Call receive() once before you accept.",
        bad=call(f"async def app(scope, receive, send):\n    {ACCEPT}\n    {CLOSE}", protocol="websocket"),
        good=socket(ACCEPT, CLOSE),
    ),
    rule(
        "WS-003",
        "E",
        "nothing is sent on a WebSocket before it is accepted",
        spec=_SEND,
        quote="Sent by the application to send a data message to the client.",
        advice="Send websocket.accept first.",
        bad=socket(LINE, ACCEPT, CLOSE),
        good=socket(ACCEPT, LINE, CLOSE),
    ),
    rule(
        "WS-004",
        "E",
        "a WebSocket is accepted once",
        spec=_ACCEPT,
        quote="Sent by the application when it wishes to accept an incoming connection.",
        advice="Accept in one place: a dependency and the endpoint may both do it.",
        bad=socket(ACCEPT, ACCEPT, CLOSE),
        good=socket(ACCEPT, CLOSE),
    ),
    rule(
        "WS-005",
        "E",
        "nothing is sent on a WebSocket after it was closed",
        spec=_CLOSE,
        quote="Sent by the application to tell the server to close the connection.",
        advice="Return after websocket.close.",
        bad=socket(ACCEPT, CLOSE, LINE),
        good=socket(ACCEPT, LINE, CLOSE),
    ),
    rule(
        "WS-006",
        "E",
        "a message on a WebSocket has bytes or text, not both and not neither",
        spec=_SEND,
        quote="Exactly one of bytes or text must be non-None.",
        advice="Leave the other one out, or give None for it.",
        bad=socket(ACCEPT, send(text="a", bytes=b"a"), CLOSE),
        good=socket(ACCEPT, send(text="a", bytes=None), CLOSE),
    ),
    rule(
        "WS-007",
        "E",
        "on a WebSocket, bytes is bytes and text is str",
        spec=_SEND,
        quote="bytes (byte string) -- The message content if it was binary mode, or None.",
        advice="Encode or decode what you send.",
        bad=socket(ACCEPT, send(text=b"a"), CLOSE),
        good=socket(ACCEPT, send(bytes=b"a"), CLOSE),
    ),
    rule(
        "WS-008",
        "E",
        "text on a WebSocket can be encoded as UTF-8",
        spec=rfc(6455, "8.1"),
        quote="When an endpoint is to interpret a byte stream as UTF-8 but finds that the byte stream is not, in "
        "fact, a valid UTF-8 stream, "
        "that endpoint MUST _Fail the WebSocket Connection_.",
        advice="Remove lone surrogates: text.encode(errors='replace').decode().",
        bad=socket(ACCEPT, send(text="\ud800"), CLOSE),
        good=socket(ACCEPT, send(text="\ufffd"), CLOSE),
    ),
    rule(
        "WS-009",
        "E",
        "the subprotocol is one that the client offered",
        spec=rfc(6455, "4.2.2"),
        quote="Either a single value representing the subprotocol the server is ready to use or null. The value "
        "chosen MUST be derived from "
        "the client's handshake",
        advice='Choose from scope["subprotocols"], or none.',
        bad=socket(accept(subprotocol="chat"), CLOSE),
        good=socket(accept(subprotocol="chat"), CLOSE, subprotocols=["chat"]),
    ),
    rule(
        "WS-010",
        "E",
        "headers of an accept are header fields that the server does not make itself",
        spec=_ACCEPT,
        quote="Must not include a header named sec-websocket-protocol; use the subprotocol key instead.",
        advice="Give pairs of bytes in lower case, and leave the handshake to the server.",
        bad=socket(accept(headers=[(b"sec-websocket-protocol", b"chat")]), CLOSE),
        good=socket(accept(headers=[(b"set-cookie", b"a=1")]), CLOSE),
    ),
    rule(
        "WS-011",
        "E",
        "a close code is one that an endpoint may send",
        spec=_CODES,
        quote="1005 is a reserved value and MUST NOT be set as a status code in a Close control frame by an endpoint.",
        advice="Use 1000 to 1003, 1007 to 1014, or 3000 to 4999; do not echo the code of a disconnect.",
        bad=socket(ACCEPT, close(code=1005)),
        good=socket(ACCEPT, close(code=4000)),
    ),
    rule(
        "WS-012",
        "E",
        "a close reason is text of at most 123 bytes",
        spec=rfc(6455, "5.5"),
        quote="All control frames MUST have a payload length of 125 bytes or less and MUST NOT be fragmented.",
        advice="Send a short str; details belong into a message before the close.",
        bad=socket(ACCEPT, close(code=1008, reason=["too", "long"])),
        good=socket(ACCEPT, close(code=1008, reason="too long")),
    ),
    rule(
        "WS-013",
        "W",
        "a WebSocket is closed once",
        spec=_CLOSE,
        quote="Sent by the application to tell the server to close the connection.",
        advice="Return after websocket.close; uvicorn raises for the second.",
        bad=socket(ACCEPT, CLOSE, CLOSE),
        good=socket(ACCEPT, CLOSE),
    ),
    rule(
        "WS-014",
        "W",
        "a WebSocket is closed before the app returns",
        spec=www("Websocket Connection Scope", "websocket-connection-scope"),
        quote="if the application dies the socket should be closed, and vice-versa",
        advice="Send websocket.close: without it the client sees 1005, 1006 or 1011, depending on the server.",
        bad=socket(ACCEPT),
        good=socket(ACCEPT, CLOSE),
    ),
    rule(
        "WS-015",
        "E",
        "an app ends soon after websocket.disconnect",
        spec=_DISCONNECT,
        quote="Sent to the application when either connection to the client is lost, either from the client "
        "closing the connection, the "
        "server closing the connection, or loss of the socket.",
        advice="End the loop when receive() returns websocket.disconnect.",
        bad=socket(ACCEPT, "import asyncio", "await receive()", "await asyncio.sleep(3600)"),
        good=socket(ACCEPT, "await receive()"),
        judged="probe",
    ),
    rule(
        "WS-016",
        "E",
        "nothing but a disconnect escapes from an app whose client has left",
        spec=_DISCONNECT,
        quote="Sent to the application when either connection to the client is lost",
        advice="Look at the type of each message before you take its text.",
        bad=socket(ACCEPT, 'text = (await receive())["text"]'),
        good=socket(ACCEPT, "message = await receive()", 'if message["type"] == "websocket.receive":\n    pass'),
        judged="probe",
    ),
    rule(
        "WS-017",
        "W",
        "receive is not called again after websocket.disconnect",
        spec=_DISCONNECT,
        quote="Sent to the application when either connection to the client is lost",
        advice="Return after websocket.disconnect: on some servers receive() then waits forever.",
        bad=socket(ACCEPT, "await receive()", "await receive()", client=("close:1000",)),
        good=socket(ACCEPT, "await receive()", client=("close:1000",)),
    ),
    rule(
        "WS-018",
        "E",
        "a WebSocket is answered with messages of its own protocol",
        spec=www("WebSocket", "websocket"),
        quote="The WebSocket protocol should be signified to ASGI applications with a type value of websocket.",
        advice='Look at scope["type"]; to refuse with an HTTP response, use websocket.http.response.start where it '
        "is offered.",
        bad=socket(message("http.response.start", status=403), CLOSE),
        good=socket(CLOSE),
    ),
    rule(
        "WS-019",
        "E",
        "a denial response is started once, before its body, and completed",
        spec=_DENIAL,
        quote="with a structure that matches the http.response.start and http.response.body messages",
        advice="Send websocket.http.response.start, then websocket.http.response.body.",
        bad=denial(_DENIED),
        good=denial(_DENIED, _BODY),
    ),
    rule(
        "WS-020",
        "E",
        "a WebSocket is not accepted after it was closed or denied",
        spec=_ACCEPT,
        quote="Sent by the application when it wishes to accept an incoming connection.",
        advice="Return after you have refused.",
        bad=socket(CLOSE, ACCEPT),
        good=socket(ACCEPT, CLOSE),
    ),
    rule(
        "WS-021",
        "E",
        "an app reads websocket.receive with one key as with both",
        spec=www("Receive", "receive-receive-event"),
        quote="Exactly one of bytes or text must be non-None. One or both keys may be present, however.",
        advice='Write message.get("text"), and look whether it is None.',
        bad=socket(
            ACCEPT,
            "message = await receive()",
            'if "text" in message:\n    await send({"type": "websocket.send", "text": message["text"]})',
            CLOSE,
        ),
        good=socket(ACCEPT, "message = await receive()", _ECHO, CLOSE),
        judged="probe",
    ),
)
