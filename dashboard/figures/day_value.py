"""The value of a portfolio, or its return, in the course of a session."""

from __future__ import annotations

import numpy as np

from dashboard.figures import times
from dashboard.figures.colors import Figure
from dashboard.figures.sampling import rounded
from dashboard.figures.scale import money_labels, nice_ticks, padded, percent_labels, without_near
from dashboard.figures.template import MAIN_HEIGHT, MARGIN, figure, tag, time_axis, value_axis
from dashboard.figures.value import TAG_SHARE, TICK_COUNT, Mode
from dashboard.formatting.numbers import DEFAULT_LOCALE, compact, currency_symbol, percent
from dashboard.results.day_value import DayValue


def day_value_figure(
    found: DayValue,
    *,
    mode: str = Mode.VALUE,
    theme: str = "light",
    narrow: bool = False,
    height: int = MAIN_HEIGHT,
    locale: str = DEFAULT_LOCALE,
) -> Figure:
    """The value from the close before on (or the change since it), hours without trading cut out.

    ``layout.meta.live`` says which parts of it live prices move, and the value that a change is counted from.
    """
    as_return = Mode(mode) is Mode.RETURN
    values = found.values / found.values[0] - 1.0 if as_return else found.values
    decimals = 6 if as_return else 2
    low, high = padded(float(values.min()), float(values.max()))
    base, top = low - 0.15 * (high - low), high + 0.06 * (high - low)
    x, last = times.labels(found.times), float(values[-1])
    ticks = without_near(nice_ticks(base, top, TICK_COUNT), last, (top - base) * TAG_SHARE)
    hover = "%{y:+.2%}" if as_return else f"{currency_symbol(found.currency, locale)}%{{y:,.2f}}"
    text = percent(last, 2, signed=True, locale=locale) if as_return else compact(last, found.currency, digits=4)
    layout: Figure = {
        "height": height,
        "meta": {"measure": Mode(mode).value},
        "margin": {**MARGIN, "l": 10} if narrow else MARGIN,
        "xaxis": time_axis(
            range=[x[0], x[-1]],
            tickangle=0,
            rangebreaks=times.pauses(found.times),
            **times.time_ticks(found.times, narrow=narrow),
        ),
        "yaxis": value_axis(
            range=rounded([base, top], decimals),
            tickvals=ticks,
            ticktext=percent_labels(ticks, locale) if as_return else money_labels(ticks, found.currency, locale),
            zeroline=as_return,
        ),
        "annotations": [tag(round(last, 6), text, "accent-solid")],
    }
    place = {"floor": 0, "line": 1, "tag": 0, "currency": found.currency, "slides": True, "zone": found.timezone}
    layout["meta"]["live"] = place | ({"first": float(found.values[0])} if as_return else {})
    return figure([_floor(x, base, decimals), _line(found, values, decimals, hover)], layout, theme)


def _floor(x: list[str], base: float, decimals: int) -> Figure:
    """An unseen line along the bottom, down to which the area fades."""
    ends = rounded([base, base], decimals)
    return {
        "type": "scatter", "x": [x[0], x[-1]], "y": ends, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"
    }  # fmt: skip


def _line(found: DayValue, values: np.typing.NDArray[np.float64], decimals: int, hover: str) -> Figure:
    return {
        "type": "scatter",
        "x": times.labels(found.times),
        "y": rounded(values, decimals),
        "mode": "lines",
        "name": found.portfolio.name,
        "line": {"color": "@{c1}", "width": 2},
        "fill": "tonexty",
        "fillgradient": {"type": "vertical", "colorscale": [[0, "@{c1/0}"], [1, "@{c1/0.16}"]]},
        "hovertemplate": f"{hover}<extra>Portfolio</extra>",
    }
