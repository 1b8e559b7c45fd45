"""The value of a portfolio, or its return, against a benchmark."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, StrEnum

import numpy as np
import numpy.typing as npt

from dashboard.figures.colors import Figure
from dashboard.figures.sampling import kept_points, rounded
from dashboard.figures.scale import date_ticks, money_labels, nice_ticks, padded, percent_labels, without_near
from dashboard.figures.states import empty_figure
from dashboard.figures.template import BENCHMARK_DASH, MAIN_HEIGHT, MARGIN, figure, tag, time_axis, value_axis
from dashboard.figures.text import escaped
from dashboard.formatting.numbers import DEFAULT_LOCALE, compact, currency_symbol, percent
from dashboard.results.performance import BenchmarkResult, ExternalFlow, PerformanceSummary

NOTHING = "The value appears here once there are transactions and prices."
NO_BARS = "Nothing that is held has a price of these days: the last ones are older. Choose a longer time."
UNKNOWN = "Not known on these days: the price or the exchange rate of something held is missing."
TICK_COUNT = 6
TAG_SHARE = 0.075
MARKER_SIZE, MARKER_GROWTH = 8.0, 5.0


class Mode(StrEnum):
    """What the chart measures."""

    VALUE = "value"
    RETURN = "return"


class Live(Enum):
    """Whether the last point follows live prices; a chart of one day slides on with a new one, others grow."""

    NOT, GROWING, SLIDING = range(3)


@dataclass(frozen=True, slots=True)
class _Line:
    """A series of the chart, already thinned out."""

    dates: list[str]
    values: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Chart:
    """What all parts of one drawing need."""

    summary: PerformanceSummary
    mode: Mode
    narrow: bool
    locale: str
    line: _Line
    benchmark: _Line | None
    base: float = 0.0
    top: float = 0.0

    def decimals(self) -> int:
        return 2 if self.mode is Mode.VALUE else 6

    def hover(self) -> str:
        if self.mode is Mode.RETURN:
            return "%{y:+.2%}"
        return f"{currency_symbol(self.summary.currency, self.locale)}%{{y:,.2f}}"


def value_figure(
    summary: PerformanceSummary,
    *,
    mode: str = Mode.VALUE,
    theme: str = "light",
    narrow: bool = False,
    height: int = MAIN_HEIGHT,
    live: Live = Live.NOT,
    onward: float = 0.0,
    locale: str = DEFAULT_LOCALE,
) -> Figure:
    """Value (or time-weighted return) over the period, the benchmark dashed, flows marked, the last value in a tag.

    The benchmark shows what the same flows would be worth in it, or its own return. The legend is the page's. A chart
    that ends now says in ``layout.meta.live`` which parts of it live prices move, and the return that they go on from:
    ``onward`` is that of the days from its end to today at stored prices.
    """
    summary = _from_the_start(summary)
    if len(summary.series.dates) < 2:
        return empty_figure(NO_BARS if summary.start_value > 0.0 else NOTHING, theme=theme, height=height)
    chart = _prepare(summary, Mode(mode), narrow, locale)
    if not np.isfinite(chart.line.values).any():
        return empty_figure(UNKNOWN, theme=theme, height=height)
    flows = shown_flows(chart.summary) if chart.mode is Mode.VALUE else ()
    data = [_floor(chart), _portfolio(chart)]
    if chart.benchmark is not None and summary.benchmark is not None:
        data.append(_benchmark(chart, chart.benchmark, summary.benchmark))
    if flows:
        data.append(_flow_marks(chart, flows))
    layout = _layout(chart, flows, height)
    last = float(chart.line.values[-1])
    if live is not Live.NOT and np.isfinite(last):
        place = {"floor": 0, "line": 1, "tag": 0, "currency": summary.currency, "slides": live is Live.SLIDING}
        layout["meta"]["live"] = place | ({"base": last, "onward": onward} if chart.mode is Mode.RETURN else {})
    return figure(data, layout, theme)


def _from_the_start(summary: PerformanceSummary) -> PerformanceSummary:
    """The series with the close that the period starts from before it, so that one day is a line too.

    A portfolio that was worth nothing then begins with its first day.
    """
    start, before = summary.start_value, summary.period.before
    if not summary.series.dates or not start > 0.0 or summary.series.dates[0] <= before:
        return summary
    series = summary.series
    benchmark = summary.benchmark
    if benchmark is not None and benchmark.dates:
        benchmark = replace(
            benchmark,
            dates=(before, *benchmark.dates),
            time_weighted_series=(0.0, *benchmark.time_weighted_series),
            flow_matched_series=(start, *benchmark.flow_matched_series),
        )
    return replace(
        summary,
        series=replace(
            series,
            dates=(before, *series.dates),
            value=(start, *series.value),
            time_weighted=(0.0, *series.time_weighted),
            drawdown=(0.0, *series.drawdown),
        ),
        benchmark=benchmark,
    )


def _prepare(summary: PerformanceSummary, mode: Mode, narrow: bool, locale: str) -> _Chart:
    series = summary.series
    line = _thinned(series.dates, series.value if mode is Mode.VALUE else series.time_weighted)
    benchmark = _benchmark_line(summary.benchmark, mode)
    shown = np.concatenate([line.values, benchmark.values if benchmark is not None else np.array([])])
    shown = shown[np.isfinite(shown)]
    low, high = padded(float(shown.min()), float(shown.max())) if shown.size else (0.0, 1.0)
    pad = (high - low) * 0.1
    return _Chart(summary, mode, narrow, locale, line, benchmark, base=low - 1.5 * pad, top=high + 0.6 * pad)


def _benchmark_line(benchmark: BenchmarkResult | None, mode: Mode) -> _Line | None:
    if benchmark is None or len(benchmark.dates) < 2:
        return None
    values = benchmark.flow_matched_series if mode is Mode.VALUE else benchmark.time_weighted_series
    return _thinned(benchmark.dates, values) if len(values) == len(benchmark.dates) else None


def _thinned(dates: Sequence[dt.date], values: Sequence[float]) -> _Line:
    array = np.asarray(values, np.float64)
    kept = kept_points(array)
    return _Line([dates[index].isoformat() for index in kept], array[kept])


def _floor(chart: _Chart) -> Figure:
    """An unseen line along the bottom, down to which the area under the portfolio fades."""
    ends = [chart.line.dates[0], chart.line.dates[-1]]
    return {
        "type": "scatter",
        "x": ends,
        "y": rounded([chart.base, chart.base], chart.decimals()),
        "mode": "lines",
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def _portfolio(chart: _Chart) -> Figure:
    return {
        "type": "scatter",
        "x": chart.line.dates,
        "y": rounded(chart.line.values, chart.decimals()),
        "mode": "lines",
        "name": chart.summary.portfolio.name,
        "line": {"color": "@{c1}", "width": 2},
        "fill": "tonexty",
        "fillgradient": {"type": "vertical", "colorscale": [[0, "@{c1/0}"], [1, "@{c1/0.16}"]]},
        "hovertemplate": f"{chart.hover()}<extra>Portfolio</extra>",
    }


def _benchmark(chart: _Chart, line: _Line, benchmark: BenchmarkResult) -> Figure:
    name = benchmark.name or benchmark.symbol
    return {
        "type": "scatter",
        "x": line.dates,
        "y": rounded(line.values, chart.decimals()),
        "mode": "lines",
        "name": name,
        "line": {"color": "@{c-benchmark}", "width": 1.4, "dash": BENCHMARK_DASH},
        "hovertemplate": f"{chart.hover()}<extra>{escaped(name)}</extra>",
    }


def shown_flows(summary: PerformanceSummary) -> tuple[ExternalFlow, ...]:
    """The flows that are marked; the one that opened the portfolio is its beginning, not a mark on it."""
    dates = summary.series.dates
    if not dates:
        return ()
    first = summary.period.start if summary.start_value > 0.0 else dates[0] + dt.timedelta(days=1)
    return tuple(flow for flow in summary.flows if first <= flow.date <= dates[-1] and flow.amount)


def _flow_marks(chart: _Chart, flows: tuple[ExternalFlow, ...]) -> Figure:
    largest = max(abs(flow.amount) for flow in flows)
    level = chart.base + (chart.top - chart.base) * 0.03
    symbol = currency_symbol(chart.summary.currency, chart.locale)
    return {
        "type": "scatter",
        "x": [flow.date.isoformat() for flow in flows],
        "y": rounded([level] * len(flows), chart.decimals()),
        "mode": "markers",
        "name": "Deposits and withdrawals",
        "marker": {
            "symbol": ["triangle-up" if flow.amount > 0 else "triangle-down" for flow in flows],
            "size": [round(MARKER_SIZE + MARKER_GROWTH * abs(flow.amount) / largest, 1) for flow in flows],
            "color": ["@{c3}" if flow.amount > 0 else "@{c2}" for flow in flows],
            "opacity": 1,
        },
        "customdata": [round(flow.amount, 2) for flow in flows],
        "hovertemplate": f"{symbol}%{{customdata:+,.2f}}<extra>Flow</extra>",
    }


def _stems(chart: _Chart, flows: tuple[ExternalFlow, ...]) -> list[Figure]:
    """A dotted line from each mark up to the value of its day."""
    days = np.array(chart.summary.series.dates, dtype="datetime64[D]")
    at = np.searchsorted(days, np.array([flow.date for flow in flows], dtype="datetime64[D]"), "right") - 1
    heights = np.asarray(chart.summary.series.value, np.float64)[at]
    foot = chart.base + (chart.top - chart.base) * 0.05
    return [
        {
            "type": "line", "layer": "below", "x0": flow.date.isoformat(), "x1": flow.date.isoformat(),
            "y0": round(foot, 2), "y1": round(float(height), 2),
            "line": {"color": "@{line-strong}", "width": 1, "dash": "2px,3px"},
        }
        for flow, height in zip(flows, heights, strict=True)
        if np.isfinite(height)
    ]  # fmt: skip


def _layout(chart: _Chart, flows: tuple[ExternalFlow, ...], height: int) -> Figure:
    finite = chart.line.values[np.isfinite(chart.line.values)]
    last = float(finite[-1]) if finite.size else None
    span = chart.top - chart.base
    ticks = without_near(nice_ticks(chart.base, chart.top, TICK_COUNT), last, span * TAG_SHARE)
    dates = chart.summary.series.dates
    return {
        "height": height,
        "meta": {"measure": chart.mode.value},
        "margin": {**MARGIN, "l": 10} if chart.narrow else MARGIN,
        "xaxis": time_axis(
            range=[dates[0].isoformat(), dates[-1].isoformat()],
            tickangle=0,
            **date_ticks(dates[0], dates[-1], narrow=chart.narrow),
        ),
        "yaxis": value_axis(
            range=rounded([chart.base, chart.top], chart.decimals()),
            tickvals=ticks,
            ticktext=_labels(chart, ticks),
            zeroline=chart.mode is Mode.RETURN,
        ),
        "shapes": _stems(chart, flows) if flows else [],
        "annotations": [] if last is None else [tag(round(last, 6), _tag_text(chart, last), "accent-solid")],
    }


def _labels(chart: _Chart, ticks: Sequence[float]) -> list[str]:
    if chart.mode is Mode.RETURN:
        return percent_labels(ticks, chart.locale)
    return money_labels(ticks, chart.summary.currency, chart.locale)


def _tag_text(chart: _Chart, last: float) -> str:
    if chart.mode is Mode.RETURN:
        return percent(last, 1, signed=True, locale=chart.locale)
    return compact(last, chart.summary.currency, digits=4, locale=chart.locale)
