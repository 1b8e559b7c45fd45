"""The shortest timeframes: bars within the day where there are any, and a word where there are none."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard.domain.access import Actor, PortfolioId
from dashboard.services import day_value, performance
from tests.days import today
from tests.integration.web.test_research_pages import redraw
from tests.intraday_bars import BARS_A_SESSION, store_sessions
from tests.market_pages import make_ledger, make_market, weekday_before
from tests.web import Json, open_page


def sessions() -> list[date]:
    """The last six weekdays before today, the oldest first."""
    days = [weekday_before(today())]
    while len(days) < 6:
        days.append(weekday_before(days[-1]))
    return days[::-1]


@pytest.fixture
def mine(server: Flask, person: Actor) -> PortfolioId:
    """The person's portfolio over the small market; its id."""
    with server.app_context():
        make_market(today())
        return make_ledger(person, "Mine", today()).id


@pytest.fixture
def within(server: Flask, mine: PortfolioId) -> None:
    """Bars within the last six sessions of AAA."""
    with server.app_context():
        store_sessions("AAA", sessions(), base=135.0)


def candles(answer: Json) -> Json:
    data = answer["response"]["px-chart"]["figure"]["data"]
    return next(trace for trace in data if trace["type"] == "candlestick")


def test_a_day_is_its_bars_of_five_minutes_by_the_clock_of_the_exchange(signed: FlaskClient, within: None) -> None:
    answer = redraw(signed, "AAA", "?tf=1D")
    last = sessions()[-1]
    x = candles(answer)["x"]
    assert (x[0], x[-1], len(x)) == (f"{last}T09:30", f"{last}T15:55", BARS_A_SESSION)
    layout = answer["response"]["px-chart"]["figure"]["layout"]
    assert layout["xaxis"]["rangebreaks"] == []
    assert layout["xaxis"]["ticktext"][0] == "10:00"
    assert layout["meta"]["live"]["interval"] == ""
    assert "5 minutes, New York time" in str(answer["response"]["px-change"])


def test_five_days_are_five_sessions_and_closed_hours_take_no_room(signed: FlaskClient, within: None) -> None:
    answer = redraw(signed, "AAA", "?tf=5D&ind=sma-20")
    x, axis = candles(answer)["x"], answer["response"]["px-chart"]["figure"]["layout"]["xaxis"]
    assert len(x) == 5 * BARS_A_SESSION // 3
    assert sorted({at[:10] for at in x}) == [str(day) for day in sessions()[1:]]
    assert len(axis["rangebreaks"]) == 4
    assert all(pause["values"][0].endswith("T16:00:00") for pause in axis["rangebreaks"])
    assert axis["rangebreaks"][-1]["dvalue"] % 3_600_000 in {1_800_000}
    assert len(axis["tickvals"]) == 5


def test_indicators_are_warmed_up_by_the_sessions_before(signed: FlaskClient, within: None) -> None:
    answer = redraw(signed, "AAA", "?tf=1D&ind=sma-20")
    data = answer["response"]["px-chart"]["figure"]["data"]
    lines = [trace for trace in data if str(trace.get("name", "")).startswith("SMA")]
    assert lines and all(value is not None for value in lines[0]["y"])


def test_where_there_are_none_daily_bars_stand_in_and_it_says_so(signed: FlaskClient, mine: PortfolioId) -> None:
    answer = redraw(signed, "AAA", "?tf=5D")
    assert all(len(at) == 10 for at in candles(answer)["x"])
    assert "there are none within the day" in str(answer["response"]["px-change"])
    assert "within the day" not in str(redraw(signed, "AAA", "?tf=1M")["response"]["px-change"])


def test_bars_that_are_older_than_the_last_close_are_not_shown_for_it(
    signed: FlaskClient, server: Flask, mine: PortfolioId
) -> None:
    with server.app_context():
        store_sessions("AAA", sessions()[:2])
    assert all(len(at) == 10 for at in candles(redraw(signed, "AAA", "?tf=1D"))["x"])


def test_the_table_and_the_file_hold_the_same_bars(signed: FlaskClient, within: None) -> None:
    answer = redraw(signed, "AAA", "?tf=1D&as=table")
    assert f"{sessions()[-1]} 15:55" in str(answer["response"]["px-table"])

    found = signed.get(answer["response"]["px-csv"]["href"])

    rows = list(csv.DictReader(io.StringIO(found.get_data(as_text=True).removeprefix("\ufeff"))))
    assert (found.status_code, len(rows)) == (200, BARS_A_SESSION)
    assert rows[0]["at"].startswith(f"{sessions()[-1]}T09:30-0")
    assert rows[0].keys() == {"at", "open", "high", "low", "close", "volume", "currency"}
    assert signed.get("/i/NOPE/intraday.csv?iv=5m").status_code == 404


def test_the_overview_of_a_day_follows_the_bars_of_what_is_held(signed: FlaskClient, within: None) -> None:
    text = open_page(signed, "/p/mine", "?tf=1D").get_data(as_text=True)
    last = sessions()[-1]
    assert f"{last}T09:30" in text and f"{last}T16:00" in text
    assert "New York time" in text
    assert "1 of 3 holdings" in text


def test_the_value_of_a_day_begins_with_the_close_before_and_ends_with_the_last_bar(
    server: Flask, person: Actor, mine: PortfolioId, within: None
) -> None:
    with server.app_context():
        report, found = performance.holdings(person, mine), day_value.value_within_day(person, mine)
    (held,) = [row for row in report.holdings if row.symbol == "AAA"]
    assert held.market_value is not None and held.quantity == 60
    others = report.totals.market_value - held.market_value
    assert (found.session, found.followed, len(found.values)) == (sessions()[-1], 1, BARS_A_SESSION + 1)
    assert found.values[0] == pytest.approx(others + 60 * held.trend[-2])
    assert found.values[1] == pytest.approx(others + 60 * (135 + 0.01 * (5 * BARS_A_SESSION + 1)))
    assert found.values[-1] == pytest.approx(others + 60 * (135 + 0.01 * 6 * BARS_A_SESSION))


def test_the_overview_of_a_day_without_bars_says_so(signed: FlaskClient, mine: PortfolioId) -> None:
    text = open_page(signed, "/p/mine", "?tf=1D").get_data(as_text=True)
    assert "no bars within the day" in text


def test_nobody_else_gets_the_file(client: FlaskClient, within: None) -> None:
    assert client.get("/i/AAA/intraday.csv").status_code in {302, 401}
