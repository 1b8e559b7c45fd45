"""An indicator over the bars of an instrument, and its JSON form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.domain.indicators.registry import Chosen, Indicator
from dashboard.results.notes import StatusNote
from dashboard.results.scalars import Json, amount, day, ratio

AMOUNTS = ("price", "volume")


@dataclass(frozen=True, slots=True)
class IndicatorSeries:
    """The lines of one indicator on the days of its bars, all of one length; NaN while warming up.

    Prices are split-adjusted, in ``currency``; ``status`` says why a line has no value at all.
    """

    symbol: str
    currency: str
    chosen: Chosen
    dates: NDArray[np.datetime64]
    lines: Mapping[str, NDArray[np.float64]]
    status: tuple[StatusNote, ...] = ()


def indicator_series(found: IndicatorSeries) -> dict[str, Json]:
    """The series; ``null`` while warming up and on a bar that lacks what it needs."""
    indicator = found.chosen.indicator
    form = amount if indicator.unit in AMOUNTS else ratio
    lines: dict[str, Json] = {name: [form(value) for value in line.tolist()] for name, line in found.lines.items()}
    return {
        "symbol": found.symbol,
        "currency": found.currency,
        "indicator": indicator.name,
        "title": indicator.title,
        "label": found.chosen.label,
        "pane": indicator.pane.value,
        "unit": indicator.unit,
        "parameters": dict(found.chosen.parameters),
        "series": {"date": [day(date) for date in found.dates.tolist()], **lines},
        "status": [
            {"code": note.code, "symbol": note.symbol, "since": day(note.since), "message": note.message}
            for note in found.status
        ],
    }


def indicator(known: Indicator) -> dict[str, Json]:
    """What an indicator is and takes."""
    return {
        "name": known.name,
        "title": known.title,
        "pane": known.pane.value,
        "unit": known.unit,
        "inputs": list(known.inputs),
        "outputs": list(known.outputs),
        "parameters": [
            {"name": one.name, "default": one.default, "min": one.least, "max": one.most, "whole": one.whole}
            for one in known.parameters
        ],
    }
