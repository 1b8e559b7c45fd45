"""Benchmarks: the growth of an instrument in the portfolio's currency, and what its flows would have become in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.domain.arrays import Floats, Mask
from dashboard.domain.calendar import layout
from dashboard.domain.corporate_actions import split_factors
from dashboard.domain.fx import Rates
from dashboard.domain.prices import prices_on
from dashboard.domain.valuation import PortfolioHistory
from dashboard.errors import InsufficientData


@dataclass(frozen=True, slots=True)
class Benchmark:
    """An instrument on a portfolio's calendar, shape (T,) each.

    ``levels`` is the worth of one unit from before all splits in the report's currency, NaN before the first price;
    ``sessions`` marks the days with a bar.
    """

    symbol: str
    levels: Floats
    sessions: Mask


def benchmark_on(history: PortfolioHistory, symbol: str) -> Benchmark:
    """The benchmark ``symbol`` (price only) on the days of ``history``; its prices come with the market data.

    Raises InsufficientData when the market has no price of it.
    """
    market, days = history.market, history.days
    series = market.prices.get(symbol)
    instrument = market.instruments.get(symbol)
    if series is None or instrument is None or not len(series.dates):
        raise InsufficientData(f"There are no prices of the benchmark {symbol}.")
    splits = market.splits.get(symbol, ())
    # A share before the splits is `factor` shares of today's kind: with it the level does not fall at a split.
    levels = prices_on(series, days, splits) * split_factors(days, tuple(sorted(splits)))
    sessions = np.zeros(len(days), np.bool_)
    sessions[layout(series.dates, days).offsets] = True
    rates = Rates(market.rates).on(instrument.currency, history.currency, days)
    return Benchmark(symbol, levels * rates, sessions)


def flow_matched_value(levels: Floats, start_value: float, inflows: Floats, outflows: Floats) -> float:
    """What the start value and the flows of n days would be worth in the benchmark at the last level.

    ``levels`` are n + 1 (the first of the start); inflows are bought at the previous close, outflows sold at the day's.
    """
    units = start_value / levels[0] if start_value else 0.0
    bought = np.divide(inflows, levels[:-1], out=np.zeros(len(inflows)), where=inflows != 0.0).sum()
    sold = np.divide(outflows, levels[1:], out=np.zeros(len(outflows)), where=outflows != 0.0).sum()
    return float((units + bought - sold) * levels[-1])


def flow_matched_values(levels: Floats, start_value: float, inflows: Floats, outflows: Floats) -> Floats:
    """:func:`flow_matched_value` at the close of each of the n days, shape (n,); NaN where a level is missing."""
    units = start_value / levels[0] if start_value else 0.0
    bought = np.divide(inflows, levels[:-1], out=np.zeros(len(inflows)), where=inflows != 0.0)
    sold = np.divide(outflows, levels[1:], out=np.zeros(len(outflows)), where=outflows != 0.0)
    values: Floats = (units + np.cumsum(bought) - np.cumsum(sold)) * levels[1:]
    return values
