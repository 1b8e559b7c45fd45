"""Corporate actions by the REST API: listed, decided about and ruled, each write by the owner alone."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard.api import PREFIX, RESOURCES
from dashboard.domain.access import SYSTEM, Actor
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import market_data
from tests.factories import make_portfolio
from tests.web import csrf, make_person, signed_in

LEDGER = """
    date        type     symbol  quantity  price  amount  currency
    2024-01-02  deposit  -       -         -      5000    EUR
    2024-01-03  buy      AAA     20        50     -       EUR
"""
FACTS = b"symbol,date,amount,currency\nAAA,2024-02-09,0.24,EUR\nAAA,2024-05-10,0.25,EUR\n"


@pytest.fixture
def own(server: Flask, person: Actor) -> PortfolioRef:
    """A portfolio that is due two dividends."""
    with server.app_context():
        made = make_portfolio(person, "Mine", ledger=LEDGER)
        market_data.import_prices(SYSTEM, FACTS, "dividends.csv")
    return made


def read(client: FlaskClient, portfolio: PortfolioRef, query: str = "") -> Any:
    """What is proposed, held against the OpenAPI model."""
    response = client.get(f"{PREFIX}/portfolios/{portfolio.id}/actions{query}")
    assert response.status_code == 200
    (model,) = [resource.model for resource in RESOURCES if resource.name == "actions"]
    model.model_validate_json(response.data, strict=True)
    return response.get_json()


def write(client: FlaskClient, portfolio: PortfolioRef, body: Any, rest: str = "") -> TestResponse:
    return client.post(f"{PREFIX}/portfolios/{portfolio.id}/actions{rest}", json=body, headers=csrf(client))


def test_a_dividend_is_listed_accepted_and_taken_back(signed: FlaskClient, own: PortfolioRef) -> None:
    newest, oldest = read(signed, own)["proposals"]
    assert (newest["date"], newest["amount"], newest["per_unit"]) == ("2024-05-10", "5", "0.25")
    answer = write(signed, own, {"accept": [newest["id"]], "dismiss": [oldest["id"]]}).get_json()
    (row,) = answer["accepted"]["transactions"]
    (model,) = [resource.model for resource in RESOURCES if resource.name == "decideActions"]
    model.model_validate(answer, strict=True)
    assert read(signed, own)["proposals"] == []
    accepted, _ = read(signed, own, "?all=1")["proposals"]
    assert (accepted["state"], [booked["id"] for booked in accepted["booked"]]) == ("accepted", [row])
    again = write(signed, own, {"accept": [newest["id"]]}).get_json()["accepted"]
    assert (again["transactions"], again["already"]) == ([], 1)
    write(signed, own, {"reopen": [newest["id"], oldest["id"]]})
    assert read(signed, own)["counts"]["open"] == 2
    assert len(write(signed, own, {"accept_all": True}).get_json()["accepted"]["transactions"]) == 2


def test_rules_and_rates_are_set_and_dropped(signed: FlaskClient, own: PortfolioRef) -> None:
    ruled = write(signed, own, {"rule": "ignore", "symbol": "AAA"}, "/rules").get_json()
    assert ruled["rules"] == [{"kind": "dividend", "symbol": "AAA", "rule": "ignore", "reinvest": False}]
    assert ruled["counts"]["ignored"] == 2
    assert write(signed, own, {"rule": None, "symbol": "AAA"}, "/rules").get_json()["counts"]["open"] == 2
    taxed = write(signed, own, {"rate": "0.25"}, "/withholding").get_json()
    assert taxed["withholding"] == [{"account": None, "country": "", "rate": 0.25}]
    assert [one["tax"] for one in taxed["proposals"]] == ["1.25", "1.2"]
    assert write(signed, own, {"rate": None}, "/withholding").get_json()["withholding"] == []


@pytest.mark.parametrize(
    ("rest", "body", "status"),
    [
        ("", {}, 422),
        ("", {"accept": ["nothing"]}, 404),
        ("", {"accept": "all"}, 422),
        ("", {"accept": ["x"], "accept_all": True}, 422),
        ("", {"book": []}, 422),
        ("", [], 422),
        ("/rules", {"rule": "perhaps"}, 422),
        ("/rules", {}, 422),
        ("/rules", {"rule": "ask", "symbol": "NONE"}, 404),
        ("/rules", {"rule": "accept", "kind": "split", "reinvest": True}, 422),
        ("/withholding", {"rate": "1.5"}, 422),
        ("/withholding", {"rate": "NaN"}, 422),
        ("/withholding", {"rate": "0.1", "account": "Z"}, 404),
    ],
)
def test_a_wrong_body_is_refused_with_its_reason(
    signed: FlaskClient, own: PortfolioRef, rest: str, body: Any, status: int
) -> None:
    response = write(signed, own, body, rest)
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert response.get_json()["detail"]


def test_another_person_finds_nothing_and_a_write_without_the_token_is_refused(
    server: Flask, signed: FlaskClient, own: PortfolioRef
) -> None:
    make_person(server, "other@example.org")
    stranger = signed_in(server, "other@example.org")
    assert stranger.get(f"{PREFIX}/portfolios/{own.id}/actions").status_code == 404
    for rest, body in (("", {"accept_all": True}), ("/rules", {"rule": "accept"}), ("/withholding", {"rate": "0.1"})):
        assert write(stranger, own, body, rest).status_code == 404
        assert signed.post(f"{PREFIX}/portfolios/{own.id}/actions{rest}", json=body).status_code == 403
