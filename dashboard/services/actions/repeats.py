"""Which rows of a file pay what an accepted proposal has booked already."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from dashboard.domain.action_rules import ActionKind
from dashboard.domain.booked_income import PAYMENTS
from dashboard.domain.ledger_proposals import repeated_rows
from dashboard.domain.repeated_income import Repeat
from dashboard.domain.transactions import Transaction
from dashboard.results.portfolios import PortfolioRef
from dashboard.services.actions.proposing import Stored, setting_of
from dashboard.services.portfolios import today_in


def repeats(
    portfolio: PortfolioRef, rows: Sequence[Transaction], named: Collection[int], new: Sequence[Transaction]
) -> tuple[Repeat, ...]:
    """Those of the ``new`` rows that pay what one of the ledger's ``rows`` has booked for an accepted dividend.

    A row (by id) that the file has too, ``named``, is the file's own.
    """
    stored = Stored.of(portfolio.id)
    decisions = {
        key: made
        for key, made in stored.decisions.items()
        if key.kind is ActionKind.DIVIDEND and made.row_id is not None and made.row_id not in named
    }
    symbols = {key.symbol for key in decisions}
    if not any(row.symbol in symbols and row.type in PAYMENTS for row in new):
        return ()
    setting = setting_of(portfolio, [*rows, *new], replace(stored, decisions=decisions))
    return repeated_rows(rows, new, today_in(portfolio), setting, allow_shorts=portfolio.allow_shorts)
