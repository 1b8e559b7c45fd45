"""Portfolios at the edge: every figure has a value or says why not, and none is infinite or not a number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.allocation import CASH, allocate, by_currency
from dashboard.domain.calendar import Period
from dashboard.domain.holdings import holdings
from dashboard.domain.marking import mark, snapshot_of
from dashboard.domain.measures import Measure, Status
from dashboard.domain.performance import PeriodPerformance, measure
from dashboard.domain.positions import book_positions
from dashboard.domain.prices import MarketData, PriceSeries
from dashboard.domain.transactions import LotMethod, Transaction
from dashboard.domain.valuation import PortfolioHistory
from dashboard.results.scalars import amount, ratio
from tests.unit.domain.any_ledger import END, MARKET, ledgers, valued
from tests.unit.domain.ledgers import daily, history, market, rates

PRICED = market({"ACME": daily("2024-01-01", 100, 101, 102)})
BOUGHT = "2024-01-01 deposit 5000\n2024-01-01 buy ACME 10 100\n"


def bars(*values: float) -> MarketData:
    """ACME with these closes."""
    return market({"ACME": daily("2024-01-01", *values)})


YEARS_WITHOUT = market({"ACME": PriceSeries.of(["2024-01-01", "2029-01-01"], [100.0, 150.0])})
NO_RATE = market({"ACME": daily("2024-01-01", 100)}, currencies={"ACME": "ZZZ"})
LATE_RATE = market(
    {"ACME": daily("2024-01-01", 100)}, currencies={"ACME": "USD"}, fx={("USD", "EUR"): rates("2024-01-03", 0.9)}
)
EDGES: dict[str, tuple[str, MarketData, str, Status]] = {
    "a single day": (BOUGHT, PRICED, "2024-01-01", Status.OK),
    "no price at all": (BOUGHT, market(), "2024-01-05", Status.ESTIMATED),
    "all of it cash": ("2024-01-01 deposit 100", market(), "2024-01-05", Status.OK),
    "cash that is overdrawn": ("2024-01-01 withdrawal 100", market(), "2024-01-05", Status.OK),
    "all positions closed": (f"{BOUGHT}2024-01-03 sell ACME 10 99", PRICED, "2024-01-20", Status.OK),
    "flows on holidays": (f"{BOUGHT}2024-01-06 deposit 10\n2024-01-07 buy ACME 1 99", PRICED, "2024-01-08", Status.OK),
    "a currency without a rate": (
        "2024-01-01 buy ACME 10 100 ccy=ZZZ",
        NO_RATE,
        "2024-01-03",
        Status.UNDEFINED,
    ),
    "cash without a rate": ("2024-01-01 deposit 100 ccy=ZZZ", market(), "2024-01-03", Status.UNDEFINED),
    "a rate that comes late": ("2024-01-01 buy ACME 10 100 ccy=USD", LATE_RATE, "2024-01-04", Status.OK),
    "a price of zero": (BOUGHT, bars(100, 0, 0), "2024-01-03", Status.OK),
    "a price of zero with nothing else": ("2024-01-01 buy ACME 10 100", bars(100, 0, 5), "2024-01-03", Status.OK),
    "a negative price": ("2024-01-01 buy ACME 10 100", bars(100, -40, 10), "2024-01-03", Status.OK),
    "prices that are no numbers": (BOUGHT, bars(100, np.nan, np.inf), "2024-01-03", Status.OK),
    "prices that were never numbers": (BOUGHT, bars(np.nan, np.nan), "2024-01-03", Status.ESTIMATED),
    "no price for years": (BOUGHT, YEARS_WITHOUT, "2028-06-01", Status.STALE),
    "a gift that nobody prices": ("2024-01-01 airdrop SPAM 1000", market(), "2024-01-03", Status.UNDEFINED),
    "a merger that nobody prices": (
        "2024-01-01 airdrop SPAM 10\n2024-01-02 merger SPAM to=SPAM2 ratio=2 amount=5",
        market(),
        "2024-01-03",
        Status.UNDEFINED,
    ),
    "a child that nobody prices": (f"{BOUGHT}2024-01-02 spin_off ACME KID 1 1", PRICED, "2024-01-03", Status.UNDEFINED),
    "given for nothing": ("2024-01-01 airdrop SPAM 1000 price=0", market(), "2024-01-03", Status.ESTIMATED),
    "everything transferred away": (f"{BOUGHT}2024-01-02 transfer_out ACME 10", PRICED, "2024-01-03", Status.OK),
    "nothing but a transfer": ("2024-01-02 transfer_in ACME 10", market(), "2024-01-03", Status.UNDEFINED),
    "a short alone": ("2024-01-01 sell ACME 10 100", PRICED, "2024-01-03", Status.OK),
    "only rows that are faulty": (
        "2024-01-01 transfer_out ACME 1\n2024-01-02 deposit NaN",
        PRICED,
        "2024-01-03",
        Status.OK,
    ),
    "bought for nothing": ("2024-01-01 buy ACME 10 0", PRICED, "2024-01-03", Status.OK),
    "everything expired": ("2024-01-01 buy CALL 1 5\n2024-01-02 sell CALL 1 0", market(), "2024-01-03", Status.OK),
}
CASES = [(name, cash) for name in EDGES for cash in (True, False)]


def figures(found: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every number and measure of a result, with where it stands."""
    if isinstance(found, Measure | float | Decimal):
        yield path, found
    elif isinstance(found, np.ndarray):
        if found.dtype == np.float64:
            yield from ((f"{path}[{at}]", value) for at, value in enumerate(found.ravel().tolist()))
    elif is_dataclass(found):
        for part in fields(found):
            yield from figures(getattr(found, part.name), f"{path}.{part.name}")
    elif isinstance(found, Mapping):
        for key, value in found.items():
            yield from figures(value, f"{path}[{key}]")
    elif isinstance(found, tuple | list):
        for at, value in enumerate(found):
            yield from figures(value, f"{path}[{at}]")


