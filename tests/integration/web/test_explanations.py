"""How a figure was computed, beside the figure and as a workbook; another's is not there."""

from __future__ import annotations

import io

import openpyxl
import pytest
from dash import Dash
from flask import Flask
from flask.testing import FlaskClient

from dashboard.domain.access import Actor
from tests.factories import make_portfolio
from tests.web import make_person

LEDGER = """
    date        type     symbol  quantity  price  amount
    2024-01-02  deposit  -       -         -      5000
    2024-01-03  buy      AAA     10        100    -
    2024-01-19  sell     AAA     4         120    -
"""
FOUND = "/p/long-term/explain/realized"


@pytest.fixture
def portfolio(dash_app: Dash, server: Flask, person: Actor) -> str:
    """A portfolio with one sale, under a name that is markup."""
    with server.app_context():
        return make_portfolio(person, "Long-term", ledger=LEDGER).slug


def test_the_working_names_formula_steps_and_the_workbook(signed: FlaskClient, portfolio: str) -> None:
    page = signed.get(f"{FOUND}?from=2024-01-02&to=2024-01-31").get_data(as_text=True)
    assert "<math" in page and "Cost of the lots closed" in page
    assert "€80.00" in page
    assert f'href="{FOUND}.xlsx?from=2024-01-02&amp;to=2024-01-31"' in page


def test_the_workbook_is_a_download_with_live_formulas(signed: FlaskClient, portfolio: str) -> None:
    answer = signed.get(f"{FOUND}.xlsx?to=2024-01-31")
    assert "attachment" in answer.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    formulas = [cell.value for row in book["Working"].iter_rows() for cell in row if str(cell.value).startswith("=")]
    assert "=SUM('Lots closed'!$K$5)" in formulas


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/p/long-term/explain/magic", 422),
        (f"{FOUND}?from=yesterday", 422),
        (f"{FOUND}?to=2999-01-01", 422),
        ("/p/nowhere/explain/realized", 404),
    ],
)
def test_what_cannot_be_explained_is_refused_and_no_fault(
    signed: FlaskClient, portfolio: str, address: str, status: int
) -> None:
    assert signed.get(address).status_code == status


def test_another_ones_working_is_not_found(server: Flask, dash_app: Dash, signed: FlaskClient) -> None:
    other = make_person(server, "other@example.org")
    with server.app_context():
        slug = make_portfolio(other, "Theirs", ledger=LEDGER).slug
    for suffix in ("", ".xlsx"):
        assert signed.get(f"/p/{slug}/explain/realized{suffix}").status_code == 404
