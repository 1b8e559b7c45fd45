"""Instruments over REST: read by everybody, changed by those whose they are, refused in typed words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard.api import PREFIX, RESOURCES
from dashboard.domain.access import Role
from dashboard.results.portfolios import PortfolioRef
from tests.factories import make_instrument, make_portfolio
from tests.web import csrf, make_person, signed_in

Json = Any  # what a test reads from an answer
CHIEF = "chief@example.org"


@pytest.fixture
def chief(server: Flask, portfolio: PortfolioRef) -> FlaskClient:
    """An administrator, over the small market."""
    make_person(server, CHIEF, role=Role.ADMIN)
    return signed_in(server, CHIEF)


def send(client: FlaskClient, method: str, path: str, body: Json = None) -> TestResponse:
    return client.open(f"{PREFIX}/instruments{path}", method=method, json=body, headers=csrf(client))


def as_described(name: str, response: TestResponse) -> Json:
    """The answer, which is as the OpenAPI document says."""
    assert response.status_code == 200, response.get_data(as_text=True)
    (model,) = [resource.model for resource in RESOURCES if resource.name == name]
    model.model_validate_json(response.data, strict=True)
    return response.get_json()


def test_an_administrator_changes_all_of_it(chief: FlaskClient) -> None:
    edited = as_described("instrument_edit", send(chief, "PATCH", "/AAA", {"name": "Acme", "symbols": {"ecb": "X"}}))
    assert (edited["name"], edited["symbols"], edited["edited"]) == ("Acme", {"ecb": "X"}, ["name"])
    renamed = as_described("instrument_rename", send(chief, "POST", "/AAA/rename", {"symbol": "ACME"}))
    assert (renamed["symbol"], renamed["former_symbols"]) == ("ACME", ["AAA"])
    gone = as_described("instrument_delist", send(chief, "POST", "/ACME/delist", {"date": "2024-01-05"}))
    assert (gone["state"], gone["delisted_on"]) == ("delisted", "2024-01-05")
    back = as_described("instrument_delist", send(chief, "POST", "/ACME/delist", {"date": None}))
    assert back["state"] == "active"
    asked = as_described("instrument_remap", send(chief, "POST", "/ACME/remap", {"symbol": "OTHER"}))
    assert (asked["state"], asked["provider_symbol"]) == ("unresolved", "OTHER")


def test_prices_by_hand_are_put_and_deleted(chief: FlaskClient) -> None:
    put = as_described("set_price", send(chief, "PUT", "/AAA/prices/2020-01-03", {"price": "12.5"}))
    assert put == {"date": "2020-01-03", "price": "12.5"}
    listed = as_described("manual_prices", chief.get(f"{PREFIX}/instruments/AAA/manual-prices"))
    assert listed == [put]
    as_described("unset_price", send(chief, "DELETE", "/AAA/prices/2020-01-03"))
    assert send(chief, "DELETE", "/AAA/prices/2020-01-03").status_code == 404
    for day, price in (("2020-13-01", "1"), ("2020-01-01", "-1"), ("20200101", "1"), ("2020-01-01", "x")):
        assert send(chief, "PUT", f"/AAA/prices/{day}", {"price": price}).status_code == 422, (day, price)


def test_a_merge_is_shown_then_done_then_gone(server: Flask, chief: FlaskClient) -> None:
    with server.app_context():
        make_instrument("DOUBLE", "EUR")
        make_instrument("KEPT", "EUR")
        make_instrument("DOLLARS", "USD")
    plan = as_described("instrument_merge", send(chief, "POST", "/DOUBLE/merge", {"into": "KEPT", "dry_run": True}))
    assert plan["merged"] is False
    assert as_described("instrument_merge", send(chief, "POST", "/DOUBLE/merge", {"into": "KEPT"}))["merged"] is True
    assert send(chief, "POST", "/DOUBLE/merge", {"into": "KEPT"}).status_code == 404
    refused = send(chief, "POST", "/DOLLARS/merge", {"into": "KEPT"})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "conflict")
    as_described("instrument_delete", send(chief, "DELETE", "/KEPT"))
    assert send(chief, "DELETE", "/KEPT").status_code == 404


def test_a_user_reads_and_changes_nothing_that_is_also_anothers(
    server: Flask, portfolio: PortfolioRef, signed: FlaskClient
) -> None:
    ledger = "date type symbol quantity price\n2024-01-03 buy AAA 1 1"
    with server.app_context():
        make_portfolio(make_person(server, "other@example.org"), ledger=ledger)
    assert as_described("instrument", signed.get(f"{PREFIX}/instruments/AAA"))["may_edit"] is False
    for method, path, body in (
        ("PATCH", "/AAA", {"name": "Mine"}),
        ("DELETE", "/AAA", None),
        ("POST", "/AAA/rename", {"symbol": "MINE"}),
        ("POST", "/AAA/merge", {"into": "BBB"}),
        ("POST", "/AAA/remap", {"symbol": "MINE"}),
        ("POST", "/AAA/delist", {"date": "2024-01-05"}),
        ("PUT", "/AAA/prices/2024-01-05", {"price": "1"}),
        ("DELETE", "/AAA/prices/2024-01-05", None),
    ):
        response = send(signed, method, path, body)
        assert (response.status_code, response.get_json()["code"]) == (403, "permission_denied"), f"{method} {path}"
    assert signed.open(f"{PREFIX}/instruments/AAA", method="PATCH", json={"name": "x"}).status_code == 403  # no token


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": 5}, "name"),
        ({"luck": "x"}, "luck"),
        ({"isin": "US0378331006"}, "isin"),
        ({"stale_after_days": -1}, "stale_after_days"),
        ({"symbols": {"oracle": "X"}}, "symbols"),
        ([], None),
        ("text", None),
        (None, None),
    ],
)
def test_a_wrong_body_is_refused_with_its_member(chief: FlaskClient, body: Json, field: str | None) -> None:
    response = send(chief, "PATCH", "/AAA", body)
    assert response.status_code == 422, response.get_data(as_text=True)
    assert response.get_json().get("field") == field


def test_they_are_listed_those_with_problems_alone_where_asked_for(server: Flask, chief: FlaskClient) -> None:
    with server.app_context():
        make_instrument("LOST", "EUR")
    everything = as_described("instruments", chief.get(f"{PREFIX}/instruments"))
    assert everything["total"] == len(everything["instruments"]) >= 3
    assert [one["symbol"] for one in chief.get(f"{PREFIX}/instruments?q=lost").get_json()["instruments"]] == ["LOST"]
    assert "AAA" not in json.dumps(chief.get(f"{PREFIX}/instruments?troubled=1").get_json()["instruments"])
