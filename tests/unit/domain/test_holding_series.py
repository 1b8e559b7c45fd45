"""The series of every holding: against the attribution of periods, against a plain loop, and in known cases."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.arrays import Floats
from dashboard.domain.attribution import Gain, attribute
from dashboard.domain.calendar import Period
from dashboard.domain.holding_series import HoldingSeries, holding_returns, holding_series
from dashboard.domain.positions import book_positions
from dashboard.domain.returns import time_weighted_returns
from dashboard.domain.transactions import LotMethod, Transaction, TransactionType
from dashboard.domain.valuation import PortfolioHistory
from tests.unit.domain import any_ledger, ledgers
from tests.unit.domain.any_ledger import END, valued

methods = st.sampled_from(list(LotMethod))
reports = st.sampled_from([None, "USD"])
PARTS = ("gain", "price_effect", "currency_effect", "income", "costs", "realized")


def series_of(history: PortfolioHistory) -> HoldingSeries:
    last: date = history.days[-1].item()
    return holding_series(history, book_positions(history, last))


def scale_of(history: PortfolioHistory) -> float:
    """1e-9 of what went through the ledger and of what it held."""
    gross = np.abs(history.entries.trade).sum() + np.abs(history.entries.income).sum()
    return 1e-9 * (1.0 + float(gross) + float(np.nanmax(np.abs(history.values), initial=0.0)))


def parts_of(gain: Gain) -> dict[str, float]:
    return {
        "gain": gain.total,
        "price_effect": gain.price,
        "currency_effect": gain.currency,
        "income": gain.income,
        "costs": gain.fees + gain.taxes,
        "realized": gain.realized,
    }


NOTHING = dict.fromkeys(PARTS, 0.0)


@settings(max_examples=80, deadline=None)
@given(any_ledger.ledgers(), st.booleans(), methods, reports)
def test_the_parts_of_every_day_are_those_that_the_attribution_of_the_day_finds(
    found: list[Transaction], cash: bool, method: LotMethod, currency: str | None
) -> None:
    history = valued(found, cash=cash, method=method, currency=currency)
    series, scale = series_of(history), scale_of(history)
    books = book_positions(history, END)
    for position, day in enumerate(history.days.tolist()[1:], 1):
        of_day = attribute(history, Period(day, day), books if day == END else None).by_symbol
        for column, instrument in enumerate(history.instruments):
            wanted = parts_of(of_day[instrument.symbol]) if instrument.symbol in of_day else NOTHING
            for name in PARTS:
                here = getattr(series, name)[position, column]
                assert here == pytest.approx(wanted[name], abs=scale, nan_ok=True), (name, day, instrument.symbol)


@settings(max_examples=80, deadline=None)
@given(any_ledger.ledgers(), st.booleans(), methods, reports)
def test_a_period_sums_to_its_attribution_where_effects_add_up(
    found: list[Transaction], cash: bool, method: LotMethod, currency: str | None
) -> None:
    history = valued(found, cash=cash, method=method, currency=currency)
    series, scale = series_of(history), scale_of(history) * len(history.days)
    whole = attribute(history, Period(history.days[1].item(), END)).by_symbol
    for column, instrument in enumerate(history.instruments):
        wanted = parts_of(whole[instrument.symbol]) if instrument.symbol in whole else NOTHING
        for name in ("gain", "income", "costs", "realized"):
            assert getattr(series, name)[:, column].sum() == pytest.approx(wanted[name], abs=scale, nan_ok=True), name
        both = series.price_effect[:, column].sum() + series.currency_effect[:, column].sum()
        assert both == pytest.approx(wanted["price_effect"] + wanted["currency_effect"], abs=scale, nan_ok=True)


@settings(max_examples=80, deadline=None)
@given(any_ledger.ledgers(), st.booleans(), methods, reports)
def test_value_flows_and_parts_agree_with_a_plain_loop(
    found: list[Transaction], cash: bool, method: LotMethod, currency: str | None
) -> None:
    history = valued(found, cash=cash, method=method, currency=currency)
    series, scale = series_of(history), scale_of(history)
    for name, wanted in plain(history).items():
        np.testing.assert_allclose(getattr(series, name), wanted, rtol=0, atol=scale, err_msg=name)
    parts = series.price_effect + series.currency_effect + series.income - series.costs
    np.testing.assert_allclose(parts, series.gain, rtol=0, atol=scale)


def plain(history: PortfolioHistory) -> dict[str, Floats]:
    """Day by day, holding by holding, row by row."""
    names = ("inflow", "outflow", "gain", "price_effect", "currency_effect", "income", "costs")
    found = {name: np.zeros(history.values.shape) for name in names}
    entries = history.entries
    for column in range(len(history.instruments)):
        for day in range(1, len(history.days)):
            rate0, rate1 = history.rates_on(day - 1)[column], history.rates_on(day)[column]
            flow = standing = income = costs = local_flow = worth = 0.0
            for at, row in enumerate(entries.transactions):
                if entries.instrument[at] != column or entries.day[at] != day:
                    continue
                paid = float(entries.fees[at] + entries.taxes[at])
                income += float(entries.income[at])
                costs += paid
                worth += float(entries.trade[at])
                local_flow += float(entries.trade_local[at])
                if row.type in (TransactionType.FEE, TransactionType.TAX):
                    standing += paid
                else:
                    flow += float(entries.trade[at]) + paid - float(entries.income[at])
            value0, value1 = history.values[day - 1, column], history.values[day, column]
            local0 = value0 / rate0 if value0 else 0.0
            local1 = value1 / rate1 if value1 else 0.0
            found["inflow"][day, column], found["outflow"][day, column] = max(flow, 0.0), max(-flow, 0.0)
            found["gain"][day, column] = value1 - value0 - flow - standing
            still = local1 - local0 - local_flow
            found["price_effect"][day, column] = still * rate1 if still else 0.0
            held = local0 * (rate1 - rate0) if local0 else 0.0
            found["currency_effect"][day, column] = held + (local_flow * rate1 - worth if local_flow else 0.0)
            found["income"][day, column], found["costs"][day, column] = income, costs
    return found


@settings(max_examples=60, deadline=None)
@given(any_ledger.ledgers(), st.booleans(), methods)
def test_the_returns_of_a_holding_are_those_of_its_value_and_flows(
    found: list[Transaction], cash: bool, method: LotMethod
) -> None:
    history = valued(found, cash=cash, method=method)
    series = series_of(history)
    returns = holding_returns(series)
    assert not returns[0].any()
    for column in range(len(history.instruments)):
        flow = series.inflow[1:, column] - series.outflow[1:, column]
        standing = np.diff(series.value[:, column]) - flow - series.gain[1:, column]
        wanted = time_weighted_returns(
            series.value[:, column], series.inflow[1:, column], series.outflow[1:, column], standing
        )
        np.testing.assert_allclose(returns[1:, column], wanted, rtol=0, atol=1e-8)


def test_a_purchase_its_dividend_and_its_sale_are_flows_of_the_holding() -> None:
    text = """
    2024-01-01 buy A 10 100 fee=5
    2024-01-02 dividend A 20 tax=3
    2024-01-03 sell A 10 120 fee=5
    """
    found = ledgers.history(text, ledgers.market({"A": ledgers.daily("2024-01-01", 100, 110, 120)}), "2024-01-03")
    series = series_of(found)
    assert series.value[:, 0].tolist() == [0, 1000, 1100, 0]
    assert series.inflow[:, 0].tolist() == [0, 1005, 0, 0]
    assert series.outflow[:, 0].tolist() == [0, 0, 17, 1195]
    assert series.gain[:, 0].tolist() == [0, -5, 117, 95]
    assert series.price_effect[:, 0].tolist() == [0, 0, 100, 100]
    assert series.income[:, 0].tolist() == [0, 0, 20, 0]
    assert series.costs[:, 0].tolist() == [0, 5, 3, 5]
    assert series.realized[:, 0].tolist() == [0, 0, 0, 190]
    assert holding_returns(series)[:, 0] == pytest.approx([0, -5 / 1005, 117 / 1000, 95 / 1100])


def test_a_dollar_holding_splits_its_gain_into_price_and_currency() -> None:
    data = ledgers.market(
        {"A": ledgers.daily("2024-01-01", 100, 110)},
        currencies={"A": "USD"},
        fx={("USD", "EUR"): ledgers.rates("2024-01-01", 0.9, 1.0)},
    )
    series = series_of(ledgers.history("2024-01-01 buy A 1 100 ccy=USD", data, "2024-01-02"))
    assert series.gain[2, 0] == pytest.approx(20)
    assert series.price_effect[2, 0] == pytest.approx(10)
    assert series.currency_effect[2, 0] == pytest.approx(10)


def test_what_is_sold_before_a_rate_was_known_has_no_effect_on_the_days_after() -> None:
    data = ledgers.market(
        {"A": ledgers.daily("2024-01-01", 100, 110, 120, 130)},
        currencies={"A": "USD"},
        fx={("USD", "EUR"): ledgers.rates("2024-01-03", 0.9, 1.0)},
    )
    text = """
    2024-01-01 buy A 1 100 ccy=USD fx=0.9
    2024-01-02 sell A 1 110 ccy=USD fx=0.9
    """
    series = series_of(ledgers.history(text, data, "2024-01-04"))
    assert np.isnan(series.gain[1, 0])
    assert not series.gain[3:].any()
    assert not series.currency_effect[3:].any()
    assert np.isnan(holding_returns(series)[1:3, 0]).all()


def test_a_standing_cost_of_a_holding_lowers_its_gain_and_is_no_flow() -> None:
    text = """
    2024-01-01 buy A 10 100
    2024-01-02 fee 7 symbol=A
    """
    found = ledgers.history(text, ledgers.market({"A": ledgers.daily("2024-01-01", 100, 100)}), "2024-01-02")
    series = series_of(found)
    assert series.gain[2, 0] == -7
    assert series.costs[2, 0] == 7
    assert series.inflow[2, 0] == series.outflow[2, 0] == 0
    assert holding_returns(series)[2, 0] == pytest.approx(-0.007)


def test_an_empty_ledger_has_no_holdings() -> None:
    found = ledgers.history("2024-01-01 deposit 100", ledgers.market({}), "2024-01-02")
    series = series_of(found)
    assert series.gain.shape == (len(found.days), 0)
    assert holding_returns(series).shape == series.gain.shape


def test_matrices_have_contiguous_columns() -> None:
    found = ledgers.history(
        "2024-01-01 buy A 1 100", ledgers.market({"A": ledgers.daily("2024-01-01", 100)}), "2024-01-02"
    )
    series = series_of(found)
    for name in ("value", "inflow", "outflow", *PARTS):
        assert getattr(series, name).flags.f_contiguous, name
    assert found.days[-1].item() - found.days[0].item() == timedelta(days=2)
