"""Words of the source as credentials."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import APIKeyHeader, HTTPBasic, HTTPBearer, OAuth2PasswordBearer, OAuth2PasswordRequestForm

from asgitest.conformance.engine.credentials import find_credentials
from asgitest.conformance.execute import Executor
from asgitest.conformance.inventory import build_inventory
from asgitest.conformance.target import target_of

WORDS = ("/path", "two words", "ann", "s3cret", "other")


def found(scheme: Any, allow: Any, words: tuple[str, ...] = WORDS, *, login: Any = None) -> Any:
    """Search in an app with one operation that *allow* decides about."""
    app = FastAPI()
    if login is not None:
        app.post("/login")(login)

    depends = Depends(scheme)

    def who(given: Any = depends) -> None:
        if not allow(given):
            raise HTTPException(401)

    @app.get("/secret", dependencies=[Depends(who)])
    async def secret() -> str:
        return "s"

    inventory = build_inventory(target_of(app))
    with Executor(app) as executor:
        return find_credentials(executor, inventory.operations, schemes=inventory.security_schemes, literals=words)


@pytest.mark.parametrize(
    ("scheme", "allow", "header"),
    [
        (HTTPBearer(), lambda given: given.credentials == "s3cret", ("Authorization", "Bearer s3cret")),
        (APIKeyHeader(name="X-Key"), lambda given: given == "s3cret", ("X-Key", "s3cret")),
        (
            HTTPBasic(),
            lambda given: (given.username, given.password) == ("ann", "s3cret"),
            ("Authorization", "Basic YW5uOnMzY3JldA=="),
        ),
    ],
)
def test_what_an_app_compares_with_opens_it(scheme: Any, allow: Any, header: tuple[str, str]) -> None:
    """Tokens, keys, and pairs of a name and a password."""
    credentials = found(scheme, allow)

    assert [dict(one.headers) for one in credentials.identities] == [dict([header])]
    assert credentials.closed == ()


def test_a_login_is_tried_with_pairs_of_words() -> None:
    """What it gives under the name of a token is one."""

    def login(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> dict[str, str]:
        if (form.username, form.password) != ("ann", "s3cret"):
            raise HTTPException(400)
        return {"access_token": "t" * 30, "token_type": "bearer"}

    credentials = found(OAuth2PasswordBearer(tokenUrl="login"), lambda given: given == "t" * 30, login=login)

    assert [dict(one.headers) for one in credentials.identities] == [{"Authorization": "Bearer " + "t" * 30}]


def test_what_nothing_opens_is_told() -> None:
    """So that the run can say so."""
    assert found(HTTPBearer(), lambda _given: False).closed == ("GET /secret",)
    assert found(HTTPBearer(), lambda _given: False).identities == ()
