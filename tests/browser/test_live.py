"""Live prices on the overview: with the feed and the fan-out as they run, over the simulated market."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import requests
from flask import Flask

from dashboard.domain.access import SYSTEM, Actor
from dashboard.domain.transactions import Transaction, TransactionType
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import market_data, sessions, transactions
from tests.browser.driver import Browser
from tests.factories import make_portfolio
from tests.integration.cli.conftest import environment_of

ROOT = Path(__file__).parents[2]
DEADLINE_SECONDS = 60.0
COIN = "OPLT-USD"  # of the simulated market: it trades at all hours
WEEK_AGO = datetime.now(UTC).date() - timedelta(days=7)
INSTRUMENT = f"symbol,name,asset_class,currency,provider\n{COIN},Opalith,crypto,USD,simulated\n".encode()
LEDGER = f"""
    date        type     symbol  quantity  price  currency  amount
    {WEEK_AGO}  deposit  -       -         -      USD       10000
    {WEEK_AGO}  buy      {COIN}  50        100    USD       -
"""
SAME = """
    const day = document.querySelector("#holdings-grid .ag-row[row-id='OPLT-USD'] .ag-cell[col-id=day_change]");
    const bar = document.querySelector("#day-bars .bar-row .num");
    return Boolean(bar) && day.textContent === bar.textContent;
"""
PRICE = "#holdings-grid .ag-row[row-id='OPLT-USD'] .ag-cell[col-id=price]"


class Stream:
    """``dashboard stream`` in a process of its own."""

    def __init__(self, environment: dict[str, str], port: int) -> None:
        self._environment = environment
        self._address = f"http://127.0.0.1:{port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [sys.executable, "-m", "dashboard.cli", "stream"]
        self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not self._answers():
            assert self._process.poll() is None and time.monotonic() < deadline, "the stream does not answer"
            time.sleep(0.05)  # between two looks

    def stop(self) -> None:
        """End it; calling it again does nothing."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.wait(timeout=30)

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self._address}/healthz", timeout=2).ok
        except requests.RequestException:
            return False


@pytest.fixture
def stream(server: Flask) -> Iterator[Stream]:
    """A stream that has not been started, where the pages look for it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    known = server.config["SETTINGS"]
    server.config["SETTINGS"] = known.model_copy(update={"stream_url": f"http://127.0.0.1:{port}"})
    found = Stream(environment_of(known, STREAM_URL=f"http://127.0.0.1:{port}"), port)
    yield found
    found.stop()
    server.config["SETTINGS"] = known


@pytest.fixture
def portfolio(server: Flask, person: Actor) -> PortfolioRef:
    """Fifty coins at the closes of the simulated market, and cash."""
    with server.app_context():
        market_data.import_instruments(SYSTEM, INSTRUMENT, "instruments.csv")
        market_data.refresh(SYSTEM, [COIN], start=WEEK_AGO - timedelta(days=7))
        return make_portfolio(person, "Coins", currency="USD", ledger=LEDGER)


def test_value_and_prices_move_by_themselves_and_say_what_they_are(
    browser: Browser, server: Flask, person: Actor, portfolio: PortfolioRef, stream: Stream
) -> None:
    # Before the stream answers the page says how old its prices are.
    browser.sign_in(path="/p/coins")
    browser.wait_for_text("#live-text", "Reconnecting, prices of ")
    first = browser.text("#live-value")

    # It comes up: the value, the change of the day and the price move, and are called live.
    stream.start()
    browser.wait_for_text("#live-text", "Live, ")
    assert browser.text("#live-meta") == "1 of 1 prices live"
    assert "live" in classes(browser, "#live-dot")
    browser.wait_for(lambda: browser.text("#live-value") != first, "the value to move")
    price = browser.text(PRICE)
    browser.wait_for(lambda: browser.text(PRICE) != price, "the price to move")
    assert browser.run("return performance.getEntriesByType('navigation').length") == 1

    # The card beside the grid says the same.
    browser.wait_for(lambda: bool(browser.run(SAME)), "the day's contribution to follow")

    # The ledger changes elsewhere: the page follows, and stays live.
    with server.app_context():
        deposit = Transaction(
            date=date.today(), type=TransactionType.DEPOSIT, currency="USD", amount=Decimal(1_000_000)
        )
        transactions.add_transaction(person, portfolio.id, deposit)
    browser.wait_for_text("#live-value", "$1,0")
    browser.wait_for(lambda: browser.run(DEPOSITS) == 2, "the new row among the recent ones")
    browser.wait_for(lambda: "$1,0" in browser.text("#live-value") and is_moving(browser), "live prices to go on")

    # The theme is another, and prices go on.
    browser.click("#theme-toggle")
    browser.wait_for(lambda: is_moving(browser), "live prices in the dark")

    # Away and back.
    browser.click('[id*="instruments"][id*="side"]')
    browser.wait_for_path("/instruments")
    browser.wait_for(lambda: browser.run("return document.getElementById('live-text').textContent") == "", "silence")
    browser.click('[id*="overview"][id*="side"]')
    browser.wait_for_text("#live-text", "Live, ")
    browser.wait_for(lambda: is_moving(browser), "live prices again")

    # The stream dies: what is shown stays, and is not called live.
    stream.stop()
    browser.wait_for_text("#live-text", "Reconnecting, prices of ")
    assert "warn" in classes(browser, "#live-dot")
    frozen = browser.text("#live-value")
    assert frozen.startswith("$1,0")

    # It is back, and the session ends: the page leads to sign-in.
    stream.start()
    browser.wait_for_text("#live-text", "Live, ")
    with server.app_context():
        sessions.end_all(person.user_id)  # type: ignore[arg-type]  # a person has an id
    browser.wait_for_path("/sign-in?next=%2Fp%2Fcoins")
    assert [
        text for text in browser.complaints() if "/portfolios/" not in text
    ] == []  # but of the stream that was down


DEPOSITS = (
    "return [...document.querySelectorAll('.tb .chip.info')].filter((chip) => chip.innerText === 'Deposit').length"
)
MOVED = """
    const now = document.getElementById("live-value").textContent;
    const before = (window.valueBefore = window.valueBefore || now);
    if (before !== now) delete window.valueBefore;
    return before !== now"""


def classes(browser: Browser, selector: str) -> list[str]:
    """The classes of an element."""
    return (browser.find(selector).get_attribute("class") or "").split()


def is_moving(browser: Browser) -> bool:
    """Whether the value has changed since this was first asked."""
    return bool(browser.run(MOVED))
