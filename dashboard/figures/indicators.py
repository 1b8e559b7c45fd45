"""Indicators on the chart of a price: overlays over the bars, oscillators in panes below, each with its last value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from dashboard.domain.indicators.registry import Pane
from dashboard.figures.colors import Figure
from dashboard.figures.sampling import rounded
from dashboard.figures.scale import nice_ticks, padded, price_labels, without_near
from dashboard.figures.template import tag, value_axis
from dashboard.formatting.numbers import compact, number
from dashboard.results.indicators import IndicatorSeries

OVERLAY_COLORS = ("c7", "c5", "c8", "c3", "c4", "c2", "c6", "c9")
PANE_COLORS = ("c7", "c5", "c8")
PANE_SHARES = {0: 0.0, 1: 0.19, 2: 0.17, 3: 0.15, 4: 0.13}
MOST_PANES = max(PANE_SHARES)
GAP = 0.012
FIRST_AXIS = 3  # after the price's and the volume's
WIDEST_STRETCH = 0.6
TAG_SHARE = 0.13
LEVEL_BARS = 15
BIG = 10_000.0
NAMES = {"plus": "DI+", "minus": "DI−", "k": "%K", "d": "%D"}
DOTS, LEVELS, CLOUD = "parabolic_sar", "pivots", "ichimoku"

Floats = npt.NDArray[np.float64]
Dates = npt.NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What indicators add to a chart; ``share`` of its height is left to the price, above the panes."""

    traces: list[Figure] = field(default_factory=list)
    axes: dict[str, Figure] = field(default_factory=dict)
    shapes: list[Figure] = field(default_factory=list)
    annotations: list[Figure] = field(default_factory=list)
    low: float = np.inf
    high: float = -np.inf
    share: float = 1.0

    def stretched(self, low: float, high: float) -> tuple[float, float]:
        """``low`` and ``high`` of the price with room for what lies over it, but not so much that the price is lost."""
        most = (high - low) * WIDEST_STRETCH
        return max(min(low, self.low), low - most), min(max(high, self.high), high + most)


def drawing(
    found: Sequence[IndicatorSeries], days: Dates, dates: list[str], decimals: int, *, narrow: bool, locale: str
) -> Drawing:
    """All of ``found`` on the bars of ``days``; no more than :data:`MOST_PANES` panes, the first of them."""
    over = [one for one in found if one.chosen.indicator.pane is Pane.OVERLAY]
    below = [one for one in found if one.chosen.indicator.pane is Pane.OWN][:MOST_PANES]
    share = PANE_SHARES[len(below)]
    drawn = Drawing(share=1.0 - share * len(below))
    low, high, words = np.inf, -np.inf, []
    color = 0
    for one in over:
        lines = _on(one, days)
        if one.chosen.indicator.name.startswith(LEVELS):
            lines = {name: _held(line) for name, line in lines.items()}
        ends = [line[np.isfinite(line)] for name, line in lines.items() if name != "direction"]
        values = np.concatenate(ends) if ends else np.empty(0)
        if len(values):
            low, high = min(low, float(values.min())), max(high, float(values.max()))
        traces, names = _overlay(one, lines, dates, decimals, color)
        color += len(names)
        drawn.traces.extend(traces)
        words.append(_words(one, lines, names, decimals, locale))
    for place, one in enumerate(below):
        top = 1.0 - drawn.share - share * place
        _pane(drawn, one, _on(one, days), dates, (max(top - share, 0.0), top - GAP), place, locale)
    if words:
        drawn.annotations.append(_readout(("<br>" if narrow else "   ").join(words), "y", -26))
    return Drawing(drawn.traces, drawn.axes, drawn.shapes, drawn.annotations, low, high, drawn.share)


def _on(found: IndicatorSeries, days: Dates) -> dict[str, Floats]:
    """The lines on the bars that are drawn; NaN on a day that the series has not."""
    if not len(found.dates):
        return {name: np.full(len(days), np.nan) for name in found.lines}
    places = np.clip(np.searchsorted(found.dates, days), 0, len(found.dates) - 1)
    known = found.dates[places] == days
    return {name: np.where(known, line[places], np.nan) for name, line in found.lines.items()}


