"""The bookshop for the fixtures of the plugin: a fresh shop for each test; the headers of a customer and the staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from examples.bookshop import create_app
from examples.bookshop.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI

    from asgitest.testclient import TestClient

KAFKA = "9780241950425"
SOLD_OUT = "9780571334650"


class Receiver(httpx.AsyncBaseTransport):
    """Stands where the network would be, keeps what the shop sends, and answers with *status*."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.status = 200
        self.error: Exception | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        if self.error is not None:
            raise self.error
        return httpx.Response(self.status, json={"ok": True})


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def asgi_app(receiver: Receiver) -> FastAPI:
    return create_app(Settings(), outgoing_transport=receiver)


@pytest.fixture
def app(asgi_app: FastAPI) -> FastAPI:
    return asgi_app


@pytest.fixture
def client(asgi_client_factory: Callable[..., TestClient]) -> TestClient:
    # https, because the cookies of the shop are for https only.
    return asgi_client_factory(base_url="https://testserver")


@pytest.fixture
def log_in(client: TestClient) -> Callable[..., dict[str, str]]:
    """Give the headers of a user who has logged in."""

    def log_in(name: str, password: str, **form: Any) -> dict[str, str]:
        answer = client.post("/token", data={"username": name, "password": password, **form})
        client.cookies.clear()
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    return log_in


@pytest.fixture
def customer(log_in: Callable[..., dict[str, str]]) -> dict[str, str]:
    return log_in("ada", "lovelace")


@pytest.fixture
def staff(log_in: Callable[..., dict[str, str]]) -> dict[str, str]:
    return log_in("grace", "hopper")
