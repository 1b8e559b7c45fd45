"""Parameters of what follows from a ledger: risk, gains, breakdowns, lots, indicators."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any  # Any: fields made of the names that the registry of indicators has

from pydantic import BeforeValidator, Field, WithJsonSchema, create_model

from dashboard.api.parameters import Day, Parameters, Several, Word, Words
from dashboard.domain.brinson import Linking
from dashboard.domain.gain_periods import Granularity
from dashboard.domain.groups import Dimension
from dashboard.domain.indicators.registry import INDICATORS
from dashboard.domain.lot_methods import LONG_TERM_DAYS

PLAIN_DECIMAL = re.compile(r"\d{1,18}(\.\d{1,18})?")
MOST_DAYS = 100_000
MOST_DRAWDOWNS = 100


def _exact(value: object) -> object:
    """An exponent would ask for a number of any length."""
    if isinstance(value, str) and not PLAIN_DECIMAL.fullmatch(value):
        raise ValueError("it must be a plain decimal such as 12.5")
    return value


Exact = Annotated[
    Decimal, BeforeValidator(_exact), WithJsonSchema({"type": "string", "pattern": f"^{PLAIN_DECIMAL.pattern}$"})
]


class PeriodParameters(Parameters):
    """Which period, in which currency."""

    start: Day | None = Field(None, alias="from", description="First day; default: of the ledger.")
    end: Day | None = Field(None, alias="to", description="Last day; default: today.")
    currency: Word | None = Field(None, description="Report in this currency instead of the portfolio's.")


class RiskParameters(PeriodParameters):
    """Against what, and which parts."""

    benchmark: Several = Field((), description="Compare with this instead of the portfolio's own; repeat for more.")
    risk_free: float = Field(0.0, description="A year's rate: 0.02 is 2 %.")
    rolling: int | None = Field(None, le=MOST_DAYS, description="Also the measures of the last so many returns.")
    matrix: Word | None = Field(None, description="Also the `correlation` or `covariance` of the holdings' returns.")
    holdings: bool = Field(False, description="1: also what each holding adds to the volatility.")
    drawdowns: int = Field(5, ge=0, le=MOST_DRAWDOWNS, description="How many of the worst.")


class ExplainParameters(PeriodParameters):
    """Against what."""

    benchmark: Words | None = Field(None, description="Compare with this instrument instead of the portfolio's own.")


class AllocationParameters(PeriodParameters):
    """By what the parts are told apart."""

    by: Dimension = Field(Dimension.ASSET_CLASS, description="By what the parts are told apart.")
    series: bool = Field(False, description="1: the daily points of the total too.")


class GainsParameters(PeriodParameters):
    """How long the periods are."""

    by: Granularity = Field(Granularity.MONTH, description="How long the periods are; a week ends on Sunday.")
    holdings: bool = Field(False, description="1: the gain of each holding in each period too.")


class RealizedParameters(PeriodParameters):
    """Which tax years."""

    year_start: Word = Field("01-01", description="The month and the day on which a tax year begins.")
    long_after: int | None = Field(
        None, ge=0, le=MOST_DAYS, description="Held for more days than this is long; default: for more than a year."
    )


class AttributionParameters(PeriodParameters):
    """Against what, by what, linked how."""

    by: Dimension = Field(Dimension.ASSET_CLASS, description="By what the groups are told apart.")
    benchmark: Words = Field(
        "", description="A symbol or a blend such as `ACWI=0.6,AGG=0.4@monthly`; default: its own."
    )
    linking: Linking = Field(Linking.CARINO, description="How the effects of days become those of the period.")
    map: Several = Field((), description="The group of a sleeve of the benchmark, `SYMBOL=GROUP`; repeat for more.")


class LotsParameters(Parameters):
    """Which lots, and a sale that is thought of."""

    as_of: Day | None = Field(None, description="The day at whose close to count; default: today.")
    account: Words | None = Field(None, description="The lots of this account alone; empty: of the one without a name.")
    long_term_days: int = Field(LONG_TERM_DAYS, ge=0, le=MOST_DAYS, description="Held longer is long term.")
    quantity: Exact | None = Field(None, description="What if so much were sold?")
    price: Exact | None = Field(None, description="With `quantity`: at this price; default: the day's.")
    fee: Exact | None = Field(None, description="With `quantity`: less these costs, in the price's currency.")
    lot: Several = Field((), description="With `quantity`: sell this lot, by the method of specific lots; repeat.")
    instead_of: int | None = Field(
        None, ge=1, lt=2**63, description="As if this row were not in the ledger: the sale takes its place."
    )


def _indicator_parameters() -> type[Parameters]:
    """The name, the days, and every parameter that one of the indicators takes."""
    takers: dict[str, list[str]] = {}
    for known in INDICATORS.values():
        for one in known.parameters:
            takers.setdefault(one.name, []).append(known.name)
    fields: dict[str, Any] = {
        name: (float | None, Field(None, description=f"Of {', '.join(names)}.")) for name, names in takers.items()
    }
    described = f"One of {', '.join(INDICATORS)}."
    return create_model(
        "IndicatorParameters",
        __base__=Parameters,
        name=(Word, Field(description=described)),
        start=(Day | None, Field(None, alias="from", description="First day; default: the first there is.")),
        end=(Day | None, Field(None, alias="to", description="Last day; default: the last there is.")),
        **fields,
    )


IndicatorParameters = _indicator_parameters()
