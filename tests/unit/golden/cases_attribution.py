"""Attribution, contribution, linking, blends, flows in a benchmark, portfolios together and holding periods."""

from __future__ import annotations

import math
from datetime import date
from functools import partial

import numpy as np

from dashboard.domain.benchmarks import benchmark_on, flow_matched_value
from dashboard.domain.brinson import Linking, brinson_fachler, brinson_hood_beebower, linked, log_ratios
from dashboard.domain.calendar import Period
from dashboard.domain.contribution import carino_factors, linked_contributions
from dashboard.domain.groups import Dimension, GroupFigures, breakdown
from dashboard.domain.line_gains import ValuedPortfolio
from dashboard.domain.positions import book_positions
from dashboard.domain.realized import Term, realized_lots
from tests.golden import GoldenCase
from tests.unit.domain.ledgers import daily, history, market

BACON = "C. Bacon, Practical Portfolio Performance Measurement and Attribution, 2nd ed., 2008, chapter 5"
FACHLER = f"{BACON}, after G. Brinson and N. Fachler, Measuring Non-US Equity Portfolio Performance, 1985"
HOOD = f"{BACON}, after G. Brinson, L. R. Hood and G. Beebower, Determinants of Portfolio Performance, 1986"
QUADRANTS = "G. Brinson, L. R. Hood and G. Beebower, Determinants of Portfolio Performance, FAJ 1986, quadrants I to IV"
CARINO = "D. Carino, Combining Attribution Effects Over Time, Journal of Performance Measurement, 1999, by hand"
FRONGELLO = "A. Frongello, Linking Single Period Attribution Results, J. of Performance Measurement, 2002, by hand"
FINFACTS = "Finfacts, Calculations, Carino Linking, step 1 of the worked sample"
COIN = "W. Bernstein, The Intelligent Asset Allocator, 2000, chapter 1, Uncle Fred's coin toss"
NICKELS = "A. Long and C. Nickels, A Private Investment Benchmark, 1996, the index comparison, by hand"
COMPOSITE = "CFA Institute, GIPS Standards Handbook, composite returns by the aggregate method, by hand"
IRS = "Internal Revenue Service, Publication 550, Holding Period"

# United Kingdom, Japan and the United States.
WEIGHTS, RETURNS = [0.4, 0.3, 0.3], [0.2, -0.05, 0.06]
BENCHMARK_WEIGHTS, BENCHMARK_RETURNS = [0.4, 0.2, 0.4], [0.1, -0.04, 0.08]
MARKETS = ("United Kingdom", "Japan", "United States")


def fachler(name: str, at: int) -> float:
    found = brinson_fachler(WEIGHTS, RETURNS, BENCHMARK_WEIGHTS, BENCHMARK_RETURNS)
    return float(getattr(found, name)[at])


def hood(name: str, at: int) -> float:
    found = brinson_hood_beebower(WEIGHTS, RETURNS, BENCHMARK_WEIGHTS, BENCHMARK_RETURNS)
    return float(getattr(found, name)[at])


def hood_total(name: str) -> float:
    found = brinson_hood_beebower(WEIGHTS, RETURNS, BENCHMARK_WEIGHTS, BENCHMARK_RETURNS)
    return float(getattr(found, name).sum())


def one_market(name: str, source: str, numbers: tuple[float, float, float], relative: bool) -> list[GoldenCase]:
    """A case a market."""
    how = fachler if relative else hood
    kind = "brinson fachler" if relative else "brinson hood beebower"
    return [
        GoldenCase(f"{kind} {name} {country}", source, partial(how, name, at), expected)
        for at, (country, expected) in enumerate(zip(MARKETS, numbers, strict=True))
    ]


def two_quarters(linking: Linking, at: int) -> float:
    """Effects of 1 and 0.5 %, then of −0.4 and 0.9 %; returns of 10 and 5 % against 8.5 and 4.5 %."""
    effects = [[0.010, 0.005], [-0.004, 0.009]]
    return float(linked(effects, [0.10, 0.05], [0.085, 0.045], linking)[at])


def factor(own: float, other: float) -> float:
    return float(log_ratios(np.array([own]), np.array([other]))[0])


def contribution(at: int) -> float:
    """Two days of 10 and 20 %, of which two lines made 6 and 4, then 5 and 15 %."""
    return float(linked_contributions([[0.06, 0.04], [0.05, 0.15]])[at])


def coins(text: str) -> float:
    """The yearly return over the four outcomes of two coins, each +30 % or −10 %, a day standing for a year."""
    prices = {"A": [1.0, 1.3, 1.69, 1.521, 1.3689], "B": [1.0, 1.3, 1.17, 1.521, 1.3689]}
    data = market({name: daily("2024-01-01", *levels) for name, levels in prices.items()})
    found = history("2024-01-02 deposit 1", data, "2024-01-05")
    levels = benchmark_on(found, text).levels
    return float((levels[4] / levels[0]) ** 0.25 - 1.0)


