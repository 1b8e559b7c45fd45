"""Drawdowns: how far wealth, which starts at 1 before the first return, is under its highest value so far."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.domain.arrays import Floats
from dashboard.domain.returns import SeriesOrArray, observations


@dataclass(frozen=True, slots=True)
class Drawdown:
    """One fall and its recovery; labels are the index of a Series, positions of an array.

    ``peak`` is None where wealth was highest before the first return, ``recovery`` None while it lasts. ``depth`` is
    negative; ``days`` run from the peak to the recovery (to the last observation while it lasts), and are
    observations where the labels are no dates.
    """

    peak: Hashable | None
    trough: Hashable
    recovery: Hashable | None
    depth: float
    days: int


@dataclass(frozen=True, slots=True)
class Episode:
    """A drawdown as positions on the wealth that starts at 1 (position 0); ``recovery`` None while it lasts."""

    peak: int
    trough: int
    recovery: int | None
    depth: float


def wealth(returns: Floats) -> Floats:
    """1 and what it grows to after each of n returns, shape (n + 1,)."""
    return np.concatenate(([1.0], np.cumprod(1.0 + returns)))


def depths(grown: Floats) -> Floats:
    """Wealth ÷ its highest value so far − 1, 0 or negative, in the shape of the input."""
    falls: Floats = grown / np.maximum.accumulate(grown) - 1.0
    return falls


def drawdown_series(returns: SeriesOrArray) -> SeriesOrArray:
    """The drawdown after each return, in the shape of the input; NaN stays NaN and is otherwise skipped."""
    array = np.asarray(returns, dtype=np.float64)
    falls = depths(wealth(np.where(np.isnan(array), 0.0, array)))[1:]
    falls = np.where(np.isnan(array), np.nan, falls)
    return pd.Series(falls, index=returns.index, name=returns.name) if isinstance(returns, pd.Series) else falls


def max_drawdown(returns: npt.ArrayLike | pd.Series) -> float:
    """The deepest drawdown, negative; 0 when there is none, nan of no observation."""
    seen = observations(returns)
    return float(depths(wealth(seen)).min()) if len(seen) else float("nan")


def episodes(grown: Floats, count: int | None = None) -> list[Episode]:
    """Every drawdown of ``grown`` in time, or the ``count`` deepest, the deepest first."""
    falls = depths(grown)
    under = np.concatenate(([False], falls < 0.0, [False]))
    starts = np.flatnonzero(~under[:-1] & under[1:])
    ends = np.flatnonzero(under[:-1] & ~under[1:])
    if count is not None and len(starts):
        deepest = np.argsort(np.minimum.reduceat(falls, starts), kind="stable")[:count]
        starts, ends = starts[deepest], ends[deepest]
    found: list[Episode] = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        trough = start + int(np.argmin(falls[start:end]))
        found.append(Episode(start - 1, trough, end if end < len(grown) else None, float(falls[trough])))
    return found


def worst_drawdowns(returns: npt.ArrayLike | pd.Series, count: int = 5) -> list[Drawdown]:
    """The ``count`` deepest drawdowns, the deepest first."""
    series = returns if isinstance(returns, pd.Series) else pd.Series(np.asarray(returns, dtype=np.float64))
    seen = series.dropna()
    grown = wealth(np.asarray(seen, dtype=np.float64))
    return [_labelled(episode, seen.index) for episode in episodes(grown, count)]


def _labelled(episode: Episode, index: pd.Index) -> Drawdown:
    peak = index[episode.peak - 1] if episode.peak else None
    recovery = None if episode.recovery is None else index[episode.recovery - 1]
    last = len(index) if episode.recovery is None else episode.recovery
    if isinstance(index, pd.DatetimeIndex):
        days = int((index[last - 1] - (index[0] if peak is None else peak)).days)
    else:
        days = last - episode.peak
    return Drawdown(peak, index[episode.trough - 1], recovery, episode.depth, days)
