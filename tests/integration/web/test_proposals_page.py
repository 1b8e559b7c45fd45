"""The card of proposals on the income page: listed, accepted, dismissed, undone, and the rules beside them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from dash import Dash
from flask import Flask
from flask.testing import FlaskClient

from dashboard.domain.access import SYSTEM, Actor, Role, UserId
from dashboard.domain.proposals import ProposalState
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.proposals import ProposalBoard
from dashboard.services import actions, imports, market_data
from tests.days import days_ago, today
from tests.factories import ledger_file, make_portfolio
from tests.market_pages import make_ledger, make_market
from tests.web import dispatch, make_person, open_page, signed_in


@pytest.fixture
def own(dash_app: Dash, server: Flask, person: Actor) -> PortfolioRef:
    """A portfolio that is due two dividends of AAA."""
    with server.app_context():
        make_market(today())
        made = make_ledger(person, "Mine", today())
        text = f"symbol,date,amount,currency\nAAA,{days_ago(200)},0.25,EUR\nAAA,{days_ago(20)},0.3,EUR\n"
        market_data.import_prices(SYSTEM, text.encode(), "dividends.csv")
    return made


def page(client: FlaskClient, slug: str = "mine") -> str:
    """The page's layout as text."""
    response = open_page(client, f"/p/{slug}/income")
    assert response.status_code == 200
    return json.dumps(response.get_json(), ensure_ascii=False)


def board(server: Flask, portfolio: PortfolioRef) -> ProposalBoard:
    with server.app_context():
        return actions.board(SYSTEM, portfolio.id)


def badges(client: FlaskClient) -> int:
    """How many pages of the menu say that they have problems."""
    return len(re.findall(r"\d+ problems", json.dumps(client.get("/_dash-layout").get_json())))


def send(app: Dash, client: FlaskClient, source: str, value: Any, slug: str = "mine") -> tuple[int, str]:
    """Call the callback that writes when ``source`` (component.property) changes; the status and the answer's text."""
    component, _, prop = source.partition(".")
    name = next(
        name
        for name, entry in app.callback_map.items()
        if name.startswith("actions-changed.data") and entry["inputs"] == [{"id": component, "property": prop}]
    )
    body = {
        "output": name,
        "outputs": {"id": "actions-changed", "property": name.partition(".")[2]},
        "inputs": [{"id": component, "property": prop, "value": value}],
        "state": [
            {"id": "actions-changed", "property": "data", "value": None},
            {"id": "address", "property": "data", "value": {"slug": slug}},
        ],
        "changedPropIds": [source],
    }
    response = dispatch(client, body)
    return response.status_code, response.get_data(as_text=True)


def test_what_is_due_stands_first_with_its_amount_and_why_no_tax_is_taken_off(
    signed: FlaskClient, own: PortfolioRef
) -> None:
    text = page(signed)
    assert "2 dividends to book" in text
    assert text.index("actions-card") < text.index("income-months")
    assert '"amount": 25.0' in text and '"amount": 18.0' in text
    assert "No withholding rate is set" in text
    assert "NaN" not in text


def test_accepting_books_and_the_notice_takes_it_back(
    dash_app: Dash, server: Flask, signed: FlaskClient, own: PortfolioRef
) -> None:
    newest = board(server, own).proposals[0]
    status, text = send(dash_app, signed, "actions-asked.data", {"what": "accept", "ids": [newest.id]})
    assert status == 200 and "1 proposal booked." in text and f"actions:{newest.id}" in text
    assert "1 dividend to book" in page(signed)
    status, text = send(dash_app, signed, "notice-action.data", {"id": f"actions:{newest.id}", "at": 1})
    assert "1 proposal to be decided again." in text
    assert "2 dividends to book" in page(signed)


