"""Covers of books: uploaded as a form or through a WebSocket in binary frames, and sent as files.

Guide: Custom Response - File, WebSockets (binary).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, File, HTTPException, WebSocket, WebSocketException
from fastapi.responses import FileResponse

from examples.bookshop.catalogue import book_or_404
from examples.bookshop.documented import FORBIDDEN, NOT_FOUND, UNAUTHENTICATED, header
from examples.bookshop.lifespan import CurrentShop
from examples.bookshop.models import Isbn
from examples.bookshop.security import Editor

router = APIRouter(prefix="/catalogue", tags=["covers"])

BYTES = {"schema": {"type": "string", "format": "binary"}}
MAX_CHECKED_BYTES = 100_000


class CoverFile(FileResponse):
    """A cover as bytes; which image format it is, the uploader knows."""

    media_type = "application/octet-stream"


@router.put(
    "/books/{isbn}/cover",
    status_code=204,
    responses={**UNAUTHENTICATED, **FORBIDDEN, **NOT_FOUND},
)
async def put_cover(isbn: Isbn, image: Annotated[bytes, File()], shop: CurrentShop, _: Editor) -> None:
    """Give a book a cover, or another one."""
    book_or_404(shop.store, isbn)
    path = Path(shop.covers) / uuid4().hex
    path.write_bytes(image)
    shop.store.set_cover(isbn, str(path))


@router.get(
    "/books/{isbn}/cover",
    response_class=CoverFile,
    responses={
        200: {"content": {"application/octet-stream": BYTES}, "headers": {"ETag": header("Changes with the file")}},
        206: {
            "description": "The part that Range asked for",
            "content": {"application/octet-stream": BYTES, "multipart/byteranges": BYTES},
        },
        416: {
            "description": "Range asks for bytes beyond the end",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
        **NOT_FOUND,
    },
)
async def read_cover(isbn: Isbn, shop: CurrentShop) -> Any:
    """Send the cover of a book."""
    book_or_404(shop.store, isbn)
    path = shop.store.cover(isbn)
    if path is None:
        raise HTTPException(404, "This book has no cover")
    return CoverFile(path, media_type=CoverFile.media_type)


@router.websocket("/cover-check")
async def check_cover(websocket: WebSocket) -> None:
    """Count the bytes of binary frames; an empty one ends the count. Text is refused with close code 1003."""
    await websocket.accept()
    size = 0
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return
        part = message.get("bytes")
        if part is None:
            raise WebSocketException(1003, "Send binary frames")
        size += len(part)
        if size > MAX_CHECKED_BYTES:
            raise WebSocketException(1009, "The cover is too large")
        if not part:
            await websocket.send_json({"bytes": size})
            await websocket.close()
            return
