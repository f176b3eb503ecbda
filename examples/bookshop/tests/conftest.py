"""Clients for the bookshop: one with its lifespan running, and the headers of a customer and of the staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from asgitest.testclient import TestClient
from examples.bookshop import create_app
from examples.bookshop.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastapi import FastAPI

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
def app(receiver: Receiver) -> FastAPI:
    return create_app(Settings(), outgoing_transport=receiver)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    # https, because the cookies of the shop are for https only.
    with TestClient(app, base_url="https://testserver") as client:
        yield client


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
