"""The performance of a period: flows, returns with their status, the series, risk and the benchmark."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest

from dashboard.domain.benchmarks import benchmark_on
from dashboard.domain.calendar import Period
from dashboard.domain.instruments import Split
from dashboard.domain.measures import Status
from dashboard.domain.performance import measure
from dashboard.domain.valuation import value_portfolio
from dashboard.errors import InsufficientData
from tests.unit.domain.ledgers import closes, daily, history, market, measured, rates

DEPOSIT_AND_BUY = """
2024-01-01 deposit 1000
2024-01-01 buy ACME 10 100
"""


def walk(count: int, seed: int = 3) -> list[float]:
    """Closes of a random walk."""
    steps = np.random.default_rng(seed).normal(0.0005, 0.01, count)
    return [float(value) for value in 100 * np.cumprod(np.concatenate(([1.0], 1 + steps[1:])))]


def test_the_period_starts_from_the_close_before_its_first_day() -> None:
    found = history(DEPOSIT_AND_BUY, market({"ACME": daily("2024-01-01", 100, 110, 121)}), "2024-01-03")
    later = measured(found, "2024-01-03")
    assert (later.start_value.value, later.market_value.value) == (1100, 1210)
    assert later.returns.time_weighted.value == pytest.approx(0.1)
    assert later.gain.total == pytest.approx(110)


def test_deposits_are_flows_and_trades_are_not_where_cash_is_tracked() -> None:
    found = history(
        DEPOSIT_AND_BUY + "2024-01-02 withdrawal 50\n2024-01-02 deposit 20\n2024-01-03 withdrawal 10",
        market({"ACME": daily("2024-01-01", 100)}),
        "2024-01-03",
    )
    performance = measured(found)
    assert (performance.inflows, performance.outflows, performance.net_flows) == (1000, 40, 960)
    assert performance.gain.total == pytest.approx(0)
    assert [note.code for note in performance.notes] == ["negative_cash"]


def test_trades_and_income_are_flows_where_cash_is_not_tracked() -> None:
    found = history(
        """
        2024-01-01 deposit 500                 # kept, but no flow
        2024-01-01 buy ACME 10 100 fee=5
        2024-01-02 dividend ACME 20 tax=3
        2024-01-02 interest 9                  # of broker cash: no income
        2024-01-03 fee 4
        2024-01-03 sell ACME 5 110 fee=5
        """,
        market({"ACME": daily("2024-01-01", 100, 100, 110)}),
        "2024-01-03",
        cash=False,
    )
    performance = measured(found)
    assert (performance.inflows, performance.outflows) == (1005, 17 + 545)
    assert performance.market_value.value == 550
    gain = performance.gain
    assert (gain.income, gain.fees, gain.taxes) == (20, 14, 3)
    assert gain.total == pytest.approx(100 + 20 - 14 - 3)
    assert found.standing_costs[-1] == 4
    last = measured(found, "2024-01-03")
    assert last.returns.time_weighted.value == pytest.approx((550 + 545 - 4) / 1000 - 1)
    assert last.returns.modified_dietz.value == pytest.approx(91 / 1000)
    assert last.returns.simple.value == pytest.approx(91 / 1000)


def test_a_return_is_annualised_from_a_year_on() -> None:
    values = market({"ACME": closes("2022-12-31 100\n2023-12-30 110\n2023-12-31 121")})
    found = history("2022-12-31 deposit 1000\n2022-12-31 buy ACME 10 100", values, "2023-12-31")
    year = measured(found, "2023-01-01").returns
    assert year.time_weighted_annualized.value == pytest.approx(0.21)
    assert year.money_weighted.value == pytest.approx(0.21)
    short = measured(found, "2023-01-02").returns
    assert short.time_weighted_annualized.status is Status.INSUFFICIENT_DATA
    assert short.time_weighted.value == pytest.approx(0.21)
    assert short.money_weighted_period.value == pytest.approx(0.21)


def test_the_money_weighted_return_of_a_period_says_that_it_is_one_of_several() -> None:
    """−100, +230 and −130 a year apart: 0 % and 30 %."""
    text = "2021-01-01 deposit 100\n2022-01-01 withdrawal 230\n2023-01-01 deposit 132"
    returns = measured(history(text, market({}), "2023-01-01")).returns
    assert returns.money_weighted_period.value == pytest.approx(0.0, abs=1e-9)
    assert returns.money_weighted_period.status is Status.ESTIMATED
    assert "30.00%" in returns.money_weighted_period.reason


def test_a_total_loss_makes_every_return_across_it_undefined_and_names_the_day() -> None:
    found = history(
        """
        2024-01-01 deposit 1000
        2024-01-01 buy ACME 10 100
        2024-01-02 fee 1100
        2024-01-04 deposit 500
        """,
        market({"ACME": daily("2024-01-01", 100, 100, 100, 100, 110)}),
        "2024-01-05",
    )
    performance = measured(found)
    assert performance.returns.time_weighted.value is None
    assert "2024-01-02" in performance.returns.time_weighted.reason
    assert performance.risk.volatility.status is Status.UNDEFINED
    assert performance.gain.total == pytest.approx(-1000)
    assert measured(found, "2024-01-05").returns.time_weighted.value == pytest.approx(100 / 400)


def test_borrowed_money_that_cancels_the_holdings_is_value_at_work() -> None:
    found = history("2024-01-01 buy ACME 10 100", market({"ACME": daily("2024-01-01", 100, 110)}), "2024-01-02")
    performance = measured(found)
    assert performance.returns.time_weighted.status is Status.UNDEFINED
    assert performance.returns.time_weighted.reason == "On 2024-01-02 the value at work was not positive."
    assert performance.returns.money_weighted.value is None
    assert performance.gain.total == pytest.approx(100)


def test_the_series_has_a_point_for_each_bar_of_what_is_held_and_loses_no_return() -> None:
    bars = "2024-01-04 100\n2024-01-05 110\n2024-01-08 121"
    found = history(
        """
        2024-01-02 deposit 1000
        2024-01-05 buy ACME 10 110 fx=1
        2024-01-09 fee 10
        """,
        market({"ACME": closes(bars), "OTHER": daily("2024-01-01", *[5] * 9)}),
        "2024-01-09",
    )
    performance = measured(found)
    assert performance.series.dates.tolist() == [date(2024, 1, 5), date(2024, 1, 8)]
    assert performance.series.time_weighted[-1] == pytest.approx(performance.returns.time_weighted.value)
    assert performance.risk.observations == 2
    assert performance.series.periods_per_year == 252


def test_a_series_with_weekends_has_365_periods_a_year() -> None:
    found = history(DEPOSIT_AND_BUY, market({"ACME": daily("2024-01-01", *walk(30))}), "2024-01-30")
    assert measured(found).risk.periods_per_year == 365


def test_fewer_than_twenty_returns_measure_no_risk() -> None:
    found = history(DEPOSIT_AND_BUY, market({"ACME": daily("2024-01-01", *walk(40))}), "2024-02-09")
    few = measured(found, "2024-01-01", "2024-01-19").risk
    assert few.observations == 19
    assert {few.volatility.status, few.sharpe.status, few.max_drawdown.status} == {Status.INSUFFICIENT_DATA}
    enough = measured(found, "2024-01-01", "2024-01-20").risk
    assert enough.volatility.status is Status.OK


def test_the_risk_free_rate_is_annual() -> None:
    found = history(DEPOSIT_AND_BUY, market({"ACME": daily("2024-01-01", *walk(60))}), "2024-02-29")
    period = Period(date(2024, 1, 1), date(2024, 2, 29))
    returns = measure(found, period).series.returns
    rate = 1.05 ** (1 / 365) - 1
    expected = (returns.mean() - rate) / returns.std(ddof=1) * np.sqrt(365)
    assert measure(found, period, risk_free=0.05).risk.sharpe.value == pytest.approx(expected)


def test_against_itself_a_portfolio_has_a_beta_of_one() -> None:
    prices = daily("2024-01-01", *walk(60))
    found = history(DEPOSIT_AND_BUY, market({"ACME": prices}), "2024-02-29")
    benchmark = benchmark_on(found, "ACME")
    performance = measure(found, Period(date(2024, 1, 2), date(2024, 2, 29)), benchmark)
    risk = performance.risk
    assert risk.beta.value == pytest.approx(1.0)
    assert risk.alpha.value == pytest.approx(0.0, abs=1e-12)
    assert risk.correlation.value == pytest.approx(1.0)
    assert performance.benchmark is not None
    assert performance.benchmark.time_weighted.value == pytest.approx(performance.returns.time_weighted.value)
    assert performance.benchmark.flow_matched_value.value == pytest.approx(performance.market_value.value)


def test_flows_are_matched_at_the_previous_close_in_and_at_the_days_close_out() -> None:
    found = history(
        """
        2024-01-01 deposit 1000
        2024-01-03 deposit 220
        2024-01-04 withdrawal 240
        """,
        market({"INDEX": daily("2024-01-01", 100, 110, 121, 120, 130)}),
        "2024-01-05",
    )
    period = Period(date(2024, 1, 2), date(2024, 1, 5))
    performance = measure(found, period, benchmark_on(found, "INDEX"))
    assert performance.benchmark is not None
    units = 1000 / 100 + 220 / 110 - 240 / 120
    assert performance.benchmark.flow_matched_value.value == pytest.approx(units * 130)
    assert performance.benchmark.time_weighted.value == pytest.approx(0.3)


def test_a_benchmark_is_in_the_portfolios_currency_and_grows_across_its_splits() -> None:
    data = market(
        {"INDEX": daily("2024-01-01", 100, 55)},
        currencies={"INDEX": "USD"},
        splits={"INDEX": (Split(date(2024, 1, 2), Decimal(2)),)},
        fx={("USD", "EUR"): rates("2024-01-01", 0.5, 0.6)},
    )
    found = history("2024-01-01 deposit 1000", data, "2024-01-02")
    assert benchmark_on(found, "INDEX").levels.tolist()[1:] == pytest.approx([50.0, 66.0])


def test_a_benchmark_without_prices_is_refused() -> None:
    found = history("2024-01-01 deposit 1000", market(), "2024-01-02")
    with pytest.raises(InsufficientData, match="no prices of the benchmark INDEX"):
        benchmark_on(found, "INDEX")


def test_a_report_in_another_currency_takes_each_flow_at_its_own_days_rate() -> None:
    found = history(
        "2024-01-01 deposit 100\n2024-01-02 deposit 100",
        market(fx={("EUR", "USD"): rates("2024-01-01", 1.0, 1.2, 1.5)}),
        "2024-01-03",
        currency="USD",
    )
    performance = measured(found)
    assert performance.currency == "USD"
    assert performance.inflows == pytest.approx(100 + 120)
    assert performance.market_value.value == pytest.approx(300)
    assert performance.gain.currency == pytest.approx(80)
    assert performance.cash_by_currency == {"EUR": 200}


def test_a_row_that_cannot_be_held_is_left_out_and_noted() -> None:
    found = history(
        DEPOSIT_AND_BUY + "2024-01-02 sell ACME 11 100",
        market({"ACME": daily("2024-01-01", 100, 100)}),
        "2024-01-02",
    )
    (note,) = measured(found).notes
    assert (note.code, note.symbol, note.since) == ("oversell", "ACME", "2024-01-02")
    assert found.value[-1] == 1000


def test_a_ledger_without_rows_is_worth_nothing() -> None:
    found = value_portfolio([], market(), base_currency="EUR", end=date(2024, 1, 5))
    performance = measured(found)
    assert (performance.market_value.value, performance.gain.total) == (0, 0)
    assert performance.returns.time_weighted.value == 0
    assert performance.returns.simple.status is Status.UNDEFINED


def test_a_period_before_the_first_transaction_is_empty() -> None:
    found = history(DEPOSIT_AND_BUY, market({"ACME": daily("2024-01-01", 100)}), "2024-01-02")
    performance = measured(found, "2023-01-01", "2023-12-01")
    assert performance.market_value.value == 0
    assert performance.series.dates.size == 0


def test_a_period_past_the_valuation_is_refused() -> None:
    found = history(DEPOSIT_AND_BUY, market({"ACME": daily("2024-01-01", 100)}), "2024-01-02")
    with pytest.raises(InsufficientData, match="valued up to 2024-01-02"):
        measured(found, "2024-01-01", "2024-01-03")


def test_a_row_in_a_third_currency_moves_the_balance_that_it_names() -> None:
    found = history(
        """
        2024-01-01 deposit 1000
        2024-01-01 buy ACME 10 10 ccy=USD cash=GBP
        """,
        market(
            {"ACME": daily("2024-01-01", 10)},
            currencies={"ACME": "USD"},
            fx={("EUR", "USD"): rates("2024-01-01", 1.25), ("EUR", "GBP"): rates("2024-01-01", 0.8)},
        ),
        "2024-01-01",
    )
    performance = measured(found)
    assert performance.cash_by_currency == pytest.approx({"EUR": 1000, "GBP": -64})
    assert performance.gain.total == pytest.approx(0, abs=1e-9)


def test_the_worst_months_and_days_are_of_the_series() -> None:
    prices = walk(90)
    found = history(DEPOSIT_AND_BUY, market({"ACME": daily("2024-01-01", *prices)}), "2024-03-30")
    risk = measured(found, "2024-01-02").risk
    daily_returns = np.diff(prices) / prices[:-1]
    assert risk.worst_day.value == pytest.approx(daily_returns.min())
    ends = [(date(2024, month, 1) - timedelta(days=1) - date(2024, 1, 1)).days for month in (2, 3)]
    levels = [prices[0], *(prices[at] for at in ends), prices[-1]]
    months = [after / before - 1 for before, after in pairwise(levels)]
    assert risk.worst_month.value == pytest.approx(min(months))
    assert risk.best_month.value == pytest.approx(max(months))


@pytest.mark.parametrize("close", [90.0, 104.0, 0.02, 5000.0])
def test_a_day_has_a_money_weighted_return_although_the_rate_of_its_year_is_beyond_all_bounds(close: float) -> None:
    text = "2024-01-01 deposit 1000\n2024-01-01 buy ACME 10 100"
    returns = measured(
        history(text, market({"ACME": daily("2024-01-01", 100, close)}), "2024-01-02"), "2024-01-02"
    ).returns
    assert returns.money_weighted.value is None
    assert returns.money_weighted_period.value == pytest.approx(close / 100 - 1)
    assert returns.money_weighted_period.value == pytest.approx(returns.time_weighted.value)
