"""Which rows of a file pay what an accepted proposal has booked already."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.db.repositories.ledger import actions
from dashboard.domain.action_rules import ActionRules, WithholdingRates
from dashboard.domain.booked_income import Repeat, find_repeats
from dashboard.domain.dividend_proposals import Setting
from dashboard.domain.transactions import Transaction
from dashboard.results.portfolios import PortfolioRef
from dashboard.services.actions.proposing import market_of
from dashboard.services.ledger.currencies import minor_unit_digits


def accepted_rows(portfolio: PortfolioRef) -> frozenset[int]:
    """The ids of the rows that accepted dividends booked."""
    return actions.accepted_rows(portfolio.id)


def repeats(
    portfolio: PortfolioRef, accepted: Sequence[Transaction], rows: Sequence[Transaction]
) -> tuple[Repeat, ...]:
    """Those of ``rows`` that pay what one of the ``accepted`` rows holds already."""
    if not accepted or not rows:
        return ()
    setting = Setting(
        market=market_of(portfolio, [*accepted, *rows]),
        base_currency=portfolio.base_currency,
        rules=ActionRules(),
        withholding=WithholdingRates(actions.rates(portfolio.id)),
        decisions={},
        places=minor_unit_digits,
    )
    return find_repeats(accepted, rows, setting.terms())
