"""The ledger in a browser: a file comes in, a row is edited in place, what is wrong stands beside its cell."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select

from dashboard.domain.access import Actor
from dashboard.services import portfolio_settings, portfolios, transactions
from tests.browser.driver import PHONE, Browser
from tests.factories import make_portfolio

LEDGER = """
    date        type     symbol  quantity  price  currency  amount
    2024-01-02  deposit  -       -         -      EUR       5000
    2024-01-03  buy      AAA     10        100    EUR       -
    2024-02-01  sell     AAA     4         100    EUR       -
"""
TEN_ROWS = "date,type,amount,currency\n" + "".join(
    f"2024-01-{day:02},deposit,{'abc' if day == 7 else 100},EUR\n" for day in range(1, 11)
)


@pytest.fixture
def ledger(server: Flask, person: Actor) -> int:
    """A portfolio with cash and a few rows; its id."""
    with server.app_context():
        return make_portfolio(person, "Mine", ledger=LEDGER).id


def where(row: int, column: str) -> str:
    return f'#tx-grid .ag-row[row-index="{row}"] .ag-cell[col-id="{column}"]'


def cell(browser: Browser, row: int, column: str) -> WebElement:
    return browser.find(where(row, column))


def edit(browser: Browser, row: int, column: str, text: str) -> None:
    """Type into a cell of the grid."""
    browser.edit_cell(where(row, column), text)


def gone(browser: Browser, selector: str) -> None:
    browser.wait_for(
        lambda: not browser.find_all(selector) or not browser.find_all(selector)[0].is_displayed(), selector
    )


def test_of_ten_rows_nine_are_imported_on_request_and_the_tenth_is_named(
    browser: Browser, server: Flask, person: Actor, tmp_path: Path
) -> None:
    with server.app_context():
        portfolio = portfolios.create_portfolio(person, "Mine", "EUR")
    file = tmp_path / "ten.csv"
    file.write_text(TEN_ROWS)
    browser.sign_in(path="/p/mine/import")
    browser.find("#import-choose")
    browser.wait_for(lambda: browser.find_all("#import-drop input"), "the field for the file")[0].send_keys(str(file))
    browser.wait_for_text("#import-sum", "9 rows will be written, 1 error left out")
    browser.click('[data-verdict="error"]')
    browser.wait_for_text("#import-shown", "1 row shown")
    browser.wait_for_text("#import-grid", "'abc' is not a number.")
    browser.wait_for_text("#import-grid .ag-cell.err", "abc")

    browser.click("#import-commit")
    browser.wait_for_text("#import-result", "9 transactions added")
    browser.wait_for_text("#import-detail", "Row 7, amount, left out: 'abc' is not a number.")
    browser.wait_for_text("#import-changes", "€900.00")
    with server.app_context():
        assert transactions.list_transactions(person, portfolio.id).total == 9

    browser.click("#import-undo-last")
    browser.wait_for_text("#import-result", "Import undone")
    with server.app_context():
        assert transactions.list_transactions(person, portfolio.id).total == 0


def test_an_edited_quantity_changes_the_value_and_can_be_taken_back(browser: Browser, ledger: int) -> None:
    browser.sign_in(path="/p/mine")
    browser.wait_for_text("#live-value", "5,000.00")
    browser.click('[id*="transactions"][id*="side"]')
    edit(browser, 1, "price", "50")
    browser.wait_for_text("#tx-save-all", "Save 1")
    browser.wait_for_text(where(1, "effect"), "−500.00")
    browser.click("#tx-save-all")
    browser.wait_for_text("#notices", "1 row saved")
    gone(browser, "#tx-bar")
    # 4,900 of cash and 6 units, now at the price of the last trade.
    browser.click('[id*="overview"][id*="side"]')
    browser.wait_for_text("#live-value", "5,500.00")

    browser.click('[id*="transactions"][id*="side"]')
    edit(browser, 1, "quantity", "20")
    browser.wait_for_text("#tx-bar-count", "1 unsaved row")
    browser.wait_for(lambda: browser.find("#tx-save-all").is_enabled(), "the check")
    browser.run("document.dispatchEvent(new KeyboardEvent('keydown', {key: 's', ctrlKey: true, bubbles: true}))")
    browser.wait_for_text(where(1, "effect"), "−1,000.00")
    gone(browser, "#tx-bar")
    browser.click("#notices .notice .b", "Undo")
    browser.wait_for_text(where(1, "effect"), "−500.00")


def test_an_oversell_is_told_beside_the_cell_and_mended_by_its_button(
    browser: Browser, server: Flask, person: Actor, ledger: int
) -> None:
    browser.sign_in(path="/p/mine/transactions")
    edit(browser, 0, "quantity", "1850")
    browser.wait_for_text(".fault-note", "Sells 1,850, but 10 are held on this date")
    wrong = cell(browser, 0, "quantity")
    assert "err" in str(wrong.get_attribute("class"))
    assert wrong.get_attribute("aria-describedby") == browser.find(".fault-note").get_attribute("id")
    note, place = browser.find(".fault-note").rect, wrong.rect
    assert abs(note["y"] - (place["y"] + place["height"])) < 12, "it stands right below"
    assert not browser.find("#tx-save-all").is_enabled()

    browser.click(".fault-note .b")
    browser.wait_for(lambda: browser.find("#tx-save-all").is_enabled(), "the row to be right")
    assert cell(browser, 0, "quantity").text == "10"
    browser.click("#tx-discard")
    browser.wait_for(lambda: cell(browser, 0, "quantity").text == "4", "the row to be as it was")
    with server.app_context():
        assert transactions.list_transactions(person, ledger).rows[0].transaction.quantity == 4


def test_rows_are_added_and_deleted_and_the_deletion_is_taken_back(
    browser: Browser, server: Flask, person: Actor, ledger: int
) -> None:
    browser.sign_in(path="/p/mine/transactions")
    browser.find('#tx-grid .ag-row[row-index="2"]')
    browser.open("/p/mine/transactions?add=1")
    browser.find("#tx-grid .ag-cell-inline-editing input").send_keys("bbb", Keys.TAB)
    browser.find("#tx-grid .ag-cell-inline-editing input").send_keys("1,5", Keys.TAB)
    browser.wait_for_text(".fault-note", "not a number with a decimal point")
    browser.find("#tx-grid .ag-cell-inline-editing input").send_keys("20", Keys.ENTER)
    ActionChains(browser.driver).move_to_element(cell(browser, 0, "quantity")).perform()
    browser.click(".fault-note .b")
    browser.wait_for_text(where(0, "effect"), "−30.00")
    browser.click("#tx-save-all")
    browser.wait_for_text("#tx-count", "4 rows")

    browser.click('#tx-grid .ag-row[row-index="0"] .ag-selection-checkbox .ag-checkbox-input-wrapper')
    browser.wait_for_text("#tx-selected-count", "1 selected")
    browser.click("#tx-delete")
    browser.wait_for_text("#tx-count", "3 rows")
    browser.wait_for_text("#notices", "1 row deleted")
    browser.click("#notices .notice .b", "Undo")
    browser.wait_for_text("#tx-count", "4 rows")
    with server.app_context():
        [newest, *_] = transactions.list_transactions(person, ledger).rows
        assert (newest.transaction.symbol, str(newest.transaction.quantity)) == ("BBB", "1.5")


def new_row(browser: Browser, kind: str, **fields: str) -> None:
    """Add a row, open its panel, choose the type and type into the fields that it shows."""
    browser.click("#tx-add")
    browser.find("#tx-grid .ag-cell-inline-editing input").send_keys(Keys.ESCAPE)
    browser.click('#tx-grid .ag-row[row-index="0"] .row-b')
    Select(browser.find("#tx-field-type")).select_by_visible_text(kind)
    fill(browser, **fields)


def fill(browser: Browser, **fields: str) -> None:
    """Type into fields of the panel, each left with Tab; dates go in as a picker would put them."""
    for name, text in fields.items():
        field = browser.find(f"#tx-field-{name}")
        if field.get_attribute("type") == "date":
            told = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('change', {bubbles: true}))"
            browser.run(told, field, text)
        else:
            field.clear()
            field.send_keys(text, Keys.TAB)


def save_panel(browser: Browser) -> None:
    browser.click("#tx-panel-done")
    browser.wait_for(lambda: browser.find("#tx-save-all").is_enabled(), "the row to be right")
    browser.click("#tx-save-all")
    gone(browser, "#tx-bar")


def test_a_spin_off_a_transfer_and_a_reinvested_dividend_are_added_in_the_panel(
    browser: Browser, server: Flask, person: Actor, ledger: int
) -> None:
    browser.sign_in(path="/p/mine/transactions")
    browser.wait_for_text("#tx-count", "3 rows")
    new_row(browser, "Spin-off", date="2024-02-05", symbol="aaa", target_symbol="kid", ratio="0.5", cost_fraction="0.2")
    browser.wait_for_text("#tx-panel-fields", "a share of the cost moves to it")
    assert not browser.find_all("#tx-field-quantity, #tx-field-price, #tx-field-fee")
    save_panel(browser)
    browser.wait_for_text(where(0, "symbol"), "KID")
    assert (cell(browser, 0, "type").text, cell(browser, 0, "effect").text) == ("Spin-off", "0.5 for 1")

    new_row(browser, "Transfer in", date="2024-02-06", symbol="BBB", quantity="40", cost="250", acquired="2019-05-06")
    save_panel(browser)
    browser.wait_for_text(where(0, "effect"), "+40 units")

    new_row(browser, "Reinvested", date="2024-02-07", symbol="AAA", quantity="2", price="10", tax="3")
    save_panel(browser)
    browser.wait_for_text(where(0, "effect"), "+2 units")
    assert cell(browser, 0, "amount").text == "23.00"
    with server.app_context():
        reinvested, moved, spun = (row.transaction for row in transactions.list_transactions(person, ledger).rows[:3])
    assert (spun.type, spun.target_symbol, spun.ratio) == ("spin_off", "KID", Decimal("0.5"))
    assert spun.cost_fraction == Decimal("0.2")
    assert (moved.quantity, moved.cost, moved.acquired) == (Decimal(40), Decimal(250), date(2019, 5, 6))
    assert (reinvested.amount, reinvested.tax, reinvested.quantity) == (Decimal(23), Decimal(3), Decimal(2))

    browser.click('#tx-grid .ag-row[row-index="2"] .row-b')
    browser.wait_for_text("#tx-panel-title", "Spin-off AAA")
    fill(browser, ratio="0.25")
    save_panel(browser)
    browser.wait_for_text(where(2, "effect"), "0.25 for 1")
    browser.click('#tx-grid .ag-row[row-index="2"] .row-b')
    browser.click("#tx-panel-delete")
    browser.wait_for_text("#tx-count", "5 rows")


def test_what_is_wrong_with_a_merger_or_a_transfer_stands_below_its_field(browser: Browser, ledger: int) -> None:
    def told(field: str) -> str:
        return browser.find(f'[data-hint="{field}"]').text

    browser.sign_in(path="/p/mine/transactions")
    browser.wait_for_text("#tx-count", "3 rows")
    new_row(browser, "Merger", date="2024-02-05", symbol="AAA", target_symbol="AAA", ratio="2")
    browser.wait_for_text('[data-hint="target_symbol"]', "A merger is into another instrument; both are AAA.")
    assert browser.find("#tx-field-target_symbol").get_attribute("aria-invalid") == "true"
    fill(browser, target_symbol="BBB", ratio="0")
    browser.wait_for_text('[data-hint="ratio"]', "The ratio is 0: it must be more than 0.")
    fill(browser, ratio="0.5")
    browser.wait_for(lambda: not browser.find_all("#tx-panel .in.bad"), "the merger to be right")

    Select(browser.find("#tx-field-type")).select_by_visible_text("Transfer out")
    fill(browser, quantity="7")
    browser.wait_for_text('[data-hint="quantity"]', "Moves 7, but 6 are held on this date")
    assert not browser.find_all("#tx-field-target_symbol, #tx-field-ratio")
    browser.click('[data-hint="quantity"] .b')
    browser.wait_for(lambda: not browser.find_all("#tx-panel .in.bad"), "the transfer to be right")
    assert browser.find("#tx-field-quantity").get_attribute("value") == "6"
    fill(browser, lot_ids="nothing")
    browser.wait_for(lambda: "nothing" in told("lot_ids"), "the lot to be unknown")
    browser.click("#tx-panel-done")
    browser.click("#tx-discard")
    gone(browser, "#tx-bar")


TWO_LOTS = """
    date        type  symbol  quantity  price  currency
    2024-01-03  buy   AAA     10        100    EUR
    2024-01-10  buy   AAA     10        130    EUR
    2024-02-01  sell  AAA     4         120    EUR
