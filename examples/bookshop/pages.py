"""Pages for people: HTML from templates, a choice kept in a cookie, a redirect.

Guide: Templates, static files, Behind a Proxy, Response Cookies, Custom Response - HTML and Redirect.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Cookie, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

from examples.bookshop.documented import header
from examples.bookshop.lifespan import CurrentStore
from examples.bookshop.models import Isbn
from examples.bookshop.settings import CurrentSettings

HERE = Path(__file__).parent
router = APIRouter(tags=["pages"], default_response_class=HTMLResponse)
templates = Jinja2Templates(directory=HERE / "templates")
static = StaticFiles(directory=HERE / "static")

Theme = Literal["light", "dark"]
HTML = {"text/html": {"schema": {"type": "string"}}}


@router.get("/")
async def home(
    request: Request, store: CurrentStore, settings: CurrentSettings, theme: Annotated[str, Cookie()] = "light"
) -> Any:
    """Show the newest books."""
    context = {"shop": settings.shop_name, "books": store.books(limit=settings.page_size), "theme": known_theme(theme)}
    return templates.TemplateResponse(request, "home.html", context)


@router.get("/books/{isbn}", responses={404: {"description": "A page that says so", "content": HTML}})
async def book_page(
    request: Request,
    isbn: Isbn,
    store: CurrentStore,
    settings: CurrentSettings,
    theme: Annotated[str, Cookie()] = "light",
) -> Any:
    """Show one book."""
    book = store.book(isbn)
    context = {"shop": settings.shop_name, "book": book, "theme": known_theme(theme)}
    return templates.TemplateResponse(request, "book.html", context, status_code=200 if book else 404)


def known_theme(theme: str) -> Theme:
    """Take what the cookie says only if it is a theme: a page must open with any cookie."""
    return "dark" if theme == "dark" else "light"


@router.post(
    "/theme",
    status_code=303,
    response_class=RedirectResponse,
    responses={303: {"headers": {"Location": header("The home page"), "Set-Cookie": header("The choice")}}},
)
async def choose_theme(request: Request, theme: Annotated[Theme, Form()]) -> RedirectResponse:
    """Keep a choice, and go back to the home page."""
    home_path = f"{request.scope.get('root_path', '')}/"
    response = RedirectResponse(home_path, status_code=303)
    response.set_cookie("theme", theme, path=home_path, secure=True, httponly=True, samesite="lax", max_age=31_536_000)
    return response
