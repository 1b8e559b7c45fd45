"""Models that describe the answers about gains by period, income, and what was realised in a tax year."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from dashboard.api.analysis_schemas import OfPortfolio
from dashboard.api.schemas import Day, Described, Gain, Money, Share, named
from dashboard.domain.yearly_costs import CostKind


class GainOfPeriod(Described):
    """What was gained in one period."""

    start: date = Field(alias="from")
    end: date = Field(alias="to")
    start_value: Money
    market_value: Money
    net_flows: Money
    gain: Gain  # type: ignore[valid-type]
    time_weighted: Share
    holdings: dict[str, Gain] | None = None  # type: ignore[valid-type]


class Gains(OfPortfolio):
    """What was gained in each period."""

    by: str
    periods: list[GainOfPeriod]


class IncomeLine(Described):
    """What an instrument paid in a month; `symbol` null: interest on cash."""

    month: str = Field(pattern=r"^\d{4}-\d{2}$")
    symbol: str | None
    type: str
    payments: int
    gross: Money
    fees: Money
    taxes: Money
    net: Money


class IncomeTotals(Described):
    """All that was paid."""

    gross: Money
    fees: Money
    taxes: Money
    net: Money


class ExpectedPayment(Described):
    """A payment that may come; its amount is gross."""

    date: date
    symbol: str
    basis: str
    quantity: Money
    per_unit: Money
    currency: str
    amount: Money
    status: str


class Income(OfPortfolio):
    """What was received, and what the next twelve months may bring."""

    received: list[IncomeLine]
    totals: IncomeTotals
    expected: list[ExpectedPayment]
    expected_total: Money


class RealizedLot(Described):
    """The part of a lot that a transaction closed; `acquired` null where it closed none."""

    closed: date
    symbol: str | None
    account: str
    type: str
    quantity: Money
    acquired: Day
    held_days: int | None
    term: str
    proceeds: Money
    cost: Money
    gain: Money


class RealizedYear(Described):
    """What was realised in a tax year, by how long it was held."""

    year: str
    start: date = Field(alias="from")
    end: date = Field(alias="to")
    proceeds: Money
    cost: Money
    gain: Money
    short: Money
    long: Money
    other: Money
    lots: list[RealizedLot]


CostsByKind = named("CostsByKind", tuple(kind.value for kind in CostKind), Money)


class CostYear(Described):
    """What was paid in a tax year."""

    year: str
    start: date = Field(alias="from")
    end: date = Field(alias="to")
    fees: Money
    taxes: Money
    by_kind: CostsByKind  # type: ignore[valid-type]


class Realized(OfPortfolio):
    """Realised gains and costs by tax year."""

    year_start: str
    long_after: str
    years: list[RealizedYear]
    costs: list[CostYear]
