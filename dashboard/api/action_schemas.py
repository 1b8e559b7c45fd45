"""Models of corporate actions: the parameters, the bodies of writes, and the answers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from dashboard.api.parameters import Body, Parameters, Word, Words
from dashboard.api.schemas import Amount, Described, LedgerRow, PortfolioRef, named
from dashboard.domain.action_rules import ActionKind, Rule
from dashboard.results.proposals_wire import STATES

Ids = Annotated[tuple[Word, ...], Field(max_length=5_000)]


class ActionsParameters(Parameters):
    """Which proposals."""

    all: bool = Field(False, description="1: what is booked, decided or ignored too.")


class Decisions(Body):
    """What is decided about which proposals; all of it or nothing of each list."""

    accept: Ids = Field((), description="Book these.")
    accept_all: bool = Field(False, description="Book every open one.")
    dismiss: Ids = Field((), description="Leave these unbooked.")
    reopen: Ids = Field((), description="Take the decisions about these back.")


class RuleBody(Body):
    """What happens with proposals of a kind."""

    kind: ActionKind = Field(ActionKind.DIVIDEND, description="Of what.")
    rule: Rule | None = Field(description="What happens; null drops the rule.")
    symbol: Word | None = Field(None, description="For this instrument alone.")
    reinvest: bool = Field(False, description="Buy units with dividends, at the close of the ex-date.")


class WithholdingBody(Body):
    """What is withheld of dividends."""

    rate: Decimal | None = Field(description="The share, such as 0.15; null forgets it.")
    country: Words = Field("", description="Of this country's instruments.")
    account: Word | None = Field(None, description="In this account.")


class BookedRow(LedgerRow):
    """A row of the ledger that counts as a proposal."""

    id: int


class ActionProposal(Described):
    """A dividend that a position is due, or what a split needs; `row` is what accepting it books."""

    id: str
    kind: str
    state: str
    date: date
    symbol: str
    name: str
    account: str
    quantity: Amount
    per_unit: Amount
    currency: str
    amount: Amount
    tax: Amount
    reasons: list[str]
    row: LedgerRow | None
    booked: list[BookedRow]


class ActionRuleSet(Described):
    """A rule, of one instrument or (null) of all that have none."""

    kind: str
    symbol: str | None
    rule: str
    reinvest: bool


class Withholding(Described):
    """The share that is withheld: in an account (null: every one), of a country's instruments ("": any)."""

    account: str | None
    country: str
    rate: float


ActionCounts = named("ActionCounts", STATES, int)


class Actions(Described):
    """What is proposed to a ledger, newest first, and its rules."""

    portfolio: PortfolioRef
    counts: ActionCounts  # type: ignore[valid-type]  # made of the states
    rules: list[ActionRuleSet]
    withholding: list[Withholding]
    proposals: list[ActionProposal]


class Decided(Described):
    """What a decision was about, and the rows that it booked or deleted; `already` stood so before."""

    proposals: list[str]
    transactions: list[int]
    already: int


class DecidedAll(Described):
    """What each decision did; null where nothing was asked."""

    accepted: Decided | None
    dismissed: Decided | None
    reopened: Decided | None
