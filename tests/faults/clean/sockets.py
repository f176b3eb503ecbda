"""Chats and feeds over WebSockets."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from fastapi import FastAPI, Query, WebSocket, WebSocketDisconnect, WebSocketException

app = FastAPI(title="Sockets")
QUESTIONS = {"time": "noon", "name": "socket"}


@app.websocket("/echo")
async def echo(socket: WebSocket) -> None:
    await socket.accept()
    try:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if message.get("text") is None:
                await socket.close(1003)
                return
            await socket.send_text(message["text"])
    except WebSocketDisconnect:
        return


@app.websocket("/upload")
async def upload(socket: WebSocket) -> None:
    await socket.accept()
    try:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            await socket.send_text(str(len(message.get("bytes") or message.get("text") or "")))
    except WebSocketDisconnect:
        return


@app.websocket("/commands")
async def commands(socket: WebSocket) -> None:
    await socket.accept()
    try:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text") or (message.get("bytes") or b"").decode("utf-8", "replace")
            try:
                command = json.loads(text)
            except (ValueError, RecursionError):
                await socket.close(1007)
                return
            await socket.send_json({"keys": len(command) if isinstance(command, dict) else 0})
    except WebSocketDisconnect:
        return


@app.websocket("/questions")
async def questions(socket: WebSocket) -> None:
    await socket.accept()
    try:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            try:
                question: Any = json.loads(message.get("text") or message.get("bytes") or "{}")
            except (ValueError, RecursionError):
                question = {}
            if not isinstance(question, dict):
                await socket.close(1003)
                return
            await socket.send_text(QUESTIONS.get(str(question.get("ask")), "?"))
    except WebSocketDisconnect:
        return


@app.websocket("/private")
async def private(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close(3000)


@app.websocket("/busy")
async def busy(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close(1013)


@app.websocket("/verbose")
async def verbose(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close(1008, "This session cannot be opened.")


async def greet(socket: WebSocket) -> None:
    await socket.send_text("welcome")


@app.websocket("/rooms/{room}")
async def room(socket: WebSocket, room: str) -> None:
    await socket.accept()
    await greet(socket)
    await socket.close()


@app.websocket("/banners")
async def banner(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


@app.websocket("/inbox")
async def inbox(socket: WebSocket, token: str = Query("")) -> None:
    if token != "letmein":
        raise WebSocketException(1008)
    await socket.accept()
    await socket.send_text("nothing new")
    await socket.close()


@app.websocket("/queue")
async def queue(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()


@app.websocket("/prices")
async def prices(socket: WebSocket) -> None:
    await socket.accept()
    ticker = asyncio.create_task(tick(socket))
    try:
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass
    finally:
        ticker.cancel()
        await asyncio.wait([ticker])


async def tick(socket: WebSocket) -> None:
    while True:
        await socket.send_text("1.09")
        await asyncio.sleep(0.01)


@app.websocket("/goodbye")
async def goodbye(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("goodbye")
    await socket.close()


@app.websocket("/graphql")
async def graphql(socket: WebSocket) -> None:
    await socket.accept("graphql-ws" if "graphql-ws" in socket.scope.get("subprotocols", []) else None)
    await socket.close()


@app.websocket("/once")
async def once(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("one")
    await socket.close()


@app.websocket("/history")
async def history(socket: WebSocket, count: int = Query(1, ge=0, le=10)) -> None:
    await socket.accept()
    for number in range(min(int(count), 10)):
        await socket.send_json({"entry": number})
    await socket.close()


@app.websocket("/channels/{channel}")
async def channel(socket: WebSocket, channel: str) -> None:
    if channel not in {"news": 1, "sport": 2}:
        raise WebSocketException(1008)
    await socket.accept()
    await socket.send_text(str({"news": 1, "sport": 2}[channel]))
    await socket.close()


@app.websocket("/admin")
async def admin(socket: WebSocket) -> None:
    origin = socket.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != socket.headers.get("host"):
        raise WebSocketException(1008)
    if "session" not in socket.cookies:
        raise WebSocketException(1008)
    await socket.accept()
    await socket.send_text("hello admin")
    await socket.close()


@app.websocket("/sums")
async def sums(socket: WebSocket) -> None:
    await socket.accept()
    total = 0
    try:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text") or "0"
            total += int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
            await socket.send_text(str(total))
    except WebSocketDisconnect:
        return
