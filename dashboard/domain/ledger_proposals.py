"""Everything that is proposed to one ledger, and which new rows would book it a second time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dashboard.domain.dividend_proposals import Setting, accepted_rows, dividend_proposals
from dashboard.domain.entitlements import Entitlement, entitlements
from dashboard.domain.ledger import checked_ledger
from dashboard.domain.proposals import Proposal
from dashboard.domain.repeated_income import Payments, Repeat, find_repeats
from dashboard.domain.split_proposals import split_proposals
from dashboard.domain.transactions import ZERO, Transaction


def ledger_proposals(
    rows: Sequence[Transaction], until: date, setting: Setting, *, allow_shorts: bool = False
) -> tuple[Proposal, ...]:
    """The corporate actions up to ``until`` that touch a ledger, each once, newest first."""
    ledger = checked_ledger(rows, setting.market.splits, until=until, allow_shorts=allow_shorts)
    found = [*dividend_proposals(ledger, rows, until, setting), *split_proposals(ledger, rows, until, setting)]
    unique = {one.key: one for one in found}
    return tuple(sorted(unique.values(), key=lambda one: (-one.date.toordinal(), one.symbol, one.account)))


def repeated_rows(
    rows: Sequence[Transaction],
    new: Sequence[Transaction],
    until: date,
    setting: Setting,
    *,
    allow_shorts: bool = False,
) -> tuple[Repeat, ...]:
    """Those of the ``new`` rows of a ledger that pay what an accepted dividend has booked already."""
    ledger = checked_ledger([*rows, *new], setting.market.splits, until=until, allow_shorts=allow_shorts)
    due = entitlements(ledger, setting.market.dividends, until, setting.places)
    accepted = accepted_rows(due, rows, setting)
    # What is not due any more, since a fact or a row is gone, is booked all the same.
    kept, booked = {row.id for row in accepted.values()}, {made.row_id for made in setting.decisions.values()}
    accepted |= {_as_due(row): row for row in rows if row.id in booked and row.id not in kept and row.amount}
    taken = {id(row) for row in accepted.values()}
    own = [row for row in rows if id(row) not in taken]
    payments = Payments([*dict.fromkeys([*due, *accepted])], accepted, own, setting.known_until, setting.terms())
    return find_repeats(payments, new)


def _as_due(row: Transaction) -> Entitlement:
    """What a row of a dividend says that its position was due."""
    return Entitlement(row.symbol or "", row.account, row.date, row.currency, ZERO, ZERO, row.amount)
