"""Models that describe the answers about what follows from a ledger and from prices."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from typing import Any  # Any: models made of the names that `results` write

from pydantic import Field

from dashboard.api.schemas import (
    Amount,
    Day,
    Described,
    Gain,
    Money,
    Note,
    Period,
    PortfolioRef,
    Returns,
    Risk,
    Series,
    Share,
    named,
)
from dashboard.domain.indicators.registry import INDICATORS
from dashboard.domain.risk_relative import RelativeFigures
from dashboard.domain.transactions import LotMethod
from dashboard.domain.yearly_costs import CostKind
from dashboard.results.attribution_wire import EFFECTS, GROUP_NAMES

RELATIVE_NAMES = tuple(field.name for field in fields(RelativeFigures))


class OfPortfolio(Described):
    """What an answer about a period begins with."""

    portfolio: PortfolioRef
    period: Period  # type: ignore[valid-type]  # made with an alias
    as_of: datetime
    currency: str
    status: list[Note]


class Drawdown(Described):
    """One of the worst falls."""

    peak: date
    trough: date
    recovery: Day
    depth: Share
    days: int


class Factor(Described):
    """One benchmark of a regression."""

    symbol: str
    beta: Share
    standard_error: Share
    t_statistic: Share


class Regression(Described):
    """The returns regressed on several benchmarks at once."""

    observations: int
    alpha: Share
    alpha_t_statistic: Share
    r_squared: Share
    adjusted_r_squared: Share
    factors: list[Factor]


class Rolling(Described):
    """Measures of the last `window` returns on each date: by itself, or against a benchmark."""

    window: int
    benchmark: str | None
    date: list[date]
    volatility: list[Share] | None = None
    sharpe: list[Share] | None = None
    beta: list[Share] | None = None
    correlation: list[Share] | None = None
    returned: list[Share] | None = Field(None, alias="return")


class RiskMatrix(Described):
    """Correlations or covariances, a row a symbol."""

    kind: str
    symbols: list[str]
    values: list[list[Share]]
    observations: int


class RiskContribution(Described):
    """What a holding adds to the volatility."""

    symbol: str
    weight: Share
    volatility: Share
    marginal: Share
    component: Share
    percent: Share


class RiskContributions(Described):
    """What the holdings add to the volatility."""

    volatility: Share
    observations: int
    items: list[RiskContribution]


RiskAgainst = named("RiskAgainst", RELATIVE_NAMES, Share, symbol=(str, ...))


class RiskReport(OfPortfolio):
    """The risk of a portfolio; parts that were not asked for are absent."""

    risk_free: float
    risk: Risk  # type: ignore[valid-type]  # made of the names that `wire` writes
    drawdowns: list[Drawdown]
    benchmarks: list[RiskAgainst]  # type: ignore[valid-type]
    regression: Regression | None = None
    rolling: list[Rolling] | None = None
    matrix: RiskMatrix | None = None
    holdings: RiskContributions | None = None


class Step(Described):
    """A value on the way to a figure."""

    name: str
    title: str
    value: Money | Share | Day
    formula: str
    note: str


class InputColumn(Described):
    """A column of an input."""

    name: str
    title: str
    formula: str


class Inputs(Described):
    """What a figure is made of, row by row."""

    name: str
    title: str
    source: str
    columns: list[InputColumn]
    rows: list[list[str | float | None]]


class Explanation(Described):
    """How a figure was computed."""

    portfolio: PortfolioRef
    period: Period  # type: ignore[valid-type]
    as_of: datetime
    currency: str
    metric: str
    title: str
    value: Money | Share | Day
    status: str
    reason: str
    formula: str
    convention: list[str]
    method: str
    steps: list[Step]
    inputs: list[Inputs]


class Group(Described):
    """A part of a portfolio."""

    group: str
    kind: str
    market_value: Money
    start_value: Money
    net_flows: Money
    inflows: Money
    outflows: Money
    weight: Share
    gain: Gain  # type: ignore[valid-type]
    returns: Returns  # type: ignore[valid-type]
    contribution: Share


class Allocation(Described):
    """The parts of a portfolio, largest first, and all of them."""

    portfolios: list[PortfolioRef]
    by: str
    period: Period  # type: ignore[valid-type]
    as_of: datetime
    currency: str
    groups: list[Group]
    total: Group
    series: Series | None = None
    status: list[Note]


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


Effects = named("Effects", GROUP_NAMES, Share, group=(str, ...))
ActiveReturn = named("ActiveReturn", ("portfolio", "benchmark", "active", *EFFECTS[:-1]), Share)


class Attribution(OfPortfolio):
    """Allocation, selection and interaction by group."""

    by: str
    benchmark: str
    linking: str
    groups: list[Effects]  # type: ignore[valid-type]
    total: ActiveReturn  # type: ignore[valid-type]


class TermGain(Described):
    """A gain by how long the lots were held."""

    total: Money
    short_term: Money
    long_term: Money


class HeldLot(Described):
    """A lot that is open, or short: its quantity is then negative."""

    lot_id: str
    account: str
    acquired: date
    quantity: Amount
    cost: Money
    unit_cost: Money
    days_held: int
    long_term: bool


class ClosedLot(Described):
    """The part of a lot that was or would be closed."""

    closed: date
    type: str
    lot_id: str | None
    account: str
    acquired: Day
    quantity: Amount
    proceeds: Money
    cost: Money
    gain: Money
    days_held: int
    long_term: bool


class MethodFigures(Described):
    """An instrument by one method."""

    quantity: Amount
    cost: Money
    unrealized: Money
    realized: TermGain
    lots: list[HeldLot]
    closed: list[ClosedLot]


class SaleOutcome(Described):
    """What a sale would close by one method."""

    cost: Money
    gain: TermGain
    closed: list[ClosedLot]


METHODS = tuple(method.value for method in LotMethod)
MethodsOfLots = named("MethodsOfLots", METHODS, MethodFigures)
MethodsOfSale = named("MethodsOfSale", METHODS, SaleOutcome)


class WhatIf(Described):
    """A sale that is not booked; `short_quantity` of it is more than is held and opens a short for `short_proceeds`."""

    account: str
    quantity: Amount
    price: Amount
    fee: Amount
    price_currency: str
    proceeds: Money
    short_quantity: Amount
    short_proceeds: Money
    methods: MethodsOfSale  # type: ignore[valid-type]


class Lots(Described):
    """An instrument by every method; `what_if` where a sale was asked for."""

    portfolio: PortfolioRef
    symbol: str
    account: str | None
    as_of: date
    currency: str
    long_term_days: int
    market_value: Money
    methods: MethodsOfLots  # type: ignore[valid-type]
    what_if: WhatIf | None = None
    status: list[Note]


_lines: dict[str, Any] = {
    line: (list[Money | Share] | None, None) for known in INDICATORS.values() for line in known.outputs
}
IndicatorPoints = named("IndicatorPoints", (), None, date=(list[date], ...), **_lines)


class Indicator(Described):
    """An indicator on the bars of an instrument; `null` while it warms up."""

    symbol: str
    currency: str
    indicator: str
    title: str
    label: str
    pane: str
    unit: str
    parameters: dict[str, float]
    series: IndicatorPoints  # type: ignore[valid-type]
    status: list[Note]
