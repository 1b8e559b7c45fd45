"""``dashboard explain``: the working of a figure as text, as JSON and as a workbook that computes it again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from dashboard.domain.access import SYSTEM
from dashboard.services import market_data
from tests.factories import make_instrument, make_portfolio
from tests.integration.cli.conftest import CommandLine
from tests.spreadsheet import computed

LEDGER = """
    date        type     symbol  quantity  price  amount
    2024-01-02  deposit  -       -         -      5000
    2024-01-03  buy      AAA     10        100    -
    2024-01-05  buy      AAA     10        110    -
    2024-01-12  deposit  -       -         -      1000
    2024-01-19  sell     AAA     15        120    -
"""
CLOSES = [100, 101.5, 99.25, 104, 108, 107.5, 111, 113, 110.25, 112, 115, 118.5, 117, 116, 119, 121, 120.5, 118, 122]
WHOLE = ("--from", "2024-01-02", "--to", "2024-01-31")


@pytest.fixture
def portfolio(app_context: Flask) -> str:
    """Trades in one instrument whose closes come from a file."""
    make_instrument("AAA", "EUR")
    days = [f"AAA,{date(2024, 1, 2 + number)},{close}" for number, close in enumerate(CLOSES)]
    market_data.import_prices(SYSTEM, "\n".join(["symbol,date,close", *days]).encode(), "prices.csv")
    return make_portfolio(name="Traded", ledger=LEDGER).name


def test_the_figure_of_the_working_is_that_of_the_performance(dashboard: CommandLine, portfolio: str) -> None:
    shown = dashboard("performance", portfolio, *WHOLE, "--json").data
    for metric, expected in (
        ("time_weighted", shown["returns"]["time_weighted"]),
        ("money_weighted", shown["returns"]["money_weighted"]),
        ("realized", shown["gain"]["realized"]),
        ("gain", shown["gain"]["total"]),
        ("market_value", shown["market_value"]),
    ):
        found = dashboard("explain", portfolio, metric, *WHOLE, "--json").data
        assert float(found["value"]) == pytest.approx(float(expected), rel=1e-12), metric
        assert found["formula"] and found["convention"] and found["method"]
        assert found["steps"][-1]["value"] == found["value"]


def test_the_workbook_computes_the_figure_from_its_inputs(
    dashboard: CommandLine, portfolio: str, tmp_path: Path
) -> None:
    shown = dashboard("performance", portfolio, *WHOLE, "--json").data
    for metric, title, expected in (
        ("time_weighted", "Time-weighted return", shown["returns"]["time_weighted"]),
        ("money_weighted", "Money-weighted return", shown["returns"]["money_weighted"]),
        ("realized", "Realised gain", float(shown["gain"]["realized"])),
    ):
        path = tmp_path / f"{metric}.xlsx"
        answer = dashboard("explain", portfolio, metric, *WHOLE, "--format", "xlsx", "-o", str(path))
        assert answer.status == 0, answer.err
        assert computed(path.read_bytes(), "Working")[title] == pytest.approx(expected, rel=1e-9)


def test_as_text_it_shows_formula_convention_and_steps(dashboard: CommandLine, portfolio: str) -> None:
    answer = dashboard("explain", portfolio, "realized", *WHOLE)
    assert "First in, first out" in answer.out
    assert "Cost of the lots closed" in answer.out and "1,550" in answer.out
    assert "Lots closed: 2 rows." in answer.out


def test_a_date_is_a_date_as_text_and_in_the_json(dashboard: CommandLine, portfolio: str) -> None:
    assert "2024-01-31" in dashboard("explain", portfolio, "modified_dietz", *WHOLE).out
    found = dashboard("explain", portfolio, "modified_dietz", *WHOLE, "--json").data
    assert {step["name"]: step["value"] for step in found["steps"]}["to"] == "2024-01-31"


def test_a_currency_is_the_same_in_small_letters(dashboard: CommandLine, portfolio: str) -> None:
    small, large = (
        dashboard("explain", portfolio, "gain", *WHOLE, "--currency", code, "--json") for code in ("eur", "EUR")
    )
    assert small.data["value"] == large.data["value"] is not None


def test_as_text_a_short_period_has_no_yearly_rate(dashboard: CommandLine, portfolio: str) -> None:
    week = ("--from", "2024-01-08", "--to", "2024-01-14")
    returns = dashboard("performance", portfolio, *week, "--json").data["returns"]
    assert returns["money_weighted"] > 2 * returns["money_weighted_period"] > 0
    lines = {
        line[:18].strip(): line[18:].strip() for line in dashboard("performance", portfolio, *week).out.splitlines()
    }
    assert lines["Money-weighted"] == f"{returns['money_weighted_period']:+.2%}"
    assert lines["p.a. (XIRR)"] == "–"
    whole = dashboard("performance", portfolio, "--to", "2025-01-31").out
    assert "p.a. (XIRR)" in whole and "–" not in whole.split("p.a. (XIRR)")[1].splitlines()[0]


def test_as_text_the_benchmark_stands_beside_the_portfolio(dashboard: CommandLine, portfolio: str) -> None:
    told = ("performance", portfolio, *WHOLE, "--benchmark", "AAA")
    assert "Benchmark AAA" in dashboard(*told).out
    assert "There is no price of AAA at the start of the period." in dashboard(*told).err
    inside = ("--from", "2024-01-04", "--to", "2024-01-20", "--benchmark", "AAA")
    found = dashboard("performance", portfolio, *inside, "--json").data["benchmark"]
    out = dashboard("performance", portfolio, *inside).out.split("Benchmark AAA")[1]
    assert f"{found['time_weighted']:+.2%}" in out and f"{float(found['flow_matched_value']):,.2f}" in out


def test_trades_at_prices_that_are_old_say_so(dashboard: CommandLine, portfolio: str) -> None:
    found = dashboard("rebalance", portfolio, "AAA=50%", "--json").data
    assert [(note["code"], note["symbol"]) for note in found["status"]] == [("stale", "AAA")]
    assert "The last price of AAA is of 2024-01-20" in dashboard("rebalance", portfolio, "AAA=50%").err


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (("magic",), 1, "time_weighted"),
        (("sharpe", "--to", "2999-01-01"), 1, "later than today"),
        (("gain", "--currency", "nonsense"), 1, "is not a currency"),
        (("sharpe", "--format", "xlsx"), 2, "-o FILE"),
        (("sharpe", "--format", "xlsx", "-o", "/nowhere/x.xlsx"), 1, "cannot be written"),
    ],
)
def test_what_cannot_be_explained_or_written_is_said_in_a_sentence(
    dashboard: CommandLine, portfolio: str, words: tuple[str, ...], status: int, message: str
) -> None:
    answer = dashboard("explain", portfolio, *words)
    assert answer.status == status
    assert message in answer.err
    assert "Traceback" not in answer.err
