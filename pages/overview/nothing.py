"""The overview of a portfolio without a transaction: what will be here, and the ways to it."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.results.portfolios import PortfolioRef
from dashboard.services.imports import MAX_BYTES
from dashboard.web.components.basics import button, chip, icon, page_header
from dashboard.web.components.states import empty
from dashboard.web.page import portfolio_path

TEXT = (
    "Everything here, from value to XIRR, is computed from what you bought, sold, received and paid. "
    "Bring a broker export, or type the first few in."
)


def nothing_yet(portfolio: PortfolioRef) -> list[Component]:
    """One primary action, one other."""
    imports, ledger = portfolio_path(portfolio.slug, "import"), portfolio_path(portfolio.slug, "transactions")
    ways = [
        _way(
            "filetype-csv",
            "Import a CSV",
            "Every row gets a verdict before anything is written; duplicates are caught.",
            button("Import CSV", href=imports, kind="pri"),
        ),
        _way(
            "pencil-square",
            "Enter by hand",
            "An editable grid that checks each row while you type.",
            button("Open the grid", href=f"{ledger}?add=1"),
        ),
    ]
    limits = html.P(f"CSV files up to {MAX_BYTES // 1_000_000} MB.", className="xs t3")
    shown = [empty("Start with your transactions", TEXT, picture="steps"), html.Div(ways, className="ways"), limits]
    return [
        page_header("Overview", scope=[chip(portfolio.base_currency)]),
        html.Div(shown, className="card-x page-empty"),
    ]


def _way(mark: str, title: str, text: str, action: Component) -> Component:
    return html.Div([icon(mark), html.H3(title), html.P(text), action], className="way")
