"""Corporate actions as proposals on a ledger: what is due and not booked, what was booked otherwise, what was decided.

Nothing here is stored: proposals follow from the ledger, the market's facts and the decisions, so that a restated
dividend or an edited row changes them at once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from dashboard.domain.action_rules import ActionKey, ActionKind, Decision, DecisionMade, Rule
from dashboard.domain.transactions import ZERO, Transaction

ID_LENGTH = 12


class ProposalState(StrEnum):
    """``open``: to be decided. ``differs``: something else is booked in its place. ``booked``: by other rows."""

    OPEN = "open"
    DIFFERS = "differs"
    BOOKED = "booked"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One corporate action of one position.

    ``date`` is the ex-date; ``amount`` and ``tax`` are in ``currency``; ``per_unit`` is a dividend's amount a unit or a
    split's ratio; ``row`` is what accepting books (None: there is nothing to be booked, it only tells); ``booked`` are
    the rows that count as it; ``reasons`` say on what it rests; ``was_booked``: it was accepted, and its row is gone.
    """

    kind: ActionKind
    symbol: str
    account: str
    date: dt.date
    currency: str
    quantity: Decimal
    per_unit: Decimal
    amount: Decimal
    tax: Decimal = ZERO
    row: Transaction | None = None
    state: ProposalState = ProposalState.OPEN
    booked: tuple[Transaction, ...] = ()
    reasons: tuple[str, ...] = ()
    was_booked: bool = False

    @property
    def key(self) -> ActionKey:
        """What tells it from every other."""
        return ActionKey(self.kind, self.symbol, self.account, self.date, self.currency)

    @property
    def id(self) -> str:
        """A short name that stays while the amount changes."""
        text = "|".join(map(str, self.key))
        return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:ID_LENGTH]


def state_of(amount: Decimal, fits: bool | None, rule: Rule, made: DecisionMade | None) -> ProposalState:
    """The state of a proposal of ``amount``; ``fits`` tells whether what is booked for it does (None: nothing is).

    A decision holds for the amount that it was made about: another one asks again.
    """
    decided = made is not None and made.amount == amount
    if made is not None and made.decision is Decision.ACCEPTED and made.row_id is not None and (decided or fits):
        return ProposalState.ACCEPTED
    if fits:
        return ProposalState.BOOKED
    if made is not None and made.decision is Decision.DISMISSED and decided:
        return ProposalState.DISMISSED
    if fits is not None:
        return ProposalState.DIFFERS
    return ProposalState.IGNORED if rule is Rule.IGNORE else ProposalState.OPEN
