"""The main job from sign-in to workbook, as a person does it: a real browser, the application, and a real worker."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from flask import Flask

from dashboard.domain.access import Actor
from tests.browser.driver import Browser
from tests.days import days_ago
from tests.integration.cli.conftest import environment_of

ROOT = Path(__file__).parents[2]
DEADLINE_SECONDS = 60.0
# Three currencies, with the marks that a broker's export has: semicolons, decimal commas, a quoted note.
# Days are counted from the first.
LEDGER = """date;type;symbol;quantity;price;currency;fee;tax;amount;account;note
{0};deposit;;;;EUR;;;40.000,00;Depot;"opening; by transfer"
{7};buy;RHNW;100;88,40;EUR;9,90;;;Depot;
{8};buy;NWRB;40;120,25;USD;4,50;;;Depot;
{9};buy;KRWE;300;14,10;GBP;7,95;21,15;;Depot;
{90};dividend;RHNW;;;EUR;;47,48;180,00;Depot;
{150};sell;NWRB;10;131,00;USD;4,50;;;Depot;
"""

HELD = """
    try { const grid = dash_ag_grid.getApi("holdings-grid"); let found = null;
          grid.forEachNode((node) => { if (node.data.id === arguments[0]) found = node.data[arguments[1]] });
          return found } catch { return null }"""
ROW = """
    try { const grid = dash_ag_grid.getApi("tx-grid"); let found = null;
          const fits = (row) => row.symbol === arguments[0] && row.type === arguments[1];
          grid.forEachNode((node) => { if (fits(node.data)) found = node.data.id });
          return found } catch { return null }"""


@pytest.fixture
def worker(server: Flask, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """``dashboard worker`` over the same database and Redis; its log is in ``worker.log``."""
    environment = environment_of(server.config["SETTINGS"])
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard.cli", "worker"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        yield process
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def amount(text: str) -> float:
    """The number in a text such as ``€1,234.50``."""
    return float(re.sub(r"[^\d.]", "", text))


def held(browser: Browser, symbol: str, field: str) -> float:
    """A figure of the holdings grid, unrounded, as soon as the grid has it."""
    found = browser.wait_for(lambda: browser.run(HELD, symbol, field), f"{field} of {symbol}")
    assert isinstance(found, (int, float))
    return float(found)


def wait_for_prices(browser: Browser) -> None:
    """Load the overview until the worker has brought every price and rate."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not ("3 prices" in browser.text("#live-meta") and re.search(r"\d", browser.text("#live-value"))):
        assert time.monotonic() < deadline, browser.text("#main")
        browser.driver.refresh()


def edit_ledger(browser: Browser, symbol: str, kind: str, column: str, text: str) -> None:
    """Double-click the cell of a transaction, type in it and press Enter."""
    row = browser.wait_for(lambda: browser.run(ROW, symbol, kind), f"the {kind} of {symbol}")
    browser.edit_cell(f'#tx-grid .ag-row[row-id="{row}"] .ag-cell[col-id="{column}"]', text)


def chart_label(browser: Browser) -> str:
    """The sentence that says what the chart of the value shows."""
    return str(browser.run("return document.querySelector('#value-plot [aria-label]').getAttribute('aria-label')"))


def choose_timeframe(browser: Browser, text: str) -> None:
    """Click a timeframe."""
    browser.click("#tf label", text)


def test_from_sign_in_to_a_workbook_with_the_same_value(
    browser: Browser, person: Actor, worker: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    # A portfolio.
    browser.sign_in(path="/new")
    browser.type("#new-name", "Long-term")
    browser.click("#new-create")
    browser.wait_for_path("/p/long-term")

    # A file comes in, with a verdict on each row first.
    (tmp_path / "broker.csv").write_text(LEDGER.format(*(days_ago(400 - day) for day in range(151))))
    browser.open("/p/long-term/import")
    browser.find("#import-choose")
    field = browser.wait_for(lambda: browser.find_all("#import-drop input"), "the field for the file")[0]
    field.send_keys(str(tmp_path / "broker.csv"))
    browser.wait_for_text("#import-sum", "6 rows will be written")
    browser.click("#import-commit")
    browser.wait_for_text("#import-result", "6 transactions added")

    # The worker brings prices and rates; the overview has a value.
    browser.open("/p/long-term")
    wait_for_prices(browser)
    before, price = amount(browser.text("#live-value")), held(browser, "RHNW", "price")
    assert [held(browser, symbol, "quantity") for symbol in ("RHNW", "NWRB", "KRWE")] == [100, 30, 300]
    assert 20_000 < before < 200_000

    # Another timeframe: the address, the legend and the sentence about the chart follow.
    legend, sentence = browser.text("#value-legend"), chart_label(browser)
    choose_timeframe(browser, "3M")
    browser.wait_for_path("/p/long-term?tf=3M")
    browser.wait_for(lambda: chart_label(browser) != sentence, "the chart to be of three months")
    assert browser.text("#value-legend") != legend
    browser.settle()

    # A quantity is mended in the ledger: the value follows by what the units are worth more than they cost.
    browser.click('[id*="transactions"][id*="side"]')
    edit_ledger(browser, "RHNW", "buy", "quantity", "150")
    browser.wait_for_text("#tx-save-all", "Save 1")
    browser.wait_for(lambda: browser.find("#tx-save-all").is_enabled(), "the check of the row")
    browser.click("#tx-save-all")
    browser.wait_for_text("#notices", "1 row saved")
    browser.click('[id*="overview"][id*="side"]')
    browser.wait_for(lambda: held(browser, "RHNW", "quantity") == 150, "the edited quantity")
    after = amount(browser.text("#live-value"))
    assert after - before == pytest.approx(50 * (price - 88.40), abs=0.02)

    # A workbook is asked for, made by the worker, downloaded and opened.
    browser.open("/reports")
    browser.click(".page-h .b.pri")
    browser.find("#report-panel.show")
    browser.click("#report-create")
    browser.wait_for_text("#report-history", "Finished")
    browser.click("#report-history a[download]")
    file = browser.wait_for(lambda: list(tmp_path.glob("*.xlsx")), "the workbook")[0]
    rows = openpyxl.load_workbook(file, data_only=True)["Summary"].iter_rows(values_only=True)
    figures = {str(row[5]): row[1] for row in rows if len(row) > 5}
    assert figures["portfolio.name"] == "Long-term"
    assert isinstance(figures["market_value"], (int, float))
    assert round(float(figures["market_value"]), 2) == pytest.approx(after, abs=0.005)
    assert worker.poll() is None
