"""What is proposed to a ledger, from its rows, the stored facts of its instruments, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.db.repositories.ledger import actions, transactions
from dashboard.domain.access import Actor
from dashboard.domain.action_rules import ActionRules, WithholdingRates
from dashboard.domain.dividend_proposals import Setting
from dashboard.domain.ledger_proposals import ledger_proposals
from dashboard.domain.prices import MarketData
from dashboard.domain.transactions import Transaction
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.proposals import ProposalBoard
from dashboard.services import market_data
from dashboard.services.ledger.currencies import minor_unit_digits
from dashboard.services.portfolios import portfolio_by_id, today_in


def board(actor: Actor, portfolio_id: int) -> ProposalBoard:
    """Every corporate action that touches the ledger of a portfolio, in whatever state. Raises: NotFound."""
    return board_of(portfolio_by_id(actor, portfolio_id))


def board_of(portfolio: PortfolioRef) -> ProposalBoard:
    """The same, within the caller's transaction. Asks nobody's permission."""
    rows = transactions.ledger(portfolio.id)
    rules, rates = actions.rules(portfolio.id), actions.rates(portfolio.id)
    setting = Setting(
        market=market_of(portfolio, rows),
        base_currency=portfolio.base_currency,
        rules=ActionRules(rules),
        withholding=WithholdingRates(rates),
        decisions=actions.decisions(portfolio.id),
        places=minor_unit_digits,
    )
    found = ledger_proposals(rows, today_in(portfolio), setting, allow_shorts=portfolio.allow_shorts)
    names = {symbol: known.name for symbol, known in setting.market.instruments.items()}
    return ProposalBoard(portfolio, found, names, rules, rates)


def market_of(portfolio: PortfolioRef, rows: Sequence[Transaction]) -> MarketData:
    """What is stored of the instruments and currencies of ``rows``."""
    symbols = {symbol for row in rows for symbol in (row.symbol, row.target_symbol) if symbol}
    return market_data.market_data_for(
        sorted(symbols), sorted({portfolio.base_currency, *(row.currency for row in rows)})
    )
