"""Figures in the cells of a grid: a column is as wide as its longest figure, and a short quantity hides no digit."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask

from dashboard.web.components.figure_forms import (
    PRICE,
    QUANTITY,
    Form,
    Row,
    change,
    money,
    percent,
    percent_change,
    text_width,
    whole_quantity,
)
from pages.holdings.table import columns

ROOT = Path(__file__).parents[3]


def test_a_column_is_as_wide_as_its_longest_figure_and_never_less_than_its_head() -> None:
    rows: list[Row] = [{"value": 12.5}, {"value": 1_234_567.89}, {"value": None}]
    assert money("USD").room("value", rows, 40) == text_width("$1,234,567.89") > 100
    assert money("USD").room("value", rows, 400) == 400
    assert money("USD").room("value", [], 40) == money("USD").room("other", rows, 40) == 40


def test_the_columns_of_the_holdings_hold_a_coin_of_eighteen_decimals_and_a_fortune() -> None:
    coin = {"quantity": 81.94081234, "crypto": True, "currency": "USD", "price": 91234.5, "average_cost": 74_123.45}
    gains = dict.fromkeys(("unrealized", "realized", "income"), 12_345_678.0)
    rates = dict.fromkeys(("unrealized_pct", "time_weighted", "contribution", "weight"), 123.456)
    row = {**coin, **gains, **rates, "market_value": 123_456_789.12}
    shown = {
        "quantity": "81.940812", "average_cost": "$74,123.45", "price": "$91,234.50", "market_value": "$123,456,789.12",
        "unrealized": "+$12,345,678", "realized": "+$12,345,678", "income": "+$12,345,678",
        "unrealized_pct": "+12,345.6%", "time_weighted": "+12,345.6%", "contribution": "+12,345.60%",
        "weight": "12,345.6%",
    }  # fmt: skip
    with Flask(__name__).test_request_context():  # a browser asks: on a phone the order is another
        found = {column["field"]: column["minWidth"] for column in columns("USD", [row])}
    assert {field: text for field, text in shown.items() if found[field] < text_width(text)} == {}


@pytest.mark.parametrize(
    ("quantity", "whole"),
    [
        ("212", None),
        ("0.500", None),
        ("81.9408", None),
        ("81.94081234", "81.94081234"),
        ("1234.567890123456789012", "1,234.567890123456789012"),
        ("0.000000000000000001", "0.000000000000000001"),
        ("-0.123456789", "−0.123456789"),
    ],
)
def test_a_quantity_that_is_shown_shorter_is_whole_in_its_title(quantity: str, whole: str | None) -> None:
    assert whole_quantity(Decimal(quantity)) == whole


@pytest.mark.parametrize(
    "form", [PRICE, QUANTITY, QUANTITY.of_rows(), change("EUR", 0), money("EUR", 0), percent(1), percent_change(2)]
)
def test_what_the_browser_calls_is_a_function_of_its_grids(form: Form) -> None:
    called = form.script.rpartition(" : ")[2].partition("(")[0]
    assert f"\n    {called}: (value" in (ROOT / "assets" / "60-grid.js").read_text()
