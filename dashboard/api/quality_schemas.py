"""Models of data quality: parameters, bodies of writes, and answers."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field, RootModel

from dashboard.api.parameters import Body
from dashboard.api.parameters import Day as GivenDay
from dashboard.api.parameters import Parameters, Word
from dashboard.api.schemas import Day, Described, Money
from dashboard.domain.quality import FindingKind
from dashboard.results.price_quality import FindingState


class FindingsParameters(Parameters):
    """Which findings."""

    portfolio: int | None = Field(None, ge=1, lt=2**63, description="Of what this portfolio is valued with.")
    state: FindingState | None = Field(None, description="In this state.")
    kind: FindingKind | None = Field(None, description="Of this kind.")
    symbol: Word | None = Field(None, description="Of this instrument, or of this pair: EURUSD.")


class RestatementsParameters(Parameters):
    """Which restatements."""

    symbol: Word | None = Field(None, description="Of this instrument, or of this pair: EURUSD.")
    since: GivenDay | None = Field(None, description="Written on this day or later.")
    portfolio: int | None = Field(None, ge=1, lt=2**63, description="That touched this portfolio.")


class FindingDecision(Body):
    """How far a decision goes."""

    alike: bool = Field(False, description="For all findings of its instrument or pair, kind and state.")


class FoundValue(Described):
    """What is wrong with one price, rate or distribution."""

    id: int
    symbol: str
    date: date
    kind: str
    value: Money
    suggested: Money
    reason: str
    confidence: float
    state: str
    found_at: datetime
    decided_by: str | None
    decided_at: datetime | None


class Findings(RootModel[list[FoundValue]]):
    """Findings by symbol and day."""


class QualityCheck(Described):
    """How the last check of everything gets on or ended."""

    state: str = Field(description="never, waiting, running, done or failed.")
    asked_by: str | None
    asked_at: datetime | None
    ended_at: datetime | None
    total: int
    done: int
    findings: int | None
    error: str | None


class ChangedValue(Described):
    """A value that was changed; null where there was none, or is none any more."""

    date: date
    field: str
    old: Money
    new: Money


class BeforeAfter(Described):
    """An amount before and after."""

    before: Money
    after: Money


class TouchedPortfolio(Described):
    """Which portfolio."""

    id: int
    name: str


class RestatementEffect(Described):
    """What a restatement did to a portfolio; null until it has been valued again."""

    portfolio: TouchedPortfolio
    currency: str | None
    date: Day
    day_value: BeforeAfter
    market_value: BeforeAfter
    gain: BeforeAfter
    recorded_at: datetime | None


class Restatement(Described):
    """One write that changed the past of a series: its values if they are few, its largest changes if many."""

    id: int
    symbol: str
    currency: str
    pair: bool
    cause: str
    source: str
    previous_source: str | None
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    count: int
    at: datetime
    values: list[ChangedValue]
    effects: list[RestatementEffect]


class Restatements(RootModel[list[Restatement]]):
    """Restatements, the latest first."""
