"""The examples in the documentation of spreadsheet functions, as printed there."""

from __future__ import annotations

from datetime import date

from dashboard.domain import risk
from dashboard.domain.money_weighted import irr, mirr, npv, xirr, xnpv
from tests.golden import GoldenCase

EXCEL = "Microsoft, Excel functions reference"
DATES = [date(2008, 1, 1), date(2008, 3, 1), date(2008, 10, 30), date(2009, 2, 15), date(2009, 4, 1)]
AMOUNTS = [-10_000, 2_750, 4_250, 3_250, 2_750]
RESTAURANT = [-70_000, 12_000, 15_000, 18_000, 21_000, 26_000]
FISHING = [-120_000, 39_000, 30_000, 21_000, 37_000, 46_000]
SHOE_SHOP = [-40_000, 8_000, 9_200, 10_000, 12_000, 14_500]
SAMPLE = [3, 4, 5, 2, 3, 4, 5, 6, 4, 7]
STRENGTHS = [1345, 1301, 1368, 1322, 1310, 1370, 1318, 1350, 1303, 1299]
SLOPE_Y, SLOPE_X = [2, 3, 9, 1, 8, 7, 5], [6, 5, 11, 7, 5, 4, 4]

CASES = (
    GoldenCase("excel xirr", f"{EXCEL}, XIRR, example", lambda: xirr(DATES, AMOUNTS), 0.373362535, 1e-8),
    GoldenCase("excel xnpv", f"{EXCEL}, XNPV, example", lambda: xnpv(0.09, DATES, AMOUNTS), 2086.65, 0.005),
    GoldenCase("excel irr after four years", f"{EXCEL}, IRR, example", lambda: irr(RESTAURANT[:5]), -0.021, 5e-4),
    GoldenCase("excel irr after five years", f"{EXCEL}, IRR, example", lambda: irr(RESTAURANT), 0.087, 5e-4),
    GoldenCase("excel irr after two years", f"{EXCEL}, IRR, example", lambda: irr(RESTAURANT[:3]), -0.444, 5e-4),
    GoldenCase(
        "excel mirr after five years", f"{EXCEL}, MIRR, example", lambda: mirr(FISHING, 0.10, 0.12), 0.1261, 5e-5
    ),
    GoldenCase(
        "excel mirr after three years", f"{EXCEL}, MIRR, example", lambda: mirr(FISHING[:4], 0.10, 0.12), -0.048, 5e-5
    ),
    GoldenCase(
        "excel mirr reinvested at 14 %", f"{EXCEL}, MIRR, example", lambda: mirr(FISHING, 0.10, 0.14), 0.1348, 5e-5
    ),
    GoldenCase(
        "excel npv of an outlay a period from now",
        f"{EXCEL}, NPV, example 1",
        lambda: npv(0.10, [0, -10_000, 3_000, 4_200, 6_800]),
        1188.44,
        0.005,
    ),
    GoldenCase(
        "excel npv of an outlay today", f"{EXCEL}, NPV, example 2", lambda: npv(0.08, SHOE_SHOP), 1922.06, 0.005
    ),
    GoldenCase(
        "excel npv with a loss in the sixth year",
        f"{EXCEL}, NPV, example 2",
        lambda: npv(0.08, [*SHOE_SHOP, -9_000]),
        -3749.47,
        0.005,
    ),
    GoldenCase("excel skew", f"{EXCEL}, SKEW, example", lambda: risk.skewness(SAMPLE), 0.359543, 5e-7),
    GoldenCase("excel kurt", f"{EXCEL}, KURT, example", lambda: risk.excess_kurtosis(SAMPLE), -0.151799637, 5e-10),
    GoldenCase("excel stdev.s", f"{EXCEL}, STDEV.S, example", lambda: risk.volatility(STRENGTHS, 1), 27.46391572, 5e-9),
    GoldenCase("excel slope", f"{EXCEL}, SLOPE, example", lambda: risk.beta(SLOPE_Y, SLOPE_X), 0.305556, 5e-7),
    GoldenCase(
        "excel intercept",
        f"{EXCEL}, INTERCEPT, example",
        lambda: risk.alpha(SLOPE_Y[:5], SLOPE_X[:5], periods_per_year=1),
        0.0483871,
        5e-8,
    ),
    GoldenCase("excel rsq", f"{EXCEL}, RSQ, example", lambda: risk.correlation(SLOPE_Y, SLOPE_X) ** 2, 0.05795, 5e-6),
    GoldenCase(
        "excel correl",
        f"{EXCEL}, CORREL, example",
        lambda: risk.correlation([3, 2, 4, 5, 6], [9, 7, 12, 15, 17]),
        0.997054,
        5e-7,
    ),
    GoldenCase(
        "excel percentile.inc",
        f"{EXCEL}, PERCENTILE.INC, example",
        lambda: risk.value_at_risk([1, 3, 2, 4], 0.7),
        1.9,
    ),
)
