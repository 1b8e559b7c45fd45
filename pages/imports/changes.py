"""What an import did to the portfolio's figures: before, after, and the difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from dash import html
from dash.development.base_component import Component

from dashboard.domain.access import Actor
from dashboard.errors import InsufficientData
from dashboard.formatting import numbers
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import performance, transactions


@dataclass(frozen=True, slots=True)
class Figures:
    """A portfolio in five figures; None where there is nothing to compute one from."""

    transactions: int
    positions: int
    market_value: float | None = None
    cash: float | None = None
    money_weighted: float | None = None

    def as_json(self) -> dict[str, float | None]:
        """For a store of the page."""
        return asdict(self)


def measure(actor: Actor, portfolio: PortfolioRef) -> Figures:
    """The figures as they are now."""
    rows = transactions.list_transactions(actor, portfolio.id, limit=1).total
    try:
        held = performance.holdings(actor, portfolio.id)
        summary = performance.summary(actor, portfolio.id)
    except InsufficientData:
        return Figures(rows, 0)
    cash = held.totals.cash if portfolio.track_cash else None
    return Figures(rows, held.totals.count, held.totals.market_value, cash, summary.returns.money_weighted.value)


def table(before: Mapping[str, float | None], after: Figures, portfolio: PortfolioRef) -> Component:
    """The table of the last step."""
    currency, now = portfolio.base_currency, after.as_json()
    rows = [_counted("Transactions", "transactions", before, now), _counted("Positions", "positions", before, now)]
    rows.append(_money("Market value", "market_value", before, now, currency))
    if portfolio.track_cash:
        rows.append(_money("Cash", "cash", before, now, currency))
    rows.append(_rate("XIRR", "money_weighted", before, now))
    names = (("Measure", ""), ("Before", "r was-x"), ("After", "r"), ("Change", "r"))
    heads = [html.Th(name, className=classes) for name, classes in names]
    return html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="tb")


Values = Mapping[str, float | None]


def _counted(name: str, key: str, before: Values, after: Values) -> Component:
    change = numbers.number(_difference(key, before, after), 0, signed=True)
    return _row(name, numbers.number(before.get(key), 0), numbers.number(after[key], 0), change)


def _money(name: str, key: str, before: Values, after: Values, currency: str) -> Component:
    change = numbers.money(_difference(key, before, after), currency, signed=True)
    return _row(name, numbers.money(before.get(key), currency), numbers.money(after[key], currency), change)


def _rate(name: str, key: str, before: Values, after: Values) -> Component:
    old, new = (numbers.percent(values.get(key), signed=True) for values in (before, after))
    return _row(name, old, new, numbers.percentage_points(_difference(key, before, after)))


def _difference(key: str, before: Values, after: Values) -> float | None:
    old, new = before.get(key), after.get(key)
    return None if old is None or new is None else new - old


def _row(name: str, before: str, after: str, change: str) -> Component:
    return html.Tr(
        [
            html.Td(name, className="t2"),
            html.Td(before, className="r num t3 was-x"),
            html.Td(after, className="r num med"),
            html.Td(change, className="r num t2"),
        ]
    )
