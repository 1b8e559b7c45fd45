"""What is told as new since the last visit: the visit that is over, in its own time, and not a fixed week."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from dash import Dash
from flask import Flask
from flask.testing import FlaskClient

from dashboard.db.engine import db
from dashboard.domain.access import SYSTEM, Actor
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import market_data, restatements, visits
from tests.days import today
from tests.market_pages import make_ledger, make_market
from tests.web import dispatch, open_page

NINE = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
WORDS = re.compile(r'"(AAA of [^"]* was restated[^"]*)"')
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def mine(server: Flask, person: Actor) -> PortfolioRef:
    with server.app_context():
        make_market(today())
        return make_ledger(person, "Mine", today())


def restate(portfolio: PortfolioRef, factor: float) -> None:
    """Another close of the last day of AAA, and what it did to the portfolio."""
    bars = market_data.bars("AAA", adjusted=False)
    row = f"symbol,date,close\nAAA,{bars.dates[-1]},{float(bars.close[-1]) * factor:.4f}\n"
    market_data.import_prices(SYSTEM, row.encode(), "mended.csv")
    restatements.record_effects(portfolio.id)


def later(server: Flask, minutes: int) -> None:
    """Time goes by: whatever was seen and found out is so many minutes older."""
    with server.app_context():
        parameters = {"age": timedelta(minutes=minutes)}
        for statement in (
            "update portfolio_visits set seen_at = seen_at - :age, previous_at = previous_at - :age",
            "update restatement_effects set recorded_at = recorded_at - :age",
        ):
            db.session.execute(db.text(statement), parameters)
        db.session.commit()


def told(client: FlaskClient, page: str = "/p/mine") -> str:
    """The words of the line of a page; empty where there is none."""
    text = json.dumps(open_page(client, page).get_json(), ensure_ascii=False)
    found = WORDS.search(text)
    assert (found is not None) == ("restated-line" in text)
    return found[1] if found else ""


def test_a_visit_is_over_after_half_an_hour_of_quiet(server: Flask, person: Actor, mine: PortfolioRef) -> None:
    def see(at: datetime) -> tuple[datetime, datetime | None]:
        visits.see(person, mine.id, at)
        found = visits.last_visit(person, mine.id, at)
        return found.since, found.ended_at

    with server.app_context():
        assert see(NINE) == (NINE - 7 * DAY, None)
        assert see(NINE + 30 * MINUTE) == (NINE + 30 * MINUTE - 7 * DAY, None)
        ended = NINE + 30 * MINUTE
        assert see(ended + 31 * MINUTE) == (ended, ended)
        assert see(ended + 50 * MINUTE) == (ended, ended)
        last = ended + 50 * MINUTE
        assert see(last + 100 * DAY) == (last + 10 * DAY, last)


def test_a_look_that_comes_late_or_from_nobody_moves_nothing(server: Flask, person: Actor, mine: PortfolioRef) -> None:
    with server.app_context():
        visits.see(person, mine.id, NINE)
        visits.see(person, mine.id, NINE - DAY)
        visits.see(SYSTEM, mine.id, NINE + DAY)
        visits.see(person, mine.id, NINE + DAY)
        assert visits.last_visit(person, mine.id, NINE + DAY).ended_at == NINE
        assert visits.last_visit(SYSTEM, mine.id, NINE).ended_at is None


def test_a_restatement_is_news_until_the_visit_that_told_it_is_over(
    server: Flask, signed: FlaskClient, mine: PortfolioRef
) -> None:
    with server.app_context():
        restate(mine, 1.02)
    assert told(signed).endswith("was restated: ") and told(signed, "/p/mine/holdings") == told(signed)

    later(server, 40)
    assert not told(signed)

    with server.app_context():
        restate(mine, 1.03)
    line = told(signed)
    assert line.endswith(" was restated since your last visit: ")

    later(server, 20)
    assert told(signed) == line  # the same visit

    later(server, 40)
    assert not told(signed) and not told(signed, "/p/mine/holdings")


def test_what_a_page_fetches_by_itself_is_no_look_at_it(
    dash_app: Dash, server: Flask, signed: FlaskClient, person: Actor, mine: PortfolioRef
) -> None:
    told(signed)
    later(server, 20)
    (name,) = (name for name in dash_app.callback_map if name.startswith("overview-body.children"))
    state = [
        {**known, "value": {"slug": "mine"} if "address" in known["id"] else ""}
        for known in dash_app.callback_map[name]["state"]
    ]
    body = {
        "output": name,
        "outputs": {"id": "overview-body", "property": "children"},
        "inputs": [{**known, "value": 1} for known in dash_app.callback_map[name]["inputs"]],
        "state": state,
        "changedPropIds": ["overview-changed.data"],
    }
    assert dispatch(signed, body).status_code == 200
    later(server, 20)
    told(signed)
    with server.app_context():
        assert visits.last_visit(person, mine.id).ended_at is not None
