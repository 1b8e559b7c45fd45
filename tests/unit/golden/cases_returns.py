"""Returns: internal rates, time-weighted and Modified Dietz, from curricula, libraries' documentation and by hand."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from dashboard.domain.money_weighted import irr, mirr, modified_dietz, npv, solve_xirr, xirr
from dashboard.domain.returns import (
    aggregate_returns,
    annualized_return,
    cumulative_return,
    simple_returns,
    time_weighted_returns,
)
from tests.golden import GoldenCase

CFA = "CFA Program Curriculum, Level I, Quantitative Methods, money-weighted and time-weighted rate of return"
SCHWESER = "Kaplan Schweser, CFA Level I notes, LOS 7.d, money-weighted and time-weighted rates of return"
NUMPY = "numpy-financial, reference"
TWO_YEARS = (date(2021, 1, 1), date(2022, 12, 31))
OCTOBER = (date(2023, 10, 1), date(2023, 10, 31))
NOTHING = np.zeros(2)


def _held(values: list[float], inflow: float, outflows: list[float]) -> float:
    """The yearly time-weighted return of two years with a purchase at the start of the second."""
    returns = time_weighted_returns(values, [0.0, inflow], outflows)
    return annualized_return(returns, 1)


def _dietz(start: float, end: float, flows: list[tuple[int, float]], period: tuple[date, date]) -> float:
    days = [period[0] + timedelta(days=day - 1) for day, _ in flows]
    return modified_dietz(start, end, days, [amount for _, amount in flows], *period)


def _days(*texts: str) -> np.ndarray:
    return np.array(texts, "datetime64[D]")


CASES = (
    GoldenCase(
        "cfa shares at 200 and 225, money-weighted", f"{CFA}, example", lambda: irr([-200, -220, 480]), 0.0939, 5e-5
    ),
    GoldenCase(
        "cfa shares at 200 and 225, time-weighted",
        f"{CFA}, by hand from the inputs of its example: √(1.15 · 480/450) − 1",
        lambda: _held([200, 225, 470], 225, [5, 10]),
        np.sqrt(1.15 * 480 / 450) - 1,
        1e-12,
    ),
    GoldenCase(
        "schweser shares at 100 and 120, money-weighted", SCHWESER, lambda: irr([-100, -118, 264]), 0.1386, 5e-5
    ),
    GoldenCase(
        "schweser shares at 100 and 120, time-weighted",
        SCHWESER,
        lambda: _held([100, 120, 260], 120, [2, 4]),
        0.1584,
        5e-5,
    ),
    GoldenCase(
        "modified dietz of an inflow half way",
        "Wikipedia, Modified Dietz method, section Example: 100, then 50 after a year, 300 after two",
        lambda: _dietz(100, 300, [(366, 50)], TWO_YEARS),
        1.2,
    ),
    GoldenCase(
        # Flows at the end of days 9 and 15 work from the next morning on, when ours come in.
        "modified dietz of a month with four flows",
        "Bloomberg Exam Prep, CFA, overview of GIPS, question on the October composite return",
        lambda: _dietz(585.60, 602.34, [(5, -15.05), (10, 19.82), (16, 16.42), (24, -18.96)], OCTOBER),
        0.0245,
        5e-5,
    ),
    GoldenCase(
        "numpy irr of four receipts", f"{NUMPY}, irr, examples", lambda: irr([-100, 39, 59, 55, 20]), 0.28095, 5e-6
    ),
    GoldenCase("numpy irr of a loss", f"{NUMPY}, irr, examples", lambda: irr([-100, 0, 0, 74]), -0.0955, 5e-5),
    GoldenCase(
        "numpy irr nearest to nothing of two", f"{NUMPY}, irr, examples", lambda: irr([-100, 100, 0, -7]), -0.0833, 5e-5
    ),
    GoldenCase(
        "numpy irr with a late receipt", f"{NUMPY}, irr, examples", lambda: irr([-100, 100, 0, 7]), 0.06206, 5e-6
    ),
    GoldenCase(
        "numpy irr of changing signs", f"{NUMPY}, irr, examples", lambda: irr([-5, 10.5, 1, -8, 1]), 0.0886, 5e-5
    ),
    GoldenCase(
        "numpy irr on its front page",
        f"{NUMPY}, front page, example of irr",
        lambda: irr([-250_000, 100_000, 150_000, 200_000, 250_000, 300_000]),
        0.5672303344358536,
        1e-12,
    ),
    GoldenCase(
        "numpy npv",
        f"{NUMPY}, npv, examples",
        lambda: npv(0.08, [-40_000, 5_000, 8_000, 12_000, 30_000]),
        3065.22267,
        5e-6,
    ),
    GoldenCase(
        "mirr with two rates",
        "w3resource, NumPy financial functions, mirr, example",
        lambda: mirr([-1000, 100, 50, 10, 15], 0.34, 0.21),
        -0.2742274708267268,
        1e-12,
    ),
    GoldenCase(
        "xirr of dates out of order",
        "xirr crate, docs.rs, front page, example",
        lambda: xirr(_days("2015-06-11", "2015-07-21", "2018-06-10", "2015-10-17"), [-1000, -9000, 20000, -3000]),
        0.1635371584432641,
        1e-12,
    ),
    GoldenCase(
        "xirr of a day less than a year",
        "By hand, 1.05^(365/364) − 1 for −200 on 2010-01-01 and 210 on 2010-12-31",
        lambda: xirr(_days("2010-01-01", "2010-12-31"), [-200, 210]),
        1.05 ** (365 / 364) - 1,
        1e-12,
    ),
    GoldenCase(
        "xirr of a leap year",
        "By hand, 1.1^(365/366) − 1 for −100 on 2020-01-01 and 110 on 2021-01-01",
        lambda: xirr(_days("2020-01-01", "2021-01-01"), [-100, 110]),
        1.1 ** (365 / 366) - 1,
        1e-12,
    ),
    GoldenCase(
        "xirr that solves a quadratic",
        "By hand, −1000·x² + 200·x + 1000 = 0 for −1000, 200 and 1000 a year of 365 days apart, x = 1 + r",
        lambda: xirr(_days("2021-01-01", "2022-01-01", "2023-01-01"), [-1000, 200, 1000]),
        (200 + np.sqrt(200**2 + 4 * 1000 * 1000)) / 2000 - 1,
        1e-12,
    ),
    GoldenCase(
        "the nearer of two rates",
        "By hand, −100·x² + 230·x − 132 = −100·(x − 1.1)·(x − 1.2), x = 1 + r",
        lambda: solve_xirr(_days("2021-01-01", "2022-01-01", "2023-01-01"), [-100, 230, -132]).value or 0.0,
        0.10,
        1e-12,
    ),
    GoldenCase(
        "a spreadsheet's xirr of three dates",
        "By hand, −1000 + 150·(1 + r)^(−153/365) + 1230·(1 + r)^(−366/365) is under 10⁻⁵ at r = 0.412128788",
        lambda: xirr(_days("2015-12-31", "2016-06-01", "2016-12-31"), [-1000, 150, 1230]),
        0.412128788,
        1e-8,
    ),
    GoldenCase(
        "an exchange of holdings with fees",
        "By hand, 9,440 sold and bought again on a day that ends at 9,531: 9,531 ÷ 9,440 − 1",
        lambda: float(time_weighted_returns([9440, 9531], [0], [0])[0]),
        9531 / 9440 - 1,
        1e-12,
    ),
    GoldenCase(
        "a total of four quarters",
        "By hand, 1.15 · 0.90 · 1.20 · 1.05 − 1",
        lambda: cumulative_return([0.15, -0.10, 0.20, 0.05]),
        0.3041,
        1e-12,
    ),
    GoldenCase(
        "a yearly rate of ten years that double",
        "By hand, 2^(1/10) − 1 of one return of 100 % in ten years",
        lambda: annualized_return([1.0], 0.1),
        2**0.1 - 1,
        1e-12,
    ),
    GoldenCase(
        "a quarter of three months",
        "By hand, 1.01 · 1.02 · 0.97 − 1 for January to March",
        lambda: float(
            aggregate_returns(
                pd.Series([0.01, 0.02, -0.03], pd.DatetimeIndex(["2024-01-31", "2024-02-29", "2024-03-28"])),
                "quarterly",
            ).iloc[0]
        ),
        -0.000706,
        1e-12,
    ),
    GoldenCase(
        "pandas pct_change",
        "pandas, reference, Series.pct_change, example of 90, 91, 85",
        lambda: float(simple_returns(np.array([90.0, 91.0, 85.0]))[1]),
        -0.065934,
        5e-7,
    ),
)