"""


def by_method(browser: Browser) -> dict[str, str]:
    """The gain that the panel shows for each method of closing lots."""
    lines = browser.find_all("#tx-sale tbody tr")
    return {str(one.get_attribute("data-method")): one.find_element(By.CSS_SELECTOR, "td").text for one in lines}


def test_what_a_sale_would_realise_is_shown_before_it_is_saved(browser: Browser, server: Flask, person: Actor) -> None:
    with server.app_context():
        portfolio = make_portfolio(person, "Mine", ledger=TWO_LOTS)
    browser.sign_in(path="/p/mine/transactions")
    browser.wait_for_text("#tx-count", "3 rows")
    new_row(browser, "Sell", date="2024-02-05", symbol="AAA", quantity="8")
    assert not browser.find("#tx-panel-fields").find_element(By.ID, "tx-sale").is_displayed()
    fill(browser, price="150")
    # First in, first out: 6 of the first lot are left, so 6 × 50 + 2 × 20; last in: 6 × 20 + 2 × 50; on average 8 × 35.
    gains = {"fifo": "+340.00", "lifo": "+220.00", "hifo": "+220.00", "average": "+280.00", "specific": "+340.00"}
    browser.wait_for(lambda: by_method(browser) == gains, "the gain by each method")
    assert browser.text("#tx-sale tr.own-x .chip") == "This portfolio"
    assert browser.text('#tx-sale [data-method="fifo"] .lots-x') == "6 of 03 Jan 2024, 2 of 10 Jan 2024"
    browser.wait_for_text("#tx-sale", "Proceeds after costs: €1,200.00. Nothing is saved yet.")
    fill(browser, fee="3", tax="2")
    browser.wait_for(lambda: by_method(browser)["fifo"] == "+335.00", "costs to be taken off")
    fill(browser, quantity="17")
    browser.wait_for_text("#tx-sale", "Sells 17, but 16 are held on this date")
    assert not browser.find_all("#tx-sale table")
    fill(browser, price="")
    gone(browser, "#tx-sale")
    browser.click("#tx-panel-done")
    browser.click("#tx-discard")
    gone(browser, "#tx-bar")

    browser.click('#tx-grid .ag-row[row-index="0"] .row-b')
    # The sale that is edited takes its own place: all 20 are there to be sold.
    browser.wait_for(lambda: by_method(browser).get("fifo") == "+80.00", "the gain of the saved sale")
    fill(browser, quantity="20")
    browser.wait_for(lambda: by_method(browser).get("fifo") == "+100.00", "the gain of selling all")
    Select(browser.find("#tx-field-type")).select_by_visible_text("Buy")
    gone(browser, "#tx-sale")
    browser.click("#tx-panel-done")
    browser.click("#tx-discard")
    with server.app_context():
        assert transactions.list_transactions(person, portfolio.id).total == 3
        portfolio_settings.edit_portfolio(person, portfolio.id, allow_shorts=True)

    browser.open("/p/mine/transactions")
    browser.wait_for_text("#tx-count", "3 rows")
    new_row(browser, "Sell", date="2024-02-05", symbol="AAA", quantity="17")
    fill(browser, price="150")
    browser.wait_for_text("#tx-sale", "1 of it open a short position for €150.00, and gain nothing yet.")
    # All 16 are closed: 6 × 50 + 10 × 20 with what first in, first out has left, 10 × 50 + 6 × 20 with the other.
    assert [by_method(browser)[name] for name in ("fifo", "lifo")] == ["+500.00", "+620.00"]


WIDE = """
    date        type      symbol  quantity       price       fee     tax      amount      currency  fx_rate
    2024-01-02  deposit   -       -              -           -       -        1234567.89  EUR       -
    2024-01-03  buy       AAA     120.5          7086.1234   23.45   1086.25  -           USD       0.912345
    2024-01-04  dividend  AAA     -              -           -       7086.45  87086.45    USD       0.912345
    2024-02-01  sell      AAA     4.5            7086.45     7.25    -        -           USD       0.912345
