"""A state that follows a ledger and a market that were read anew: what differs is found, and only that is computed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dashboard.domain.fx import RateSeries
from dashboard.domain.ledger_state import LedgerState
from dashboard.domain.prices import MarketData, PriceSeries
from dashboard.domain.transactions import Transaction

LEAST_KEPT = 0.5  # of the rows; with less in common there is nothing to be saved


def followed(state: LedgerState, rows: Sequence[Transaction], market: MarketData) -> LedgerState | None:
    """``state`` with the rows and the market of now; None where too much is another, or rows have no ids.

    Everything else (last day, currencies, method) is that of ``state``.
    """
    old = {row.id: row for row in state.transactions}
    new = {row.id: row for row in rows}
    if None in old or None in new or len(old) < len(state.transactions) or len(new) < len(rows):
        return None
    if not _same_rates(state.history.market, market):
        return None
    removed = [row for key, row in old.items() if new.get(key) != row]
    added = [row for key, row in new.items() if old.get(key) != row]
    if len(old) - len(removed) < LEAST_KEPT * len(old):
        return None
    symbols = {row.symbol for row in new.values() if row.symbol} | {
        row.target_symbol for row in new.values() if row.target_symbol
    }
    changed = sorted(symbol for symbol in symbols if not _same_instrument(state.history.market, market, symbol))
    return state.changed(removed=removed, added=added, market=market, symbols=changed)


def _same_instrument(one: MarketData, other: MarketData, symbol: str) -> bool:
    """Whether prices, splits and master data of a symbol are as they were."""
    return (
        one.instruments.get(symbol) == other.instruments.get(symbol)
        and tuple(one.splits.get(symbol, ())) == tuple(other.splits.get(symbol, ()))
        and _same_prices(one.prices.get(symbol), other.prices.get(symbol))
    )


def _same_prices(one: PriceSeries | None, other: PriceSeries | None) -> bool:
    if one is None or other is None:
        return one is other
    return np.array_equal(one.dates, other.dates) and np.array_equal(one.closes, other.closes)


def _same_rates(one: MarketData, other: MarketData) -> bool:
    pairs = one.rates.keys()
    return pairs == other.rates.keys() and all(_same_rate(one.rates[pair], other.rates[pair]) for pair in pairs)


def _same_rate(one: RateSeries, other: RateSeries) -> bool:
    return np.array_equal(one.dates, other.dates) and np.array_equal(one.rates, other.rates)
