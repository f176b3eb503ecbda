"""Logging in: a password for a token, and the token in a cookie for browsers.

Guide: Response Cookies, security with OAuth2 scopes.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel

from examples.bookshop.documented import UNAUTHENTICATED, header
from examples.bookshop.models import Refusal
from examples.bookshop.security import Customer, check_password, issue_token
from examples.bookshop.settings import CurrentSettings

router = APIRouter(tags=["accounts"])


class Token(BaseModel):
    """A token to send as ``Authorization: Bearer ...``."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - the kind of token, not a token


class Profile(BaseModel):
    """Who you are."""

    name: str
    scopes: list[str]


@router.post(
    "/token",
    responses={
        200: {"headers": {"Set-Cookie": header("The token again, for WebSockets of browsers")}},
        401: {**UNAUTHENTICATED[401], "model": Refusal},
    },
)
async def log_in(
    form: Annotated[OAuth2PasswordRequestForm, Depends()],
    settings: CurrentSettings,
    request: Request,
    response: Response,
) -> Token:
    """Exchange a name and a password for a token. Without a list of scopes it gets all that the user has."""
    allowed = check_password(form.username, form.password)
    if allowed is None:
        raise HTTPException(401, "Wrong name or password", headers={"WWW-Authenticate": "Bearer"})
    token = issue_token(form.username, allowed & set(form.scopes) if form.scopes else allowed, settings)
    response.set_cookie(
        "session",
        token,
        max_age=settings.token_seconds,
        path=request.scope.get("root_path") or "/",
        secure=True,
        httponly=True,
        samesite="lax",
    )
    response.headers["Cache-Control"] = "no-store"
    return Token(access_token=token)


@router.get("/me", responses=UNAUTHENTICATED)
async def read_profile(user: Customer) -> Profile:
    """Say who the token belongs to."""
    return Profile(name=user.name, scopes=sorted(user.scopes))