"""
CUT = """
    return [...document.querySelectorAll('#tx-grid .ag-cell.num, #tx-grid .ag-cell.ag-right-aligned-cell')]
        .filter(cell => cell.scrollWidth > cell.clientWidth || [...cell.querySelectorAll('*')]
            .some(part => part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).overflow !== 'visible'))
        .map(cell => `${cell.getAttribute('col-id')}: ${cell.textContent}`)
"""
ACROSS = """
    const found = document.querySelector('#tx-grid .ag-center-cols-viewport')
    return found.scrollWidth <= found.clientWidth
"""


def test_no_amount_of_the_grid_is_cut(browser: Browser, server: Flask, person: Actor) -> None:
    with server.app_context():
        make_portfolio(person, "Mine", ledger=WIDE)
    browser.sign_in(path="/p/mine/transactions")
    browser.wait_for_text(where(2, "price"), "7,086.1234")
    browser.wait_for(lambda: browser.run(CUT) == [], "every amount to be whole")
    across = "const found = document.querySelector('#tx-grid .ag-center-cols-viewport'); return "
    browser.wait_for(
        lambda: browser.run(across + "found.scrollWidth <= found.clientWidth"), "all columns to be in view"
    )
    edit(browser, 0, "price", "123456789.98")
    browser.wait_for_text(where(0, "amount"), "555,555,554.91")
    browser.wait_for(lambda: browser.run(CUT) == [], "every amount to be whole after a change")
    assert browser.run("return document.documentElement.scrollWidth <= innerWidth")
    browser.click("#tx-discard")


def test_filters_are_in_the_address_and_a_phone_shows_it_all(browser: Browser, ledger: int) -> None:
    browser.sign_in(path="/p/mine/transactions")
    browser.wait_for_text("#tx-count", "3 rows")
    browser.find("#tx-type").send_keys("Sell")
    browser.wait_for_path("/p/mine/transactions?type=sell")
    browser.wait_for_text("#tx-count", "1 row")
    browser.open("/p/mine/transactions?type=fee")
    browser.wait_for_text("#tx-none", "No rows match")
    browser.click("#tx-clear-none")
    browser.wait_for_path("/p/mine/transactions")
    browser.wait_for_text("#tx-count", "3 rows")
    browser.resize(*PHONE)
    browser.wait_for(lambda: not browser.run("return document.documentElement.scrollWidth > innerWidth"), "no overflow")
    browser.click('#tx-grid .ag-row[row-index="0"] .ag-cell[col-id="date"]')
    browser.click('#tx-grid .ag-row[row-index="0"] .row-b')
    browser.wait_for_text("#tx-panel-title", "Sell AAA")
    field = browser.find("#tx-field-quantity")
    assert field.get_attribute("value") == "4"
    field.clear()
    field.send_keys("11", Keys.TAB)
    browser.wait_for_text("#tx-panel-fields", "Sells 11, but 10 are held on this date")
    assert browser.driver.find_elements(By.CSS_SELECTOR, "#tx-field-quantity[aria-invalid=true]")
    browser.click("#tx-panel-done")
    browser.click("#tx-discard")
    gone(browser, "#tx-bar")