def _overlay(
    found: IndicatorSeries, lines: Mapping[str, Floats], dates: list[str], decimals: int, first: int
) -> tuple[list[Figure], dict[str, str]]:
    """The traces over the price, and the colour of each line that has a name."""
    name, label = found.chosen.indicator.name, found.chosen.label

    def color(step: int = 0) -> str:
        return OVERLAY_COLORS[(first + step) % len(OVERLAY_COLORS)]

    def line(key: str, ink: str, *, width: float = 1.5, mode: str = "lines", dash: str = "solid") -> Figure:
        text = label if len(lines) == 1 else f"{label} {NAMES.get(key, key.replace('_', ' '))}"
        return _line(dates, lines[key], text, ink, decimals, width=width, mode=mode, dash=dash)

    if name == "supertrend":
        up = lines["direction"] > 0
        sides = (("up-fill", np.where(up, lines["line"], np.nan)), ("down-fill", np.where(up, np.nan, lines["line"])))
        return [_line(dates, side, label, ink, decimals, width=1.6) for ink, side in sides], {"line": color()}
    if name == DOTS:
        dots = line("sar", color(), mode="markers")
        dots["marker"] = {"size": 3, "color": f"@{{{color()}}}"}
        return [dots], {"sar": color()}
    if name == CLOUD:
        spans = [line("span_a", "c3", width=1), line("span_b", "c8", width=1)]
        spans[1] |= {"fill": "tonexty", "fillcolor": "@{c9/0.1}"}
        others = [line("conversion", "c5"), line("base", "c4"), line("lagging", "c9", width=1, dash="2px,2px")]
        return [*spans, *others], {"conversion": "c5", "base": "c4", "span_a": "c3", "span_b": "c8"}
    if name.startswith(LEVELS):
        inks = {key: "c9" if key == "pivot" else "down-fill" if key[0] == "r" else "up-fill" for key in lines}
        steps = [line(key, ink, width=1.2) for key, ink in inks.items()]
        return steps, {"pivot": "c9"}
    if "upper" in lines:
        ink = "c9" if name == "bollinger" else color()
        edges = [line("upper", ink, width=1), line("lower", ink, width=1)]
        edges[1] |= {"fill": "tonexty", "fillcolor": f"@{{{ink}/0.06}}"}
        return [*edges, line("middle", ink, width=1, dash="4px,3px")], {"upper": ink, "lower": ink}
    return [line(key, color(step)) for step, key in enumerate(lines)], {
        key: color(step) for step, key in enumerate(lines)
    }


def _held(values: Floats) -> Floats:
    """The last value over the last bars: levels are of one bar each, and all of them would hide the price."""
    found = np.full(len(values), np.nan)
    found[-LEVEL_BARS:] = _last(values)
    return found


def _line(
    dates: list[str], values: Floats, name: str, ink: str, decimals: int, *, width: float = 1.5, mode: str = "lines",
    dash: str = "solid", axis: str = "y",
) -> Figure:  # fmt: skip
    return {
        "type": "scatter",
        "x": dates,
        "y": rounded(values, decimals + 2),
        "yaxis": axis,
        "mode": mode,
        "name": name,
        "line": {"color": f"@{{{ink}}}", "width": width, "dash": dash},
        "connectgaps": False,
        "hovertemplate": f"%{{y:,.{decimals}f}}<extra>{name}</extra>",
    }


def _words(
    found: IndicatorSeries, lines: Mapping[str, Floats], inks: Mapping[str, str], decimals: int, locale: str
) -> str:
    """``SMA 50 817.98`` in the colour of its line, for the corner of a pane; an en dash where there is no value yet."""
    parts = [
        f'<span style="color:@{{{ink}}}">{_value(_last(lines[key]), decimals, locale)}</span>'
        for key, ink in inks.items()
    ]
    return f"{found.chosen.label} {' '.join(parts)}"


