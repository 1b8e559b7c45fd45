"""What is proposed to a ledger, from its rows, the stored facts of its instruments, and what was decided."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from dashboard.db.repositories.ledger import actions, transactions
from dashboard.domain.access import Actor
from dashboard.domain.action_rules import ActionKey, ActionKind, ActionRule, ActionRules, DecisionMade, WithholdingRates
from dashboard.domain.dividend_proposals import Setting
from dashboard.domain.ledger_proposals import ledger_proposals
from dashboard.domain.prices import MarketData
from dashboard.domain.transactions import Transaction
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.proposals import ProposalBoard
from dashboard.services import market_data, valuation
from dashboard.services.ledger.currencies import minor_unit_digits
from dashboard.services.memo import Memo
from dashboard.services.portfolios import portfolio_by_id, today_in


@dataclass(frozen=True, slots=True)
class Stored:
    """What a portfolio has set and decided."""

    rules: Mapping[tuple[ActionKind, str | None], ActionRule]
    rates: Mapping[tuple[str | None, str], Decimal]
    decisions: Mapping[ActionKey, DecisionMade]

    @classmethod
    def of(cls, portfolio_id: int) -> Stored:
        """As it is now."""
        return cls(actions.rules(portfolio_id), actions.rates(portfolio_id), actions.decisions(portfolio_id))

    @property
    def version(self) -> str:
        """Changes whenever any of it does."""
        text = repr((list(self.rules.items()), list(self.rates.items()), sorted(self.decisions.items())))
        return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


_boards: Memo[ProposalBoard] = Memo(16)


def board(actor: Actor, portfolio_id: int) -> ProposalBoard:
    """Every corporate action that touches the ledger of a portfolio, in whatever state. Raises: NotFound."""
    portfolio = portfolio_by_id(actor, portfolio_id)
    stored = Stored.of(portfolio.id)
    name = f"{portfolio.id}:{valuation.version(portfolio)}:{stored.version}"
    return replace(_boards.get(name, lambda: _board(portfolio, stored)), portfolio=portfolio)


def board_of(portfolio: PortfolioRef) -> ProposalBoard:
    """The same from what the caller's transaction sees. Asks nobody's permission."""
    return _board(portfolio, Stored.of(portfolio.id))


def _board(portfolio: PortfolioRef, stored: Stored) -> ProposalBoard:
    rows = transactions.ledger(portfolio.id)
    setting = setting_of(portfolio, rows, stored)
    found = ledger_proposals(rows, today_in(portfolio), setting, allow_shorts=portfolio.allow_shorts)
    names = {symbol: known.name for symbol, known in setting.market.instruments.items()}
    return ProposalBoard(portfolio, found, names, stored.rules, stored.rates)


def setting_of(portfolio: PortfolioRef, rows: Sequence[Transaction], stored: Stored) -> Setting:
    """What proposals to ``rows`` are made with."""
    return Setting(
        market=_market_of(portfolio, rows),
        base_currency=portfolio.base_currency,
        rules=ActionRules(stored.rules),
        withholding=WithholdingRates(stored.rates),
        decisions=stored.decisions,
        places=minor_unit_digits,
    )


def _market_of(portfolio: PortfolioRef, rows: Sequence[Transaction]) -> MarketData:
    """What is stored of the instruments and currencies of ``rows``."""
    symbols = {symbol for row in rows for symbol in (row.symbol, row.target_symbol) if symbol}
    return market_data.market_data_for(
        sorted(symbols), sorted({portfolio.base_currency, *(row.currency for row in rows)})
    )
