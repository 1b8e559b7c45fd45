"""Models that describe the answers about a period: parts, against a benchmark, and how a figure was computed."""

from __future__ import annotations

from datetime import datetime

from dashboard.api.schemas import Day, Described, Gain, Money, Note, Period, PortfolioRef, Returns, Series, Share, named
from dashboard.results.attribution_wire import EFFECTS, GROUP_NAMES


class OfPortfolio(Described):
    """What an answer about a period begins with."""

    portfolio: PortfolioRef
    period: Period  # type: ignore[valid-type]  # made with an alias
    as_of: datetime
    currency: str
    status: list[Note]


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


Effects = named("Effects", GROUP_NAMES, Share, group=(str, ...))
ActiveReturn = named("ActiveReturn", ("portfolio", "benchmark", "active", *EFFECTS[:-1]), Share)


class Attribution(OfPortfolio):
    """Allocation, selection and interaction by group."""

    by: str
    benchmark: str
    linking: str
    groups: list[Effects]  # type: ignore[valid-type]
    total: ActiveReturn  # type: ignore[valid-type]


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