def results(found: PortfolioHistory, end: date) -> Iterator[object]:
    """Everything that a page shows of a portfolio."""
    books = book_positions(found, end)
    held = holdings(found, end, books)
    performance = measure(found, Period(date.fromisoformat(str(found.days[1])), end), books=books)
    yield performance
    yield held
    yield allocate(held, by_currency, performance.cash, CASH)
    yield mark(snapshot_of(found, books, 1), {}, {})


@pytest.mark.parametrize(
    ("name", "cash"), CASES, ids=[f"{name}, {'tracked' if cash else 'untracked'}" for name, cash in CASES]
)
def test_a_portfolio_at_the_edge_has_a_value_with_its_status_and_a_reason(name: str, cash: bool) -> None:
    text, data, end, status = EDGES[name]
    found = history(text, data, end, cash=cash, shorts="short" in name)
    unknown = False
    everything = list(results(found, date.fromisoformat(end)))
    for result in everything:
        for path, figure in figures(result):
            if isinstance(figure, Measure):
                assert figure.value is None or np.isfinite(figure.value), path
                assert figure.reason or figure.status is Status.OK, path
                unknown |= figure.status is Status.UNDEFINED
    (performance,) = (result for result in everything if isinstance(result, PeriodPerformance))
    if cash or "cash" not in name:
        assert performance.market_value.status is status
    for result in everything:
        for path, figure in figures(result):
            if isinstance(figure, float | Decimal) and not np.isfinite(float(figure)):
                assert unknown, path  # only where a figure beside it says why
                assert not np.isinf(float(figure)), path
                assert amount(figure) is None
                assert ratio(figure) is None


WITHOUT_RATES = replace(MARKET, rates={})


@settings(max_examples=60, deadline=None)
@given(ledgers(), st.booleans(), st.sampled_from(list(LotMethod)), st.booleans())
def test_whatever_happened_in_a_currency_without_a_rate_has_no_value_and_a_reason(
    rows: list[Transaction], cash: bool, method: LotMethod, shorts: bool
) -> None:
    found = valued(rows, cash=cash, method=method, shorts=shorts, market=WITHOUT_RATES)
    for result in results(found, END):
        for path, figure in figures(result):
            if isinstance(figure, Measure):
                assert figure.value is None or np.isfinite(figure.value), path
                assert figure.reason or figure.status is Status.OK, path
            elif isinstance(figure, float | Decimal):
                assert not np.isinf(float(figure)), path