def composite() -> GroupFigures:
    """Two portfolios of 100 and 300 become 110 and 310, then 121 and 310; on the second day 50 move between them."""
    data = market({"A": daily("2024-01-01", 100, 110, 121), "B": daily("2024-01-01", 100, 105, 105)})
    one = "2024-01-01 deposit 100\n2024-01-01 buy A 1 100\n2024-01-03 deposit 50"
    other = "2024-01-01 deposit 300\n2024-01-01 buy B 2 100\n2024-01-03 withdrawal 50"
    parts = [ValuedPortfolio(name, history(text, data, "2024-01-03")) for name, text in (("a", one), ("b", other))]
    return breakdown(parts, Period(date(2024, 1, 2), date(2024, 1, 3)), Dimension.PORTFOLIO).total


def composite_return() -> float:
    return composite().returns.time_weighted.value or math.nan


def is_long(bought: str, sold: str) -> float:
    """1 for a gain of long term, 0 for one of short term."""
    data = market({"A": daily("2023-01-01", 100)})
    found = history(f"{bought} buy A 1 100\n{sold} sell A 1 110", data, "2026-12-31")
    books = book_positions(found, date(2026, 12, 31))
    (lot,) = realized_lots(books, Period(date(2023, 1, 1), date(2026, 12, 31)))
    return float(lot.term is Term.LONG)


CASES = (
    *one_market("allocation", FACHLER, (0.0, -0.0104, -0.0016), True),
    *one_market("selection", FACHLER, (0.04, -0.002, -0.008), True),
    *one_market("interaction", FACHLER, (0.0, -0.001, 0.002), True),
    *one_market("allocation", HOOD, (0.0, -0.004, -0.008), False),
    GoldenCase("brinson hood beebower allocation in all", HOOD, lambda: hood_total("allocation"), -0.012),
    GoldenCase("brinson hood beebower selection in all", HOOD, lambda: hood_total("selection"), 0.03),
    GoldenCase("brinson hood beebower interaction in all", HOOD, lambda: hood_total("interaction"), 0.001),
    GoldenCase("quadrant IV less I, the active return", QUADRANTS, lambda: hood_total("total"), 0.083 - 0.064),
    GoldenCase("quadrant II less I, timing", QUADRANTS, lambda: hood_total("allocation"), 0.052 - 0.064),
    GoldenCase("quadrant III less I, selection", QUADRANTS, lambda: hood_total("selection"), 0.094 - 0.064),
    GoldenCase("carino factor of January", FINFACTS, lambda: factor(0.025, 0.022), 0.977040, 5e-6),
    GoldenCase("carino factor of February", FINFACTS, lambda: factor(0.018, 0.015), 0.983769, 5e-6),
    GoldenCase("carino factor of March", FINFACTS, lambda: factor(-0.005, -0.008), 1.006543, 5e-6),
    GoldenCase("carino factor of a tenth", CARINO, lambda: float(carino_factors([0.1])[0]), 0.953101798043249),
    GoldenCase("carino factor of no return", CARINO, lambda: float(carino_factors([0.0])[0]), 1.0),
    GoldenCase("carino factor of equal returns", CARINO, lambda: factor(0.25, 0.25), 0.8),
    GoldenCase(
        "carino, allocation of two quarters", CARINO, lambda: two_quarters(Linking.CARINO, 0), 0.006105082104756395
    ),
    GoldenCase(
        "carino, selection of two quarters", CARINO, lambda: two_quarters(Linking.CARINO, 1), 0.015069917895243605
    ),
    GoldenCase("carino, first line's contribution", CARINO, lambda: contribution(0), 0.1184492791381781),
    GoldenCase("carino, second line's contribution", CARINO, lambda: contribution(1), 0.2015507208618219),
    GoldenCase("frongello, allocation of two quarters", FRONGELLO, lambda: two_quarters(Linking.FRONGELLO, 0), 0.00605),
    GoldenCase("frongello, selection of two quarters", FRONGELLO, lambda: two_quarters(Linking.FRONGELLO, 1), 0.015125),
    GoldenCase("one coin for life", COIN, lambda: coins("A"), 0.0817, 5e-5),
    GoldenCase("both coins, set right every year", COIN, lambda: coins("A=0.5,B=0.5@daily"), 0.0908, 5e-5),
    GoldenCase(
        "flows in an index",
        NICKELS,
        lambda: flow_matched_value(np.array([100.0, 125.0, 150.0]), 100.0, np.array([0.0, 50.0]), np.zeros(2)),
        210.0,
    ),
    GoldenCase(
        "flows out of an index",
        NICKELS,
        lambda: flow_matched_value(np.array([100.0, 125.0, 150.0]), 100.0, np.zeros(2), np.array([50.0, 0.0])),
        90.0,
    ),
    GoldenCase("a composite with money moved inside it", COMPOSITE, composite_return, 431 / 400 - 1),
    GoldenCase("a composite has no flow of its own", COMPOSITE, lambda: composite().inflows, 0.0),
    GoldenCase("sold on the day a year later", IRS, lambda: is_long("2023-02-03", "2024-02-03"), 0.0),
    GoldenCase("sold on the day after that", IRS, lambda: is_long("2023-02-03", "2024-02-04"), 1.0),
    GoldenCase("a year with a leap day in it", IRS, lambda: is_long("2024-02-03", "2025-02-03"), 0.0),
)
