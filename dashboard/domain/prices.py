"""Prices as traded: the last close at or before a day, carried across splits, and how old it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from dashboard.domain.arrays import Days, Floats
from dashboard.domain.calendar import EVERY_DAY, Layout, layout
from dashboard.domain.corporate_actions import split_factors
from dashboard.domain.fx import RateSeries
from dashboard.domain.instruments import AssetClass, Dividend, Instrument, Split


@dataclass(frozen=True, slots=True)
class PriceSeries:
    """Closes as traded: ``dates`` ascending and unique datetime64[D], ``closes`` positive float64, same length."""

    dates: Days
    closes: Floats

    @classmethod
    def of(cls, dates: npt.ArrayLike, closes: npt.ArrayLike) -> PriceSeries:
        """A series from bars in any order; bars without a finite close are no bars."""
        days = np.asarray(dates, dtype="datetime64[D]")
        values = np.asarray(closes, dtype=np.float64)
        good = np.isfinite(values)
        days, first = np.unique(days[good], return_index=True)
        return cls(days, values[good][first])


@dataclass(frozen=True, slots=True)
class MarketData:
    """What is known of the market: everything that a valuation may use.

    ``rates`` are units of the second currency per 1 of the first; ``sessions`` are the trading days by exchange.
    ``dividends`` are a unit's as held on the ex-date, oldest first, declared ones that are still to come too.
    """

    prices: Mapping[str, PriceSeries] = field(default_factory=dict)
    splits: Mapping[str, tuple[Split, ...]] = field(default_factory=dict)
    rates: Mapping[tuple[str, str], RateSeries] = field(default_factory=dict)
    instruments: Mapping[str, Instrument] = field(default_factory=dict)
    sessions: Mapping[str, Days] = field(default_factory=dict)
    dividends: Mapping[str, tuple[Dividend, ...]] = field(default_factory=dict)

    def sessions_of(self, instrument: Instrument) -> Days | None:
        """The trading days of an instrument: every day for crypto, else its exchange's; None where not known."""
        return EVERY_DAY if instrument.asset_class is AssetClass.CRYPTO else self.sessions.get(instrument.exchange)


def side_by_side(series: Sequence[tuple[Days, Floats]]) -> tuple[Days, Floats]:
    """Series of ascending days and their values on the days of all of them: days (T,) and values (T, N).

    A column is a series; NaN where one has no value on a day. No series, or none with a day, is of shape (0, N).
    """
    lengths = [len(days) for days, _ in series]
    if not sum(lengths):
        return np.empty(0, dtype="datetime64[D]"), np.empty((0, len(series)))
    places = np.concatenate([days for days, _ in series]).astype("datetime64[D]").astype(np.int64)
    first = places.min()
    places -= first
    there = np.zeros(int(places.max()) + 1, dtype=np.bool_)
    there[places] = True
    values = np.full((len(series), int(there.sum())), np.nan)
    columns = (np.cumsum(there) - 1)[places]
    values[np.repeat(np.arange(len(series)), lengths), columns] = np.concatenate([found for _, found in series])
    return (np.flatnonzero(there) + first).astype("datetime64[D]"), values.T


def carried(
    values: Floats, dates: Days, days: Days, splits: Sequence[Split] = (), known: Layout | None = None
) -> Floats:
    """The last of ``values`` at or before each of the consecutive ``days``, NaN before the first of the ``dates``.

    What is carried across a split is divided by its ratio: the result is in units of each day. ``known`` is the
    layout of the dates where there is one already.
    """
    if splits:
        values = values * split_factors(dates, splits)
    found = (known or layout(dates, days)).spread(values, np.nan)
    return found / split_factors(days, splits) if splits else found


def prices_on(series: PriceSeries, days: Days, splits: Sequence[Split] = ()) -> Floats:
    """The last close at or before each of the consecutive ``days``, in units of that day; NaN before the first."""
    return carried(series.closes, series.dates, days, splits)


def adjusted_closes(series: PriceSeries, splits: Sequence[Split]) -> Floats:
    """Closes in units of today: each divided by the ratios of the splits after it, shape of ``series.closes``."""
    if not splits:
        return series.closes
    factors = split_factors(series.dates, splits)
    last = float(np.prod([float(split.ratio) for split in splits]))
    return series.closes * factors / last


def last_price_date(series: PriceSeries | None, day: np.datetime64) -> np.datetime64:
    """The date of the close that is in force on ``day``; NaT when there is none."""
    position = int(np.searchsorted(series.dates, day, "right")) - 1 if series is not None else -1
    if series is None or position < 0:
        return np.datetime64("NaT", "D")
    found: np.datetime64 = series.dates[position]
    return found
