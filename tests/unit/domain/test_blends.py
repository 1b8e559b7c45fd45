"""Benchmarks that are blends, and total returns: levels worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from dashboard.domain.arrays import Floats
from dashboard.domain.benchmarks import benchmark_on, blend_on
from dashboard.domain.blends import Rebalancing, benchmark_symbols, is_blend, parse_blend
from dashboard.domain.calendar import Period
from dashboard.domain.instruments import Dividend, Split
from dashboard.domain.performance import measure
from dashboard.domain.prices import MarketData, PriceSeries
from dashboard.domain.valuation import PortfolioHistory
from dashboard.errors import InsufficientData, InvalidInput
from tests.unit.domain.ledgers import daily, history, market, rates

LEDGER = "2024-01-31 deposit 100"


def valued(data: MarketData, end: str = "2024-02-02") -> PortfolioHistory:
    return history(LEDGER, data, end)


def growth(levels: Floats) -> list[float]:
    """Of a unit since the close before the ledger begins."""
    return [float(one) for one in levels[1:] / levels[0]]


TWO = market({"A": daily("2024-01-30", 100, 110, 121, 121), "B": daily("2024-01-30", 100, 100, 100, 110)})


def test_a_blend_that_is_never_restored_drifts() -> None:
    found = benchmark_on(valued(TWO), "A=0.6,B=0.4@never")
    assert growth(found.levels) == pytest.approx([0.66 + 0.4, 0.726 + 0.4, 0.726 + 0.44])


def test_weights_are_restored_daily_or_at_the_end_of_the_month() -> None:
    each_day = benchmark_on(valued(TWO), "A=0.6,B=0.4@daily")
    assert growth(each_day.levels) == pytest.approx([1.06, 1.06 * 1.06, 1.06 * 1.06 * 1.04])
    monthly = benchmark_on(valued(TWO), "A=0.6,B=0.4@monthly")
    assert growth(monthly.levels) == pytest.approx([1.06, 1.06 * (0.66 + 0.4), 1.06 * (0.66 + 0.44)])
    for longer in ("quarterly", "yearly"):
        drifting = benchmark_on(valued(TWO), "A=0.6,B=0.4@never")
        assert growth(benchmark_on(valued(TWO), f"A=0.6,B=0.4@{longer}").levels) == growth(drifting.levels)


def test_weights_and_returns_of_the_sleeves_make_the_return_of_each_day() -> None:
    for how in Rebalancing:
        found = blend_on(valued(TWO), f"A=0.6,B=0.4@{how}")
        assert found.weights[1:].sum(axis=1) == pytest.approx(np.ones(3))
        steps = found.benchmark.levels[1:] / found.benchmark.levels[:-1] - 1.0
        assert (found.weights * found.returns)[1:].sum(axis=1) == pytest.approx(steps)


def test_other_weights_hold_from_their_day_on() -> None:
    found = benchmark_on(valued(TWO), "A=1;2024-02-02:B=1@never")
    assert growth(found.levels) == pytest.approx([1.1, 1.21, 1.21 * 1.1])
    assert parse_blend("A=1;2024-02-02:B=1@never").symbols == ("A", "B")


def test_a_blend_begins_where_all_its_sleeves_have_prices() -> None:
    data = market({"A": daily("2024-01-30", 100, 110, 121, 121), "B": daily("2024-02-01", 50, 55)})
    levels = benchmark_on(valued(data), "A=0.5,B=0.5@monthly").levels
    assert np.isnan(levels[:2]).all()
    assert levels[3] / levels[2] == pytest.approx(0.5 + 0.55)


def test_a_total_return_buys_more_at_the_close_of_each_ex_date() -> None:
    data = market({"A": daily("2024-01-30", 100, 98, 98, 49)}, splits={"A": (Split(date(2024, 2, 2), Decimal(2)),)})
    amounts = {date(2023, 5, 1): 9, date(2024, 1, 31): 2, date(2024, 2, 2): 0.49}
    paid = tuple(Dividend(day, amount, "EUR") for day, amount in amounts.items())
    found = valued(replace(data, dividends={"A": paid}))
    assert growth(benchmark_on(found, "A").levels) == pytest.approx([0.98, 0.98, 0.98])
    assert growth(benchmark_on(found, "A:total").levels) == pytest.approx([1.0, 1.0, 1.01])
    assert growth(benchmark_on(found, "A:total=1@never").levels) == pytest.approx([1.0, 1.0, 1.01])


def test_sleeves_count_in_the_currency_of_the_portfolio() -> None:
    data = market(
        {"A": daily("2024-01-30", 100), "B": daily("2024-01-30", 100)},
        currencies={"B": "USD"},
        fx={("USD", "EUR"): rates("2024-01-30", 0.8, 1.0)},
    )
    assert growth(benchmark_on(valued(data), "A=0.5,B=0.5@daily").levels) == pytest.approx([1.125, 1.125, 1.125])


def test_the_performance_goes_by_a_blend_and_matches_its_flows() -> None:
    found = valued(TWO)
    benchmark = benchmark_on(found, "A=0.6,B=0.4@daily")
    measured = measure(found, Period(date(2024, 1, 31), date(2024, 2, 2)), benchmark)
    assert measured.benchmark is not None
    assert measured.benchmark.time_weighted.value == pytest.approx(1.06 * 1.06 * 1.04 - 1)
    assert measured.benchmark.flow_matched_value.value == pytest.approx(100 * 1.06 * 1.06 * 1.04)


def test_a_blend_is_written_and_read_back() -> None:
    text = "A=0.6,GC=F=0.4;2022-01-01:A:total=1.0@yearly"
    blend = parse_blend(text)
    assert blend.symbols == ("A", "GC=F", "A:total")
    assert parse_blend(blend.text) == blend
    assert benchmark_symbols(text) == ("A", "GC=F")
    assert benchmark_symbols("GC=F") == ("GC=F",)
    assert benchmark_symbols("SPY:total") == ("SPY",)
    assert not is_blend("EURUSD=X")


@pytest.mark.parametrize(
    "text",
    [
        "A=0.6,B=0.5@daily",
        "A=0.6,B=0.4@hourly",
        "A=0.6,B=0.4@",
        "A=1.5,B=-0.5@daily",
        "A=x,B=1@daily",
        "A=0.5,A=0.5@daily",
        "=1@daily",
        "A=nan@daily",
        "2022-01-01:A=1;2021-01-01:A=1@never",
        "2022-13-01:A=1@never",
    ],
)
def test_what_is_no_blend_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_blend(text)
    assert refused.value.field == "benchmark"


def test_a_sleeve_without_prices_is_named() -> None:
    with pytest.raises(InsufficientData, match="benchmark C"):
        benchmark_on(valued(TWO), "A=0.5,C=0.5@daily")
    with pytest.raises(InsufficientData, match="benchmark A"):
        benchmark_on(valued(MarketData(prices={"A": PriceSeries.of([], [])})), "A")
