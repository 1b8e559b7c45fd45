"""The page of data quality: everybody sees what is wrong with what he trades, administrators decide."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from dash import Dash
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard.domain.access import SYSTEM, Actor, Role
from dashboard.results.price_quality import FindingGroup, FindingState
from dashboard.results.restatements import PortfolioEffect
from dashboard.services import market_data, price_quality, restatements
from jobs.quality import check_prices
from jobs.runtime import use
from pages.quality import restatements as restated
from tests.days import today
from tests.market_pages import make_ledger, make_market, price_file, weekday_before
from tests.web import dispatch, make_person, open_page, signed_in

PATH = "/admin/data-quality"
ADMIN = "chief@example.org"


def spoil(symbol: str, wrong: int = 3) -> None:
    """Import a symbol's prices again with some closes in the middle a hundred times too large."""
    header, *rows = price_file(symbol, weekday_before(today())).decode().split("\n")
    for place in range(200, 200 + wrong):
        cells = rows[place].split(",")
        rows[place] = ",".join([*cells[:2], *(str(float(cell) * 100) for cell in cells[2:6]), *cells[6:]])
    market_data.import_prices(SYSTEM, "\n".join([header, *rows]).encode(), "spoiled.csv")


@pytest.fixture
def spoiled(server: Flask, person: Actor) -> None:
    """The person trades AAA, of which three closes are wrong; nobody trades ZZZ, of which one is."""
    make_person(server, ADMIN, role=Role.ADMIN)
    with server.app_context():
        make_market(today())
        make_ledger(person, "Mine", today())
        spoil("AAA")
        spoil("ZZZ", 1)


def group_of(server: Flask, symbol: str) -> FindingGroup:
    """The findings of a symbol whose bars have the wrong unit."""
    with server.app_context():
        groups = price_quality.report(SYSTEM).groups
    (found,) = [group for group in groups if group.first.symbol == symbol and group.first.kind == "scale"]
    return found


def press(app: Dash, client: FlaskClient, what: str, number: object) -> int:
    """Press a button of a row; the status of the answer."""
    name = next(name for name in app.callback_map if name.startswith("quality-changed.data@"))
    body = {
        "output": name,
        "outputs": {"id": "quality-changed", "property": name.partition(".")[2]},
        "inputs": [[{"id": {"finding": what, "number": number}, "property": "n_clicks", "value": 1}]],
        "state": [{"id": "quality-changed", "property": "data", "value": None}],
        "changedPropIds": [json.dumps({"finding": what, "number": number}, separators=(",", ":")) + ".n_clicks"],
    }
    return dispatch(client, body).status_code


def call(app: Dash, client: FlaskClient, trigger: str, property_name: str) -> TestResponse:
    """Call the callback that a component's property triggers alone."""
    wanted = [{"id": trigger, "property": property_name}]
    (name,) = [name for name, known in app.callback_map.items() if known["inputs"] == wanted]
    outputs = [dict(zip(("id", "property"), part.rsplit(".", 1), strict=True)) for part in name.strip(".").split("...")]
    body = {
        "output": name,
        "outputs": outputs,
        "inputs": [{**wanted[0], "value": 1}],
        "state": [{**state, "value": None} for state in app.callback_map[name]["state"]],
        "changedPropIds": [f"{trigger}.{property_name}"],
    }
    return dispatch(client, body)


def shown(client: FlaskClient, search: str = "") -> str:
    """The page as text."""
    return json.dumps(open_page(client, PATH, search).get_json(), ensure_ascii=False)


@pytest.mark.usefixtures("spoiled")
def test_a_person_sees_what_is_wrong_with_what_he_trades_and_no_buttons(server: Flask, signed: FlaskClient) -> None:
    text = shown(signed)
    assert "AAA · Mine" in text and "100 times too large" in text and "3 days to" in text
    assert "ZZZ" not in text
    assert '"finding": "accept"' not in text and "quality-check" not in text


