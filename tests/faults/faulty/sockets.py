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
            await socket.send_text(await socket.receive_text())
    except WebSocketDisconnect:
        return


@app.websocket("/upload")
async def upload(socket: WebSocket) -> None:
    await socket.accept()
    try:
        async for chunk in socket.iter_bytes():
            await socket.send_text(str(len(chunk)))
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
            command = json.loads(text)
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
            await socket.send_text(QUESTIONS.get(str(question["ask"]), "?"))
    except WebSocketDisconnect:
        return


@app.websocket("/private")
async def private(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close(401)


@app.websocket("/busy")
async def busy(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close(1005)


@app.websocket("/verbose")
async def verbose(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close(1008, "This session cannot be opened. " * 6)


async def greet(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("welcome")


@app.websocket("/rooms/{room}")
async def room(socket: WebSocket, room: str) -> None:
    await socket.accept()
    await greet(socket)
    await socket.close()


@app.websocket("/banners")
async def banner(socket: WebSocket) -> None:
    await socket.send_text("hello")
    await socket.accept()
    await socket.close()


@app.websocket("/inbox")
async def inbox(socket: WebSocket, token: str = Query("")) -> None:
    await socket.accept()
    if token != "letmein":
        await socket.close(1008)
        return
    await socket.send_text("nothing new")
    await socket.close()


@app.websocket("/queue")
async def queue(socket: WebSocket) -> None:
    await asyncio.Event().wait()
    await socket.accept()
    await socket.close()


@app.websocket("/prices")
async def prices(socket: WebSocket) -> None:
    await socket.accept()
    while True:
        try:
            await socket.send_text("1.09")
        except Exception:
            pass
        await asyncio.sleep(0.01)


async def tick(socket: WebSocket) -> None:
    while True:
        await socket.send_text("1.09")
        await asyncio.sleep(0.01)


@app.websocket("/goodbye")
async def goodbye(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()
    await socket.send_text("goodbye")


@app.websocket("/graphql")
async def graphql(socket: WebSocket) -> None:
    await socket.accept("graphql-ws")
    await socket.close()


@app.websocket("/once")
async def once(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("one")


@app.websocket("/history")
async def history(socket: WebSocket, count: str = Query("1")) -> None:
    await socket.accept()
    for number in range(min(int(count), 10)):
        await socket.send_json({"entry": number})
    await socket.close()


@app.websocket("/channels/{channel}")
async def channel(socket: WebSocket, channel: str) -> None:
    await socket.accept()
    await socket.send_text(str({"news": 1, "sport": 2}[channel]))
    await socket.close()


@app.websocket("/admin")
async def admin(socket: WebSocket) -> None:
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
            total += int(text)
            await socket.send_text(str(total))
    except WebSocketDisconnect:
        return
