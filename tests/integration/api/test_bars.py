"""Bars over REST: of every length, a page at a time, with a word for those that are not there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from dashboard.api import PREFIX, RESOURCES
from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.db.repositories import instruments as store
from dashboard.db.repositories import intraday
from dashboard.domain.access import SYSTEM
from dashboard.domain.intraday import BarInterval
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import market_data
from dashboard.settings import Settings
from tests.days import days_ago, today
from tests.intraday_bars import BARS_A_SESSION, store_sessions
from tests.market_pages import weekday_before

Json = Any  # what a test reads from an answer
COLUMNS = ("date", "open", "high", "low", "close", "volume")


@pytest.fixture
def sessions(server: Flask, portfolio: PortfolioRef) -> list[date]:
    """Three sessions of AAA in New York by five minutes, of the week before last at the latest."""
    last = weekday_before(days_ago(7))
    days = sorted([last, weekday_before(last), weekday_before(weekday_before(last))])
    with server.app_context():
        store_sessions("AAA", days)
    return days


def asked(client: FlaskClient, query: str = "", symbol: str = "AAA") -> Json:
    """The answer, which is as the OpenAPI document says."""
    response = client.get(f"{PREFIX}/instruments/{symbol}/bars{query}")
    assert response.status_code == 200, response.get_data(as_text=True)
    (model,) = [resource.model for resource in RESOURCES if resource.name == "bars"]
    model.model_validate_json(response.data, strict=True)
    body = response.get_json()
    assert {len(body[name]) for name in COLUMNS} == {len(body["close"])}
    return body


def codes(body: Json) -> list[str]:
    return [note["code"] for note in body["status"]]


def test_daily_bars_are_those_of_prices_page_by_page(portfolio: PortfolioRef, signed: FlaskClient) -> None:
    whole = signed.get(f"{PREFIX}/instruments/BBB/prices?adjusted=0").get_json()
    page = asked(signed, "?adjusted=0&limit=150", "BBB")
    assert (page["interval"], page["at"], page["kept_from"], page["splits"]) == ("1d", None, None, whole["splits"])
    seen = {name: list(page[name]) for name in COLUMNS}
    while page["next_cursor"]:
        page = asked(signed, f"?adjusted=0&limit=150&cursor={page['next_cursor']}", "BBB")
        for name in COLUMNS:
            seen[name] += page[name]
    assert seen == {name: whole[name] for name in COLUMNS}
    adjusted = asked(signed, "?limit=5000", "BBB")
    assert adjusted["close"] == signed.get(f"{PREFIX}/instruments/BBB/prices").get_json()["close"]


def test_bars_within_the_day_have_their_moments_in_utc_and_their_days_at_the_exchange(
    signed: FlaskClient, sessions: list[date]
) -> None:
    body = asked(signed, f"?interval=5m&from={sessions[1]}&to={sessions[1]}")
    assert (body["interval"], body["timezone"], body["currency"]) == ("5m", "America/New_York", "EUR")
    assert set(body["date"]) == {str(sessions[1])}
    assert len(body["at"]) == BARS_A_SESSION
    assert body["at"][0][10:] in {"T13:30:00Z", "T14:30:00Z"}  # by the season
    assert (body["close"][0], body["next_cursor"], body["status"]) == ("100.79", None, [])
    assert body["kept_from"] < str(sessions[0])
    since, until = body["at"][3], body["at"][5]
    assert asked(signed, f"?interval=5m&from={since}&to={until}")["at"] == body["at"][3:5]


def test_pages_of_longer_bars_that_are_made_of_stored_ones_end_nowhere_within_one(
    signed: FlaskClient, sessions: list[date]
) -> None:
    for interval, count in (("5m", 234), ("15m", 78), ("30m", 39)):
        _check_pages(signed, interval, count)


def _check_pages(signed: FlaskClient, interval: str, count: int) -> None:
    whole = asked(signed, f"?interval={interval}")
    assert len(whole["close"]) == count
    page = asked(signed, f"?interval={interval}&limit=25")
    seen = {name: list(page[name]) for name in ("at", *COLUMNS)}
    while page["next_cursor"]:
        page = asked(signed, f"?interval={interval}&limit=25&cursor={page['next_cursor']}")
        for name, values in seen.items():
            values += page[name]
    assert seen == {name: whole[name] for name in seen}


def test_a_range_that_begins_within_a_longer_bar_leaves_that_bar_out(signed: FlaskClient, sessions: list[date]) -> None:
    whole = asked(signed, "?interval=30m")
    middle = whole["at"][1].replace(":00:00Z", ":10:00Z")
    assert middle != whole["at"][1]
    later = asked(signed, f"?interval=30m&from={middle}")
    assert (later["at"], later["high"]) == (whole["at"][2:], whole["high"][2:])


def test_a_split_since_then_divides_them_unless_they_are_asked_for_as_traded(
    server: Flask, signed: FlaskClient, sessions: list[date]
) -> None:
    with server.app_context():
        rows = f"symbol,date,ratio\nAAA,{sessions[2]},4\n".encode()
        market_data.import_prices(SYSTEM, rows, "split.csv")
    query = f"?interval=5m&from={sessions[1]}&limit={BARS_A_SESSION + 1}"
    traded, adjusted = asked(signed, f"{query}&adjusted=0"), asked(signed, query)
    assert (traded["adjusted"], traded["splits"]) == (False, [{"date": str(sessions[2]), "ratio": "4"}])
    pairs = list(zip(map(float, traded["close"]), map(float, adjusted["close"]), strict=True))
    assert [round(was / now, 9) for was, now in pairs] == [4.0] * BARS_A_SESSION + [1.0]
    assert float(adjusted["volume"][0]) == 4 * float(traded["volume"][0])


def test_what_is_not_there_is_said(server: Flask, signed: FlaskClient, sessions: list[date]) -> None:
    beyond = asked(signed, f"?interval=5m&from={days_ago(60)}")
    kept, later = beyond["status"]
    assert (kept["code"], kept["since"]) == ("beyond_retention", beyond["kept_from"])
    assert "kept for 30 days" in kept["message"]
    assert (later["code"], later["since"], len(beyond["close"])) == ("begins_later", str(sessions[0]), 234)
    assert codes(asked(signed, f"?interval=1h&from={today()}&to=9999-12-31")) == ["no_bars_in_range"]
    assert codes(asked(signed, "?from=1990-01-01&to=1990-12-31")) == ["begins_later", "no_bars_in_range"]
    (shorter,) = asked(signed, "?interval=1m")["status"]
    assert (shorter["code"], "(5m)" in shorter["message"]) == ("interval_not_stored", True)
    assert codes(asked(signed, "?interval=5m", "BBB")) == ["no_bars"]
    assert codes(asked(signed, "", "CCC")) == ["unresolved", "no_bars"]
    assert codes(asked(signed, "?interval=1h", "CCC")) == ["unresolved", "no_bars"]
    with server.app_context():
        db.session.execute(update(InstrumentRow).where(InstrumentRow.symbol == "BBB").values(asset_class="fund"))
        db.session.commit()
    assert codes(asked(signed, "?interval=5m", "BBB")) == ["priced_daily"]


def test_an_installation_that_keeps_none_says_so(
    server: Flask, signed: FlaskClient, portfolio: PortfolioRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = Settings.build(intraday_days=0)
    monkeypatch.setattr("dashboard.services.market_data.bar_pages.settings", lambda: none)
    body = asked(signed, "?interval=5m")
    assert (codes(body), body["kept_from"]) == (["not_kept", "no_bars"], None)
    assert "INTRADAY_DAYS is 0" in body["status"][0]["message"]


def test_a_longer_bar_that_is_not_over_is_told(server: Flask, signed: FlaskClient, sessions: list[date]) -> None:
    with server.app_context():
        key = store.by_symbol(db.session, ["AAA"])["AAA"].id
        last = intraday.read(db.session, key, BarInterval.FIVE_MINUTES)[-1:]
        tomorrow = np.array([days_ago(-1)], dtype="datetime64[s]")
        intraday.store(db.session, key, BarInterval.FIVE_MINUTES, replace(last, at=tomorrow), "test")
        db.session.commit()
    assert codes(asked(signed, "?interval=1h")) == ["bar_open"]
    assert codes(asked(signed, "?interval=1h&limit=2")) == []


WRONG = (
    ("interval=2m", "interval"),
    ("interval=1w", "interval"),
    ("interval=5m&from=2026-01-05T10:00:00", "from"),
    ("interval=5m&from=yesterday", "from"),
    ("interval=5m&to=2026-02-30", "to"),
    ("interval=5m&from=2026-01-05T25:00:00Z", "from"),
    ("interval=5m&from=2026-01-06&to=2026-01-05", "from"),
    ("interval=5m&from=2026-01-06T10:00:00Z&to=2026-01-06T11:00:00%2B01:00", "from"),
    ("from=2026-01-06&to=2026-01-05", "from"),
    ("from=2026-01-06T10:00:00Z", "from"),
    ("limit=0", "limit"),
    ("limit=5001", "limit"),
    ("cursor=x", "cursor"),
    ("cursor=OTk5OS0xMi0zMQ", "cursor"),
    ("interval=5m&cursor=MjAyNC0wMS0wMg", "cursor"),
    ("adjusted=perhaps", "adjusted"),
    ("colour=red", "colour"),
)


def test_a_wrong_parameter_of_bars_is_named(signed: FlaskClient, sessions: list[date]) -> None:
    for query, field in WRONG:
        response = signed.get(f"{PREFIX}/instruments/AAA/bars?{query}")
        body = response.get_json()
        assert (response.status_code, body["code"], body["field"]) == (422, "invalid_input", field), query
    for query in ("from=0001-01-01", "to=0001-01-01", "from=9999-12-31", "to=9999-12-31T23:59:59Z&from=0001-01-01"):
        assert asked(signed, f"?interval=1h&{query}")["status"], query  # odd, and possible


def test_they_are_for_whoever_is_signed_in_and_not_sent_again_where_nothing_has_changed(
    client: FlaskClient, signed: FlaskClient, sessions: list[date]
) -> None:
    path = f"{PREFIX}/instruments/AAA/bars?interval=5m"
    assert client.get(path).status_code == 401
    tag = signed.get(path).headers["ETag"]
    assert signed.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert signed.get(f"{PREFIX}/instruments/NOPE/bars?interval=5m").status_code == 404


def test_the_document_tells_that_a_range_is_of_days_or_of_times(client: FlaskClient) -> None:
    operation = client.get("/api/openapi.json").get_json()["paths"][f"{PREFIX}/instruments/{{symbol}}/bars"]["get"]
    schemas = {one["name"]: one["schema"] for one in operation["parameters"]}
    assert {choice["format"] for choice in schemas["from"]["anyOf"]} == {"date", "date-time"}
    assert schemas["interval"]["enum"] == ["1m", "5m", "15m", "30m", "1h", "1d"]
    assert schemas["cursor"]["type"] == "string"
