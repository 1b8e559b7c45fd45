"""Income by month: what was received, and what is to be expected."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.domain.income_calendar import IncomeMonth
from dashboard.figures.colors import Figure
from dashboard.figures.scale import money_labels, nice_ticks, padded
from dashboard.figures.states import empty_figure
from dashboard.figures.template import MARGIN, SMALL_HEIGHT, figure, time_axis, value_axis
from dashboard.formatting.numbers import DEFAULT_LOCALE, money

NOTHING = "Income appears here once a dividend or interest was received, or can be expected."


def income_figure(
    months: Sequence[IncomeMonth],
    currency: str,
    *,
    theme: str = "light",
    narrow: bool = False,
    height: int = SMALL_HEIGHT,
    locale: str = DEFAULT_LOCALE,
) -> Figure:
    """Solid bars for what came, hollow ones for what may come, from zero."""
    shown = months[len(months) // 3 :] if narrow else months
    if not any(one.gross or one.expected for one in shown):
        return empty_figure(NOTHING, theme=theme, height=height)
    low, high = padded(min(0.0, *(one.gross for one in shown)), max(one.gross + one.expected for one in shown))
    ticks = nice_ticks(low, high, 4)
    data = [
        _bars(shown, [one.gross for one in shown], "Received", "@{c1}", currency, locale),
        _bars(shown, [one.expected for one in shown], "Expected", "@{c1/0.25}", currency, locale),
    ]
    return figure(data, {
        "height": height,
        "margin": {**MARGIN, "l": 10},
        "barmode": "stack",
        "hovermode": "closest",
        "xaxis": time_axis(
            dtick="M6" if narrow else "M3", tickformat="%b ’%y", tickangle=0, showspikes=False
        ),
        "yaxis": value_axis(
            range=[round(low, 2), round(high * 1.06, 2)], tickvals=ticks, ticktext=money_labels(ticks, currency, locale)
        ),
    }, theme)  # fmt: skip


def _bars(
    months: Sequence[IncomeMonth], amounts: Sequence[float], name: str, color: str, currency: str, locale: str
) -> Figure:
    return {
        "type": "bar", "name": name, "x": [one.month.isoformat() for one in months],
        "y": [round(amount, 2) for amount in amounts],
        "marker": {"color": color, "line": {"color": "@{c1}", "width": 1}},
        "hovertext": [
            f"<b>{one.month:%b %Y}</b><br>{name} {money(amount, currency, locale=locale)}"
            for one, amount in zip(months, amounts, strict=True)
        ],
        "hoverinfo": "text",
    }  # fmt: skip
