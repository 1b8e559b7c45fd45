"""From the value before a period to the value at its end: flows, what each group gained, income and costs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise

from dashboard.figures.colors import Figure
from dashboard.figures.scale import money_labels, nice_ticks, padded
from dashboard.figures.states import empty_figure
from dashboard.figures.template import SMALL_HEIGHT, figure, value_axis
from dashboard.figures.text import escaped
from dashboard.formatting.numbers import DEFAULT_LOCALE, compact, money

NOTHING = "What changed the value appears here once there are transactions and prices."


@dataclass(frozen=True, slots=True)
class Change:
    """One step: its name and the amount in the report's currency."""

    name: str
    amount: float


@dataclass(frozen=True, slots=True)
class Bridge:
    """A start value, the changes, and the end value that they lead to. ``floor`` is where the axis begins."""

    start_value: float
    changes: tuple[Change, ...]
    end_value: float
    currency: str

    @property
    def floor(self) -> float:
        """0, or a round amount below everything where the changes would be too small to see."""
        levels = [self.start_value, self.end_value, *self.levels]
        low, high = min(levels), max(levels)
        if low <= 0.0 or (high - low) > 0.5 * high:
            return min(0.0, low)
        ticks = nice_ticks(low - 0.35 * (high - low), high, 5)
        return max(0.0, 2 * ticks[0] - ticks[1]) if len(ticks) > 1 else 0.0

    @property
    def levels(self) -> list[float]:
        """The start value, and where each change leads."""
        return list(accumulate((change.amount for change in self.changes), initial=self.start_value))


def waterfall_figure(
    bridge: Bridge,
    *,
    theme: str = "light",
    narrow: bool = False,
    height: int = SMALL_HEIGHT,
    locale: str = DEFAULT_LOCALE,
) -> Figure:
    """Bars that hang from each other; totals stand on the axis. A narrow one names its bars upright."""
    if not bridge.changes:
        return empty_figure(NOTHING, theme=theme, height=height)
    low, high = padded(bridge.floor, max([*bridge.levels, bridge.end_value]))
    ticks = nice_ticks(low, high, 4)
    return figure([_bars(bridge, narrow, locale)], {
        "height": height,
        "margin": {"l": 10, "r": 60, "t": 22, "b": 74 if narrow else 26},
        "hovermode": "closest",
        "bargap": 0.35,
        "xaxis": {"type": "category", "fixedrange": True, "tickangle": -90 if narrow else 0},
        "yaxis": value_axis(
            range=[round(low, 2), round(high + (high - low) * 0.08, 2)], tickvals=ticks,
            ticktext=money_labels(ticks, bridge.currency, locale),
        ),
    }, theme)  # fmt: skip


def _bars(bridge: Bridge, narrow: bool, locale: str) -> Figure:
    floor = bridge.floor
    bases = [floor, *(min(pair) for pair in pairwise(bridge.levels)), floor]
    heights = [bridge.start_value - floor, *(abs(change.amount) for change in bridge.changes), bridge.end_value - floor]
    names = ["Opening", *(change.name for change in bridge.changes), "Closing"]
    amounts = [bridge.start_value, *(change.amount for change in bridge.changes), bridge.end_value]
    colors = ["@{c1}", *("@{up-fill}" if change.amount >= 0 else "@{down-fill}" for change in bridge.changes), "@{c1}"]
    is_total = [True, *(False for _ in bridge.changes), True]
    return {
        "type": "bar",
        "x": names, "base": [round(base, 2) for base in bases], "y": [round(one, 2) for one in heights],
        "marker": {"color": colors},
        "text": [_text(one, bridge.currency, total, locale) for one, total in zip(amounts, is_total, strict=True)],
        "textposition": "none" if narrow else "outside", "cliponaxis": False,
        "textfont": {"size": 11, "color": "@{text-1}"},
        "hovertext": [
            f"<b>{escaped(name)}</b><br>{money(amount, bridge.currency, signed=not total, locale=locale)}"
            for name, amount, total in zip(names, amounts, is_total, strict=True)
        ],
        "hoverinfo": "text",
    }  # fmt: skip


def _text(amount: float, currency: str, is_total: bool, locale: str) -> str:
    return compact(amount, currency, signed=not is_total, digits=4 if is_total else 3, locale=locale)
