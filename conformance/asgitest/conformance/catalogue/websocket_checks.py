"""Family ``websocket``: sessions from the handshake to the close code.

Source: ASGI www (WebSocket), RFC 6455. Depends on: the shape of a check.
"""

from __future__ import annotations

from asgitest.conformance.catalogue.check import Check
from asgitest.conformance.catalogue.documents import rfc, www

__all__ = ["WEBSOCKET_CHECKS"]

_RECEIVE = www("Receive - receive event", "receive-receive-event")
_ACCEPT = www("Accept - send event", "accept-send-event")
_CLOSE = www("Close - send event", "close-send-event")
_DISCONNECT = www("Disconnect - receive event", "disconnect-receive-event-ws")

WEBSOCKET_CHECKS: tuple[Check, ...] = (
    Check(
        id="websocket.unhandled-exception",
        title="An exception escapes a WebSocket endpoint",
        severity="error",
        rules=("ASGI-WS-016",),
        meaning="The session ends with 1006 or 1011, whatever the client did right.",
        advice="Follow the traceback; close with a code of 1003, 1007, 1008 or 4xxx for what the client got wrong.",
        spec=(_RECEIVE,),
        bad="data = json.loads(await websocket.receive_text())",
        good="try:\n    data = await websocket.receive_json()\nexcept ValueError:\n    await websocket.close(1007)",
    ),
    Check(
        id="websocket.accept-before-auth",
        title="The session is accepted before the client is refused",
        severity="warning",
        confidence="firm",
        meaning="A client without credentials gets an open session for a moment, and anything sent in it.",
        advice="Check credentials before accept; close before accept gives the client a 403.",
        spec=(_ACCEPT,),
        bad="await websocket.accept()\nif not user:\n    await websocket.close(1008)",
        good="if not user:\n    await websocket.close(1008)\n    return\nawait websocket.accept()",
    ),
    Check(
        id="websocket.subprotocol-not-offered",
        title="The app chose a subprotocol the client did not offer",
        severity="error",
        rules=("ASGI-WS-009",),
        meaning="The client must fail the connection.",
        advice="Choose one of scope['subprotocols'], or none.",
        spec=(rfc(6455, "4.2.2"), _ACCEPT),
        bad="await websocket.accept(subprotocol='chat')",
        good="await websocket.accept(subprotocol='chat' if 'chat' in websocket.scope['subprotocols'] else None)",
    ),
    Check(
        id="websocket.close-code",
        title="The close code or reason is not one that can be sent",
        severity="error",
        rules=("ASGI-WS-011", "ASGI-WS-012"),
        meaning="1004, 1005, 1006 and 1015 never go over the wire; a reason has at most 123 bytes. Servers raise.",
        advice="Use 1000-1003, 1007-1014 or 3000-4999.",
        spec=(rfc(6455, "7.4"), _CLOSE),
        bad="await websocket.close(1006)",
        good="await websocket.close(1011)",
    ),
    Check(
        id="websocket.bad-frame-type",
        title="A frame of the other kind crashes the session",
        severity="error",
        confidence="firm",
        meaning="A client that sends bytes where text is read, or the other way round, crashes the session.",
        advice="Look at which of bytes and text is there, and close with 1003 when it is the wrong one.",
        spec=(_RECEIVE, rfc(6455, "7.4.1")),
        bad="text = await websocket.receive_text()",
        good="message = await websocket.receive()\nif message.get('text') is None:\n    await websocket.close(1003)",
    ),
    Check(
        id="websocket.no-close-on-error",
        title="The endpoint returns without closing the session",
        severity="warning",
        rules=("ASGI-WS-014",),
        meaning="Servers close with 1005, 1006 or 1011 as they like; one of them waits.",
        advice="Close the session before returning.",
        spec=(_CLOSE,),
        bad="await websocket.accept()\nreturn",
        good="await websocket.accept()\nawait websocket.close()",
    ),
    Check(
        id="websocket.disconnect-leaks-task",
        title="The endpoint goes on after the client has left",
        severity="error",
        confidence="firm",
        rules=("ASGI-WS-015",),
        meaning="Each lost client leaves a task behind, until memory is gone.",
        advice="Wait for the disconnect beside the work, and cancel the work when it comes.",
        spec=(_DISCONNECT,),
        bad="while True:\n    await asyncio.sleep(1)\n    counter += 1",
        good="async with anyio.create_task_group() as group: ...",
    ),
    Check(
        id="websocket.send-after-close",
        title="The app sent a message after the session was closed",
        severity="error",
        rules=("ASGI-WS-005", "ASGI-WS-013"),
        meaning="Servers raise into the app, or lose the message.",
        advice="Return after close.",
        spec=(_CLOSE,),
        bad="await websocket.close()\nawait websocket.send_text('bye')",
        good="await websocket.send_text('bye')\nawait websocket.close()",
    ),
    Check(
        id="websocket.origin-unchecked",
        title="A session from a foreign origin is accepted",
        severity="warning",
        confidence="tentative",
        meaning="Any web page can open it with the cookies of its visitor. Checked where allowed origins are "
        "configured or the endpoint reads cookies.",
        advice="Compare the Origin header before accepting.",
        spec=(rfc(6455, "10.2"),),
        bad="await websocket.accept()",
        good="if websocket.headers.get('origin') not in ALLOWED:\n    await websocket.close(1008)\n    return",
    ),
    Check(
        id="websocket.hangs",
        title="The handshake is not answered before its deadline",
        severity="error",
        confidence="firm",
        meaning="The client waits for an answer that does not come.",
        advice="Accept or close at once, then do what takes time.",
        spec=(_ACCEPT,),
        bad="await load_everything()\nawait websocket.accept()",
        good="await websocket.accept()\nawait load_everything()",
    ),
)
