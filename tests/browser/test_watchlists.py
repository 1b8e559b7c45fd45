"""A watchlist in the browser: prices move by themselves, notes and the order are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import redis
from flask import Flask

from dashboard.domain.access import SYSTEM, Actor
from dashboard.domain.session_range import SessionRange
from dashboard.redis_store import Lease
from dashboard.results.quotes import Freshness, LiveQuote
from dashboard.results.watchlists import WatchColumn, WatchItem
from dashboard.services import market_data, watchlists
from dashboard.services.live_board import LEADER, post
from tests.browser.driver import PHONE, Browser
from tests.browser.streaming import Stream, stream
from tests.days import days_ago

__all__ = ["stream"]

# How many points the trend has, the last of them, and the line that is drawn.
TREND = """
    const { trend_30 } = window.dash_ag_grid.getApi("watchlist-grid").getRowNode("SOLO").data;
    const line = document.querySelector(".ag-row[row-id=SOLO] .ag-cell[col-id=trend_30] path");
    return [trend_30.length, trend_30.at(-1), line.getAttribute("d")];
"""
CELL = "#watchlist-grid .ag-row[row-id={symbol}] .ag-cell[col-id={column}]"


def cell(symbol: str, column: str) -> str:
    return CELL.format(symbol=symbol, column=column)


def order(browser: Browser) -> list[str]:
    """The symbols from top to bottom."""
    rows = browser.run(
        "return [...document.querySelectorAll('#watchlist-grid .ag-center-cols-container .ag-row')]"
        ".sort((a, b) => a.rowIndex - b.rowIndex || a.getAttribute('row-index') - b.getAttribute('row-index'))"
        ".map((row) => row.getAttribute('row-id'))"
    )
    assert isinstance(rows, list)
    return rows


def trend(browser: Browser, price: float) -> str:
    """The line of the trend, which has as many points as before, once it ends at ``price``."""
    browser.wait_for(lambda: browser.run(TREND)[:2] == [30, price], "the trend to end at the price")  # type: ignore[index]
    return str(browser.run(TREND)[2])  # type: ignore[index]  # a list


def test_prices_move_notes_and_order_are_kept(
    stream: Stream, browser: Browser, server: Flask, person: Actor, redis_client: redis.Redis
) -> None:
    lines = ["symbol,date,close,currency"]
    for symbol in ("SOLO", "DUO"):
        lines += [f"{symbol},{days_ago(1 + back)},{100 + back % 7},EUR" for back in range(40)]
    with server.app_context():
        market_data.import_prices(SYSTEM, "\n".join(lines).encode(), "prices.csv")
        made = watchlists.create(person, "Ideas", ["SOLO", "DUO"])
        watchlists.set_columns(person, made.id, [*made.columns, WatchColumn.DAY_RANGE])
    quote = LiveQuote("SOLO", 101.25, 100.0, "EUR", datetime.now(UTC), Freshness.LIVE)
    quote = replace(quote, session=SessionRange(100.5, 102.0, 98.0))
    feed = Lease(redis_client, LEADER, 600.0)
    assert feed.acquire()
    post(redis_client, {"SOLO": quote})
    stream.start()

    # The first price is there without a reload, and the next one too.
    browser.sign_in(path=f"/watchlists/{made.id}")
    browser.wait_for_text(cell("SOLO", "price"), "€101.25")
    browser.wait_for_text(cell("SOLO", "change"), "+€1.25")
    browser.wait_for_text(cell("SOLO", "market"), "Open")
    browser.wait_for_text("#live-text", "Live, ")
    browser.wait_for_text(cell("SOLO", "day_range"), "€98.00")
    drawn = trend(browser, 101.25)
    post(redis_client, {"SOLO": replace(quote, price=98.5)})
    browser.wait_for_text(cell("SOLO", "price"), "€98.50")
    browser.wait_for_text(cell("SOLO", "change_pct"), "1.50%")
    assert trend(browser, 98.5) != drawn
    assert browser.text(cell("DUO", "day_range")) == "–"
    assert browser.text(cell("DUO", "price")) == "€100.00"
    assert browser.run("return performance.getEntriesByType('navigation').length") == 1

    # A note is written, a row moved: prices go on, and the page that is loaded again has both.
    browser.edit_cell(cell("DUO", "note"), "wait for results")
    browser.click(f"{cell('DUO', 'acts')} [aria-label='Move DUO up']")
    browser.wait_for(lambda: order(browser) == ["DUO", "SOLO"], "the row to move")
    post(redis_client, {"SOLO": replace(quote, price=97.25, session=SessionRange(100.5, 102.0, 97.25))})
    browser.wait_for_text(cell("SOLO", "price"), "€97.25")
    browser.wait_for_text(cell("SOLO", "day_range"), "€97.25")
    browser.settle()
    browser.open(f"/watchlists/{made.id}")
    browser.wait_for_text(cell("DUO", "note"), "wait for results")
    assert order(browser) == ["DUO", "SOLO"]

    # One is taken off, and put back where it was by the notice's button.
    browser.click(f"{cell('DUO', 'acts')} [aria-label='Take DUO off the list']")
    browser.wait_for(lambda: order(browser) == ["SOLO"], "the row to go")
    browser.click(".notice button", "Undo")
    browser.wait_for(lambda: order(browser) == ["DUO", "SOLO"], "the row to come back")
    browser.wait_for_text(cell("DUO", "note"), "wait for results")
    browser.wait_for_text(cell("SOLO", "price"), "€97.25")

    # On a phone a button turns the rows into their order and their notes.
    browser.resize(*PHONE)
    browser.settle()
    browser.open(f"/watchlists/{made.id}")
    browser.wait_for_text(cell("DUO", "name"), "wait for results")
    browser.click("#watchlist-edit")
    browser.type("[aria-label='Note beside SOLO']", "sold")
    browser.click("[aria-label='Move DUO down']")
    browser.wait_for(lambda: order(browser) == ["SOLO", "DUO"], "the row to move")
    browser.click("#watchlist-edit")
    browser.wait_for_text(cell("SOLO", "name"), "sold")
    browser.settle()
    with server.app_context():
        kept = watchlists.watchlist(person, made.id).items
    assert kept == (WatchItem("SOLO", "sold"), WatchItem("DUO", "wait for results"))
