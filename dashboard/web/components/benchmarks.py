"""The choice of what the portfolio is compared with, among what this installation has prices of."""

from __future__ import annotations

import dataclasses

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashboard.results.performance import PerformanceSummary
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import market_data
from dashboard.web.state import ViewState

OWN, NONE = "own", "none"


def choice(portfolio: PortfolioRef, view: ViewState, *, id: str = "benchmark") -> Component:
    """A select: the portfolio's own benchmark first (none where it has none), then every other."""
    known = market_data.benchmarks()
    own = portfolio.benchmark
    names = {symbol: name for symbol, name in known.items() if symbol != own}
    options = [{"value": OWN, "label": known.get(own, own) if own else "None"}]
    options += [{"value": symbol, "label": name} for symbol, name in names.items()]
    if own:
        options.append({"value": NONE, "label": "None"})
    chosen = view.benchmark if view.benchmark in {*names, NONE} else OWN
    select = dbc.Select(id=id, options=options, value=chosen, class_name="in sm benchmark")
    return html.Label([html.Span("Benchmark"), select], className="only-d scope-select")


def symbol_of(view: ViewState) -> str | None:
    """What to compare with; None leaves it to the portfolio."""
    return None if view.benchmark in (None, OWN, NONE) else view.benchmark


def chosen_of(summary: PerformanceSummary, view: ViewState) -> PerformanceSummary:
    """``summary`` as the view wants it: without a benchmark where it says so."""
    return dataclasses.replace(summary, benchmark=None) if view.benchmark == NONE else summary
