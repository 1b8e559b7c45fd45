"""The menu of indicators: a checklist of the usual ones, and of those that the address names with other parameters."""

from __future__ import annotations

from collections.abc import Sequence

import dash_bootstrap_components as dbc
import numpy as np
from dash import html
from dash.development.base_component import Component

from dashboard.domain.indicators.registry import Chosen, Pane, parse
from dashboard.figures.indicators import MOST_PANES
from dashboard.formatting import numbers
from dashboard.results.indicators import IndicatorSeries
from dashboard.web.components import basics
from dashboard.web.components.attributes import aria

USUAL = (
    "sma-20", "sma-50", "sma-200", "ema-20", "wma-20", "bollinger", "keltner", "donchian", "vwap", "ichimoku",
    "parabolic_sar", "supertrend", "pivots", "pivots_fibonacci", "pivots_camarilla",
    "rsi", "macd", "stochastic", "atr", "adx", "cci", "obv", "mfi",
)  # fmt: skip
GROUPS = {Pane.OVERLAY: "Over the price", Pane.OWN: f"Below it, {MOST_PANES} at most"}


def menu(shown: Sequence[Chosen], count: str) -> Component:
    """The button and what it opens; ticked is what is ``shown``."""
    summary = html.Summary(
        [basics.icon("activity"), html.Span("Indicators"), html.Span(count, id="px-ind-count")],
        className="b gh sm",
        title="Indicators",
        **aria(label="Indicators"),
    )
    known = {one.key: one for one in (*map(parse, USUAL), *shown)}
    ordered = sorted(known.values(), key=lambda one: one.indicator.pane is Pane.OWN)
    choice = dbc.Checklist(
        id="px-ind",
        options=[{"value": one.key, "label": _label(one, ordered)} for one in ordered],
        value=[one.key for one in shown],
        className="px-choices",
    )
    return html.Details(
        [summary, html.Div(choice, className="px-pop", **aria(label="Indicators"))], className="px-menu"
    )


def count(found: Sequence[IndicatorSeries]) -> str:
    """How many are drawn; "" for none."""
    return str(len(found)) if found else ""


def panes(found: Sequence[IndicatorSeries]) -> str:
    """The class that makes the chart as high as its panes need."""
    below = sum(one.chosen.indicator.pane is Pane.OWN for one in found)
    return f"panes-{min(below, MOST_PANES)}" if below else ""


def words(found: IndicatorSeries, last: np.datetime64) -> str:
    """The last values, for those who cannot see the chart."""
    label = found.chosen.label
    if found.status:
        return found.status[0].message
    at = int(np.searchsorted(found.dates, last))
    values = [numbers.number(float(line[at]), 2) for line in found.lines.values() if np.isfinite(line[at])]
    return f"{label} {', '.join(values)}" if values else f"{label} without a value"


def _label(one: Chosen, ordered: Sequence[Chosen]) -> Component:
    """Title and parameters; the first of a group says which group it is."""
    values = ", ".join(f"{value:g}" for value in one.values)
    parts: list[Component] = [html.Span(one.indicator.title), html.Span(values, className="t3 num")]
    first = next(other for other in ordered if other.indicator.pane is one.indicator.pane)
    heading = [html.Span(GROUPS[one.indicator.pane], className="px-group")] if one is first else []
    return html.Span([*heading, *parts], className="px-choice")
