"""Indicators over stored prices: split-adjusted, warmed up by the bars before the period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from dashboard.domain.access import Actor
from dashboard.domain.arrays import Floats
from dashboard.domain.indicators.registry import Chosen
from dashboard.domain.measures import Status
from dashboard.results.indicators import IndicatorSeries
from dashboard.results.instruments import Bars
from dashboard.results.notes import StatusNote
from dashboard.services import market_data


def indicator(
    actor: Actor, symbol: str, chosen: Chosen, *, start: date | None = None, end: date | None = None
) -> IndicatorSeries:
    """``chosen`` on the daily bars of ``symbol`` from ``start`` to ``end``. Raises: NotFound, InvalidInput."""
    market_data.instrument(actor, symbol)  # who may not see it learns nothing
    bars = market_data.bars(symbol, end=end)
    found = over(bars, [chosen])[0]
    first = 0 if start is None else int(np.searchsorted(bars.dates, np.datetime64(start, "D")))
    return IndicatorSeries(
        symbol=found.symbol,
        currency=found.currency,
        chosen=chosen,
        dates=found.dates[first:],
        lines={name: line[first:] for name, line in found.lines.items()},
        status=found.status,
    )


def over(bars: Bars, chosen: Sequence[Chosen]) -> tuple[IndicatorSeries, ...]:
    """Each of ``chosen`` on ``bars``, whatever their interval."""
    return tuple(_series(bars, one) for one in chosen)


def _series(bars: Bars, chosen: Chosen) -> IndicatorSeries:
    columns = {"high": bars.high, "low": bars.low, "close": bars.close, "volume": bars.volume}
    lines: dict[str, Floats] = {
        name: np.asarray(line, dtype=np.float64)
        for name, line in chosen.indicator.lines(columns, chosen.parameters).items()
    }
    return IndicatorSeries(bars.symbol, bars.currency, chosen, bars.dates, lines, _notes(bars, chosen, lines, columns))


def _notes(bars: Bars, chosen: Chosen, lines: dict[str, Floats], columns: dict[str, Floats]) -> tuple[StatusNote, ...]:
    """Why there is no value at all: a column that no bar has, or too few bars."""
    if any(np.isfinite(line).any() for line in lines.values()):
        return ()
    absent = [name for name in chosen.indicator.inputs if not np.isfinite(columns[name]).any()]
    if not len(bars.dates):
        reason = f"There is no price of {bars.symbol}."
    elif absent:
        reason = f"{chosen.label} needs {' and '.join(absent)}, which no bar of {bars.symbol} has."
    else:
        reason = f"{chosen.label} needs more bars than the {len(bars.dates)} of {bars.symbol}."
    return (StatusNote(Status.INSUFFICIENT_DATA.value, reason, bars.symbol),)
