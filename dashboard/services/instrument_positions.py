"""An instrument in the portfolios of one person: positions and trades; and what that person holds at all."""

from __future__ import annotations

from dashboard.domain.access import Actor
from dashboard.errors import InsufficientData
from dashboard.results.holdings import Holding
from dashboard.results.instrument_positions import InstrumentPosition
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import performance, portfolios, transactions


def positions_in(actor: Actor, symbol: str) -> tuple[InstrumentPosition, ...]:
    """The actor's portfolios that ever traded ``symbol``, with what they hold of it today."""
    found = []
    for item in portfolios.list_portfolios(actor):
        page = transactions.list_transactions(actor, item.portfolio.id, symbol=symbol)
        if page.rows:
            held = {holding.symbol: holding for holding in _holdings(actor, item.portfolio)}
            found.append(InstrumentPosition(item.portfolio, held.get(symbol), page.rows))
    return tuple(found)


def held_symbols(actor: Actor) -> frozenset[str]:
    """Every instrument that a portfolio of the actor holds today."""
    owned = [item for item in portfolios.list_portfolios(actor) if item.transactions]
    return frozenset(holding.symbol for item in owned for holding in _holdings(actor, item.portfolio))


def _holdings(actor: Actor, portfolio: PortfolioRef) -> tuple[Holding, ...]:
    try:
        return performance.holdings(actor, portfolio.id).holdings
    except InsufficientData:
        return ()  # every transaction lies ahead of today in the portfolio's zone
