"""Who is asking: OAuth2 with scopes for customers and staff, HTTP Basic for the back office, a key for partners.

Tokens are signed, not stored, so they outlive a restart of the lifespan.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Security
from fastapi.security import (
    APIKeyHeader,
    HTTPBasic,
    HTTPBasicCredentials,
    OAuth2PasswordBearer,
    SecurityScopes,
)

from examples.bookshop.settings import CurrentSettings, Settings

SCOPES = {"orders": "Place and read your orders", "catalogue:write": "Change the catalogue"}

# The demo's users: the password, the scopes.
USERS = {
    "ada": ("lovelace", frozenset({"orders"})),
    "grace": ("hopper", frozenset({"orders", "catalogue:write"})),
}

bearer = OAuth2PasswordBearer(tokenUrl="token", scopes=SCOPES)
basic = HTTPBasic(realm="back office")
partner_key = APIKeyHeader(name="X-Partner-Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody with a valid token."""

    name: str
    scopes: frozenset[str]


def same(given: str, expected: str) -> bool:
    """Compare two secrets in a time that does not depend on where they differ."""
    return secrets.compare_digest(given.encode(errors="surrogatepass"), expected.encode())


def sign(payload: bytes, settings: Settings) -> str:
    return hmac.new(settings.secret.get_secret_value().encode(), payload, hashlib.sha256).hexdigest()


def issue_token(name: str, scopes: frozenset[str], settings: Settings) -> str:
    """Give a token that says who it is for, what it allows, and until when."""
    claims = {"name": name, "scopes": sorted(scopes), "until": int(time.time()) + settings.token_seconds}
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode())
    return f"{payload.decode()}.{sign(payload, settings)}"


def read_token(token: str, settings: Settings) -> User | None:
    """Give the user of *token*, or None if it is forged, malformed or too old."""
    payload, _, signature = token.partition(".")
    if not same(signature, sign(payload.encode(errors="surrogatepass"), settings)):
        return None
    try:
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload))
    except (ValueError, binascii.Error):
        return None
    if claims["until"] < time.time():
        return None
    return User(name=claims["name"], scopes=frozenset(claims["scopes"]))


def check_password(name: str, password: str) -> frozenset[str] | None:
    """Give the scopes of a user, or None if name or password are wrong."""
    expected, scopes = USERS.get(name, ("", frozenset()))
    return scopes if same(password, expected) and name in USERS else None


def get_user(required: SecurityScopes, token: Annotated[str, Depends(bearer)], settings: CurrentSettings) -> User:
    """Give the user of the bearer token, who must have all scopes the operation asks for."""
    user = read_token(token, settings)
    challenge = f'Bearer scope="{required.scope_str}"' if required.scopes else "Bearer"
    if user is None:
        raise HTTPException(401, "The token is not valid", headers={"WWW-Authenticate": challenge})
    if missing := set(required.scopes) - user.scopes:
        raise HTTPException(403, f"The token lacks the scope {', '.join(sorted(missing))}")
    return user


def get_administrator(credentials: Annotated[HTTPBasicCredentials, Depends(basic)]) -> str:
    """Give the name of a member of the staff, who came with HTTP Basic credentials."""
    scopes = check_password(credentials.username, credentials.password)
    if scopes is None:
        raise HTTPException(401, "Wrong name or password", headers={"WWW-Authenticate": 'Basic realm="back office"'})
    if "catalogue:write" not in scopes:
        raise HTTPException(403, "Only the staff may enter the back office")
    return credentials.username


def check_partner(key: Annotated[str, Depends(partner_key)], settings: CurrentSettings) -> None:
    """Refuse whoever does not know the partners' key."""
    if not same(key, settings.partner_key.get_secret_value()):
        raise HTTPException(401, "The key is not valid", headers={"WWW-Authenticate": "APIKey"})


Customer = Annotated[User, Security(get_user, scopes=["orders"])]
Editor = Annotated[User, Security(get_user, scopes=["catalogue:write"])]
Administrator = Annotated[str, Depends(get_administrator)]