@pytest.mark.usefixtures("spoiled")
def test_a_person_decides_nothing_not_even_by_calling_the_callback(
    dash_app: Dash, server: Flask, signed: FlaskClient
) -> None:
    number = str(group_of(server, "AAA").first.id)
    assert [press(dash_app, signed, what, number) for what in ("accept", "repair")] == [403, 403]
    assert group_of(server, "AAA").first.state is FindingState.QUARANTINED


@pytest.mark.usefixtures("spoiled")
def test_an_administrator_repairs_all_of_a_row(dash_app: Dash, server: Flask) -> None:
    client = signed_in(server, ADMIN)
    assert "ZZZ · In no portfolio" in shown(client)
    assert press(dash_app, client, "repair", str(group_of(server, "AAA").first.id)) == 200
    repaired = group_of(server, "AAA")
    assert [item.state for item in repaired.items] == [FindingState.REPAIRED] * 3
    assert repaired.first.decided_by == ADMIN
    with server.app_context():
        closes = market_data.bars("AAA").close
    assert closes.max() < 200
    text = shown(client)
    assert "AAA · Mine" not in text
    assert "Repaired" in text and f"{ADMIN}" in text  # the log of what was changed says by whom
    assert f"{ADMIN}, " in shown(client, "?show=decided")


@pytest.mark.usefixtures("spoiled")
def test_an_administrator_accepts_what_came(dash_app: Dash, server: Flask) -> None:
    client = signed_in(server, ADMIN)
    assert press(dash_app, client, "accept", str(group_of(server, "ZZZ").first.id)) == 200
    with server.app_context():
        assert market_data.bars("ZZZ").close.max() > 10_000


@pytest.mark.usefixtures("spoiled")
def test_a_decision_is_changed_by_the_other_one(dash_app: Dash, server: Flask) -> None:
    client, number = signed_in(server, ADMIN), str(group_of(server, "AAA").first.id)
    for what, other in (("repair", "accept"), ("accept", "repair"), ("repair", "accept")):
        assert press(dash_app, client, what, number) == 200
        decided = shown(client, "?show=decided")
        assert f'"finding": "{other}"' in decided and f'"finding": "{what}"' not in decided
        with server.app_context():
            assert bool(market_data.bars("AAA").close.max() > 10_000) is (what == "accept")


@pytest.mark.usefixtures("spoiled")
def test_what_is_counted_by_portfolio_follows_a_decision(dash_app: Dash, server: Flask) -> None:
    client = signed_in(server, ADMIN)
    wanted = [{"id": "view", "property": "data"}, {"id": "quality-changed", "property": "data"}]
    (name,) = [name for name, known in dash_app.callback_map.items() if known["inputs"] == wanted]

    def by_portfolio() -> str:
        outputs = [
            dict(zip(("id", "property"), one.rsplit(".", 1), strict=True)) for one in name.strip(".").split("...")
        ]
        inputs = [{**wanted[0], "value": ""}, {**wanted[1], "value": 1}]
        body = {"output": name, "outputs": outputs, "inputs": inputs, "changedPropIds": ["quality-changed.data"]}
        answer = dispatch(client, body).get_json()["response"]["quality-by-portfolio"]["children"]
        return json.dumps(answer, ensure_ascii=False)

    assert "3\u00a0quarantined" in by_portfolio()
    assert press(dash_app, client, "repair", str(group_of(server, "AAA").first.id)) == 200
    assert "quarantined" not in by_portfolio()


@pytest.mark.usefixtures("spoiled")
@pytest.mark.parametrize("number", ["4711", "x", "-1", "9" * 30, None, "٣"])
def test_a_button_that_is_not_there_is_not_found(dash_app: Dash, server: Flask, number: object) -> None:
    assert press(dash_app, signed_in(server, ADMIN), "accept", number) == 404


@pytest.mark.usefixtures("spoiled")
def test_the_menu_says_how_many_problems_wait(server: Flask, signed: FlaskClient) -> None:
    with server.app_context():
        waiting = price_quality.problems(SYSTEM)
    text = json.dumps(signed_in(server, ADMIN).get("/_dash-layout").get_json())
    assert waiting >= 2
    assert f"{waiting} problems" in text


