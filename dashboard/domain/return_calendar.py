"""Returns by month and year, as a calendar, and how they are spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.domain.arrays import Days, Floats
from dashboard.domain.drawdown import wealth

MONTHS = 12
MOST_BINS = 25
TRIMMED = 0.002
LEAST_DEVIATION = 1e-9


@dataclass(frozen=True, slots=True)
class ReturnYear:
    """One year: the return of each month (None where the series has no point) and of what the year has of them."""

    year: int
    months: tuple[float | None, ...]
    total: float | None


@dataclass(frozen=True, slots=True)
class Distribution:
    """How many returns fall between ``edges``: n + 1 edges, n counts, and those of a normal distribution like it."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    normal: tuple[float, ...]


def return_calendar(dates: Days, returns: Floats) -> tuple[ReturnYear, ...]:
    """The months of ``returns`` (one for each of ``dates``), the newest year first; NaN from an undefined day on."""
    if not len(dates):
        return ()
    months = dates.astype("datetime64[M]").astype(int)
    grown = np.log1p(returns)
    first, last = int(months[0]) // MONTHS, int(months[-1]) // MONTHS
    return tuple(_year(1970 + year, months - year * MONTHS, grown) for year in range(last, first - 1, -1))


def _year(year: int, months: np.typing.NDArray[np.int_], grown: Floats) -> ReturnYear:
    found = [_compounded(grown[months == month]) for month in range(MONTHS)]
    return ReturnYear(year, tuple(found), _compounded(grown[(months >= 0) & (months < MONTHS)]))


def _compounded(grown: Floats) -> float | None:
    value = float(np.expm1(grown.sum())) if len(grown) else np.nan
    return value if np.isfinite(value) else None


def distribution(returns: Floats) -> Distribution:
    """A histogram with bins of a round width (Freedman–Diaconis), the tails in its outermost bins.

    Empty for returns that do not differ. Source: Freedman & Diaconis (1981), On the histogram as a density
    estimator: L2 theory.
    """
    seen = returns[np.isfinite(returns)]
    if len(seen) < 2 or np.std(seen) < LEAST_DEVIATION:
        return Distribution((), (), ())
    low, high = np.quantile(seen, [TRIMMED, 1.0 - TRIMMED])
    width = _bin_width(seen, float(high - low))
    first, last = np.floor(low / width), np.ceil(high / width)
    edges = np.arange(first, last + 1) * width
    counts, _ = np.histogram(np.clip(seen, edges[0], edges[-1]), edges)
    return Distribution(tuple(edges.tolist()), tuple(counts.tolist()), tuple(_normal(seen, edges).tolist()))


def _bin_width(seen: Floats, span: float) -> float:
    low, high = np.quantile(seen, [0.25, 0.75])
    wanted = max(2.0 * float(high - low) / len(seen) ** (1 / 3), span / MOST_BINS, 1e-6)
    magnitude = 10.0 ** np.floor(np.log10(wanted))
    return float(next(step * magnitude for step in (1.0, 2.0, 2.5, 5.0, 10.0) if step * magnitude >= wanted * 0.999))


def _normal(seen: Floats, edges: Floats) -> Floats:
    """How many of as many normal returns with this mean and deviation would fall into each bin."""
    middle = (edges[1:] + edges[:-1]) / 2.0
    deviation = float(np.std(seen, ddof=1))
    density = np.exp(-(((middle - seen.mean()) / deviation) ** 2) / 2.0) / (deviation * np.sqrt(2.0 * np.pi))
    expected: Floats = density * (edges[1:] - edges[:-1]) * len(seen)
    return expected


def steps_of(cumulative: Floats) -> Floats:
    """The returns between the points of a cumulative return that starts at 0, shape of ``cumulative``."""
    levels = np.concatenate(([1.0], 1.0 + cumulative))
    found: Floats = levels[1:] / levels[:-1] - 1.0
    return found


def drawdowns_of(cumulative: Floats) -> Floats:
    """How far below its highest point so far a cumulative return stands, shape of ``cumulative``."""
    levels = wealth(steps_of(cumulative))
    found: Floats = (levels / np.maximum.accumulate(levels) - 1.0)[1:]
    return found
