"""Dataclasses in and out, streams, server-sent events, HTTP Basic."""

from __future__ import annotations

import json

import pytest

KAFKA = "9780241950425"


@pytest.fixture
def orders(client, customer):
    """Three orders stand in the books, the last beyond the stock."""
    for quantity in (1, 2, 3):
        client.post("/orders", json={"isbn": KAFKA, "quantity": quantity}, headers=customer)


@pytest.mark.usefixtures("orders")
def test_the_summary_is_made_of_dataclasses(client, staff):
    assert client.get("/reports/summary", headers=staff).json() == {
        "orders": 3,
        "total_cents": 6300,
        "lines": [{"isbn": KAFKA, "copies": 6, "total_cents": 6300}],
    }


def test_a_dataclass_is_validated_as_a_body(client, staff):
    good = client.post("/reports/forecast", json={"isbn": KAFKA, "price_cents": 500, "copies": 3}, headers=staff)
    bad = client.post("/reports/forecast", json={"isbn": KAFKA, "price_cents": 500, "copies": 0}, headers=staff)

    assert good.json() == {"isbn": KAFKA, "income_cents": 1500}
    assert bad.status_code == 422


@pytest.mark.usefixtures("orders")
def test_the_export_for_spreadsheets_is_a_download(client, staff):
    export = client.get("/reports/orders.csv", headers=staff)

    assert export.headers["content-type"] == "text/csv; charset=utf-8"
    assert "orders.csv" in export.headers["content-disposition"]
    assert export.text.splitlines()[1] == f"1,{KAFKA},1,1050,confirmed"


@pytest.mark.usefixtures("orders")
def test_json_lines_arrive_one_by_one(client, staff):
    with client.stream("GET", "/reports/orders.jsonl", headers=staff) as response:
        states = [json.loads(line)["state"] for line in response.iter_lines()]

    assert response.headers["content-type"] == "application/jsonl"
    assert states == ["confirmed", "confirmed", "backordered"]


def events(client, headers, **params):
    with client.stream("GET", "/reports/events", headers=headers, params=params) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        return [line.removeprefix("id: ") for line in response.iter_lines() if line.startswith("id:")]


@pytest.mark.usefixtures("orders")
def test_events_are_sent_with_their_ids(client, staff):
    assert events(client, staff) == ["1", "2", "3"]
    assert events(client, staff, after=2) == ["3"]


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize(
    ("last", "rest"),
    [("1", ["2", "3"]), ("x", ["1", "2", "3"]), ("9" * 50, ["1", "2", "3"]), ("\xb2", ["1", "2", "3"])],
)
def test_a_browser_that_comes_back_gets_the_rest(client, staff, last, rest):
    assert events(client, {**staff, "Last-Event-ID": last.encode("latin-1")}) == rest


def test_a_stream_can_be_left_early(client, staff, customer):
    for _ in range(120):
        client.post("/orders", json={"isbn": KAFKA, "quantity": 1}, headers=customer)

    with client.stream("GET", "/reports/orders.jsonl", headers=staff) as response:
        first = next(response.iter_lines())

    assert json.loads(first)["id"] == 1
    assert client.get("/admin/health").status_code == 200


def test_reports_are_for_the_staff(client, customer):
    assert client.get("/reports/summary", headers=customer).status_code == 403
    assert client.get("/reports/events").status_code == 401


def test_the_back_office_asks_for_a_password(client):
    refused = client.get("/admin/office")
    wrong = client.get("/admin/office", auth=("grace", "wrong"))
    odd = client.get("/admin/office", headers={"Authorization": "Basic ////"})

    for answer in (refused, wrong, odd):
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Basic realm="back office"')


def test_the_back_office_knows_who_asks_from_where(client):
    office = client.get("/admin/office", auth=("grace", "hopper")).json()

    assert (office["administrator"], office["client"], office["books"]) == ("grace", "testclient", 4)


def test_the_back_office_is_for_the_staff(client):
    assert client.get("/admin/office", auth=("ada", "lovelace")).status_code == 403
