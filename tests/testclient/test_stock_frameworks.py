"""What is said about stock apps of seven frameworks: what is wrong in those frameworks, and nothing else."""

from __future__ import annotations

import gc
import logging
import warnings

import pytest

from asgitest.testclient import TestClient
from tests.testclient.driving import rules
from tests.testclient.stock import STOCK, visit

KNOWN: dict[str, dict[str, set[str]]] = {
    "starlette": {},
    # The reason of the close after a validation error is a list of dicts.
    "fastapi": {"error": {"ASGI-WS-012"}},
    # It answers a lost connection by closing with the code that it was told: 1005 or 1006.
    "litestar": {"error": {"ASGI-WS-011"}},
    "quart": {"warning": {"ASGI-HTTP-030"}},
    "django": {"warning": {"ASGI-HTTP-013", "ASGI-HTTP-030"}},
    "falcon": {},
    # Its static files have content-length twice in the response to HEAD.
    "blacksheep": {"warning": {"ASGI-HTTP-013", "ASGI-HTTP-018", "ASGI-HTTP-030"}, "error": {"ASGI-HTTP-026"}},
}


# Quart accepts in one task and receives in another; which comes first is not the same in all versions of Python.
BY_CHANCE = {"quart": {"ASGI-WS-002"}}


# Python 3.13 says that Litestar's compressed streams are not closed when their client has left.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <gzip:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("profile", ["uvicorn", "hypercorn", "spec"])
@pytest.mark.parametrize("framework", STOCK)
def test_a_stock_app_breaks_only_what_its_framework_breaks(
    framework: str, profile: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A false alarm here is one in every suite that uses the framework."""
    caplog.set_level(logging.CRITICAL)
    app = STOCK[framework]()
    client = TestClient(app, validate="warn", raise_server_exceptions=False, profile=profile, follow_redirects=False)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        visit(client, lifespan=framework != "django")
        gc.collect()  # Django leaves the body's file open when the client has left

    found = {
        level: rules(client.findings, levels=(level,)) - BY_CHANCE.get(framework, set())
        for level in ("error", "warning")
    }
    assert found == {level: KNOWN[framework].get(level, set()) for level in ("error", "warning")}
    assert rules(client.findings, levels=("info",)) <= {"ASGI-APP-004", "ASGI-HTTP-028"}
