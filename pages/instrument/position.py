"""The instrument in one's own portfolios: what is held, and what was traded."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.domain.instruments import AssetClass
from dashboard.domain.transactions import Transaction, TransactionType
from dashboard.formatting import dates, numbers
from dashboard.results.holdings import Holding
from dashboard.results.instrument_positions import InstrumentPosition
from dashboard.results.portfolios import PortfolioRef
from dashboard.web.components import basics
from dashboard.web.components.attributes import aria, given
from dashboard.web.page import portfolio_path

MOST_TRADES = 12
TRADES = {TransactionType.BUY: ("Buy", "▲", "key-in"), TransactionType.SELL: ("Sell", "▼", "key-out")}


def position_card(positions: Sequence[InstrumentPosition]) -> Component:
    """What is held, portfolio by portfolio."""
    held = [(position.portfolio, position.holding) for position in positions if position.holding is not None]
    if not held:
        text = "Sold in full." if positions else "In none of your portfolios."
        return basics.card("My position", html.P(text, className="t3"))
    several = len(held) > 1 or len(positions) > 1
    parts = [part for portfolio, holding in held for part in _held(portfolio, holding, several)]
    priced_on = max((holding.price_date for _, holding in held if holding.price_date), default=None)
    sub = f"at the close of {dates.day(priced_on)}" if priced_on else ""
    return basics.card("My position", html.Div(parts, className="px-held"), sub=sub)


def trades_card(positions: Sequence[InstrumentPosition], min_decimals: int) -> list[Component]:
    """The newest purchases and sales; nothing where there was none."""
    trades = [
        (row.transaction, position.portfolio)
        for position in positions
        for row in position.rows
        if row.transaction.type in TRADES
    ]
    if not trades:
        return []
    newest = sorted(trades, key=lambda trade: (trade[0].date, trade[0].sequence), reverse=True)
    several = len({portfolio.id for _, portfolio in trades}) > 1
    rows = [_trade(fact, portfolio if several else None, min_decimals) for fact, portfolio in newest[:MOST_TRADES]]
    table = html.Table(html.Tbody(rows), className="tb den px-trades")
    slug = newest[0][1].slug
    query = urlencode({"q": newest[0][0].symbol})
    link = dcc.Link("All", href=f"{portfolio_path(slug, 'transactions')}?{query}", className="xs med")
    count = numbers.number(len(trades), 0)
    controls = [link] if len(trades) > MOST_TRADES and not several else []
    return [basics.card("My trades", table, sub=count, controls=controls, padded=False)]


def _held(portfolio: PortfolioRef, holding: Holding, several: bool) -> list[Component]:
    currency = portfolio.base_currency
    value = html.Span(
        [
            html.Span("Market value", className="t3 xs"),
            html.Span(numbers.money(holding.market_value, currency), className="num px-value"),
        ]
    )
    gain = html.Span(
        [
            html.Span(numbers.money(holding.unrealized, currency, signed=True)),
            html.Span(numbers.percent(holding.unrealized_pct, signed=True), className="xs"),
        ],
        className=f"num med px-gain {numbers.direction(holding.unrealized)}",
        title="Gain that is not realised",
    )
    crypto = holding.asset_class is AssetClass.CRYPTO
    facts: list[tuple[str, str, str]] = [
        ("Quantity", numbers.quantity(holding.quantity, crypto=crypto), ""),
        ("Average cost", numbers.money(holding.average_cost, currency), ""),
        ("Day", numbers.money(holding.day_change, currency, signed=True), numbers.direction(holding.day_change)),
        ("Weight", numbers.percent(holding.weight, 1), ""),
        ("Income received", numbers.money(holding.income, currency), ""),
        ("Realised gain", numbers.money(holding.realized, currency, signed=True), numbers.direction(holding.realized)),
    ]
    name = [dcc.Link(portfolio.name, href=portfolio_path(portfolio.slug), className="med px-owner")] if several else []
    head = html.Div([value, gain], className="row-f sb px-head")
    return [*name, head, definitions(facts)]


def definitions(facts: Sequence[tuple[str, str, str]]) -> Component:
    """Names and figures, each with the class of its direction."""
    pairs = [
        (html.Dt(name), html.Dd(text, className=tone, **given(title=text if len(text) > 24 else "")))
        for name, text, tone in facts
    ]
    return html.Dl([part for pair in pairs for part in pair], className="kv num")


def _trade(fact: Transaction, portfolio: PortfolioRef | None, min_decimals: int) -> Component:
    word, mark, tone = TRADES[fact.type]
    kind = html.Span(
        [html.Span(mark, className=f"px-mark {tone}", **aria(hidden="true")), word], className="row-f gap6"
    )
    day = html.Td(
        [dates.day(fact.date), *([html.Small(portfolio.name, className="px-in")] if portfolio else [])],
        className="num t3",
    )
    price = (
        numbers.price(fact.price, fact.currency, min_decimals=min_decimals)
        if fact.price is not None
        else numbers.money(fact.amount, fact.currency)
    )
    return html.Tr(
        [
            html.Td(kind, className="med"),
            day,
            html.Td(numbers.quantity(fact.quantity), className="r num"),
            html.Td(price, className="r num"),
        ]
    )
