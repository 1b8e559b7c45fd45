"""How far below its highest point a portfolio stands, day by day."""

from __future__ import annotations

import datetime as dt

import numpy as np

from dashboard.figures.colors import Figure
from dashboard.figures.sampling import kept_points, rounded
from dashboard.figures.scale import date_ticks, nice_ticks, percent_labels
from dashboard.figures.states import empty_figure
from dashboard.figures.template import BENCHMARK_DASH, MARGIN, SMALL_HEIGHT, figure, time_axis, value_axis
from dashboard.figures.text import escaped
from dashboard.formatting.dates import day
from dashboard.formatting.numbers import DEFAULT_LOCALE, percent
from dashboard.results.analysis import Analysis
from dashboard.results.performance import PerformanceSummary

NOTHING = "Drawdowns appear here once there are transactions and prices."


def drawdown_figure(
    summary: PerformanceSummary,
    found: Analysis,
    *,
    theme: str = "light",
    narrow: bool = False,
    height: int = SMALL_HEIGHT,
    locale: str = DEFAULT_LOCALE,
) -> Figure:
    """The portfolio's drawdown as an area under zero, the benchmark's dashed, the deepest point with its day."""
    series = summary.series
    own = np.array(series.drawdown)
    if len(series.dates) < 2 or not np.isfinite(own).any():
        return empty_figure(NOTHING, theme=theme, height=height)
    dates = [one.isoformat() for one in series.dates]
    data = [_trace(dates, own, "Portfolio", {"color": "@{down-fill}", "width": 1.4}, fill=True)]
    low = float(np.nanmin(own))
    if len(found.benchmark_drawdown) == len(dates) and summary.benchmark is not None:
        other = np.array(found.benchmark_drawdown)
        look = {"color": "@{c-benchmark}", "width": 1.2, "dash": BENCHMARK_DASH}
        data.append(_trace(dates, other, summary.benchmark.name, look))
        low = min(low, float(np.nanmin(other)))
    low = min(low * 1.12, -0.001)
    ticks = nice_ticks(low, 0.0, 3)
    at = int(np.nanargmin(own))
    return figure(data, {
        "height": height,
        "margin": {**MARGIN, "l": 10} if narrow else MARGIN,
        "xaxis": time_axis(
            range=[dates[0], dates[-1]], tickangle=0,
            **date_ticks(series.dates[0], series.dates[-1], narrow=narrow),
        ),
        "yaxis": value_axis(range=[round(low, 6), 0], tickvals=ticks, ticktext=percent_labels(ticks, locale)),
        "annotations": [_deepest(dates[at], float(own[at]), at / len(dates), locale)] if own[at] < 0.0 else [],
    }, theme)  # fmt: skip


def _trace(
    dates: list[str], values: np.typing.NDArray[np.float64], name: str, line: Figure, fill: bool = False
) -> Figure:
    kept = kept_points(values)
    area = {"fill": "tozeroy", "fillcolor": "@{down-fill/0.16}"} if fill else {}
    return {
        "type": "scatter", "mode": "lines", "name": name, "line": line, **area,
        "x": [dates[at] for at in kept], "y": rounded(values[kept], 6),
        "hovertemplate": f"%{{y:.2%}}<extra>{escaped(name)}</extra>",
    }  # fmt: skip


def _deepest(date: str, depth: float, share: float, locale: str) -> Figure:
    text = f"{percent(depth, 1, signed=True, locale=locale)}, {day(dt.date.fromisoformat(date))}"
    return {
        "x": date, "y": round(depth, 6), "text": text, "showarrow": False, "yshift": -10,
        "xanchor": "right" if share > 0.85 else "left" if share < 0.15 else "center",
        "font": {"size": 11, "color": "@{down-text}"},
    }  # fmt: skip
