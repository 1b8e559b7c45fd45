"""The cumulative return of a portfolio against its benchmark, on a linear or a logarithmic scale."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from dashboard.figures.colors import Figure
from dashboard.figures.sampling import kept_points, rounded
from dashboard.figures.scale import date_ticks, nice_ticks, padded, percent_labels, without_near
from dashboard.figures.states import empty_figure
from dashboard.figures.template import BENCHMARK_DASH, MAIN_HEIGHT, MARGIN, figure, tag, time_axis, value_axis
from dashboard.figures.text import escaped
from dashboard.formatting.numbers import DEFAULT_LOCALE, percent
from dashboard.results.performance import PerformanceSummary

NOTHING = "The return appears here once there are transactions and prices."
TAG_SHARE = 0.075


class Scale(StrEnum):
    """How the axis runs."""

    LINEAR = "linear"
    LOG = "log"


def growth_figure(
    summary: PerformanceSummary,
    *,
    scale: str = Scale.LINEAR,
    theme: str = "light",
    narrow: bool = False,
    height: int = MAIN_HEIGHT,
    locale: str = DEFAULT_LOCALE,
) -> Figure:
    """The portfolio's line with its area, the benchmark dashed, both last values in tags."""
    if len(summary.series.dates) < 2:
        return empty_figure(NOTHING, theme=theme, height=height)
    dates = (summary.period.before, *summary.series.dates)
    own = np.array((0.0, *summary.series.time_weighted))
    lines = [_line(dates, own, "Portfolio", color="@{c1}", width=2.0, dash=None)]
    shown, others = [own], []
    if summary.benchmark is not None and summary.benchmark.dates:
        other = np.array((0.0, *summary.benchmark.time_weighted_series))
        name = summary.benchmark.name
        lines.insert(0, _line(dates, other, name, color="@{c-benchmark}", width=1.4, dash=BENCHMARK_DASH))
        shown.append(other)
        others.append(other)
    return figure(
        lines, _layout(dates, own, others, np.concatenate(shown), Scale(scale), narrow, height, locale), theme
    )


def _line(
    dates: Sequence[dt.date], values: npt.NDArray[np.float64], name: str, *, color: str, width: float, dash: str | None
) -> Figure:
    """A line of growth: 1 plus the return, so that a logarithmic axis can show a loss."""
    kept = kept_points(values)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [dates[at].isoformat() for at in kept],
        "y": rounded(1.0 + values[kept], 6),
        "customdata": rounded(values[kept], 6),
        "line": {"color": color, "width": width, **({"dash": dash} if dash else {})},
        "hovertemplate": f"%{{customdata:+.2%}}<extra>{escaped(name)}</extra>",
    }


def _layout(
    dates: Sequence[dt.date],
    own: npt.NDArray[np.float64],
    others: list[npt.NDArray[np.float64]],
    shown: npt.NDArray[np.float64],
    scale: Scale,
    narrow: bool,
    height: int,
    locale: str,
) -> Figure:
    finite = shown[np.isfinite(shown)]
    low, high = padded(float(finite.min()), float(finite.max()))
    margin = (high - low) * 0.06
    low, high = low - margin, high + margin
    ends = [
        (found[np.isfinite(found)][-1], color)
        for found, color in zip((own, *others), ("accent-solid", "c9"), strict=False)
    ]
    ticks = nice_ticks(low, high, 5)
    for value, _ in ends:
        ticks = without_near(ticks, float(value), (high - low) * TAG_SHARE)
    is_log = scale is Scale.LOG and low > -1.0
    ranged = [1.0 + low, 1.0 + high]
    return {
        "height": height,
        "margin": {**MARGIN, "l": 10} if narrow else MARGIN,
        "xaxis": time_axis(
            range=[dates[0].isoformat(), dates[-1].isoformat()], tickangle=0,
            **date_ticks(dates[0], dates[-1], narrow=narrow),
        ),
        "yaxis": value_axis(
            type="log" if is_log else "linear",
            range=rounded(np.log10(ranged) if is_log else np.array(ranged), 6),
            tickvals=[round(1.0 + tick, 9) for tick in ticks],
            ticktext=percent_labels(ticks, locale),
        ),
        "shapes": [_zero()],
        "annotations": _tags(ends, is_log, (high - low), locale),
    }  # fmt: skip


def _zero() -> Figure:
    line = {"color": "@{chart-axis}", "width": 1}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 1, "y1": 1, "layer": "below", "line": line}


def _tags(ends: list[tuple[float, str]], is_log: bool, span: float, locale: str) -> list[Figure]:
    """Tags on the axis; the benchmark's gives way where it would cover the portfolio's."""
    found = []
    for place, (value, color) in enumerate(ends):
        if place and abs(value - ends[0][0]) < span * TAG_SHARE:
            continue
        y = float(np.log10(1.0 + value)) if is_log else 1.0 + float(value)
        found.append(tag(round(y, 6), percent(float(value), 1, signed=True, locale=locale), color))
    return found
