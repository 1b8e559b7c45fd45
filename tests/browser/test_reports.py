"""Asking for a report, seeing it made, and opening it, in a browser."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from selenium.webdriver.support.select import Select

from dashboard.domain.access import Actor
from dashboard.services import report_mail, reports
from tests.browser.driver import PHONE, Browser
from tests.days import today
from tests.market_pages import make_ledger, make_market
from tests.smtp_loopback import Inbox

OPEN_PANEL = "#report-panel.show:not(.offcanvas-toggling)"
WIDER = "return document.documentElement.scrollWidth > window.innerWidth"


@pytest.fixture
def portfolio(server: Flask, person: Actor) -> None:
    """The person's portfolio over the small market."""
    with server.app_context():
        make_market(today())
        make_ledger(person, "Mine", today())


def make_waiting(server: Flask, person: Actor) -> None:
    """What a worker does."""
    with server.app_context():
        for run in reports.list_runs(person):
            reports.make(run.id)


@pytest.mark.usefixtures("portfolio")
def test_a_workbook_is_asked_for_made_and_opened(
    browser: Browser, server: Flask, person: Actor, tmp_path: Path
) -> None:
    browser.sign_in(path="/reports")
    browser.wait_for_text("#report-history", "No reports yet")
    browser.click(".page-h .b.pri")
    browser.find(OPEN_PANEL)
    Select(browser.find("#report-span")).select_by_value("custom")
    browser.find("#report-days")
    browser.click("#report-create")
    browser.wait_for_text("#report-error", "Enter the first and the last day")
    Select(browser.find("#report-span")).select_by_value("all")
    browser.click("#report-create")
    browser.wait_for(lambda: not browser.find_all(OPEN_PANEL), "the panel to close")
    browser.wait_for_text("#report-history tbody", "Waiting")

    make_waiting(server, person)
    browser.wait_for_text("#report-history tbody", "Finished")
    browser.click("#report-history tbody a.b")
    (file,) = browser.wait_for(lambda: list(tmp_path.glob("*.xlsx")), "the file")
    assert {"Summary", "Holdings"} <= set(openpyxl.load_workbook(file).sheetnames)


@pytest.mark.usefixtures("portfolio")
def test_a_tax_report_is_asked_for_in_the_form_for_programs(
    browser: Browser, server: Flask, person: Actor, tmp_path: Path
) -> None:
    browser.sign_in(path="/reports/new")
    browser.find(OPEN_PANEL)
    Select(browser.find("#report-kind")).select_by_visible_text("Tax")
    browser.wait_for_text("#report-kind-about", "Realised gains lot by lot")
    browser.click("#report-format label:nth-of-type(3), #report-format .form-check:nth-child(3) label")
    browser.wait_for_text("#report-about", "in the form that the API answers with")
    browser.click("#report-create")
    browser.wait_for_text("#report-history tbody", "Tax")
    make_waiting(server, person)
    browser.wait_for_text("#report-history tbody", "Finished")
    browser.click("#report-history tbody a.b")
    (file,) = browser.wait_for(lambda: list(tmp_path.glob("*.json")), "the file")
    (year,) = json.loads(file.read_text())["years"]
    assert [lot["symbol"] for lot in year["lots"]] == ["AAA"]


@pytest.mark.usefixtures("portfolio")
def test_the_panel_has_an_address_closes_by_key_and_fits_a_phone(browser: Browser) -> None:
    browser.resize(*PHONE)
    browser.sign_in(path="/reports/new")
    panel = browser.find(OPEN_PANEL)
    browser.wait_for(lambda: panel.rect["x"] == 0 or panel.rect["x"] + panel.rect["width"] <= PHONE[0], "the panel")
    assert not browser.run(WIDER)
    browser.click("#report-cancel")
    browser.wait_for(lambda: not browser.find_all(OPEN_PANEL), "the panel to close")
    browser.find("#report-history")
    assert not browser.run(WIDER)


@pytest.mark.usefixtures("portfolio")
def test_a_report_is_mailed_to_whoever_ticks_the_box(
    browser: Browser, server: Flask, person: Actor, mail_server: Inbox
) -> None:
    browser.sign_in(path="/reports/new")
    browser.find(OPEN_PANEL)
    browser.click("#report-mail")
    browser.find("#report-mail:checked, #report-mail :checked")
    browser.click("#report-create")
    browser.wait_for_text("#report-history tbody", "Waiting")
    make_waiting(server, person)
    browser.wait_for_text("#report-history tbody", "mail waits")
    with server.app_context():
        assert [report_mail.send(run.id) for run in reports.list_runs(person)] == [True]
    browser.wait_for_text("#report-history tbody", "mailed")
    (mail,) = mail_server.mails
    assert mail["To"] == person.email
    assert mail["Subject"] == "The performance report of Mine is ready"
