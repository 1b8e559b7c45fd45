"""Corporate actions and special rows as tax authorities, issuers and textbooks work them out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from dashboard.domain.attribution import Gain, attribute
from dashboard.domain.calendar import Period
from dashboard.domain.lots import Lot
from dashboard.domain.positions import book_positions
from dashboard.domain.prices import MarketData
from dashboard.domain.transactions import LotMethod
from dashboard.domain.valuation import PortfolioHistory
from tests.golden import GoldenCase
from tests.unit.domain.ledgers import daily, history, market

PUB_550 = "Internal Revenue Service, Publication 550 Investment Income and Expenses, chapter 4"
PUB_17 = "Internal Revenue Service, Publication 17 (2017), Nondividend Distributions, p. 67, example"
HMRC = "HM Revenue & Customs, Capital Gains Manual"
LASSER = "J. K. Lasser, Your Income Tax 2013"
MCMILLAN = "Lawrence G. McMillan, Options as a Strategic Investment, chapter 41, p. 911"
BODIE = "Bodie, Kane and Marcus, Investments, chapter 3, short sale of Dot Bomb"
BIVIO = "Bivio, Spinoffs and Mergers, cost basis allocations, merger at 3 shares to one"
BY_HAND = "worked out by hand from its ratio and shares of the basis"
END = "2024-01-09"
FIFO, AVERAGE = LotMethod.FIFO, LotMethod.AVERAGE
NONE = market()


def run(text: str, data: MarketData = NONE, method: LotMethod = FIFO, shorts: bool = False) -> PortfolioHistory:
    found = history(text, data, END, method=method, shorts=shorts)
    assert not found.faults
    return found


def gain(text: str, data: MarketData = NONE, method: LotMethod = FIFO, shorts: bool = False) -> Gain:
    found = run(text, data, method, shorts)
    return attribute(found, Period(date.fromisoformat(str(found.days[1])), date.fromisoformat(END))).portfolio


def realized(text: str, data: MarketData = NONE, method: LotMethod = FIFO, shorts: bool = False) -> Callable[[], float]:
    return lambda: gain(text, data, method, shorts).realized


def income(text: str) -> Callable[[], float]:
    return lambda: gain(text).income


def lots(text: str, symbol: str, data: MarketData, method: LotMethod) -> tuple[Lot, ...]:
    return book_positions(run(text, data, method), date.fromisoformat(END)).books["", symbol].open_lots


def cost(text: str, symbol: str, data: MarketData = NONE, method: LotMethod = FIFO) -> Callable[[], float]:
    return lambda: float(sum(lot.cost for lot in lots(text, symbol, data, method)))


def unit_cost(text: str, symbol: str, lot: int = 0) -> Callable[[], float]:
    return lambda: float(lots(text, symbol, NONE, FIFO)[lot].unit_cost)


def value_over(text: str, data: MarketData, owed: float) -> Callable[[], float]:
    return lambda: float(run(text, data, shorts=True).value[-1]) / owed


TRIPLED = "2024-01-01 buy S 1 45\n2024-01-02 split S 3"
TWO_TRIPLED = "2024-01-01 buy S 1 30\n2024-01-01 buy S 1 45\n2024-01-02 split S 3"
PREFERRED = "2024-01-01 buy COMMON 1 100\n2024-01-02 spin_off COMMON PREFERRED 1 0.25"
SCRIP = "2024-01-01 buy S 1 100\n2024-01-02 split S 1.05 amount=10"
FIRST_RETURN = "2024-01-01 buy S 1 100\n2024-01-02 return_of_capital S 80"
BOTH_RETURNS = f"{FIRST_RETURN}\n2024-01-03 return_of_capital S 30"
LASSER_SPLIT = "2024-01-01 buy S 100 10\n2024-01-02 split S 2"
LASSER_PREFERRED = "2024-01-01 buy S 100 10\n2024-01-02 spin_off S P 0.1 0.25"
COUPON = "2024-01-01 buy BOND 50 102.3334 accrued=83.33\n2024-01-02 interest 125 symbol=BOND"
ROSS = "S. Ross, R. Westerfield and B. Jordan, Fundamentals of Corporate Finance, 7.5, a note about bond price quotes"
INVOICE = "2024-01-01 deposit 1080\n2024-01-01 buy BOND 1 1060 accrued=20"
AT_CLEAN = market({"BOND": daily("2024-01-01", 1060)})
DEMERGER = "2024-01-01 buy X 1000 5\n2024-01-02 spin_off X Y 0.5 0.25"
DISCOUNT = "2024-01-01 buy OLD 10000 1.8\n2024-01-02 merger OLD to=NEW ratio=1 amount=9500"
DISCOUNT_MARKET = market({"NEW": daily("2024-01-01", 1.10)})
REBASED = "2024-01-01 buy OLD 1000 12\n2024-01-02 merger OLD to=NEW ratio=1 amount=8000"
REBASED_MARKET = market({"NEW": daily("2024-01-01", 7)})
RIGHTS = "2024-01-01 buy AB 1000 4.30\n2024-01-02 buy AB 200 3.50\n2024-01-03 sell AB 400 4.10"
MERGED = "2024-01-01 buy XYZ 100 10\n2024-01-01 buy XYZ 200 12\n2024-01-02 merger XYZ to=NEW ratio=3"
CONOCO = "2024-01-01 buy COP 100 50\n2024-01-02 spin_off COP PSX 0.5 0.2291"
KYNDRYL = "2024-01-01 buy IBM 227 28\n2024-01-02 spin_off IBM KD 0.2 0.042"
ORGANON = "2024-01-01 buy MRK 30 113.56\n2024-01-02 spin_off MRK OGN 0.1 0.0477"
DOT_BOMB = "2024-01-01 sell DOT 1000 100"
FORK = "2024-01-02 airdrop S 25 amount=50"
SPLIT_FUND = "2024-01-01 buy ETF 10 20\n2024-01-02 buy ETF 20 25\n2024-01-03 split ETF 2"
FUND = """
    2024-01-01 buy      FUND 160 25
    2024-01-02 buy      FUND 240 20
    2024-01-03 reinvest FUND 10 300 price=30
    2024-01-04 sell     FUND 210 32
    """
FUND_SOURCE = "Internal Revenue Service, Publication 564 (2009) Mutual Fund Distributions, how to figure basis"
OPTIONS = market(multipliers={"PUT": "100", "CALL": "100"})

CASES = (
    GoldenCase("one share of three", f"{PUB_550}, stock dividends, example 1", unit_cost(TRIPLED, "S"), 15),
    GoldenCase("the cheaper of two lots", f"{PUB_550}, stock dividends, example 2", unit_cost(TWO_TRIPLED, "S"), 10),
    GoldenCase("the dearer of two lots", f"{PUB_550}, stock dividends, example 2", unit_cost(TWO_TRIPLED, "S", 1), 15),
    GoldenCase(
        "common that paid preferred", f"{PUB_550}, stock dividends, not identical", cost(PREFERRED, "COMMON"), 75
    ),
    GoldenCase(
        "preferred paid on common", f"{PUB_550}, stock dividends, not identical", cost(PREFERRED, "PREFERRED"), 25
    ),
    GoldenCase("basis beside scrip", f"{PUB_550}, fractional shares, example", cost(SCRIP, "S"), 95.24, 0.005),
    GoldenCase("gain on scrip", f"{PUB_550}, fractional shares, example", realized(SCRIP), 5.24, 0.005),
    GoldenCase("basis after a nondividend distribution", PUB_17, cost(FIRST_RETURN, "S"), 20),
    GoldenCase("no gain while there is basis", PUB_17, lambda: gain(FIRST_RETURN).realized, 0),
    GoldenCase("basis after the second distribution", PUB_17, cost(BOTH_RETURNS, "S"), 0),
    GoldenCase("gain beyond the basis", PUB_17, realized(BOTH_RETURNS), 10),
    GoldenCase(
        "the loss that a wash sale defers",
        f"{PUB_550}, wash sales, example 1",
        realized("2024-01-01 buy X 100 10\n2024-01-02 sell X 100 7.5\n2024-01-08 buy X 100 8"),
        -250,
    ),
    GoldenCase("unit cost after a stock dividend", f"{LASSER}, 30.3, first example", unit_cost(LASSER_SPLIT, "S"), 5),
    GoldenCase(
        "profit after a stock dividend",
        f"{LASSER}, 30.3, first example",
        realized(f"{LASSER_SPLIT}\n2024-01-03 sell S 50 11.2"),
        310,
    ),
    GoldenCase("common at three quarters", f"{LASSER}, 30.3, second example", cost(LASSER_PREFERRED, "S"), 750),
    GoldenCase("preferred at a quarter", f"{LASSER}, 30.3, second example", cost(LASSER_PREFERRED, "P"), 250),
    GoldenCase("ten preferred shares", f"{LASSER}, 30.3, second example", unit_cost(LASSER_PREFERRED, "P"), 25),
    GoldenCase("interest less what was accrued", f"{LASSER}, 4.15, example 1", income(COUPON), 41.67, 0.005),
    GoldenCase("accrued interest is no cost", f"{LASSER}, 4.15, example 1", cost(COUPON, "BOND"), 5116.67, 0.005),
    GoldenCase("clean price and accrued interest are the invoice price", ROSS, value_over(INVOICE, AT_CLEAN, 1080), 1),
    GoldenCase(
        "accrued interest that a sale does not pay is lost",
        ROSS,
        lambda: gain(f"{INVOICE}\n2024-01-02 sell BOND 1 1060").total,
        -20,
    ),
    GoldenCase("cost of demerged shares", f"{HMRC}, CG33936 demergers, example", cost(DEMERGER, "Y"), 1250),
    GoldenCase("cost left in the parent", f"{HMRC}, CG33936 demergers, example", cost(DEMERGER, "X"), 3750),
    GoldenCase(
        "gain on demerged shares",
        f"{HMRC}, CG33936 demergers, example",
        realized(f"{DEMERGER}\n2024-01-03 sell Y 500 16"),
        6750,
    ),
    GoldenCase(
        "unindexed gain on a capital distribution",
        f"{HMRC}, CG57826 part disposal, example",
        realized(DISCOUNT, DISCOUNT_MARKET),
        1158,
        1,
    ),
    GoldenCase(
        "cost left after a capital distribution",
        f"{HMRC}, CG57826 part disposal, 18,000 less 8,342",
        cost(DISCOUNT, "NEW", DISCOUNT_MARKET),
        9658,
        1,
    ),
    GoldenCase(
        "expenditure left after a distribution",
        f"{HMRC}, CG57827 rebasing, example",
        cost(REBASED, "NEW", REBASED_MARKET),
        5600,
    ),
    GoldenCase(
        "pool left after a rights issue",
        f"{HMRC}, CG51895 section 104 holding, example",
        cost(RIGHTS, "AB", method=AVERAGE),
        3335,
        2,
    ),
    GoldenCase(
        "put sold at a profit",
        f"{MCMILLAN}, put buyer",
        realized("2024-01-01 buy PUT 1 2 amount=0 fee=25\n2024-01-02 sell PUT 1 5 amount=0 fee=25", OPTIONS),
        250,
    ),
    GoldenCase(
        "put that expired",
        f"{MCMILLAN}, put buyer",
        realized("2024-01-01 buy PUT 1 2 amount=0 fee=25\n2024-01-02 sell PUT 1 0 amount=0", OPTIONS),
        -225,
    ),
    GoldenCase(
        "call that expired",
        f"{MCMILLAN}, call buyer",
        realized("2024-01-01 buy CALL 1 5 amount=0 fee=25\n2024-01-02 sell CALL 1 0 amount=0", OPTIONS),
        -525,
    ),
    GoldenCase("first lot through a merger", BIVIO, unit_cost(MERGED, "NEW", 0), 1000 / 300),
    GoldenCase("second lot through a merger", BIVIO, unit_cost(MERGED, "NEW", 1), 2400 / 600),
    GoldenCase(
        "conocophillips keeps 77.09 %", f"ConocoPhillips, Form 8937 (2012), {BY_HAND}", cost(CONOCO, "COP"), 3854.5
    ),
    GoldenCase(
        "one phillips 66 share", f"ConocoPhillips, Form 8937 (2012), {BY_HAND}", unit_cost(CONOCO, "PSX"), 22.91
    ),
    GoldenCase(
        "kyndryl takes 4.2 %",
        f"International Business Machines, Form 8937 (2021), {BY_HAND}",
        cost(KYNDRYL, "KD"),
        266.952,
    ),
    GoldenCase(
        "cash for a fraction of kyndryl",
        f"International Business Machines, Form 8937 (2021), {BY_HAND}",
        realized(f"{KYNDRYL}\n2024-01-03 sell KD 0.4 20.45"),
        8.18 - 2.352,
    ),
    GoldenCase("merck keeps 95.23 %", f"Merck, Form 8937 (2021), {BY_HAND}", cost(ORGANON, "MRK"), 3406.8 * 0.9523),
    GoldenCase(
        "profit of a short sale", BODIE, realized(f"{DOT_BOMB}\n2024-01-03 buy DOT 1000 70", shorts=True), 30_000
    ),
    GoldenCase(
        "percentage margin of a short at the call",
        f"{BODIE}, margin call at 115.38",
        value_over(f"2024-01-01 deposit 50000\n{DOT_BOMB}", market({"DOT": daily("2024-01-01", 115.38)}), 115_380),
        0.30,
        0.001,
    ),
    GoldenCase(
        "income of an airdrop", "Internal Revenue Service, Revenue Ruling 2019-24, situation 2", income(FORK), 50
    ),
    GoldenCase(
        "basis of an airdrop", "Internal Revenue Service, Revenue Ruling 2019-24, situation 2", cost(FORK, "S"), 50
    ),
    GoldenCase("fund shares first in first out", f"{FUND_SOURCE}, 6,720 less 5,000", realized(FUND), 1720),
    GoldenCase(
        "fund shares at average",
        f"{FUND_SOURCE}, average basis, 9,100 less 210 at 22.20",
        cost(FUND, "FUND", method=AVERAGE),
        4438,
        2,
    ),
    GoldenCase("reinvested income", f"{FUND_SOURCE}, dividend of 300", income(FUND), 300),
    GoldenCase(
        "a split keeps a fund's cost",
        "Beancount community, stock split scenario 2017-09-01, 10 at 20 and 20 at 25",
        cost(SPLIT_FUND, "ETF"),
        700,
    ),
    GoldenCase(
        "a split halves a fund's unit cost",
        "Beancount community, stock split scenario 2017-09-01, 10 at 20 and 20 at 25",
        unit_cost(SPLIT_FUND, "ETF", 1),
        12.5,
    ),
)
