"""Lots as tax offices, brokers and textbooks close them: cost that is left, gain that is realised."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from dashboard.domain.lots import LotBook, LotMatch
from tests.golden import GoldenCase

CENT = 0.005
PERFORMANCE = "Portfolio Performance, CostCalculationTest"
PUBLICATION_564 = "IRS Publication 564 (2009), Table 3"
SINGLE_CATEGORY = "IRS Publication 564 (2003), single-category method"
PUBLICATION_550 = "IRS Publication 550, stock dividends"
IRS_QUESTIONS = "IRS Frequently Asked Questions, stocks: splits"
PUBLICATION_17 = "IRS Publication 17 (2017), page 67, nondividend distributions"
GAINSKEEPER = "GainsKeeper Help, HIFO and capital"
SERIES_7 = "CertFuel Series 7, cost valuation methods"
WILD = "Wild Fundamental Accounting Principles, Quick Study 6-1"
GNUCASH = "Johnson gnucash-devel, 2006-02-22"

# A line is a day, what happens, and of a trade the units and the money of all of them.
BUY_SELL_BUY = """
2010-01-01 buy  109 3149.20
2010-02-01 sell  15  531.50
2010-03-01 buy   52 1684.92
2010-03-01 buy   32  959.30
"""
BUY_BUY_SELL = """
2010-01-01 buy  109 3149.20
2010-02-01 buy   52 1684.92
2010-03-01 sell  15  531.50
"""
FUND = """
2008-02-06 buy  160 4000
2008-08-07 buy  240 4800
2008-12-18 buy   10  300
2009-10-01 sell 210 6720
"""
AVERAGED = """
2003-01-02 buy  100 1000
2003-02-03 buy  100 1200
2003-03-03 buy  100 2600
2003-05-12 sell 150 3000
"""
BOUGHT_AGAIN = f"""{AVERAGED}
2003-09-19 buy  150 2100
2003-12-16 sell  50 1000
"""
TWO_YEARS = """
2008-05-15 buy  200 2000
2009-05-14 buy  200 2400
2009-11-10 sell 300 4500
"""
TWO_LOTS_SPLIT = """
2020-01-02 buy 100 1000
2020-02-03 buy 100 1200
2020-03-02 split 2
2020-04-01 sell 1 10
"""
STOCK_DIVIDEND = """
2020-01-02 buy 1 30
2020-02-03 buy 1 45
2020-03-02 split 3
2020-04-01 sell 1 20
"""
REDUCED_GAINS = """
2010-01-04 buy  100 4000
2010-04-05 buy  100 6000
2010-08-02 buy  100 5000
2012-01-03 sell 100 7000
"""
REALISED_LOSSES = """
2010-01-04 buy  100 3000
2010-04-05 buy  100 5000
2010-08-02 buy  100 4000
2012-01-03 sell 100 3000
"""
THREE_PURCHASES = """
2020-01-02 buy  100 3000
2020-04-01 buy  100 4000
2020-07-01 buy  100 5000
2020-11-02 sell 100 5500
"""
INVENTORY = """
2009-12-07 buy  10  60
2009-12-14 buy  20 240
2009-12-15 sell 15 300
2009-12-21 buy  15 210
"""
TWO_AT_A_DOLLAR = """
2005-01-03 buy  100 1000
2005-02-01 buy  100 1100
2005-03-01 sell 100 1200
"""


class Worked:
    """An example worked through by one method; a sale may name its lot."""

    def __init__(self, method: str, text: str) -> None:
        self.book = LotBook(method)
        self.gain = self.closed = self.carved = Decimal(0)
        self.long_term = Decimal(0)
        for line in text.strip().splitlines():
            if line.strip():
                self._take(*line.split())

    def _take(self, day: str, what: str, number: str, money: str = "0", *lot_ids: str) -> None:
        on, amount, total = date.fromisoformat(day), Decimal(number), Decimal(money)
        if what == "buy":
            self.book.buy(on, amount, cost=total)
        elif what == "split":
            self.book.split(amount)
        elif what == "carve":
            self.carved += sum((lot.cost for lot in self.book.carve(amount)), Decimal(0))
        elif what == "capital":
            self.gain += self.book.reduce_cost(amount, amount)[0]
        else:
            self._close(on, self.book.sell(on, amount, lot_ids), total)

    def _close(self, day: date, matches: list[LotMatch], money: Decimal) -> None:
        cost = sum((match.cost for match in matches), Decimal(0))
        self.closed += cost
        self.gain += money - cost
        self.long_term += sum((part.quantity for part in matches if (day - part.acquired).days > 365), Decimal(0))


def left(method: str, text: str) -> Callable[[], float]:
    """Cost of what is left."""
    return lambda: float(Worked(method, text).book.cost)


def gained(method: str, text: str) -> Callable[[], float]:
    """Proceeds − cost of everything that was closed."""
    return lambda: float(Worked(method, text).gain)


def closed(method: str, text: str) -> Callable[[], float]:
    """Cost of everything that was closed."""
    return lambda: float(Worked(method, text).closed)


def long_term(method: str, text: str) -> Callable[[], float]:
    """Units that were held for more than a year."""
    return lambda: float(Worked(method, text).long_term)


def carved(method: str, text: str) -> Callable[[], float]:
    """Cost that went to what was spun off."""
    return lambda: float(Worked(method, text).carved)


CASES = (
    # Two purchases and a sale, and what of their cost is left.
    GoldenCase(
        "lots: sale before purchases, fifo",
        f"{PERFORMANCE}, testFifoBuySellTransactions",
        left("fifo", BUY_SELL_BUY),
        5360.04,
        CENT,
    ),
    GoldenCase(
        "lots: sale before purchases, average",
        f"{PERFORMANCE}, testFifoBuySellTransactions",
        left("average", BUY_SELL_BUY),
        5360.04,
        CENT,
    ),
    GoldenCase(
        "lots: purchases before sale, fifo",
        f"{PERFORMANCE}, testFifoBuySellTransactions2",
        left("fifo", BUY_BUY_SELL),
        4400.74,
        CENT,
    ),
    GoldenCase(
        "lots: purchases before sale, average",
        f"{PERFORMANCE}, testFifoBuySellTransactions2",
        left("average", BUY_BUY_SELL),
        4383.74,
        CENT,
    ),
    # 531.50 − 3149.20 × 15 ÷ 109, and 531.50 − 4834.12 × 15 ÷ 161.
    GoldenCase(
        "lots: gain by fifo",
        f"{PERFORMANCE}, testFifoBuySellTransactions2 by hand",
        gained("fifo", BUY_BUY_SELL),
        98.12,
        CENT,
    ),
    GoldenCase(
        "lots: gain by average",
        f"{PERFORMANCE}, testFifoBuySellTransactions2 by hand",
        gained("average", BUY_BUY_SELL),
        81.12,
        CENT,
    ),
    GoldenCase(
        "lots: round trip with fees",
        "Ghostfolio, portfolio-calculator-baln-buy-and-sell.spec.ts",
        gained("fifo", "2021-11-22 buy 2 287.35\n2021-11-30 sell 2 271.55"),
        -15.80,
    ),
    # Funds: the same sale by FIFO and by the average.
    GoldenCase("lots: basis of fund shares, fifo", PUBLICATION_564, closed("fifo", FUND), 5000.0),
    # Table 3 rounds $9,100 ÷ 410 to $22.20 a share first.
    GoldenCase(
        "lots: basis of fund shares, average", f"{PUBLICATION_564}, unrounded", closed("average", FUND), 4660.98, CENT
    ),
    GoldenCase("lots: gain of fund shares, fifo", f"{PUBLICATION_564} by hand", gained("fifo", FUND), 1720.0),
    GoldenCase("lots: average basis of a sale", f"{SINGLE_CATEGORY}, Example 1", closed("average", AVERAGED), 2400.0),
    GoldenCase("lots: average basis that is left", f"{SINGLE_CATEGORY}, Example 2", left("average", AVERAGED), 2400.0),
    GoldenCase(
        "lots: average renewed by a purchase",
        f"{SINGLE_CATEGORY}, Example 3: 750 after the first 2,400",
        closed("average", BOUGHT_AGAIN),
        3150.0,
    ),
    GoldenCase(
        "lots: by the average the oldest shares leave first",
        "IRS Publication 564 (2009), holding period of the LJO fund's shares",
        long_term("average", TWO_YEARS),
        200.0,
    ),
    # Splits and stock dividends.
    GoldenCase(
        "lots: one share becomes three",
        f"{PUBLICATION_550}, identical stock",
        closed("fifo", "2020-01-02 buy 1 45\n2020-02-03 split 3\n2020-03-02 sell 1 20"),
        15.0,
    ),
    GoldenCase(
        "lots: of two shares the first's three",
        f"{PUBLICATION_550}, two lots",
        closed("fifo", STOCK_DIVIDEND),
        10.0,
    ),
    GoldenCase(
        "lots: of two shares the second's three",
        f"{PUBLICATION_550}, two lots",
        closed("lifo", STOCK_DIVIDEND),
        15.0,
    ),
    GoldenCase("lots: two for one, first lot", f"{IRS_QUESTIONS}, XYZ Inc.", closed("fifo", TWO_LOTS_SPLIT), 5.0),
    GoldenCase("lots: two for one, second lot", f"{IRS_QUESTIONS}, XYZ Inc.", closed("lifo", TWO_LOTS_SPLIT), 6.0),
    GoldenCase("lots: two for one, highest cost", f"{IRS_QUESTIONS}, XYZ Inc.", closed("hifo", TWO_LOTS_SPLIT), 6.0),
    GoldenCase(
        "lots: ten more shares to a hundred",
        "IRS Publication 4491, Alice's adjusted basis",
        closed("fifo", "2010-01-04 buy 100 1100\n2010-02-01 split 1.1\n2010-03-01 sell 1 12"),
        10.0,
    ),
    # Return of capital.
    GoldenCase(
        "lots: a distribution lowers the basis",
        PUBLICATION_17,
        left("fifo", "2004-01-02 buy 1 100\n2007-01-02 capital 80"),
        20.0,
    ),
    GoldenCase(
        "lots: a distribution beyond the basis is a gain",
        PUBLICATION_17,
        gained("fifo", "2004-01-02 buy 1 100\n2007-01-02 capital 80\n2017-01-03 capital 30"),
        10.0,
    ),
    GoldenCase(
        "lots: and leaves no basis",
        PUBLICATION_17,
        left("average", "2004-01-02 buy 1 100\n2007-01-02 capital 80\n2017-01-03 capital 30"),
        0.0,
    ),
    # Spin-offs.
    GoldenCase(
        "lots: a quarter of the basis leaves, fifo",
        f"{PERFORMANCE}, testDistributionOutboundReducesBasisProportionally",
        left("fifo", "2010-01-01 buy 100 5000\n2010-06-01 carve 0.25"),
        3750.0,
    ),
    GoldenCase(
        "lots: a quarter of the basis leaves, average",
        f"{PERFORMANCE}, testDistributionOutboundReducesBasisProportionally",
        left("average", "2010-01-01 buy 100 5000\n2010-06-01 carve 0.25"),
        3750.0,
    ),
    GoldenCase(
        "lots: half of two lots' basis leaves",
        f"{PERFORMANCE}, testDistributionMultiLotConservationIsExact",
        carved("average", "2010-01-01 buy 50 100.01\n2010-02-01 buy 50 100.01\n2010-06-01 carve 0.5"),
        100.01,
    ),
    # 100 × 80 ÷ 120 stays; the fraction that leaves is given in 28 digits.
    GoldenCase(
        "lots: basis by the market values after a spin-off",
        "Spinoff Profiles, tax basis of Company A",
        left("fifo", "2015-01-02 buy 1 100\n2015-06-01 carve 0.3333333333333333333333333333"),
        66.67,
        CENT,
    ),
    # The highest cost first.
    GoldenCase("lots: gain by hifo", f"{GAINSKEEPER} gains, 100 of XYZ", gained("hifo", REDUCED_GAINS), 1000.0),
    GoldenCase(
        "lots: the same gain by fifo", f"{GAINSKEEPER} gains, 100 of XYZ", gained("fifo", REDUCED_GAINS), 3000.0
    ),
    GoldenCase("lots: loss by hifo", f"{GAINSKEEPER} losses, 100 of XYZ", gained("hifo", REALISED_LOSSES), -2000.0),
    GoldenCase("lots: no loss by fifo", f"{GAINSKEEPER} losses, 100 of XYZ", gained("fifo", REALISED_LOSSES), 0.0),
    # First, last, and named.
    GoldenCase("lots: january's by fifo", f"{SERIES_7}, three purchases", gained("fifo", THREE_PURCHASES), 2500.0),
    GoldenCase("lots: july's by lifo", f"{SERIES_7}, three purchases", gained("lifo", THREE_PURCHASES), 500.0),
    GoldenCase(
        "lots: april's by name",
        f"{SERIES_7}, three purchases",
        gained("specific", THREE_PURCHASES.replace("5500", "5500 2")),
        1500.0,
    ),
    GoldenCase(
        "lots: all of one lot and half of the next",
        "Firstrade Tax Center, lots A and B by FIFO",
        gained("fifo", "2020-01-02 buy 100 500\n2020-12-01 buy 100 700\n2021-03-01 sell 150 1500"),
        650.0,
    ),
    GoldenCase("lots: inventory by fifo", f"{WILD}, FIFO perpetual", left("fifo", INVENTORY), 390.0),
    GoldenCase("lots: inventory by lifo", f"{WILD}, LIFO perpetual", left("lifo", INVENTORY), 330.0),
    GoldenCase("lots: inventory by average", f"{WILD}, weighted average by hand", left("average", INVENTORY), 360.0),
    GoldenCase("lots: a dollar and a half a share", f"{GNUCASH}, average", gained("average", TWO_AT_A_DOLLAR), 150.0),
    GoldenCase("lots: two dollars a share", f"{GNUCASH}, FIFO by hand", gained("fifo", TWO_AT_A_DOLLAR), 200.0),
    # Section 104 holdings: (9,000 + 20,000) × 600 ÷ 6,000, of proceeds of 3,600 − 30.
    GoldenCase(
        "lots: pool of expenditure",
        "HMRC Capital Gains Manual, CG51622 by hand, without indexation",
        gained("average", "2012-05-01 buy 2000 9000\n2014-01-02 buy 4000 20000\n2016-03-01 sell 600 3570"),
        670.0,
    ),
    # The manual takes 0.333 of the pool; by the number of shares it is a third.
    GoldenCase(
        "lots: pool after a rights issue",
        "HMRC Capital Gains Manual, CG51895, qualifying expenditure",
        left("average", "1985-05-15 buy 1000 4300\n1987-09-01 buy 200 700\n1988-09-15 sell 400 1640"),
        3335.0,
        2.0,
    ),
)
