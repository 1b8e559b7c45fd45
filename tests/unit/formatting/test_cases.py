"""The table of cases that the server's formatting and the browser's both pass."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dashboard.formatting import dates, numbers

CASES = json.loads((Path(__file__).parents[2] / "data" / "format_cases.json").read_text())
DAYS = {"day"}
MOMENTS = {"clock": 1, "moment": 1, "age": 2}


def _said(case: dict[str, Any]) -> str:  # Any: the cases are JSON of many shapes
    name, arguments = case["fn"], list(case["args"])
    if name in DAYS:
        arguments = [value and dt.date.fromisoformat(value) for value in arguments]
    for index in range(MOMENTS.get(name, 0)):
        arguments[index] = arguments[index] and dt.datetime.fromisoformat(arguments[index])
    function = getattr(numbers if hasattr(numbers, name) else dates, name)
    return str(function(*arguments, **case.get("options", {})))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['fn']}{case['args']}{case.get('options', '')}")
def test_a_case_of_the_table_reads_as_it_says(case: dict[str, Any]) -> None:  # Any: as above
    assert _said(case) == case["text"]


def test_a_sentence_has_its_days_as_a_page_writes_them_and_keeps_what_only_looks_like_one() -> None:
    told = dates.said("Quarantined since 2026-11-05, order 2026-13-45: nothing is valued with it.")
    assert told.replace("\N{NO-BREAK SPACE}", " ") == (
        "Quarantined since 05 Nov 2026, order 2026-13-45: nothing is valued with it."
    )


def test_decimals_and_floats_of_the_same_figure_read_alike() -> None:
    assert numbers.money(Decimal("1.005"), "USD") == numbers.money(1.005, "USD") == "$1.01"


@pytest.mark.parametrize("missing", [None, float("nan"), float("inf"), Decimal("NaN")])
def test_what_is_missing_is_an_en_dash(missing: float | Decimal | None) -> None:
    assert {numbers.money(missing, "EUR"), numbers.percent(missing), numbers.compact(missing)} == {"–"}


def test_no_text_has_a_hyphen_for_a_minus() -> None:
    texts = [numbers.money(-1234.5, "EUR"), numbers.percent(-0.1, locale="de-DE"), numbers.compact(-1e6)]
    assert not any("-" in text for text in texts)
    assert all("−" in text for text in texts)


def test_a_quantity_keeps_eighteen_digits_of_a_ledger_in_front_of_the_point() -> None:
    assert numbers.quantity(Decimal("123456789012345678.5")) == "123,456,789,012,345,678.5"
