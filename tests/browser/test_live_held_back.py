"""Live prices in the browser where the stream is held back, and what is said of a price's age."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import redis
from flask import Flask

from dashboard.domain.access import SYSTEM
from dashboard.domain.market_hours import MarketState
from dashboard.domain.session_range import SessionRange
from dashboard.redis_store import Lease
from dashboard.results.quotes import Freshness, LiveQuote
from dashboard.services import market_data
from dashboard.services.live_board import LEADER, post
from tests.browser.driver import Browser
from tests.browser.streaming import Stream, badge, last_candle, stream
from tests.days import days_ago, today, yesterday
from tests.intraday_bars import BARS_A_SESSION, store_sessions

__all__ = ["stream"]

# Has a quote of that time come in; answers where the last bar is that has its price, and how many bars there are.
SHORT_BARS = """
    const quote = { symbol: "DUET", price: 108, previous_close: 100, currency: "EUR", freshness: "live" };
    window.basis.live.quotes.set("DUET", { ...quote, at: arguments[0] });
    const plot = document.querySelector("#px-chart .js-plotly-plot");
    const bar = plot && plot.data && plot.data.find((trace) => trace.type === "candlestick");
    return bar && bar.close.at(-1) === 108 ? [bar.x.at(-1).slice(11), bar.x.length] : null;
"""
SHOW_MARKETS = """
    const states = { XAMS: "open", XETR: "open", XLON: "open", XNAS: "pre", XTKS: "closed" };
    const markets = Object.entries(states).map(([market, state]) => ({ market, state }));
    window.basis.live.frame = { freshness: "live", at: arguments[0], markets, positions: [], unpriced: [] };
    document.dispatchEvent(new CustomEvent("basis:link", { detail: { link: "ok" } }));
"""
POLLS = "return performance.getEntriesByType('resource').filter((one) => one.name.includes('/live/quotes?')).length"


@pytest.mark.usefixtures("person")
def test_where_the_stream_is_held_back_the_page_asks_and_stops_asking_when_it_comes(
    stream: Stream, browser: Browser, server: Flask, redis_client: redis.Redis
) -> None:
    bars = [f"SOLO,{days_ago(1 + back)},100,101,99,{99.5 + back % 3 / 2},EUR" for back in range(40)]
    with server.app_context():
        header = "symbol,date,open,high,low,close,currency"
        market_data.import_prices(SYSTEM, "\n".join([header, *bars]).encode(), "prices.csv")
    quote = LiveQuote("SOLO", 101.25, 100.0, "EUR", datetime.now(UTC), Freshness.LIVE)
    quote = replace(quote, session=SessionRange(100.5, 102.0, 99.75))
    feed = Lease(redis_client, LEADER, 600.0)
    assert feed.acquire()
    post(redis_client, {"SOLO": quote})
    browser.sign_in(path="/i/SOLO")
    page_s_own_server_answers(browser)
    post(redis_client, {"SOLO": replace(quote, price=98.5)})
    feed.release()
    is_stale_with_the_last_price(browser)
    stream.start()
    browser.wait_for_text("#live-text", "Live, ")
    polls = browser.run(POLLS)
    each_age_is_named(browser, redis_client, quote)
    assert browser.run(POLLS) == polls
    open_markets_are_counted(browser, quote.at)


def page_s_own_server_answers(browser: Browser) -> None:
    """Where nothing answers in the stream's place."""
    browser.wait_for_text("#live-price", "€101.25")
    browser.wait_for_text("#live-text", "Live, ")
    browser.wait_for_text("#live-price-change", "+€1.25 (+1.25%)")
    browser.wait_for(lambda: browser.driver.title == "SOLO 101.25 ▲1.25%", "the title to follow")
    # The day has no stored bar yet: its candle is what is told of it.
    browser.wait_for(lambda: last_candle(browser) == [100.5, 102, 99.75, 101.25], "the day's candle")


def is_stale_with_the_last_price(browser: Browser) -> None:
    """The price has moved once more, and the feed has gone: the page says so, and keeps what it has."""
    browser.wait_for_text("#live-price", "€98.50")
    browser.wait_for_text("#live-text", "Stale, ")
    browser.wait_for_text("#live-price-when", "Stale, ")
    browser.wait_for(lambda: browser.driver.title == "Stale · SOLO 98.50 ▼1.50%", "the title to say so")
    browser.wait_for(lambda: last_candle(browser) == [100.5, 102, 98.5, 98.5], "a candle that holds its price")


def each_age_is_named(browser: Browser, redis_client: redis.Redis, quote: LiveQuote) -> None:
    """Prices come by the stream: one that is late, and of a market before its session, closed, or unknown."""
    post(redis_client, {"SOLO": replace(quote, price=103.75)})
    browser.wait_for_text("#live-price", "€103.75")
    late = replace(quote, price=97.5, at=quote.at - timedelta(minutes=15), delayed_seconds=900)
    post(redis_client, {"SOLO": late})
    browser.wait_for_text("#live-price", "€97.50")
    browser.wait_for_text("#live-text", "Delayed 15 min, ")
    post(redis_client, {"SOLO": replace(late, freshness=Freshness.CLOSED, market_state=MarketState.PRE)})
    browser.wait_for_text("#live-text", "Pre-market, ")
    post(redis_client, {"SOLO": replace(late, freshness=Freshness.CLOSED, market_state=MarketState.CLOSED)})
    browser.wait_for_text("#live-text", "Market closed, ")
    assert badge(browser) == "closed"
    post(redis_client, {"SOLO": replace(late, freshness=Freshness.CLOSED)})
    browser.wait_for_text("#live-text", "Last close, ")


def open_markets_are_counted(browser: Browser, at: datetime) -> None:
    """Of a portfolio the badge says how many of its markets are open, and its title which."""
    browser.run(SHOW_MARKETS, at.isoformat())
    browser.wait_for_text("#live-text", ", 3 of 5 markets open")
    title = browser.find("#live-status").get_attribute("title") or ""
    assert "Open: XAMS, XETR, XLON. Before the session: XNAS. Closed: XTKS." in title


@pytest.mark.usefixtures("person")
def test_within_a_day_a_price_belongs_to_the_bar_that_it_falls_into_or_begins_the_next_one(
    browser: Browser, server: Flask
) -> None:
    day, closes = today(), f"symbol,date,close,currency\nDUET,{yesterday()},100,EUR\n"
    with server.app_context():
        market_data.import_prices(SYSTEM, closes.encode(), "closes.csv")
        store_sessions("DUET", [day], zone="UTC")
    browser.sign_in(path="/i/DUET?tf=1D")
    browser.wait_for(lambda: browser.run(SHORT_BARS, f"{day}T15:58:00Z") == ["15:55", BARS_A_SESSION], "the last bar")
    browser.wait_for(
        lambda: browser.run(SHORT_BARS, f"{day}T16:07:00Z") == ["16:05", BARS_A_SESSION + 1], "the bar after it"
    )
