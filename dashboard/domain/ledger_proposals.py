"""Everything that is proposed to one ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dashboard.domain.dividend_proposals import Setting, dividend_proposals
from dashboard.domain.ledger import checked_ledger
from dashboard.domain.proposals import Proposal
from dashboard.domain.split_proposals import split_proposals
from dashboard.domain.transactions import Transaction


def ledger_proposals(
    rows: Sequence[Transaction], until: date, setting: Setting, *, allow_shorts: bool = False
) -> tuple[Proposal, ...]:
    """The corporate actions up to ``until`` that touch a ledger, each once, newest first."""
    ledger = checked_ledger(rows, setting.market.splits, until=until, allow_shorts=allow_shorts)
    found = [*dividend_proposals(ledger, rows, until, setting), *split_proposals(ledger, rows, until, setting)]
    unique = {one.key: one for one in found}
    return tuple(sorted(unique.values(), key=lambda one: (-one.date.toordinal(), one.symbol, one.account)))
