"""Rolling Sharpe ratio and volatility, one above the other."""

from __future__ import annotations

import numpy as np

from dashboard.figures.colors import Figure
from dashboard.figures.sampling import kept_points, rounded
from dashboard.figures.scale import date_ticks, nice_ticks, padded, percent_labels
from dashboard.figures.states import empty_figure
from dashboard.figures.template import MARGIN, SMALL_HEIGHT, figure, time_axis, value_axis
from dashboard.formatting.numbers import DEFAULT_LOCALE, number
from dashboard.results.risk import RollingSeries


def rolling_figure(
    found: RollingSeries | None,
    *,
    theme: str = "light",
    narrow: bool = False,
    height: int = SMALL_HEIGHT,
    locale: str = DEFAULT_LOCALE,
) -> Figure:
    """The Sharpe ratio in the upper half, the volatility in the lower; only from the first full window on."""
    sharpe = np.array(found.values["sharpe"]) if found is not None else np.empty(0)
    full = np.flatnonzero(np.isfinite(sharpe))
    if found is None or len(full) < 2:
        window = found.window if found is not None else 0
        return empty_figure(f"Needs {window + 1} returns, has {len(sharpe)}", theme=theme, height=height)
    first = int(full[0])
    dates = [one.isoformat() for one in found.dates[first:]]
    volatility = np.array(found.values["volatility"])[first:]
    axes = _axis(sharpe[first:], [0.54, 1.0], is_percent=False, locale=locale), _axis(
        volatility, [0.0, 0.42], is_percent=True, locale=locale
    )
    days = date_ticks(found.dates[first], found.dates[-1], narrow=narrow)
    layout: Figure = {
        "height": height,
        "margin": {**MARGIN, "l": 10, "t": 16},
        "xaxis": time_axis(range=[dates[0], dates[-1]], tickangle=0, anchor="y2", **days),
        "yaxis": axes[0],
        "yaxis2": axes[1],
        "annotations": [_title("Sharpe", 1.0), _title("Volatility, p.a.", 0.42)],
    }
    data = [_line(dates, sharpe[first:], "Sharpe", "y", ".2f"), _line(dates, volatility, "Volatility", "y2", ".2%")]
    return figure(data, layout, theme)


def _line(dates: list[str], values: np.typing.NDArray[np.float64], name: str, axis: str, form: str) -> Figure:
    kept = kept_points(values)
    return {
        "type": "scatter", "mode": "lines", "name": name, "yaxis": axis, "line": {"color": "@{c1}", "width": 1.6},
        "x": [dates[at] for at in kept], "y": rounded(values[kept], 6),
        "hovertemplate": f"%{{y:{form}}}<extra>{name}</extra>",
    }  # fmt: skip


def _axis(values: np.typing.NDArray[np.float64], domain: list[float], *, is_percent: bool, locale: str) -> Figure:
    finite = values[np.isfinite(values)]
    low, high = padded(min(0.0, float(finite.min())), float(finite.max()))
    ticks = nice_ticks(low, high, 3)
    labels = percent_labels(ticks, locale) if is_percent else [number(tick, 1, locale=locale) for tick in ticks]
    if is_percent:
        labels = [label.lstrip("+") for label in labels]
    margin = (high - low) * 0.08
    return value_axis(
        domain=domain, range=[round(low - margin, 6), round(high + margin, 6)], tickvals=ticks, ticktext=labels,
        zeroline=True,
    )  # fmt: skip


def _title(text: str, y: float) -> Figure:
    return {
        "xref": "paper", "yref": "paper", "x": 0, "y": y, "xanchor": "left", "yanchor": "bottom", "text": text,
        "showarrow": False, "font": {"size": 11, "color": "@{text-3}"},
    }  # fmt: skip
