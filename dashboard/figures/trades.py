"""One's own trades on a price chart: a triangle at the bar, and ``B 10`` or ``S 4`` beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from dashboard.figures.colors import Figure
from dashboard.figures.times import labels
from dashboard.formatting.numbers import quantity

MOST_LABELS = 40
LABEL_SHIFT = 16
# How wide a label is in widths of a chart, and how high in gaps.
LABEL, NARROW_LABEL = (0.05, 1.0), (0.13, 1.9)
BOUGHT, SOLD = "c3", "c2"

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TradeMark:
    """A purchase or a sale; ``quantity`` is positive, in units of today (split-adjusted as the bars are)."""

    date: dt.date
    bought: bool
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class _Placed:
    """The trades of one direction on one bar."""

    bar: int
    bought: bool
    quantity: Decimal
    y: float

    def label_y(self, gap: float) -> float:
        """Where its label is: beyond the triangle."""
        return self.y - gap if self.bought else self.y + gap


def trade_layers(
    trades: Sequence[TradeMark],
    days: npt.NDArray[np.datetime64],
    low: Floats,
    high: Floats,
    gap: float,
    *,
    narrow: bool = False,
) -> tuple[list[Figure], list[Figure]]:
    """The traces and the annotations of ``trades``; purchases under their bar, sales above, ``gap`` away from it.

    Only the latest of many have a label, and of several that would cover each other the latest: the triangles, and the
    table beside the chart, have them all.
    """
    placed = _placed(trades, days, low, high, gap)
    dates = labels(days)
    marks = [
        _marks([item for item in placed if item.bought is bought], dates, bought)
        for bought in (True, False)
        if any(item.bought is bought for item in placed)
    ]
    latest = sorted(placed, key=lambda item: item.bar)[-MOST_LABELS:]
    share, gaps = NARROW_LABEL if narrow else LABEL
    width = share * len(days)
    return marks, [_label(item, dates[item.bar], width) for item in _apart(latest, width, gap, gaps)]


def _apart(items: Sequence[_Placed], width: float, gap: float, height: float) -> list[_Placed]:
    """Those, in their order, whose labels (``width`` in bars, ``height`` in gaps) cover none of a later one."""
    kept: list[_Placed] = []
    for item in reversed(items):
        if all(
            abs(item.bar - other.bar) >= width or abs(item.label_y(gap) - other.label_y(gap)) >= height * gap
            for other in kept
        ):
            kept.append(item)
    return kept[::-1]


def _placed(
    trades: Sequence[TradeMark], days: npt.NDArray[np.datetime64], low: Floats, high: Floats, gap: float
) -> list[_Placed]:
    sums: dict[tuple[int, bool], Decimal] = {}
    for trade in trades:
        day = np.datetime64(trade.date, "D")
        bar = int(np.searchsorted(days, day))  # a trade on a day without a bar stands at the next one
        if bar < len(days) and days[0].astype("datetime64[D]") <= day:
            sums[bar, trade.bought] = sums.get((bar, trade.bought), Decimal(0)) + trade.quantity
    return [
        _Placed(bar, bought, total, float(low[bar]) - gap if bought else float(high[bar]) + gap)
        for (bar, bought), total in sums.items()
    ]


def _marks(items: list[_Placed], dates: list[str], bought: bool) -> Figure:
    return {
        "type": "scatter",
        "x": [dates[item.bar] for item in items],
        "y": [round(item.y, 6) for item in items],
        "mode": "markers",
        "name": "Bought" if bought else "Sold",
        "marker": {
            "symbol": "triangle-up" if bought else "triangle-down",
            "size": 11,
            "color": f"@{{{BOUGHT if bought else SOLD}}}",
            "line": {"color": "@{bg-surface}", "width": 1.5},
        },
        "customdata": [quantity(item.quantity) for item in items],
        "hovertemplate": f"%{{customdata}}<extra>{'Bought' if bought else 'Sold'}</extra>",
    }


def _label(item: _Placed, date: str, width: float) -> Figure:
    """``width`` is in bars: one at the first bars begins there, since the picture does."""
    return {
        **({"xanchor": "left"} if item.bar < width / 2 else {}),
        "x": date,
        "y": round(item.y, 6),
        "yshift": -LABEL_SHIFT if item.bought else LABEL_SHIFT,
        "text": f"<b>{'B' if item.bought else 'S'} {quantity(item.quantity)}</b>",
        "showarrow": False,
        "font": {"size": 10.5, "color": "@{text-1}"},
        "bgcolor": "@{bg-surface}",
        "bordercolor": f"@{{{BOUGHT if item.bought else SOLD}}}",
        "borderwidth": 1,
        "borderpad": 2,
    }
