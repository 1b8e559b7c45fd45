"""Models that describe the answers: what the OpenAPI document says, and what tests hold real answers against.

They describe and make nothing: ``results.wire`` writes. A key that is not named here fails the tests; the document
says nothing of others, as new ones may come.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, get_type_hints  # Any: models made of the names that `results.wire` writes

from pydantic import BaseModel, ConfigDict, Field, RootModel, create_model

from dashboard.domain.measures import Measure
from dashboard.domain.risk_figures import RiskFigures
from dashboard.results import wire
from dashboard.results.market_wire import BAR_NAMES

# Every measure of a period: those that are no days and no counts.
RISK_MEASURES = tuple(name for name, kind in get_type_hints(RiskFigures).items() if kind is Measure)
Amount = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$", description="Money, a price or a quantity, exact.")]
Ratio = Annotated[float, Field(description="A fraction: 0.05 is 5 %.")]
Money = Amount | None
Share = Ratio | None
Day = date | None


def _open(schema: dict[str, Any]) -> None:
    """Clients must bear keys that they do not know."""
    schema.pop("additionalProperties", None)


class Described(BaseModel):
    """A JSON object."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_open)


def named(name: str, names: tuple[str, ...], kind: object, **more: Any) -> type[Described]:
    """A model with one required field of ``kind`` for each of ``names``, and ``more``."""
    fields: dict[str, Any] = dict.fromkeys(names, (kind, ...))
    return create_model(name, __base__=Described, **fields, **more)


class Problem(Described):
    """A failure (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str = Field(description="Stable: programs may go by it.")
    detail: str
    reference: str = Field(description="The id of the request, which the log has too.")
    field: str | None = Field(None, description="Which parameter is wrong.")


class Health(Described):
    """What requests need: `ok`, or what is wrong."""

    ready: bool
    database: str
    redis: str
    migrations: str


class User(Described):
    """A user."""

    id: int
    email: str
    name: str
    role: str
    created_at: datetime
    disabled_at: datetime | None


class PortfolioRef(Described):
    """Which portfolio."""

    id: int
    name: str
    base_currency: str
    method: str


class Portfolio(PortfolioRef):
    """A portfolio and the extent of its ledger."""

    slug: str
    track_cash: bool
    allow_shorts: bool
    benchmark: str | None
    owner: str | None
    accounts: list[str]
    transactions: int
    first_date: Day
    last_date: Day


class Portfolios(RootModel[list[Portfolio]]):
    """Portfolios by name."""


class Note(Described):
    """Why a figure is missing, or what is to be known of it."""

    code: str
    symbol: str | None
    since: Day
    message: str


Gain = named("Gain", wire.GAIN_NAMES, Money)
Returns = named("Returns", wire.RETURN_NAMES, Share)
Risk = named(
    "Risk",
    tuple(dict.fromkeys((*wire.RISK_NAMES, *wire.BENCHMARK_RISK_NAMES, *RISK_MEASURES))),
    Share,
    max_drawdown_peak=(Day, ...),
    max_drawdown_trough=(Day, ...),
    max_drawdown_recovery=(Day, ...),
    observations=(int, ...),
)
Period = create_model("Period", __base__=Described, start=(date, Field(alias="from")), end=(date, Field(alias="to")))


class Benchmark(Described):
    """What the portfolio is compared with."""

    symbol: str
    time_weighted: Share
    flow_matched_value: Money


class Series(Described):
    """The points of the charts, all lists of one length."""

    date: list[date]
    value: list[Money]
    time_weighted: list[Share]
    drawdown: list[Share]


PerformanceFigures = named("PerformanceFigures", wire.MONEY_NAMES, Money, gain=(Gain, ...), returns=(Returns, ...))


class Performance(PerformanceFigures):  # type: ignore[misc,valid-type]  # made of the names that `wire` writes
    """How a portfolio did over a period."""

    portfolio: PortfolioRef
    period: Period  # type: ignore[valid-type]
    as_of: datetime
    currency: str
    cash_by_currency: dict[str, Money]
    risk: Risk  # type: ignore[valid-type]
    benchmark: Benchmark | None
    series: Series | None = None
    status: list[Note]


class Lot(Described):
    """An open lot."""

    acquired: date
    quantity: Amount
    cost: Money


class Holding(Described):
    """An instrument that is held; `null` where a price or a rate is missing."""

    symbol: str
    name: str
    asset_class: str
    currency: str
    quantity: Amount
    price: Money
    price_date: Day
    price_status: str
    fx_rate: Share
    market_value: Money
    cost: Money
    average_cost: Money
    unrealized: Money
    unrealized_pct: Share
    realized: Money
    income: Money
    weight: Share
    day_change: Money
    lots: list[Lot]


class CashBalance(Described):
    """Cash in one currency."""

    currency: str
    amount: Money
    market_value: Money
    weight: Share


class Totals(Described):
    """All of it, in the portfolio's currency."""

    market_value: Money
    cost: Money
    unrealized: Money
    unrealized_pct: Share
    realized: Money
    income: Money
    cash: Money
    day_change: Money
    day_change_pct: Share
    priced: int
    count: int


class Holdings(Described):
    """What a portfolio holds at the close of a day."""

    portfolio: PortfolioRef
    as_of: date
    currency: str
    holdings: list[Holding]
    cash: list[CashBalance]
    totals: Totals
    status: list[Note]


class LedgerRow(Described):
    """A row with the columns of the canonical file."""

    date: date
    type: str
    symbol: str | None
    quantity: Money
    price: Money
    currency: str
    fee: Money
    tax: Money
    amount: Money
    fx_rate: Money
    cash_currency: str | None
    account: str
    settle_date: Day
    note: str
    external_id: str | None
    target_amount: Money
    target_currency: str | None
    ratio: Money
    target_symbol: str | None
    cost_fraction: Money
    acquired: Day
    cost: Money
    lot_ids: list[str]
    accrued: Money
    fee_currency: str | None


class Transaction(LedgerRow):
    """A row of a ledger."""

    id: int
    version: int
    name: str
    cash_effect: Money
    batch: int | None


class Transactions(Described):
    """A page of a ledger, newest first."""

    total: int
    first_date: Day
    last_date: Day
    transactions: list[Transaction]
    next_cursor: str | None = Field(description="The `cursor` of the next page; null where this is the last.")


class Split(Described):
    """A split: new units for each old one."""

    date: date
    ratio: Amount


PriceColumns = named("PriceColumns", BAR_NAMES, list[Money])


class Prices(PriceColumns):  # type: ignore[misc,valid-type]  # made of the names that `wire` writes
    """Daily bars, column by column, all lists of one length."""

    symbol: str
    currency: str
    adjusted: bool
    splits: list[Split]
    date: list[date]


class BarPage(PriceColumns):  # type: ignore[misc,valid-type]  # made of the names that `wire` writes
    """A page of bars, the oldest first, column by column, all lists of one length."""

    symbol: str
    currency: str
    interval: str
    timezone: str = Field(description="The exchange's, by whose clock `date` is.")
    adjusted: bool
    splits: list[Split]
    kept_from: Day = Field(description="Bars of this interval are kept back to this day; null: there is no such day.")
    date: list[date]
    at: list[datetime] | None = Field(description="When each bar begins; null for daily bars, which are of a day.")
    status: list[Note]
    next_cursor: str | None = Field(description="The `cursor` of the next page; null where this is the last.")
