"""What a portfolio does with corporate actions that are proposed to it, and what was decided about single ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class ActionKind(StrEnum):
    """What is proposed."""

    DIVIDEND = "dividend"
    SPLIT = "split"


class Rule(StrEnum):
    """What happens with a proposal: a person is asked, it is booked by itself, or nothing is said of it."""

    ASK = "ask"
    ACCEPT = "accept"
    IGNORE = "ignore"


class Decision(StrEnum):
    """What was decided about one proposal."""

    ACCEPTED = "accepted"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class ActionRule:
    """A rule; with ``reinvest`` a dividend is proposed as units bought with it."""

    rule: Rule = Rule.ASK
    reinvest: bool = False


@dataclass(frozen=True, slots=True)
class ActionRules:
    """The rules of a portfolio by kind and symbol (None: every instrument that has none of its own)."""

    rules: Mapping[tuple[ActionKind, str | None], ActionRule] = field(default_factory=dict)

    def of(self, kind: ActionKind, symbol: str) -> ActionRule:
        """The rule for an instrument: its own, else the portfolio's, else to ask."""
        return self.rules.get((kind, symbol)) or self.rules.get((kind, None)) or ActionRule()


@dataclass(frozen=True, slots=True)
class WithholdingRates:
    """Shares of a dividend that are withheld, by account (None: every one) and country in lower case ("": any)."""

    rates: Mapping[tuple[str | None, str], Decimal] = field(default_factory=dict)

    def of(self, account: str, country: str) -> Decimal | None:
        """The rate for an account and the country of an instrument; None where none is set.

        The account's own rates come before the portfolio's, one for the country before one for any.
        """
        land = country.casefold()
        for where in ((account, land), (account, ""), (None, land), (None, "")):
            if where in self.rates:
                return self.rates[where]
        return None


class ActionKey(NamedTuple):
    """What tells one corporate action of one position from every other."""

    kind: ActionKind
    symbol: str
    account: str
    date: dt.date
    currency: str


@dataclass(frozen=True, slots=True)
class DecisionMade:
    """A decision: about which amount, and the row that was booked (None: it was dismissed, or the row is gone)."""

    decision: Decision
    amount: Decimal
    row_id: int | None = None

    @property
    def was_undone(self) -> bool:
        """Whether it had been accepted, and its row was deleted since: no rule books it again."""
        return self.decision is Decision.ACCEPTED and self.row_id is None