def test_without_a_finding_the_page_says_so(server: Flask, signed: FlaskClient) -> None:
    assert "No problems with prices" in shown(signed)
    assert "Nothing was decided yet" in shown(signed, "?show=decided")
    assert "No findings" in shown(signed, "?show=all")


@pytest.mark.usefixtures("spoiled")
def test_check_now_is_a_workers_job_and_the_page_follows_it(dash_app: Dash, server: Flask) -> None:
    client = signed_in(server, ADMIN)
    asked = call(dash_app, client, "quality-check", "n_clicks").get_json()["response"]
    assert "waits for a worker" in json.dumps(asked["quality-progress"])
    assert (asked["quality-check"]["disabled"], asked["quality-poll"]["disabled"]) == (True, False)
    assert "waits for a worker" in shown(client)
    use(server)
    check_prices()
    ended = call(dash_app, client, "quality-poll", "n_intervals").get_json()["response"]
    assert " findings · " in json.dumps(ended["quality-progress"], ensure_ascii=False)
    assert (ended["quality-poll"]["disabled"], ended["quality-changed"]["data"]) == (True, 1)
    assert ADMIN in shown(client), "the last check, and who asked for it"
    assert ADMIN not in shown(signed_in(server)), "to others what is theirs alone"


@pytest.mark.usefixtures("spoiled")
def test_what_is_wrong_is_counted_by_portfolio_and_shown_of_one(
    server: Flask, person: Actor, signed: FlaskClient
) -> None:
    with server.app_context():
        make_ledger(person, "Second", today())
        mine, second = price_quality.report(person).by_portfolio()
    assert (mine.name, mine.quarantined, second.name, second.quarantined) == ("Mine", 3, "Second", 3)
    assert mine.since == group_of(server, "AAA").first.date
    assert "/admin/data-quality?portfolio=mine" in shown(signed)
    assert "AAA · Mine, Second" in shown(signed, "?portfolio=second")
    empty = shown(signed, "?portfolio=nobody")
    assert "No problems with prices" in empty and "Nothing that was stored has been changed since." in empty


def test_a_restatement_is_shown_with_both_values_and_its_effect_by_portfolio(
    server: Flask, person: Actor, signed: FlaskClient
) -> None:
    with server.app_context():
        make_market(today())
        portfolio = make_ledger(person, "Mine", today())
        old = market_data.bars("AAA", adjusted=False)
        day, close = old.dates[-1], float(old.close[-1])
        rows = f"symbol,date,close\nAAA,{day},{close * 1.02:.4f}\n"
        market_data.import_prices(SYSTEM, rows.encode(), "mended.csv")
    assert "restated-line" not in open_page(signed, "/p/mine").get_data(as_text=True)
    waiting = shown(signed)
    assert "Restatements" in waiting and "not valued again yet" in waiting
    with server.app_context():
        restatements.record_effects(portfolio.id)
        (entry,) = restatements.log(person, "AAA")
        value = next(value for value in entry.values if value.field == "close")
        assert (value.old, value.new) == pytest.approx((close, close * 1.02), rel=1e-4)
        assert entry.effects[0].day_change == pytest.approx(entry.effects[0].gain_change)
    for page in ("/p/mine", "/p/mine/holdings"):
        line = json.dumps(open_page(signed, page).get_json(), ensure_ascii=False)
        assert (
            "restated-line" in line and "was restated: " in line and "+€" in line and f"{PATH}?portfolio=mine" in line
        )
    text = shown(signed)
    assert "Close of " in text and "not valued again yet" not in text
    assert restated.told(entry.effects[0]) in text
    assert restated.told(entry.effects[0]).startswith("+€")


@pytest.mark.parametrize(
    ("day_after", "value_after", "words"),
    [
        (100.0, 200.0, "no change"),
        (100.001, 200.0, "no change"),
        (100.0, None, "value not known"),
        (101.0, 200.0, "+€"),
    ],
)
def test_an_effect_is_told_as_what_it_shows(day_after: float, value_after: float | None, words: str) -> None:
    effect = PortfolioEffect(
        1, "Mine", "mine", "EUR", today(), 100.0, day_after, 200.0, value_after, 10.0, 10.0, datetime.now(UTC)
    )
    assert restated.told(effect).startswith(words)
