"""The panel of an instrument and the search at the providers, as a browser calls them."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest
from dash import Dash
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard.domain.access import SYSTEM, Actor, Role
from dashboard.domain.instruments import AssetClass, InstrumentState
from dashboard.errors import ProviderUnavailable
from dashboard.providers.base import SearchHit
from dashboard.providers.chain import ProviderChain
from dashboard.services import instruments, market_data
from tests.days import today
from tests.factories import make_instrument, make_portfolio
from tests.fakes import RecordingProvider
from tests.market_pages import make_ledger, make_market
from tests.web import dispatch, make_person, open_page, signed_in

Json = Any  # what Dash sends and answers
CHIEF = "chief@example.org"


@pytest.fixture
def chief(server: Flask, person: Actor) -> FlaskClient:
    """An administrator; the person holds AAA, and so does somebody else."""
    make_person(server, CHIEF, role=Role.ADMIN)
    with server.app_context():
        make_market(today())
        make_ledger(person, "Mine", today())
        ledger = "date type symbol quantity price\n2024-01-03 buy AAA 1 1"
        make_portfolio(make_person(server, "other@example.org"), ledger=ledger)
    return signed_in(server, CHIEF)


def call(
    app: Dash, client: FlaskClient, wanted: str, inputs: list[Json], state: list[Json], changed: str
) -> TestResponse:
    """Call the callback with the output ``wanted``."""
    name = next(name for name in app.callback_map if wanted in name)
    parts = [part.rpartition(".") for part in name.strip(".").split("...")]
    outputs: Json = [{"id": one, "property": prop} for one, _, prop in parts]
    body = {
        "output": name,
        "outputs": outputs if name.startswith("..") else outputs[0],
        "inputs": inputs,
        "state": state,
        "changedPropIds": [changed],
    }
    return dispatch(client, body)


def press(
    app: Dash, client: FlaskClient, action: str, open_for: str, fields: dict[str, Json] | None = None, **lines: str
) -> TestResponse:
    """Press a button of the panel that is open for an instrument."""
    button = {"ie-do": action}
    given, typed = fields or {}, lines

    def all_of(kind: str, named: dict[str, Json], what: str) -> list[Json]:
        return [{"id": {kind: one}, "property": what, "value": value if what == "value" else {kind: one}}
                for one, value in named.items()]  # fmt: skip

    state = [
        all_of("ie", given, "value"), all_of("ie", given, "id"),
        all_of("ie-line", typed, "value"), all_of("ie-line", typed, "id"),
        {"id": "ie-opened", "property": "data", "value": {"symbol": open_for}},
    ]  # fmt: skip
    inputs = [[{"id": button, "property": "n_clicks", "value": 1}]]
    return call(app, client, "ie-go.href", inputs, state, json.dumps(button, separators=(",", ":")) + ".n_clicks")


def text_of(response: TestResponse) -> str:
    assert response.status_code == 200, response.get_data(as_text=True)
    return json.dumps(response.get_json(), ensure_ascii=False)


def form_of(app: Dash, client: FlaskClient, symbol: str) -> str:
    opened = [{"id": "ie-opened", "property": "data", "value": {"symbol": symbol}}]
    return text_of(call(app, client, "ie-title.children", opened, [], "ie-opened.data"))


def test_an_administrator_opens_it_changes_a_field_and_the_page_is_loaded_again(
    dash_app: Dash, server: Flask, chief: FlaskClient
) -> None:
    shown = form_of(dash_app, chief, "AAA")
    assert '"ie": "isin"' in shown and "Prices by hand" in shown and '"ie-do": "plan"' in shown
    boxes = set(re.findall(r'"id": \{"ie": "(\w+)"\}', shown))
    labelled = set(re.findall(r'"htmlFor": "\{\\"ie\\":\\"(\w+)\\"\}"', shown))
    assert boxes and boxes == labelled, "a reader is told what each box is for"
    answer = text_of(press(dash_app, chief, "save", "AAA", {"name": "Acme", "symbols": "alphavantage=ACME.LON"}))
    assert '"href": "/instruments"' in answer and '"is_open": false' in answer
    with server.app_context():
        found = instruments.editable_instrument(SYSTEM, "AAA")
    assert (found.detail.name, found.symbols) == ("Acme", {"alphavantage": "ACME.LON"})


def test_what_is_wrong_is_said_in_the_panel_which_stays_open(dash_app: Dash, chief: FlaskClient) -> None:
    answer = text_of(press(dash_app, chief, "save", "AAA", {"isin": "US0378331006"}))
    assert "is not an ISIN" in answer and '"is_open"' not in answer and "href" not in answer
    assert "Choose a day." in text_of(press(dash_app, chief, "delist", "AAA", end=""))
    assert "no instrument NOWHERE" in text_of(press(dash_app, chief, "plan", "AAA", into="NOWHERE"))


def test_a_price_is_entered_and_shown_and_taken_back(dash_app: Dash, server: Flask, chief: FlaskClient) -> None:
    assert "3 Jan 2020" in text_of(press(dash_app, chief, "set", "AAA", day="2020-01-03", price="12.5"))
    with server.app_context():
        assert [(one.date, one.price) for one in instruments.prices_by_hand("AAA")] == [(date(2020, 1, 3), 12.5)]
    text_of(press(dash_app, chief, "unset 2020-01-03", "AAA"))
    assert "greater than 0" in text_of(press(dash_app, chief, "set", "AAA", day="2020-01-03", price="-1"))
    assert "is a number such as" in text_of(press(dash_app, chief, "set", "AAA", day="2020-01-03", price="dear"))


def test_a_merge_is_compared_first_then_done(dash_app: Dash, server: Flask, chief: FlaskClient) -> None:
    with server.app_context():
        make_instrument("DOUBLE", "USD")
        make_instrument("KEPT", "USD")
    assert "Merge into KEPT" in text_of(press(dash_app, chief, "plan", "DOUBLE", into="KEPT"))
    assert '"href": "/i/KEPT"' in text_of(press(dash_app, chief, "merge KEPT", "DOUBLE"))


def test_who_shares_it_sees_why_and_can_do_nothing_not_even_by_calling(
    dash_app: Dash, server: Flask, chief: FlaskClient, signed: FlaskClient
) -> None:
    shown = form_of(dash_app, signed, "AAA")
    assert "an administrator can change it" in shown and '"ie": "isin"' not in shown
    for action, lines in (
        ("save", {}), ("rename", {"symbol": "X"}), ("remap", {"remap": "X"}), ("merge BBB", {}),
        ("plan", {"into": "BBB"}),
        ("delist", {"end": "2024-01-05"}), ("relist", {}), ("delete now", {}), ("source", {"url": "https://example.org"}),
        ("set", {"day": "2024-01-05", "price": "1"}),
        ("unset 2024-01-05", {}),
    ):  # fmt: skip
        response = press(dash_app, signed, action, "AAA", {"name": "Mine"}, **lines)
        assert response.status_code == 403, action
    with server.app_context():
        assert market_data.instrument(SYSTEM, "AAA").name != "Mine"


def test_it_is_deleted_for_good_only_when_it_is_asked_twice(dash_app: Dash, server: Flask, chief: FlaskClient) -> None:
    with server.app_context():
        make_instrument("UNUSED", "USD")
    assert "cannot be brought back" in text_of(press(dash_app, chief, "delete", "UNUSED"))
    assert "AAA is in use" in text_of(press(dash_app, chief, "delete now", "AAA"))
    assert '"href": "/instruments"' in text_of(press(dash_app, chief, "delete now", "UNUSED"))


def test_an_address_is_given_in_the_panel(dash_app: Dash, server: Flask, chief: FlaskClient) -> None:
    with server.app_context():
        make_instrument("FLAT", "EUR")
    lines = {"url": "https://example.org/flat.json", "format": "json", "date_path": "d[*].t", "close_path": "d[*].v"}
    assert "is no path to a field" in text_of(
        press(dash_app, chief, "source", "FLAT", None, **lines | {"close_path": "d[x]"})
    )
    text_of(press(dash_app, chief, "source", "FLAT", None, **lines))
    with server.app_context():
        found = instruments.editable_instrument(SYSTEM, "FLAT")
    assert (found.detail.provider, found.detail.state) == ("url", "unresolved")
    assert found.address is not None and found.address.close_path == "d[*].v"


def test_one_that_nobody_quotes_is_added_from_the_empty_form(dash_app: Dash, chief: FlaskClient) -> None:
    assert '"ie": "by_hand"' in form_of(dash_app, chief, "")
    fields = {"symbol": "FLAT", "currency": "EUR", "name": "A flat", "asset_class": "other", "by_hand": True}
    assert '"href": "/i/FLAT"' in text_of(press(dash_app, chief, "save", "", fields))
    assert "an instrument FLAT already" in text_of(press(dash_app, chief, "save", "", fields))


class Silent(RecordingProvider):
    """A provider that does not answer."""

    def search(self, text: str) -> tuple[SearchHit, ...]:
        """Fail."""
        raise ProviderUnavailable("It did not answer.", provider=self.name)


def test_the_providers_are_searched_by_a_worker_and_a_hit_is_added(
    dash_app: Dash, server: Flask, chief: FlaskClient
) -> None:
    def search(ticks: int = 0) -> str:
        inputs = [
            {"id": "find-ask", "property": "n_clicks", "value": 1},
            {"id": "instruments-q", "property": "n_submit", "value": None},
            {"id": "find-poll", "property": "n_intervals", "value": ticks},
        ]
        state = [{"id": "instruments-q", "property": "value", "value": "acme works"}]
        changed = "find-poll.n_intervals" if ticks else "find-ask.n_clicks"
        return text_of(call(dash_app, chief, "find-body.children", inputs, state, changed))

    assert "The providers are asked" in search()
    assert "No worker has answered" in search(ticks=30)
    hit = SearchHit("yahoo", "ACME.L", "Acme Works", AssetClass.EQUITY, "London", "GBP")
    with server.app_context():
        instruments.search_providers(
            "acme works", chain=ProviderChain([RecordingProvider("yahoo", hits=[hit]), Silent("ecb")])
        )
    answered = search(ticks=1)
    assert "Acme Works" in answered and "ecb: It did not answer." in answered
    add = {"find-add": "yahoo ACME.L"}
    inputs = [[{"id": add, "property": "n_clicks", "value": 1}]]
    state = [{"id": "instruments-q", "property": "value", "value": "acme works"}]
    changed = json.dumps(add, separators=(",", ":")) + ".n_clicks"
    assert '"href": "/i/ACME.L"' in text_of(call(dash_app, chief, "find-go.href", inputs, state, changed))
    assert '"Open"' in search(ticks=2)


def test_a_hit_of_an_isin_that_is_here_is_added_to_the_instrument_that_has_it(
    dash_app: Dash, server: Flask, chief: FlaskClient
) -> None:
    isin = "DE0007164600"
    state = [{"id": "instruments-q", "property": "value", "value": isin}]

    def search() -> str:
        names = (("find-ask", "n_clicks"), ("instruments-q", "n_submit"), ("find-poll", "n_intervals"))
        inputs = [{"id": name, "property": prop, "value": 1} for name, prop in names]
        return text_of(call(dash_app, chief, "find-body.children", inputs, state, "find-ask.n_clicks"))

    hits = [
        SearchHit("yahoo", "SAP.DE", "SAP SE", AssetClass.EQUITY, "XETRA", "EUR"),
        SearchHit("yahoo", "SAP", "SAP SE", AssetClass.EQUITY, "NYSE", "USD"),
    ]
    with server.app_context():
        make_instrument("MINE", "EUR", provider="ecb")
        instruments.edit(SYSTEM, "MINE", {"isin": isin})
        instruments.search_providers(isin, chain=ProviderChain([RecordingProvider("yahoo", hits=hits)]))
    found = search()
    assert '"/i/MINE"' in found and '"Add to MINE"' in found and "find-join" in found
    assert " has this ISIN already, in EUR." in found and '"Add"' in found and '"Open"' not in found

    button = {"find-join": "yahoo SAP.DE"}
    inputs = [[{"id": button, "property": "n_clicks", "value": 1}]]
    (output,) = (name for name, known in dash_app.callback_map.items() if "find-join" in str(known["inputs"]))
    changed = json.dumps(button, separators=(",", ":")) + ".n_clicks"
    assert '"href": "/i/MINE"' in text_of(call(dash_app, chief, output, inputs, state, changed))
    with server.app_context():
        assert instruments.editable_instrument(SYSTEM, "MINE").symbols == {"yahoo": "SAP.DE"}
    found = search()
    assert '"Open"' in found and '"Add to MINE"' not in found


def test_what_needs_attention_is_listed_first(server: Flask, chief: FlaskClient) -> None:
    with server.app_context():
        make_instrument("ZLOST", "EUR", state=InstrumentState.NOT_FOUND)
        instruments.delist(SYSTEM, "BBB", date(2024, 1, 5))
    text = json.dumps(open_page(chief, "/instruments").get_json())
    assert text.index('"symbol": "ZLOST"') < text.index('"symbol": "AAA"')
    delisted = json.dumps(open_page(chief, "/instruments", "?show=delisted").get_json())
    assert '"symbol": "BBB"' in delisted and '"symbol": "AAA"' not in delisted
