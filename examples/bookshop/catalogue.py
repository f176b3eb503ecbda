"""The catalogue: list, read, add, replace and remove books.

Guide: Response Headers, Response - Change Status Code, Path Operation Advanced Configuration (a YAML body), Using the
Request Directly.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

import yaml  # type: ignore[import-untyped] # PyYAML has no types of its own
from fastapi import APIRouter, Header, HTTPException, Query, Request, Response
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect

from examples.bookshop.documented import (
    CONFLICT,
    FORBIDDEN,
    NOT_FOUND,
    UNAUTHENTICATED,
    UNSUPPORTED_TYPE,
    header,
    refused,
)
from examples.bookshop.lifespan import CurrentStore
from examples.bookshop.models import Book, BookDetails, Isbn, NewBook, Text
from examples.bookshop.security import Editor
from examples.bookshop.settings import CurrentSettings
from examples.bookshop.store import BookHasOrdersError

router = APIRouter(prefix="/catalogue", tags=["catalogue"])

BOOK_LIST = TypeAdapter(list[NewBook])
ETAG = {"ETag": header("Changes when the book changes")}
LOCATION = {"Location": header("The path of the book")}
YAML_TYPES = {"application/yaml", "application/x-yaml", "text/yaml"}


class Page(BaseModel):
    """Which part of the list is wanted."""

    limit: Annotated[int | None, Field(ge=1, le=100)] = None
    offset: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    author: Text | None = None


def path_of(request: Request, isbn: str) -> str:
    """Give the path of a book as the client sees it, behind a proxy too: relative to the host, under the root path."""
    return str(request.scope.get("root_path", "")) + str(request.app.url_path_for("read_book", isbn=isbn))


def etag_of(book: Book) -> str:
    return f'W/"{hashlib.sha256(book.model_dump_json().encode()).hexdigest()[:16]}"'


def book_or_404(store: CurrentStore, isbn: str) -> Book:
    """Give a book, or refuse the request.

    Raises:
        HTTPException: 404, if the catalogue has none with that number.
    """
    book = store.book(isbn)
    if book is None:
        raise HTTPException(404, "The catalogue has no such book")
    return book


@router.get("/books", responses={200: {"headers": {"X-Page-Size": header("The default of limit", type="integer")}}})
async def list_books(
    store: CurrentStore,
    settings: CurrentSettings,
    response: Response,
    page: Annotated[Page, Query()],
) -> list[Book]:
    """List books, newest first."""
    response.headers["X-Page-Size"] = str(settings.page_size)
    return store.books(limit=page.limit or settings.page_size, offset=page.offset, author=page.author)


@router.post(
    "/books",
    status_code=201,
    summary="Add a book",
    response_description="The book as the catalogue has it now",
    responses={201: {"headers": ETAG | LOCATION}, **UNAUTHENTICATED, **FORBIDDEN, **CONFLICT},
)
async def add_book(book: NewBook, store: CurrentStore, request: Request, response: Response, _: Editor) -> Book:
    """Add a book that the catalogue does not have yet.

    - **isbn**: 13 digits
    - **price_cents**: in cents, so that nobody computes with fractions
    \f
    Raises:
        HTTPException: 409, if the catalogue has a book with that number.
    """
    if store.book(book.isbn):
        raise HTTPException(409, "The catalogue has this book already")
    store.put_book(book)
    added = book_or_404(store, book.isbn)
    response.headers["ETag"] = etag_of(added)
    response.headers["Location"] = path_of(request, book.isbn)
    return added


@router.get(
    "/books/{isbn}",
    response_model=Book,
    responses={
        200: {"headers": ETAG},
        304: {"description": "It is still the one with the ETag of If-None-Match", "headers": ETAG},
        **NOT_FOUND,
    },
)
async def read_book(
    isbn: Isbn, store: CurrentStore, response: Response, if_none_match: Annotated[str | None, Header()] = None
) -> Any:
    """Read one book."""
    book = book_or_404(store, isbn)
    etag = etag_of(book)
    known = {part.strip().removeprefix("W/") for part in (if_none_match or "").split(",")}
    if known & {"*", etag.removeprefix("W/")}:
        return Response(status_code=304, headers={"ETag": etag})
    response.headers["ETag"] = etag
    return book


@router.put(
    "/books/{isbn}",
    responses={
        200: {"headers": ETAG, "description": "Replaced"},
        201: {"model": Book, "headers": ETAG | LOCATION, "description": "Added"},
        **UNAUTHENTICATED,
        **FORBIDDEN,
    },
)
async def put_book(
    isbn: Isbn, details: BookDetails, store: CurrentStore, request: Request, response: Response, _: Editor
) -> Book:
    """Replace a book, or add it: then the status is 201."""
    if store.put_book(NewBook(isbn=isbn, **details.model_dump())):
        response.status_code = 201
        response.headers["Location"] = path_of(request, isbn)
    book = book_or_404(store, isbn)
    response.headers["ETag"] = etag_of(book)
    return book


@router.delete(
    "/books/{isbn}",
    status_code=204,
    responses={**UNAUTHENTICATED, **FORBIDDEN, **NOT_FOUND, **CONFLICT},
)
async def delete_book(isbn: Isbn, store: CurrentStore, _: Editor) -> None:
    """Remove a book that nobody has ordered."""
    try:
        removed = store.delete_book(isbn)
    except BookHasOrdersError as error:
        raise HTTPException(409, "There are orders of this book") from error
    if not removed:
        raise HTTPException(404, "The catalogue has no such book")


def parse_books(text: bytes) -> list[NewBook]:
    """Read a YAML list of books.

    Raises:
        HTTPException: 400 if it is not YAML, 422 if it is not a list of books.
    """
    try:
        parsed = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, TypeError, OverflowError, RecursionError, AttributeError) as error:
        raise HTTPException(400, "The body is not YAML") from error
    try:
        return BOOK_LIST.validate_python(parsed)
    except (ValidationError, RecursionError) as error:
        raise HTTPException(422, "The body is not a list of books") from error


@router.post(
    "/import",
    responses={
        422: refused("The YAML is not a list of books"),
        **UNAUTHENTICATED,
        **FORBIDDEN,
        **UNSUPPORTED_TYPE,
    },
    openapi_extra={
        "x-batch": True,
        "requestBody": {
            "required": True,
            "content": {
                "application/yaml": {
                    "schema": {
                        "type": "array",
                        "items": {"$ref": "#/components/schemas/NewBook"},
                    },
                    "example": [
                        {
                            "isbn": "9780099448822",
                            "title": "Norwegian Wood",
                            "author": "Haruki Murakami",
                            "price_cents": 999,
                        }
                    ],
                }
            },
        },
    },
)
async def import_books(request: Request, store: CurrentStore, _: Editor) -> dict[str, int]:
    """Add or replace many books from a YAML list. Nothing is changed if one of them is not valid."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in YAML_TYPES:
        raise HTTPException(415, "The body must be application/yaml")
    try:
        text = await request.body()
    except ClientDisconnect as error:
        raise HTTPException(400, "The body ended early") from error
    added = [store.put_book(book) for book in parse_books(text)]
    return {"added": sum(added), "replaced": len(added) - sum(added)}
