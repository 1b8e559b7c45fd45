"""How returns are spread: a histogram, the normal distribution like it, and the value at risk."""

from __future__ import annotations

import numpy as np

from dashboard.domain.measures import Measure
from dashboard.figures.colors import Figure
from dashboard.figures.sampling import rounded
from dashboard.figures.scale import nice_ticks, percent_labels
from dashboard.figures.states import empty_figure
from dashboard.figures.template import SMALL_HEIGHT, figure, value_axis
from dashboard.formatting.numbers import DEFAULT_LOCALE, percent
from dashboard.results.analysis import Distribution

NOTHING = "The spread of returns appears here after the second day with a price."


def distribution_figure(
    found: Distribution,
    var_95: Measure,
    cvar_95: Measure,
    *,
    theme: str = "light",
    height: int = SMALL_HEIGHT,
    locale: str = DEFAULT_LOCALE,
) -> Figure:
    """Bars by return, those at or below the value at risk in the colour of losses."""
    if not found.counts:
        return empty_figure(NOTHING, theme=theme, height=height)
    edges = np.array(found.edges)
    middle, width = (edges[1:] + edges[:-1]) / 2.0, float(edges[1] - edges[0])
    limit = var_95.value
    ticks = nice_ticks(float(edges[0]), float(edges[-1]), 5)
    most = max(found.counts)
    bars: Figure = {
        "type": "bar", "x": rounded(middle, 6), "y": list(found.counts), "width": round(width * 0.92, 8),
        "marker": {"color": [_color(float(edge), limit) for edge in edges[:-1]]},
        "hovertemplate": "%{y} days at %{x:+.2%}<extra></extra>", "name": "Days",
    }  # fmt: skip
    line: Figure = {
        "type": "scatter", "mode": "lines", "x": rounded(middle, 6), "y": rounded(np.array(found.normal), 2),
        "line": {"color": "@{chart-crosshair}", "width": 1.2, "dash": "3px,3px"}, "hoverinfo": "skip",
    }  # fmt: skip
    layout: Figure = {
        "height": height,
        "margin": {"l": 10, "r": 44, "t": 10, "b": 26},
        "hovermode": "closest",
        "bargap": 0.05,
        "xaxis": {"fixedrange": True, "tickvals": ticks, "ticktext": percent_labels(ticks, locale)},
        "yaxis": value_axis(range=[0, round(most * 1.12, 2)], nticks=4),
        "shapes": [] if limit is None else [_limit(limit)],
        "annotations": [] if limit is None else [_words(limit, var_95, cvar_95, locale)],
    }
    return figure([bars, line], layout, theme)


def _color(edge: float, limit: float | None) -> str:
    return "@{down-fill}" if limit is not None and edge < limit else "@{c1/0.6}"


def _limit(value: float) -> Figure:
    line = {"color": "@{down-fill}", "width": 1, "dash": "2px,3px"}
    return {
        "type": "line",
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "x0": round(value, 6),
        "x1": round(value, 6),
        "line": line,
    }


def _words(value: float, var_95: Measure, cvar_95: Measure, locale: str) -> Figure:
    text = f"VaR 95% {percent(var_95.value, signed=True, locale=locale)}"
    if cvar_95.value is not None:
        text += f"<br>CVaR {percent(cvar_95.value, signed=True, locale=locale)}"
    return {
        "x": round(value, 6), "yref": "paper", "y": 1, "yanchor": "top", "xanchor": "right", "xshift": -6,
        "align": "right", "text": text, "showarrow": False, "font": {"size": 11, "color": "@{down-text}"},
    }  # fmt: skip
