"""Where an app is stuck."""

from __future__ import annotations

import asyncio
import threading

import apps
import pytest

from asgitest.testclient import DeadlineExceeded, TestClient
from asgitest.testclient.asgi import HTTPExchange, build_http_scope
from asgitest.testclient.driver import make_driver
from asgitest.testclient.stuck import describe_stuck


async def inner():
    await asyncio.sleep(60)  # the innermost line


async def waiting(scope, receive, send):
    assert scope["type"] == "http"
    await apps.read_body(receive)
    await inner()


def report_of(app, **options):
    with pytest.raises(DeadlineExceeded) as caught:
        TestClient(app, timeout=0.2, **options).get("/")
    return caught.value.report


@pytest.mark.parametrize("options", [{}, {"driver": "thread"}, {"backend": "trio"}], ids=["baton", "thread", "trio"])
def test_the_await_chain_names_file_line_and_function(options):
    async def sleepy(scope, receive, send):
        import anyio  # noqa: PLC0415 - one app for both kinds of loop

        assert scope["type"] == "http"
        await anyio.sleep(60)  # the line of the sleep

    report = report_of(sleepy, **options)

    assert "the app awaits:" in report
    assert f"{__file__}:" in report
    assert "await anyio.sleep(60)" in report


def test_the_chain_goes_from_the_app_inwards():
    report = report_of(waiting)

    assert report.index("await inner()") < report.index("await asyncio.sleep(60)")


def test_the_last_messages_are_shown():
    report = report_of(waiting)

    assert "  messages:" in report
    assert "#1 -> http.request" in report


def test_a_busy_worker_thread_is_shown_with_its_line():
    release = threading.Event()

    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await asyncio.to_thread(blocked)

    def blocked():
        release.wait(60)  # the line of the worker

    try:
        report = report_of(app)
    finally:
        release.set()

    assert "worker threads:" in report
    assert "release.wait(60)" in report


def test_an_app_that_has_not_begun_has_no_chain_and_no_message():
    driver = make_driver("baton")
    driver.open()
    exchange = HTTPExchange(build_http_scope())
    try:
        assert describe_stuck(driver, None, exchange.trace) == "  no message yet"
        assert describe_stuck(driver, None, exchange.trace, messages=0) == ""
    finally:
        driver.close()
