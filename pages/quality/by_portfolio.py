"""What is wrong with what each portfolio is valued with, and since when."""

from __future__ import annotations

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashboard.formatting import dates, numbers
from dashboard.results.price_quality import PortfolioQuality, QualityReport
from dashboard.web.components.basics import button

ALL = "All portfolios"
COLUMNS = ("Portfolio", "Quarantined", "Stale", "Missing", "Doubtful", "Since", "")


def choice(report: QualityReport, chosen: str) -> Component:
    """Which portfolio's findings are shown."""
    options = [{"value": "", "label": ALL}]
    options += [{"value": one.slug, "label": one.name} for one in report.by_portfolio()]
    if chosen and chosen not in {option["value"] for option in options}:
        options.append({"value": chosen, "label": chosen})
    select = dbc.Select(id="quality-portfolio", options=options, value=chosen, class_name="filt on")
    return html.Label([html.Span("Portfolio", className="sr"), select])


def body(report: QualityReport) -> list[Component]:
    """A row for each portfolio that anything is wrong with."""
    found = report.by_portfolio()
    if not found:
        return [html.P("Nothing is wrong with what any portfolio is valued with.", className="t3 quality-more")]
    head = [html.Th(name, className="r" if 0 < place < 5 else "") for place, name in enumerate(COLUMNS)]
    table = html.Table(
        [html.Thead(html.Tr(head)), html.Tbody([_row(one) for one in found])], className="tb quality-portfolios"
    )
    return [html.Div(table, className="runs-wide")]


def _row(one: PortfolioQuality) -> Component:
    counts = (one.quarantined, one.stale, one.missing, one.doubtful)
    cells = [html.Td(numbers.number(count, 0) if count else numbers.MISSING, className="r num") for count in counts]
    show = button(
        "Show", href=f"/admin/data-quality?portfolio={one.slug}", kind="sm", title=f"Show the findings of {one.name}"
    )
    since = html.Td(dates.day(one.since), className="num t2")
    return html.Tr([html.Td(one.name, className="med"), *cells, since, html.Td(show, className="r")], key=one.slug)
