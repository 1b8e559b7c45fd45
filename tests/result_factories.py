"""Results made by hand, for the tests of everything that renders them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np

from dashboard.domain.access import PortfolioId
from dashboard.domain.instruments import AssetClass
from dashboard.domain.measures import Measure, Status
from dashboard.results.holdings import CashBalance, Holding, HoldingsReport, HoldingsTotals, OpenLot
from dashboard.results.instruments import Bars
from dashboard.results.notes import StatusNote
from dashboard.results.performance import (
    BenchmarkResult,
    DrawdownDates,
    ExternalFlow,
    GainParts,
    PerformanceSummary,
    Period,
    Returns,
    Risk,
    Series,
)
from dashboard.results.portfolios import PortfolioRef

AS_OF = dt.datetime(2024, 8, 20, 15, 30, tzinfo=dt.UTC)
PORTFOLIO = PortfolioRef(id=PortfolioId(7), name="Sample", slug="sample", base_currency="EUR")
NO_BENCHMARK = Measure.undefined("no benchmark is set")


def returns(**changes: Measure) -> Returns:
    """The returns of the sample; money-weighted is one of several roots."""
    values = {
        "time_weighted": Measure(0.1313324441337005),
        "time_weighted_annualized": Measure(0.04808547697185506),
        "money_weighted": Measure(0.05181675693358734, Status.ESTIMATED, "the root nearest 0 of two"),
        "money_weighted_period": Measure(0.1418),
        "modified_dietz": Measure(0.152),
        "simple": Measure(0.1585),
    }
    return Returns(**{**values, **changes})


def risk(**changes: Measure) -> Risk:
    """The risk of the sample, without a benchmark."""
    values = {
        "volatility": 0.10128070423553535, "downside_deviation": 0.071, "sharpe": 0.5028538372728775, "sortino": 0.71,
        "calmar": 0.4166, "max_drawdown": -0.11541469488381528, "var_95": -0.0101, "cvar_95": -0.0147,
        "skew": -0.21, "kurtosis": 2.4,
    }  # fmt: skip
    absent = dict.fromkeys(("beta", "alpha", "correlation", "tracking_error", "information_ratio"), NO_BENCHMARK)
    measures = {**{name: Measure(value) for name, value in values.items()}, **absent, **changes}
    return Risk(measures, DrawdownDates(dt.date(2022, 4, 28), dt.date(2022, 6, 22)), observations=679)


def series(points: int = 300, end: dt.date = dt.date(2024, 8, 20), seed: int = 1) -> Series:
    """A random walk of ``points`` days that ends on ``end``."""
    steps = np.random.default_rng(seed).normal(0.0004, 0.008, points)
    wealth = np.cumprod(1 + steps)
    dates = tuple(end - dt.timedelta(days=points - 1 - index) for index in range(points))
    drawdown = wealth / np.maximum.accumulate(np.maximum(wealth, 1.0)) - 1
    return Series(dates, tuple((wealth * 65000).tolist()), tuple((wealth - 1).tolist()), tuple(drawdown.tolist()))


def benchmark(shown: Series) -> BenchmarkResult:
    """A benchmark on the days of a series."""
    other = series(len(shown.dates), shown.dates[-1], seed=2)
    return BenchmarkResult(
        "ACWI", "MSCI ACWI", Measure(0.1324), Measure(71000.25), shown.dates, other.time_weighted, other.value
    )


def summary(*, points: int = 300, with_benchmark: bool = False, **changes: Any) -> PerformanceSummary:
    """The summary of the sample; ``changes`` replace its fields (Any: fields are of many types)."""
    shown = series(points)
    found = PerformanceSummary(
        portfolio=PORTFOLIO,
        period=Period(dt.date(2022, 1, 5), dt.date(2024, 8, 20)),
        as_of=AS_OF,
        currency="EUR",
        market_value=72986.72338012839,
        start_value=0.0,
        cash=15627.730416582599,
        net_flows=63000.0,
        inflows=65000.0,
        outflows=2000.0,
        cash_by_currency={"EUR": 12906.14975978, "USD": 3016.6},
        gain=GainParts(9986.72, 7870.28, -1295.07, 4228.02, 145.97, 670.53, 2691.53, 3844.2),
        returns=returns(),
        risk=risk(),
        series=shown,
        flows=(ExternalFlow(shown.dates[10], 25000.0), ExternalFlow(shown.dates[-20], -2000.0)) if points > 20 else (),
        benchmark=benchmark(shown) if with_benchmark else None,
        status=(StatusNote("stale", "SAND has no price since 13 Aug 2024.", "SAND", dt.date(2024, 8, 13)),),
    )
    return dataclasses.replace(found, **changes)


def holding(symbol: str = "REL.L", **changes: Any) -> Holding:
    """A holding in pounds; ``changes`` replace its fields (Any: fields are of many types)."""
    found = Holding(
        symbol=symbol,
        name="RELX",
        asset_class=AssetClass.EQUITY,
        currency="GBP",
        quantity=Decimal("380.000000000000000000"),
        price=35.24,
        price_date=dt.date(2024, 8, 20),
        price_status=Status.OK,
        fx_rate=1.17375,
        market_value=15718.477827077024,
        cost=Decimal("11388.9586255"),
        average_cost=29.97,
        unrealized=4329.519201577024,
        unrealized_pct=0.38015,
        realized=0.0,
        income=412.5,
        weight=0.21536,
        day_change=-87.4,
        day_change_pct=-0.00553,
        sector="Industrials",
        country="United Kingdom",
        lots=(OpenLot(dt.date(2022, 3, 1), Decimal("380"), Decimal("11388.9586255")),),
        trend=tuple(30 + index / 10 for index in range(30)),
    )
    return dataclasses.replace(found, **changes)


def holdings_report(*items: Holding, **changes: Any) -> HoldingsReport:
    """Some holdings with cash in two currencies (Any: fields are of many types)."""
    held = items or (holding(), holding("4063.T", name="Shin-Etsu", currency="JPY", market_value=7686.52, weight=0.105))
    found = HoldingsReport(
        portfolio=PORTFOLIO,
        as_of=dt.date(2024, 8, 20),
        computed_at=AS_OF,
        currency="EUR",
        holdings=held,
        cash=(CashBalance("EUR", 12906.15, 12906.15, 0.1768), CashBalance("USD", 3016.6, 2721.58, 0.0373)),
        totals=HoldingsTotals(72986.72, 53514.79, 3844.2, 0.0718, 2691.53, 4228.02, 15627.73, -210.4, -0.0029, 6, 6),
    )
    return dataclasses.replace(found, **changes)


def bars(count: int = 260, symbol: str = "ASML") -> Bars:
    """Weekday bars that end on 2026-11-20."""
    days = np.busday_offset("2026-11-20", np.arange(1 - count, 1), roll="backward").astype("datetime64[D]")
    random = np.random.default_rng(3)
    close = np.asarray(600 * np.cumprod(1 + random.normal(0.0007, 0.015, count)), np.float64)
    opened = np.asarray(close * (1 + random.normal(0, 0.006, count)), np.float64)
    high = np.asarray(np.maximum(opened, close) * 1.006, np.float64)
    low = np.asarray(np.minimum(opened, close) * 0.994, np.float64)
    return Bars(symbol, "EUR", days, opened, high, low, close, np.round(random.uniform(4e5, 9e5, count)))