def test_all_are_accepted_and_the_rules_are_at_the_foot_then(
    dash_app: Dash, server: Flask, signed: FlaskClient, own: PortfolioRef
) -> None:
    assert "2 proposals booked." in send(dash_app, signed, "actions-asked.data", {"what": "all"})[1]
    text = page(signed)
    assert "all 2 that the market paid are booked" in text
    assert text.index("income-months") < text.index("actions-card")


def test_dismissed_ones_are_gone(dash_app: Dash, server: Flask, signed: FlaskClient, own: PortfolioRef) -> None:
    ids = [one.id for one in board(server, own).proposals]
    assert "2 proposals dismissed." in send(dash_app, signed, "actions-asked.data", {"what": "dismiss", "ids": ids})[1]
    assert board(server, own).count(ProposalState.DISMISSED) == 2
    text = page(signed)
    assert "to book" not in text and "Show 2 dismissed again" in text
    assert "2 proposals to be decided again." in send(dash_app, signed, "actions-asked.data", {"what": "restore"})[1]
    assert "2 dividends to book" in page(signed)


def test_the_rule_and_the_tax_are_set_and_the_page_telling_its_own_values_sets_nothing(
    dash_app: Dash, server: Flask, signed: FlaskClient, own: PortfolioRef
) -> None:
    assert send(dash_app, signed, "actions-rule.value", "ask")[0] == 204
    assert send(dash_app, signed, "actions-withheld.value", None)[0] == 204
    assert "Rule changed" in send(dash_app, signed, "actions-rule.value", "accept-reinvest")[1]
    assert send(dash_app, signed, "actions-withheld.value", 26.375)[0] == 200
    found = board(server, own)
    assert str(found.rates[None, ""]) == "0.26375"
    assert [str(one.tax) for one in found.proposals] == ["4.75", "6.59"]
    assert '"value": "accept-reinvest"' in page(signed)
    assert send(dash_app, signed, "actions-rule.value", "accept-reinvest")[0] == 204
    assert "it is a share, from 0 to 1" in send(dash_app, signed, "actions-withheld.value", 120)[1]


@pytest.mark.parametrize(
    "asked", [{"what": "accept", "ids": []}, {"what": "accept", "ids": "x"}, {"what": "accept", "ids": ["x"]}, {}]
)
def test_what_is_no_proposal_changes_nothing(
    dash_app: Dash, server: Flask, signed: FlaskClient, own: PortfolioRef, asked: Any
) -> None:
    send(dash_app, signed, "actions-asked.data", asked)
    assert board(server, own).count(ProposalState.OPEN) == 2


def test_a_stranger_decides_nothing(dash_app: Dash, server: Flask, own: PortfolioRef) -> None:
    make_person(server, "other@example.org")
    stranger = signed_in(server, "other@example.org")
    for source, value in (
        ("actions-asked.data", {"what": "all"}),
        ("actions-rule.value", "accept"),
        ("actions-withheld.value", 10),
    ):
        assert send(dash_app, stranger, source, value)[0] == 404
    assert board(server, own).count(ProposalState.OPEN) == 2


def test_the_menu_counts_what_differs_and_nothing_else(server: Flask, person: Actor, signed: FlaskClient) -> None:
    with server.app_context():
        made = make_portfolio(person, "Mine")
        rows = f"date type symbol quantity price currency amount\n{days_ago(209)} buy AAA 10 5 EUR -\n"
        rows += f"{days_ago(200)} dividend AAA - - EUR 4\n"
        imports.commit(SYSTEM, made.id, ledger_file(rows), "own.csv")
        market_data.import_prices(SYSTEM, f"symbol,date,amount,currency\nAAA,{days_ago(200)},1,EUR\n".encode(), "d.csv")
        before = badges(signed)  # there are no prices: data quality says so
        actions.follow(made.id)
    assert badges(signed) == before + 1
    assert "1 differs from what is booked" in page(signed)
    with server.app_context():  # an administrator decides about prices, not about the ledgers of others
        assert actions.problems(Actor(UserId(0), role=Role.ADMIN)) == 0
