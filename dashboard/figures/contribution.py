"""Which holdings moved the day: the largest gains and losses as bars around zero."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.figures.colors import Figure
from dashboard.figures.scale import money_labels, nice_ticks, padded
from dashboard.figures.states import empty_figure
from dashboard.figures.template import SMALL_HEIGHT, figure
from dashboard.figures.text import escaped
from dashboard.formatting.numbers import DEFAULT_LOCALE, money
from dashboard.results.holdings import HoldingsReport

NOTHING = "What moved the value appears here on the next trading day."
EACH_SIDE = 3
ROOM_FOR_TEXT = 0.25


@dataclass(frozen=True, slots=True)
class Contribution:
    """The day's gain of one holding in the portfolio's currency; ``share`` is of the largest one, with its sign."""

    symbol: str
    amount: float
    share: float


def contributions(report: HoldingsReport, each_side: int = EACH_SIDE) -> tuple[Contribution, ...]:
    """The largest gains, then the largest losses, best first; holdings that did not move are left out."""
    moved = sorted(
        ((item.day_change, item.symbol) for item in report.holdings if item.day_change), key=lambda entry: -entry[0]
    )
    gains = [entry for entry in moved if entry[0] > 0][:each_side]
    losses = [entry for entry in moved if entry[0] < 0][-each_side:]
    largest = max((abs(amount) for amount, _ in (*gains, *losses)), default=0.0)
    return tuple(Contribution(symbol, amount, amount / largest) for amount, symbol in (*gains, *losses))


def contribution_figure(
    report: HoldingsReport, *, theme: str = "light", height: int = SMALL_HEIGHT, locale: str = DEFAULT_LOCALE
) -> Figure:
    """The day's contributions as horizontal bars, best on top."""
    shown = contributions(report)
    if not shown:
        return empty_figure(NOTHING, theme=theme, height=height)
    amounts = [round(item.amount, 2) for item in shown]
    low, high = padded(min(0.0, *amounts), max(0.0, *amounts))
    ticks = nice_ticks(low, high, 3)
    room = (high - low) * ROOM_FOR_TEXT
    bars: Figure = {
        "type": "bar",
        "orientation": "h",
        "x": amounts,
        "y": [item.symbol for item in shown],
        "marker": {"color": ["@{up-fill}" if amount > 0 else "@{down-fill}" for amount in amounts]},
        "text": [money(amount, report.currency, 0, signed=True, locale=locale) for amount in amounts],
        "textposition": "outside",
        "cliponaxis": False,
        "hovertext": [
            f"<b>{escaped(item.symbol)}</b><br>{money(item.amount, report.currency, signed=True, locale=locale)}"
            for item in shown
        ],
        "hoverinfo": "text",
        "name": "Day change",
    }
    layout: Figure = {
        "height": height,
        "margin": {"l": 64, "r": 8, "t": 4, "b": 22},
        "hovermode": "closest",
        "xaxis": {
            "showgrid": True, "zeroline": True, "fixedrange": True,
            "range": [round(low - room, 2) if low < 0 else 0, round(high + room, 2) if high > 0 else 0],
            "tickvals": ticks, "ticktext": money_labels(ticks, report.currency, locale),
        },
        "yaxis": {"autorange": "reversed", "showgrid": False, "fixedrange": True, "type": "category"},
    }  # fmt: skip
    return figure([bars], layout, theme)
