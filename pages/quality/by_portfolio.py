"""What is wrong with what each portfolio is valued with, and since when."""

from __future__ import annotations

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.formatting import dates, numbers
from dashboard.results.price_quality import PortfolioQuality, QualityReport

ALL = "all"
COLUMNS = ("Portfolio", "To decide", "Since")


def choice(report: QualityReport, chosen: str) -> Component:
    """Which portfolio's findings are shown."""
    options = [{"value": ALL, "label": "All portfolios"}]
    options += [{"value": one.slug, "label": one.name} for one in report.by_portfolio()]
    if chosen and chosen not in {option["value"] for option in options}:
        options.append({"value": chosen, "label": chosen})
    select = dbc.Select(id="quality-portfolio", options=options, value=chosen or ALL, class_name="filt on")
    return html.Label([html.Span("Portfolio", className="sr"), select])


def body(report: QualityReport) -> list[Component]:
    """A row for each portfolio that anything is wrong with."""
    found = report.by_portfolio()
    if not found:
        return [html.P("Nothing is wrong with what any portfolio is valued with.", className="t3 quality-more")]
    head = html.Thead(html.Tr([html.Th(name, className="r" if name == "Since" else "") for name in COLUMNS]))
    return [html.Table([head, html.Tbody([_row(one) for one in found])], className="tb quality-portfolios")]


def _row(one: PortfolioQuality) -> Component:
    counts = {
        "quarantined": one.quarantined,
        "stale": one.stale,
        "missing": one.missing,
        "doubtful": one.doubtful,
    }
    words = " · ".join(f"{numbers.number(count, 0)}\N{NO-BREAK SPACE}{word}" for word, count in counts.items() if count)
    show = f"/admin/data-quality?portfolio={one.slug}"
    name = dcc.Link(one.name, href=show, className="med", title=f"Show the findings of {one.name}")
    cells = [html.Td(name), html.Td(words, className="num"), html.Td(dates.day(one.since), className="r num t2")]
    return html.Tr(cells, key=one.slug)
