"""Live prices by asking: the same as the stream says, for whoever may see it, and whether the feed goes on."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from dashboard.api.quotes import Quotes
from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.db.repositories import exchange_sessions
from dashboard.domain.access import SYSTEM, Actor
from dashboard.domain.market_hours import MarketState, Session
from dashboard.domain.session_range import SessionRange
from dashboard.redis_store import Lease
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.quotes import Freshness, LiveQuote
from dashboard.services import market_data
from dashboard.services.live_board import LEADER, WANTED, post
from tests.factories import make_portfolio

LEDGER = """
    date        type     symbol  quantity  price  currency  amount
    2024-01-02  deposit  -       -         -      EUR       5000
    2024-01-03  buy      RHNW    10        100    EUR       -
    2024-01-03  buy      NWRB    10        100    EUR       -
"""
INSTRUMENTS = b"symbol,name,asset_class,currency,exchange\nRHNW,Rhein,equity,EUR,Xetra\nNWRB,Nord,equity,EUR,Paris\n"
HOUR = timedelta(hours=1)
PRICES = b"symbol,date,close,currency\nRHNW,2024-01-03,100,EUR\nNWRB,2024-01-03,100,EUR\n"


def quote(symbol: str, price: float, state: MarketState = MarketState.OPEN, delayed_seconds: int = 0) -> LiveQuote:
    """A quote of now."""
    freshness = Freshness.LIVE if state is MarketState.OPEN else Freshness.CLOSED
    return LiveQuote(symbol, price, 100.0, "EUR", datetime.now(UTC), freshness, delayed_seconds, state)


@pytest.fixture
def portfolio(server: Flask, person: Actor) -> PortfolioRef:
    """Shares of two exchanges, and cash."""
    with server.app_context():
        market_data.import_instruments(SYSTEM, INSTRUMENTS, "instruments.csv")
        market_data.import_prices(SYSTEM, PRICES, "prices.csv")
        return make_portfolio(person, ledger=LEDGER)


def test_a_portfolio_is_told_at_the_newest_prices_and_which_of_its_markets_are_open(
    signed: FlaskClient, portfolio: PortfolioRef, redis_client: redis.Redis
) -> None:
    path = f"/live/portfolios/{portfolio.id}"
    assert signed.get(path).status_code == 204
    post(redis_client, {"RHNW": quote("RHNW", 110.0), "NWRB": quote("NWRB", 90.0, MarketState.CLOSED)})
    answer = signed.get(path)
    data = answer.get_json()
    assert data["market_value"] == pytest.approx(3000 + 10 * 110 + 10 * 90)
    assert [(one["market"], one["state"]) for one in data["markets"]] == [("Paris", "closed"), ("Xetra", "open")]
    assert {one["symbol"]: one["market_state"] for one in data["positions"]} == {"NWRB": "closed", "RHNW": "open"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert signed.get(path).headers["Live-Version"] == answer.headers["Live-Version"]


def test_the_version_changes_with_what_a_portfolio_is_made_of(
    server: Flask, signed: FlaskClient, portfolio: PortfolioRef
) -> None:
    before = signed.get(f"/live/portfolios/{portfolio.id}").headers["Live-Version"]
    with server.app_context():
        later = b"symbol,date,close,currency\nRHNW,2024-01-04,101,EUR\n"
        market_data.import_prices(SYSTEM, later, "prices.csv")
    assert signed.get(f"/live/portfolios/{portfolio.id}").headers["Live-Version"] != before


def test_an_empty_portfolio_has_nothing_to_say(server: Flask, person: Actor, signed: FlaskClient) -> None:
    with server.app_context():
        empty = make_portfolio(person, "Empty")
    assert signed.get(f"/live/portfolios/{empty.id}").status_code == 204


@pytest.mark.usefixtures("portfolio")
def test_quotes_are_told_by_symbol_with_what_they_may_be_taken_for(
    signed: FlaskClient, redis_client: redis.Redis
) -> None:
    old = LiveQuote("NWRB", 90.0, 100.0, "EUR", datetime.now(UTC) - timedelta(hours=1), Freshness.LIVE)
    post(redis_client, {"RHNW": quote("RHNW", 110.0, MarketState.PRE), "NWRB": old})
    found = signed.get("/live/quotes?symbols=RHNW,NWRB,UNKNOWN").get_json()["quotes"]
    assert {(one["symbol"], one["price"], one["freshness"], one["market_state"]) for one in found} == {
        ("RHNW", 110.0, "closed", "pre"),
        ("NWRB", 90.0, "stale", "open"),
    }


def test_a_market_is_open_by_its_calendar_whatever_a_provider_that_knows_closes_alone_says(
    server: Flask, signed: FlaskClient, redis_client: redis.Redis
) -> None:
    with server.app_context():
        coin = b"symbol,name,asset_class,currency\nCOIN,Coin,crypto,EUR\n"
        market_data.import_instruments(SYSTEM, coin, "instruments.csv")
    post(redis_client, {"COIN": quote("COIN", 110.0, MarketState.CLOSED)})
    (found,) = signed.get("/live/quotes?symbols=COIN").get_json()["quotes"]
    assert (found["market_state"], found["freshness"]) == ("open", "closed")


def test_the_calendar_is_that_of_an_exchanges_code_however_a_provider_calls_the_exchange(
    server: Flask, signed: FlaskClient, portfolio: PortfolioRef, redis_client: redis.Redis
) -> None:
    now = datetime.now(UTC)
    with server.app_context():
        db.session.execute(update(InstrumentRow).values(exchange="Xetra", mic="XSES"))
        exchange_sessions.store_hours(db.session, "XSES", [Session(now.date(), now - HOUR, now + HOUR)])
        db.session.commit()
    post(redis_client, {"RHNW": quote("RHNW", 110.0, MarketState.CLOSED)})
    data = signed.get(f"/live/portfolios/{portfolio.id}").get_json()
    assert data["markets"] == [{"market": "Xetra", "state": "open"}]
    (found,) = signed.get("/live/quotes?symbols=RHNW").get_json()["quotes"]
    assert found["market_state"] == "open"


@pytest.mark.usefixtures("portfolio")
def test_programs_are_told_the_quotes_too_with_what_is_known_of_the_session(
    signed: FlaskClient, redis_client: redis.Redis
) -> None:
    one, other = quote("NWRB", 90.0), quote("RHNW", 110.0)
    post(redis_client, {"RHNW": replace(other, session=SessionRange(99.5, 111.25, None)), "NWRB": one})
    bare, told = signed.get("/live/quotes?symbols=NWRB,RHNW").get_json()["quotes"]
    assert {name: told[name] for name in told.keys() - bare.keys()} == {"open": 99.5, "high": 111.25}
    answer = signed.get("/api/v1/quotes?symbols=NWRB,RHNW").get_json()
    assert [found.at for found in Quotes.model_validate(answer).quotes] == [one.at, other.at]
    assert [[found[name] for name in ("price", "open", "high", "low")] for found in answer["quotes"]] == [
        ["90", None, None, None],
        ["110", "99.5", "111.25", None],
    ]
    for symbols, status in (("", 422), ("NOBODY", 404)):
        assert signed.get(f"/api/v1/quotes?symbols={symbols}").status_code == status


@pytest.mark.usefixtures("portfolio")
def test_what_is_asked_for_is_wanted_of_the_feed_for_a_while(signed: FlaskClient, redis_client: redis.Redis) -> None:
    assert signed.get("/live/quotes?symbols=RHNW").get_json() == {"quotes": []}
    until = redis_client.zscore(WANTED, "RHNW")
    assert until is not None and until > time.time() + 10
    assert redis_client.zscore(WANTED, "NWRB") is None


@pytest.mark.usefixtures("portfolio")
def test_it_says_whether_some_feed_leads(signed: FlaskClient, redis_client: redis.Redis) -> None:
    assert signed.get("/live/quotes?symbols=RHNW").headers["Live-Feed"] == "down"
    feed = Lease(redis_client, LEADER, 10.0)
    assert feed.acquire()
    assert signed.get("/live/quotes?symbols=RHNW").headers["Live-Feed"] == "ok"
    redis_client.pexpire(LEADER, 3_900)  # renewed more than six seconds ago
    assert signed.get("/live/quotes?symbols=RHNW").headers["Live-Feed"] == "down"


@pytest.mark.usefixtures("portfolio")
def test_the_number_of_symbols_is_bounded_and_one_must_be_known(signed: FlaskClient) -> None:
    for symbols in ("", ",", ",".join(f"S{number}" for number in range(201))):
        assert signed.get(f"/live/quotes?symbols={symbols}").status_code == 422
    assert signed.get("/live/quotes?symbols=NOBODY").status_code == 404
    assert signed.get(f"/live/portfolios/{10**30}").status_code == 404
