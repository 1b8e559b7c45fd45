"""Scenarios as published: falls of the S&P 500 in dated windows, and rebalancing worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np

from dashboard.domain.instruments import AssetClass
from dashboard.domain.measures import Measure
from dashboard.domain.prices import MarketData, PriceSeries
from dashboard.domain.rebalancing import (
    CashHeld,
    Rebalancing,
    RebalancingPosition,
    RebalancingState,
    TaxLot,
    TradingRules,
    parse_targets,
    rebalance,
)
from dashboard.domain.scenarios.exposures import Exposure
from dashboard.domain.scenarios.shocks import Shocks, shock
from dashboard.domain.scenarios.simulation import SimulationPlan, simulate
from dashboard.domain.scenarios.stress import stress
from dashboard.domain.scenarios.windows import WINDOWS
from tests.golden import GoldenCase

INDEX = "S&P Dow Jones Indices, S&P 500 index levels"
HAND = "Plain arithmetic"
# Closes of the S&P 500 at the ends of each window, and the fall as it is commonly printed.
CLOSES = {
    "1987": (336.77, 223.92, -0.335), "2000-02": (1527.46, 776.76, -0.491), "2007-09": (1565.15, 676.53, -0.568),
    "2011": (1363.61, 1099.23, -0.194), "2015-16": (2130.82, 1829.08, -0.142), "2018-q4": (2930.75, 2351.10, -0.198),
    "2020": (3386.15, 2237.40, -0.339), "2022": (4796.56, 3577.03, -0.254),
}  # fmt: skip


def replayed(code: str) -> float:
    """What 1,000 in the index would change by in the window."""
    window, (first, last, _) = WINDOWS[code], CLOSES[code]
    market = MarketData(prices={"SPX": PriceSeries.of([str(window.start), str(window.end)], [first, last])})
    held = Exposure("SPX", AssetClass.INDEX, "USD", Measure(1000.0))
    return (stress([held], window, market, "USD").change.value or 0.0) / 1000.0


def balanced() -> Rebalancing:
    """70,000 of stocks in two lots and 30,000 of bonds, to be 60 and 40."""
    lots = (
        TaxLot("", "old", date(2020, 1, 2), Decimal(500), Decimal(20_000)),
        TaxLot("", "new", date(2026, 6, 1), Decimal(200), Decimal(22_000)),
    )
    stocks = RebalancingPosition("S", "EUR", Decimal(700), Decimal(100), Decimal(1), lots=lots)
    bonds = RebalancingPosition("B", "EUR", Decimal(300), Decimal(100), Decimal(1))
    cash = (CashHeld("EUR", Decimal(0), Decimal(0)),)
    state = RebalancingState(date(2026, 11, 20), "EUR", (stocks, bonds), cash)
    return rebalance(state, parse_targets([("S", "60%"), ("B", "40%")]), TradingRules())


def shocked() -> float:
    """A dollar share of 1,000 euro that falls by 20 % while the dollar falls by 10 %."""
    held = Exposure("U", AssetClass.EQUITY, "USD", Measure(1000.0))
    shocks = Shocks(asset_classes={AssetClass.EQUITY: -0.2}, currencies={"USD": -0.1})
    return shock([held], shocks, "EUR").change.value or 0.0


def certain(periods: int, flow: float = 0.0) -> float:
    """100 that earns 1 % in every period, with a flow after each fifth."""
    plan = SimulationPlan((periods,), paths=3, block=5, flow=flow, flow_every=5)
    return simulate(np.full(60, 0.01), [100.0], plan).outcomes[0].mean


CASES = (
    *(
        GoldenCase(
            f"the S&P 500 in {WINDOWS[code].name}",
            f"{INDEX}, closes of {WINDOWS[code].start} and {WINDOWS[code].end}",
            lambda code=code: replayed(code),  # type: ignore[misc]  # bound early, by name
            fall,
            0.00051,
        )
        for code, (_, _, fall) in CLOSES.items()
    ),
    GoldenCase("a share and its currency fall", f"{HAND}, 1000·(0.8·0.9 − 1)", shocked, -280.0, 1e-9),
    GoldenCase("certain growth for a year", f"{HAND}, 100·1.01^12", lambda: certain(12), 112.68250301319698, 1e-9),
    GoldenCase(
        "certain growth with contributions", f"{HAND}, (100·1.01^5 + 10)·1.01^5 + 10",
        lambda: certain(10, 10.0), (100 * 1.01**5 + 10) * 1.01**5 + 10, 1e-9,
    ),
    GoldenCase(
        "units sold to be 60 and 40", f"{HAND}, (70,000 − 60,000)/100", lambda: float(balanced().trades[0].quantity),
        -100.0, 1e-9,
    ),
    GoldenCase(
        "the gain of selling what lost", f"{HAND}, lot of 110 a unit first: 100·(100 − 110)",
        lambda: float(balanced().realized), -1000.0, 1e-9,
    ),
    GoldenCase(
        "drift of the stocks", f"{HAND}, 70,000/100,000 − 60 %", lambda: float(balanced().drifts[0].drift), 0.1, 1e-12
    ),
)  # fmt: skip