def _pane(
    drawn: Drawing,
    found: IndicatorSeries,
    lines: Mapping[str, Floats],
    dates: list[str],
    domain: tuple[float, float],
    place: int,
    locale: str,
) -> None:
    """Add an oscillator below the price: its lines, axis, marked levels, name and last value."""
    axis, levels = f"y{FIRST_AXIS + place}", found.chosen.indicator.levels
    low, high = _span(lines, levels, percent=found.chosen.indicator.unit == "0 to 100")
    decimals = _decimals(low, high)
    inks = {key: PANE_COLORS[step % len(PANE_COLORS)] for step, key in enumerate(lines)}
    if "plus" in lines:
        inks |= {"plus": "up-fill", "minus": "down-fill"}
    if "histogram" in lines:
        inks = {"macd": "c1", "signal": "c8"}
        drawn.traces.append(_bars(dates, lines["histogram"], axis, decimals))
    for key, ink in inks.items():
        name = found.chosen.label if len(inks) == 1 else NAMES.get(key, key.upper() if key != "signal" else "Signal")
        drawn.traces.append(_line(dates, lines[key], name, ink, decimals, axis=axis))
    last, ink = _last(next(iter(lines.values()))), next(iter(inks.values()))
    exact = any(low < level < high for level in levels)
    marked = [level for level in levels if low < level < high] or nice_ticks(low, high, 3)
    ticks = without_near(marked, last, (high - low) * TAG_SHARE)
    drawn.axes[f"yaxis{axis[1:]}"] = value_axis(
        domain=list(domain), anchor="x", range=[low, high], tickvals=ticks,
        ticktext=[number(tick, 0, locale=locale) for tick in ticks] if exact else price_labels(ticks, locale),
        showgrid=not levels,
    )  # fmt: skip
    drawn.shapes.extend(_marks(levels, axis, domain[1] + GAP / 2))
    drawn.annotations.append(_readout(_words(found, lines, inks, decimals, locale), axis, -5))
    if np.isfinite(last):
        drawn.annotations.append(tag(round(last, decimals + 2), _value(last, decimals, locale), ink, yref=axis))


def _span(lines: Mapping[str, Floats], levels: Sequence[float], *, percent: bool) -> tuple[float, float]:
    values = np.concatenate([line[np.isfinite(line)] for line in lines.values()])
    if not len(values):
        return (0.0, 100.0) if percent else (-1.0, 1.0)
    low, high = padded(min(float(values.min()), *levels, np.inf), max(float(values.max()), *levels, -np.inf))
    room = (high - low) * 0.14
    # The name and the last values stand in the upper corner: more room there.
    return low - room * 0.5, high + room * 1.6


def _decimals(low: float, high: float) -> int:
    return int(np.clip(2 - np.floor(np.log10(max(high - low, 1e-9)) - 1.0), 0, 8)) if high - low < BIG else 0


def _bars(dates: list[str], values: Floats, axis: str, decimals: int) -> Figure:
    ink = ["@{up-fill/0.55}" if value >= 0 else "@{down-fill/0.55}" for value in np.nan_to_num(values)]
    return {
        "type": "bar",
        "x": dates,
        "y": rounded(values, decimals + 2),
        "yaxis": axis,
        "name": "Histogram",
        "marker": {"color": ink, "line": {"width": 0}},
        "hovertemplate": f"%{{y:,.{decimals}f}}<extra>Histogram</extra>",
    }


def _marks(levels: Sequence[float], axis: str, edge: float) -> list[Figure]:
    """The line between the panes, and the levels: a band between two of them."""
    wide: Figure = {"type": "line", "xref": "paper", "x0": 0, "x1": 1}
    found: list[Figure] = [{**wide, "yref": "paper", "y0": edge, "y1": edge, "line": {"color": "@{line}", "width": 1}}]
    found += [
        {**wide, "yref": axis, "y0": level, "y1": level, "line": {"color": "@{chart-axis}", "width": 1},
         "layer": "below"}
        for level in levels
    ]  # fmt: skip
    if len(levels) == 2:
        found.append(
            {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "yref": axis, "y0": levels[0], "y1": levels[1],
             "fillcolor": "@{c7/0.06}", "line": {"width": 0}, "layer": "below"}
        )  # fmt: skip
    return found


def _readout(text: str, axis: str, shift: int) -> Figure:
    return {
        "xref": "paper", "x": 0, "xanchor": "left", "xshift": 10, "yref": f"{axis} domain", "y": 1, "yanchor": "top",
        "yshift": shift, "text": text, "showarrow": False, "align": "left", "bgcolor": "@{bg-surface/0.7}",
    }  # fmt: skip


def _last(values: Floats) -> float:
    """The value at the last bar that has one."""
    known = values[np.isfinite(values)]
    return float(known[-1]) if len(known) else float("nan")


def _value(value: float, decimals: int, locale: str) -> str:
    if np.isfinite(value) and abs(value) >= BIG:
        return compact(value, digits=4, locale=locale)
    return number(value if np.isfinite(value) else None, decimals, locale=locale)
