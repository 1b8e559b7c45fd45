"""The overview's allocation card as the server gives it: the switch that looks through funds, and what it shows."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from dash import Dash
from flask import Flask
from flask.testing import FlaskClient

from dashboard.domain.access import Actor
from tests.days import today
from tests.factories import make_composition
from tests.integration.web.forging import ADDRESS, body, served
from tests.market_pages import make_ledger, make_market
from tests.web import dispatch, open_page


@pytest.fixture
def mine(dash_app: Dash, server: Flask, person: Actor) -> str:
    """The person's portfolio, of which no fund has said what it holds."""
    with server.app_context():
        make_market(today())
        return make_ledger(person, "Mine", today()).slug


def page(client: FlaskClient, search: str) -> str:
    """The overview as text; its components' properties in one order."""
    response = open_page(client, "/p/mine", search)
    assert response.status_code == 200
    return json.dumps(response.get_json(), ensure_ascii=False)


def is_offered(text: str) -> bool:
    """Whether the switch is there to be seen."""
    (hidden,) = re.findall(r'"id": "allocation-look", "hidden": (true|false)', text)
    return str(hidden) == "false"


def test_the_switch_is_offered_once_a_fund_has_told_its_sectors_and_then_at_once(
    server: Flask, signed: FlaskClient, mine: str
) -> None:
    assert not is_offered(page(signed, "?by=sector&look=funds"))
    with server.app_context():
        make_composition("BBB", date(2026, 2, 3), "sector 0.7 - Energy", "sector 0.2 - Utilities")
    assert not is_offered(page(signed, ""))
    plain = page(signed, "?by=sector")
    assert is_offered(plain) and "Energy" not in plain
    through = page(signed, "?by=sector&look=funds")
    assert is_offered(through)
    for told in ("Energy", "Utilities", "BBB, not described", "Described on 03 Feb 2026; ", "part:Energy:BBB"):
        assert told in through, told
    with server.app_context():
        make_composition("BBB", date(2026, 3, 4), "sector 0.9 - Energy", "sector 0.2 - Utilities")
    scaled = page(signed, "?by=sector&look=funds")
    assert "The sectors of BBB sum to 110.00 % of it: each was scaled." in scaled
    assert "Described on 04 Mar 2026; 0.0% is not described." in scaled


@pytest.mark.parametrize(
    ("by", "look", "hidden", "told"),
    [("sector", ["funds"], False, True), ("sector", [], False, False), ("class", ["funds"], True, False)],
)
def test_the_card_is_drawn_anew_for_the_choice(
    dash_app: Dash, server: Flask, signed: FlaskClient, mine: str, by: str, look: list[str], hidden: bool, told: bool
) -> None:
    with server.app_context():
        make_composition("BBB", date(2026, 2, 3), "sector 0.7 - Energy")
    output = next(name for name in served(dash_app) if "allocation-body.children" in name)
    values = {ADDRESS: {"path": "/p/mine", "slug": mine}, "by.value": by, "look.value": look}
    response = dispatch(signed, body(dash_app, output, values))
    assert response.status_code == 200
    answer = response.get_json()["response"]
    assert answer["allocation-look"] == {"hidden": hidden}
    assert ("BBB, not described" in json.dumps(answer["allocation-body"])) is told
