"""Files that are no ledger, on the import's page: a sentence where the person is, and the next file is taken.

A row that stays out although the ledger has it in other words is told too.
"""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from dashboard.domain.access import Actor
from dashboard.services import portfolios, transactions
from tests.browser.driver import Browser

GOOD = "date,type,amount,currency,external_id\n2024-01-02,deposit,100,EUR,X1\n"


def give(browser: Browser, file: Path) -> None:
    """Choose a file."""
    field = browser.wait_for(lambda: browser.find_all("#import-drop input"), "the field for the file")[0]
    field.send_keys(str(file))


def test_what_cannot_be_read_is_told_and_the_next_file_comes_in(
    browser: Browser, server: Flask, person: Actor, tmp_path: Path
) -> None:
    with server.app_context():
        portfolio = portfolios.create_portfolio(person, "Mine", "EUR")
    browser.sign_in(path="/p/mine/import")
    browser.find("#import-choose")
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as handle:
        handle.truncate(50_000_000)
    for name, content, words in (
        ("huge.csv", None, "huge.csv is 50.0 MB; files up to 20 MB can be taken."),
        ("picture.csv", bytes(range(256)) * 40, "The file is not text"),
        ("empty.csv", b"", "The file is empty."),
        ("names.csv", b"name,size\na,1\n", "not a header of transactions"),
    ):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        give(browser, tmp_path / name)
        browser.wait_for_text("#import-failed", words)
    assert [text for text in browser.complaints() if "422" not in text] == []

    (tmp_path / "good.csv").write_text(GOOD)
    give(browser, tmp_path / "good.csv")
    browser.wait_for_text("#import-sum", "1 row will be written")
    browser.click("#import-commit")
    browser.wait_for_text("#import-result", "1 transaction added")
    with server.app_context():
        assert transactions.list_transactions(person, portfolio.id).total == 1

    browser.click("#import-again")
    (tmp_path / "other.csv").write_text(GOOD.replace("100", "200"))
    give(browser, tmp_path / "other.csv")
    browser.wait_for_text("#import-notes", "Row 1 stays out: The ledger has a row with this external id; it differs")
    assert not browser.find("#import-commit").is_enabled()
