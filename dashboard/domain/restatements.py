"""What a correction of the past did to a portfolio: the same ledger, valued with what counted before and counts now."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from dashboard.domain.arrays import Days, Floats, date_of
from dashboard.domain.fx import RateSeries
from dashboard.domain.instruments import Split
from dashboard.domain.prices import MarketData, PriceSeries
from dashboard.domain.valuation import PortfolioHistory

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Undo:
    """What counted of a series before it was restated.

    ``values`` of ``days`` are its closes or rates (NaN: none counted), shape (k,). ``series`` is a symbol or a pair.
    ``splits`` are what to put in the place of its splits of those days: None takes one away.
    """

    series: str | Pair
    days: Days
    values: Floats
    splits: tuple[tuple[date, Split | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """What a restatement did, in the portfolio's currency; NaN where there is no value.

    ``date`` is the day whose value changed most (the last day where none did), ``day_before`` and ``day_after`` its
    values; ``value`` is that of the last day, ``gain`` the total gain from the first transaction up to it.
    """

    date: date
    day_before: float
    day_after: float
    value_before: float
    value_after: float
    gain_before: float
    gain_after: float


def undone(market: MarketData, undo: Undo) -> MarketData:
    """The market as it was before a restatement; a series that is not in it changes nothing."""
    if isinstance(undo.series, tuple):
        rates = market.rates.get(undo.series)
        if rates is None:
            return market
        days, values = _put_back(rates.dates, rates.rates, undo)
        return replace(market, rates={**market.rates, undo.series: RateSeries(days, values)})
    if undo.series not in market.instruments:
        return market
    series = market.prices.get(undo.series, PriceSeries.of([], []))
    days, values = _put_back(series.dates, series.closes, undo)
    prices = {name: found for name, found in market.prices.items() if name != undo.series}
    if len(days):
        prices[undo.series] = PriceSeries(days, values)
    splits = _splits(market.splits.get(undo.series, ()), undo)
    return replace(market, prices=prices, splits={**market.splits, undo.series: splits})


def effect_of(before: PortfolioHistory, after: PortfolioHistory) -> Effect:
    """What lies between two valuations of one ledger on the same days."""
    change = np.abs(after.value - before.value)
    known = np.isfinite(change)
    day = int(np.argmax(np.where(known, change, 0.0))) if (known & (change > 0)).any() else len(change) - 1
    return Effect(
        date=date_of(after.days[day]),
        day_before=float(before.value[day]),
        day_after=float(after.value[day]),
        value_before=float(before.value[-1]),
        value_after=float(after.value[-1]),
        gain_before=_gain(before),
        gain_after=_gain(after),
    )


def relative_size(old: float | None, new: float | None) -> float:
    """How large a change of a value is, as the absolute logarithm of its ratio; infinite where one is missing or 0."""
    if not old or not new or old <= 0 or new <= 0:
        return math.inf
    return abs(math.log(new / old))


def _gain(history: PortfolioHistory) -> float:
    """End value less net external flows and costs paid from outside, since before the first transaction."""
    flows = history.inflows.sum() - history.outflows.sum() + history.standing_costs.sum()
    return float(history.value[-1] - flows)


def _put_back(days: Days, values: Floats, undo: Undo) -> tuple[Days, Floats]:
    kept = ~np.isin(days, undo.days)
    counted = np.isfinite(undo.values)
    every = np.concatenate((days[kept], undo.days[counted]))
    order = np.argsort(every, kind="stable")
    found: Floats = np.concatenate((values[kept], undo.values[counted]))[order]
    return every[order], found


def _splits(known: Sequence[Split], undo: Undo) -> tuple[Split, ...]:
    given = dict(undo.splits)
    kept = [split for split in known if split.date not in given]
    return tuple(sorted((*kept, *(split for split in given.values() if split is not None)), key=lambda one: one.date))
