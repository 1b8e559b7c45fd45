"""The main job on the command line: a real ledger in four currencies, real prices, the numbers that a plain
calculation of its own expects, in JSON and in the workbook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.integration.cli.conftest import CommandLine
from tests.stand_in import MARKET, StandIn

LEDGER = MARKET / "sample_transactions.csv"
EXPECTED = MARKET / "sample_expected.json"
RATIOS = ("returns", "risk")

Json = Any  # parsed JSON


def _differences(expected: Json, found: Json, path: str = "") -> list[str]:
    if isinstance(expected, dict):
        return [line for name in expected for line in _differences(expected[name], found[name], f"{path}.{name}")]
    if isinstance(expected, str) and "-" in expected[1:]:
        return [] if expected == found else [f"{path}: {found} is not {expected}"]
    tolerance = 1e-6 if path.split(".")[1] in RATIOS else 0.01
    near = found is not None and abs(float(expected) - float(found)) <= tolerance
    return [] if near else [f"{path}: {found} is not {expected}"]


@pytest.fixture
def sample(dashboard: CommandLine, on_yahoo: StandIn) -> CommandLine:
    """The sample portfolio, imported and priced."""
    if not LEDGER.is_file():
        pytest.skip("the sample portfolio is not beside this checkout")
    assert dashboard("portfolio", "create", "sample", "--currency", "EUR").status == 0
    imported = dashboard("import", str(LEDGER), "--portfolio", "sample", "--json")
    assert imported.status == 0, imported.err
    refreshed = dashboard("prices", "refresh", "--json")
    assert refreshed.data["complete"], refreshed.data
    return dashboard


def test_the_sample_portfolio_has_the_expected_numbers_and_a_second_import_adds_nothing(
    sample: CommandLine, tmp_path: Path
) -> None:
    expected = json.loads(EXPECTED.read_text())
    holdings = expected.pop("holdings")

    performance = sample("performance", "sample", "--to", "2024-08-20", "--json").data
    held = sample("holdings", "sample", "--as-of", "2024-08-20", "--json").data

    assert _differences(expected, performance) == []
    by_symbol = {row["symbol"]: row for row in held["holdings"]}
    assert by_symbol.keys() == holdings.keys()
    assert _differences({"held": holdings}, {"held": by_symbol}) == []

    book = tmp_path / "sample.xlsx"
    made = sample(
        "report", "run", "sample", "--kind", "performance", "--format", "xlsx", "--to", "2024-08-20", "-o", str(book)
    )
    assert made.status == 0, made.err
    numbers = _numbers(book)
    for part in ("total", "price", "currency", "income", "fees", "taxes", "realized", "unrealized"):
        assert any(abs(abs(number) - abs(expected["gain"][part])) < 0.01 for number in numbers), part
    for name in ("time_weighted", "time_weighted_annualized", "money_weighted"):
        assert any(abs(number - expected["returns"][name]) < 1e-6 for number in numbers), name

    again = sample("import", str(LEDGER), "--portfolio", "sample", "--json").data
    assert (again["added"], again["duplicates"]) == (0, 55)
    after = sample("performance", "sample", "--to", "2024-08-20", "--json").data
    assert after["market_value"] == performance["market_value"]

    proposed = sample("actions", "sample", "--json").data
    assert proposed["counts"]["booked"] == 29  # of its 30 rows, two are one payment
    # What was paid, and what the ledger does not have.
    assert [(one["date"], one["symbol"], one["amount"]) for one in proposed["proposals"]] == [
        ("2023-08-04", "CALM", "37.75"),
        ("2023-04-25", "CALM", "109.95"),
        ("2022-04-28", "REL.L", "106.5"),
        ("2022-04-26", "CALM", "18.75"),
        ("2022-03-30", "4063.T", "15000"),
    ]


def _numbers(book: Path) -> list[float]:
    found = []
    for sheet in openpyxl.load_workbook(book, data_only=True):
        for row in sheet.iter_rows(values_only=True):
            found += [float(value) for value in row if isinstance(value, (int, float))]
    return found
