"""Gain parts sum to the gain to the last digit where every input is a sum of powers of two: nothing is lost but digits.

Decimals of money have no end in binary, so that float64 parts of an ordinary ledger agree to 1e-9; on numbers that both
hold exactly there is no rounding to hide behind, and one unit, cent or day that is counted twice or not at all shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.attribution import attribute
from dashboard.domain.calendar import Period
from dashboard.domain.fx import RateSeries
from dashboard.domain.instruments import Split
from dashboard.domain.prices import MarketData, PriceSeries
from dashboard.domain.transactions import ZERO, LotMethod, Transaction
from dashboard.domain.transactions import TransactionType as Kind
from tests.unit.domain.any_ledger import CURRENCIES, DAYS, END, MARKET, START, ledgers, valued

HALVES = (Decimal("0.5"), Decimal(1), Decimal(2))


def exact_market() -> MarketData:
    """The market of any ledger with closes in eighths from the first day on, rates that halve, and a split of 2."""
    draw = np.random.default_rng(5)
    return replace(
        MARKET,
        prices={symbol: _closes(symbol, draw) for symbol in CURRENCIES},
        rates={
            pair: RateSeries(series.dates, draw.choice([0.5, 1.0, 2.0], len(series.dates)))
            for pair, series in MARKET.rates.items()
        },
        splits={"B": (Split(START + timedelta(days=12), Decimal(2)),)},
    )


def _closes(symbol: str, draw: np.random.Generator) -> PriceSeries:
    first = np.datetime64(START, "D")
    later = MARKET.prices[symbol].dates if symbol in MARKET.prices else np.empty(0, first.dtype)
    dates = np.unique(np.append(later, first))
    return PriceSeries(dates, draw.integers(400, 1200, len(dates)) / 8.0)


EXACT = exact_market()


def exact(row: Transaction) -> Transaction:
    """The row with money in eighths, in one account: shares of several accounts and of mergers have no end."""
    change: Callable[..., Transaction] = replace
    eighths = {
        name: (value * 8).to_integral_value() / 8
        for name in ("quantity", "amount", "fee", "tax", "accrued", "cost", "target_amount")
        if (value := getattr(row, name)) is not None
    }
    ratio = None if row.ratio is None else HALVES[int(row.ratio * 2) % 3]
    rate = None if row.fx_rate is None else Decimal("0.5")
    fraction = None if row.cost_fraction is None else Decimal("0.25")
    cash = ZERO if row.type in (Kind.MERGER, Kind.SPLIT) and (row.target_symbol or row.ratio) else eighths["amount"]
    found = {**eighths, "amount": cash, "ratio": ratio, "fx_rate": rate, "cost_fraction": fraction, "account": ""}
    return change(row, **found)


@settings(max_examples=60, deadline=None)
@given(
    ledgers(),
    st.booleans(),
    st.sampled_from(list(LotMethod)),
    st.sampled_from([None, "USD"]),
    st.integers(0, DAYS - 1),
    st.booleans(),
)
def test_the_parts_sum_to_the_gain_to_the_last_digit(
    rows: list[Transaction], cash: bool, method: LotMethod, currency: str | None, first: int, shorts: bool
) -> None:
    found = [exact(row) for row in rows]
    if shorts or any(row.type is Kind.TRANSFER_OUT for row in found):
        found = [replace(row, accrued=ZERO) for row in found]  # shares of what was bought of a coupon have no end
    history = valued(found, cash=cash, method=method, currency=currency, shorts=shorts, market=EXACT)
    result = attribute(history, Period(START + timedelta(days=first), END))
    for gain in (result.portfolio, *result.by_symbol.values()):
        assert gain.price + gain.currency + gain.income - gain.fees - gain.taxes == gain.total
