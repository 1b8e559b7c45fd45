"""The last transactions, and what moved the day."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.domain.access import Actor
from dashboard.domain.transactions import TransactionType
from dashboard.figures.contribution import Contribution
from dashboard.figures.contribution import contributions as moved
from dashboard.formatting import dates, numbers
from dashboard.formatting.transaction_types import type_name
from dashboard.results.holdings import HoldingsReport
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.transactions import TransactionRow
from dashboard.services import transactions
from dashboard.web.components import basics
from dashboard.web.components.attributes import data
from dashboard.web.components.states import empty
from dashboard.web.page import portfolio_path

SHOWN = 6
TONES = {
    TransactionType.DEPOSIT: "info",
    TransactionType.WITHDRAWAL: "info",
    TransactionType.FEE: "warn",
    TransactionType.TAX: "warn",
    TransactionType.DIVIDEND: "ok",
    TransactionType.INTEREST: "ok",
}


def card(actor: Actor, portfolio: PortfolioRef) -> Component:
    """The newest rows of the ledger."""
    page = transactions.list_transactions(actor, portfolio.id, limit=SHOWN)
    path = portfolio_path(portfolio.slug, "transactions")
    every = dcc.Link(f"View all {numbers.number(page.total, 0)}", href=path, className="xs med")
    head = html.Thead(
        html.Tr(
            [
                html.Th("Date"),
                html.Th("Type"),
                html.Th("Instrument"),
                html.Th("Detail"),
                html.Th(f"Amount, {portfolio.base_currency}", className="r"),
            ]
        )
    )
    table = html.Table([head, html.Tbody([_row(row) for row in page.rows])], className="tb den only-d")
    listed = html.Div([_mobile_row(row) for row in page.rows], className="only-m")
    return basics.card("Recent transactions", [table, listed], controls=[every], class_name="c8", padded=False)


def contributions(report: HoldingsReport) -> Component:
    """Which holdings moved the day most: bars from the middle, gains to the right."""
    shown = moved(report)
    body: Component = (
        html.Div(
            [_bar(item, report.currency) for item in shown],
            id="day-bars",
            className="bars",
            **data(currency=report.currency),
        )
        if shown
        else empty("Nothing moved", "No holding has changed since the close before.")
    )
    return basics.card("Day’s contribution", body, sub=report.currency, class_name="c4")


def _bar(item: Contribution, currency: str) -> Component:
    direction = numbers.direction(item.amount)
    bar = html.Span(className=f"bar {direction}", style={"--share": f"{abs(item.share) * 50:.1f}%"})
    amount = html.Span(numbers.money(item.amount, currency, 0, signed=True), className=f"num r {direction}")
    return html.Div(
        [html.Span(item.symbol, className="med ell", title=item.symbol), html.Span(bar, className="axis"), amount],
        className="bar-row",
    )


def _row(row: TransactionRow) -> Component:
    fact = row.transaction
    kind = html.Span(type_name(fact.type), className=f"chip {TONES.get(fact.type, '')}".strip())
    return html.Tr(
        [
            html.Td(dates.day(fact.date), className="num t2 nowrap"),
            html.Td(kind),
            html.Td(fact.symbol or "Cash", className="med", title=row.instrument_name),
            html.Td(_detail(row), className="t2 num"),
            html.Td(numbers.number(row.cash_effect, signed=True), className="r num"),
        ]
    )


def _mobile_row(row: TransactionRow) -> Component:
    fact = row.transaction
    name = html.B(f"{type_name(fact.type)} {fact.symbol or 'cash'}", className="ell")
    below = html.Small(f"{dates.day(fact.date)} · {_detail(row)}", className="num ell")
    amount = html.Span(numbers.number(row.cash_effect, signed=True), className="num med")
    return html.Div([html.Span([name, below], className="inst two-lines"), amount], className="mrow two")


def _detail(row: TransactionRow) -> str:
    fact = row.transaction
    if fact.type in (TransactionType.BUY, TransactionType.SELL):
        fee = f", fee {numbers.money(fact.fee, fact.currency)}" if fact.fee else ""
        return f"{numbers.quantity(fact.quantity)} × {numbers.price(fact.price, fact.currency)}{fee}"
    if fact.ratio is not None:
        return f"{numbers.quantity(fact.ratio)} {fact.target_symbol or ''}".strip() + " for 1"
    if fact.quantity:
        return f"{numbers.quantity(fact.quantity)} units"
    if fact.type is TransactionType.EXCHANGE:
        target = numbers.money(fact.target_amount, fact.target_currency or fact.currency)
        return f"{numbers.money(fact.amount, fact.currency)} to {target}"
    return fact.note or numbers.money(fact.amount, fact.currency)
