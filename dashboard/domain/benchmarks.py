"""Benchmarks: the growth of an instrument or a blend in the portfolio's currency, and what its flows would be worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.domain.arrays import Days, Floats, Mask
from dashboard.domain.blends import TOTAL_RETURN, Blend, Rebalancing, WeightSet, is_blend, parse_blend
from dashboard.domain.calendar import layout
from dashboard.domain.corporate_actions import split_factors
from dashboard.domain.fx import Rates
from dashboard.domain.instruments import Instrument
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


@dataclass(frozen=True, slots=True)
class BlendSeries:
    """A benchmark with its S sleeves: their ``weights`` at the start and their ``returns`` of each day, (T, S) each."""

    benchmark: Benchmark
    sleeves: tuple[str, ...]
    weights: Floats
    returns: Floats


def benchmark_on(history: PortfolioHistory, text: str) -> Benchmark:
    """The benchmark ``text`` (a symbol or a blend, see :mod:`blends`) on the days of ``history``.

    Its prices come with the market data. Raises InsufficientData when the market has no price of it.
    """
    return blend_on(history, text).benchmark


def blend_on(history: PortfolioHistory, text: str) -> BlendSeries:
    """As :func:`benchmark_on`, with the weights and returns of the sleeves; a symbol is a blend of one."""
    blend = parse_blend(text) if is_blend(text) else Blend((WeightSet(None, {text: 1.0}),), Rebalancing.NEVER)
    sleeves = [_sleeve(history, symbol) for symbol in blend.symbols]
    sessions = np.logical_or.reduce([sleeve.sessions for sleeve in sleeves])
    if len(sleeves) == 1:  # its own level, which says what a unit is worth
        levels = sleeves[0].levels
        returns = _steps(levels)[:, None]
        return BlendSeries(Benchmark(text, levels, sessions), blend.symbols, np.ones_like(returns), returns)
    found = np.column_stack([sleeve.levels for sleeve in sleeves])
    targets = _targets(history.days, blend)
    levels, weights = _blended(found, targets, _restored(history.days, blend))
    returns = np.column_stack([_steps(column) for column in found.T])
    return BlendSeries(Benchmark(text, levels, sessions), blend.symbols, weights, returns)


def _steps(levels: Floats) -> Floats:
    """Returns of each day, NaN on the first, shape (T,)."""
    found = np.full(len(levels), np.nan)
    found[1:] = levels[1:] / levels[:-1] - 1.0
    return found


def _sleeve(history: PortfolioHistory, name: str) -> Benchmark:
    """One instrument, with its dividends where its name ends with ``:total``."""
    symbol = name.removesuffix(TOTAL_RETURN)
    market, days = history.market, history.days
    series = market.prices.get(symbol)
    instrument = market.instruments.get(symbol)
    if series is None or instrument is None or not len(series.dates):
        raise InsufficientData(f"There are no prices of the benchmark {symbol}.")
    splits = market.splits.get(symbol, ())
    prices = prices_on(series, days, splits)
    # A share before the splits is `factor` shares of today's kind: with it the level does not fall at a split.
    levels = prices * split_factors(days, tuple(sorted(splits)))
    if symbol != name:
        levels = levels * _reinvested(history, instrument, prices)
    sessions = np.zeros(len(days), np.bool_)
    sessions[layout(series.dates, days).offsets] = True
    rates = Rates(market.rates).on(instrument.currency, history.currency, days)
    return Benchmark(name, levels * rates, sessions)


def _reinvested(history: PortfolioHistory, instrument: Instrument, prices: Floats) -> Floats:
    """Units that one unit became by the dividends, each bought at the close of its ex-date, shape (T,)."""
    grown = np.ones(len(prices))
    for paid in history.market.dividends.get(instrument.symbol, ()):
        at = int((np.datetime64(paid.date, "D") - history.days[0]).astype(int))
        if 0 < at < len(prices) and np.isfinite(prices[at]):  # before its first price there is no level at all
            day = history.days[at : at + 1]
            rate = float(Rates(history.market.rates).on(paid.currency, instrument.currency, day)[0])
            grown[at] *= 1.0 + paid.amount * rate / prices[at]
    units: Floats = np.cumprod(grown, dtype=np.float64)
    return units


def _targets(days: Days, blend: Blend) -> Floats:
    """The weights in force on each day, (T, S); NaN before the first of them."""
    found = np.full((len(days), len(blend.symbols)), np.nan)
    for one in blend.sets:
        begins = 0 if one.since is None else int(np.searchsorted(days, np.datetime64(one.since, "D")))
        found[begins:] = [one.weights.get(symbol, 0.0) for symbol in blend.symbols]
    return found


def _restored(days: Days, blend: Blend) -> Mask:
    """Days at whose close the weights are restored: the last of each period, and the day before new ones hold."""
    following = days + 1
    if blend.rebalancing is Rebalancing.DAILY:
        found = np.ones(len(days), np.bool_)
    elif blend.rebalancing is Rebalancing.NEVER:
        found = np.zeros(len(days), np.bool_)
    else:
        months = {Rebalancing.MONTHLY: 1, Rebalancing.QUARTERLY: 3, Rebalancing.YEARLY: 12}[blend.rebalancing]
        one, other = (one.astype("datetime64[M]").astype(np.int64) // months for one in (days, following))
        found = one != other
    for begins in (one.since for one in blend.sets if one.since is not None):
        found |= following == np.datetime64(begins, "D")
    return found


def _blended(levels: Floats, targets: Floats, restored: Mask) -> tuple[Floats, Floats]:
    """The level of a blend, (T,), and the weights of its sleeves at the start of each day, (T, S).

    Between two restorations each sleeve is held: ``level = level at the last × Σ w·L ÷ L at the last``. NaN before all
    sleeves that have a weight have a level.
    """
    count = len(levels)
    ready = np.flatnonzero(~np.isnan(np.where(targets[1:] == 0.0, 0.0, levels[:-1] * targets[1:]).sum(axis=1)))
    found, weights = np.full(count, np.nan), np.full(levels.shape, np.nan)
    if not len(ready):
        return found, weights
    first = int(ready[0])
    points = np.unique(np.concatenate(([first], np.flatnonzero(restored[first:]) + first)))
    days = np.arange(first + 1, count)
    segment = np.searchsorted(points, days, "left") - 1  # of each day, the last restoration before it
    base = points[segment]
    wanted = targets[base + 1]
    held = np.where(wanted == 0.0, 0.0, wanted * levels[days] / levels[base])
    before = np.where(wanted == 0.0, 0.0, wanted * levels[days - 1] / levels[base])
    growth = held.sum(axis=1)
    steps = np.concatenate(([1.0], growth[points[1:] - first - 1]))
    found[first] = 1.0
    found[first + 1 :] = np.cumprod(steps)[segment] * growth
    weights[first + 1 :] = before / before.sum(axis=1)[:, None]
    return found, weights


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
