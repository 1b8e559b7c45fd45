"""Identities that hold for any ledger: parts sum to the gain, splits change nothing, lots sum to positions."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.attribution import Gain, attribute
from dashboard.domain.calendar import Period
from dashboard.domain.fx import RateSeries
from dashboard.domain.holdings import holdings
from dashboard.domain.instruments import Instrument, Split
from dashboard.domain.positions import book_positions
from dashboard.domain.prices import MarketData, PriceSeries
from dashboard.domain.transactions import ZERO, LotMethod, Transaction, TransactionType
from dashboard.domain.valuation import PortfolioHistory, value_portfolio

START, DAYS = date(2024, 1, 1), 24
END = START + timedelta(days=DAYS - 1)
CURRENCIES = {"A": "EUR", "B": "USD", "C": "GBP"}


def make_market() -> MarketData:
    """Three instruments in three currencies, with gaps; C has no price in the first days."""
    draw = np.random.default_rng(11)
    days = np.arange(np.datetime64(START), np.datetime64(END) + 1, dtype="datetime64[D]")
    bars = {symbol: np.flatnonzero(draw.random(DAYS) < 0.7) for symbol in CURRENCIES}
    bars["C"] = bars["C"][bars["C"] > 6]
    return MarketData(
        prices={symbol: PriceSeries(days[at], draw.uniform(50, 150, len(at))) for symbol, at in bars.items()},
        splits={"B": (Split(START + timedelta(days=12), Decimal(3)),)},
        rates={
            ("EUR", "USD"): RateSeries(days, draw.uniform(1.0, 1.2, DAYS)),
            ("EUR", "GBP"): RateSeries(days, draw.uniform(0.8, 0.9, DAYS)),
        },
        instruments={symbol: Instrument(symbol, currency) for symbol, currency in CURRENCIES.items()},
    )


MARKET = make_market()
steps = st.lists(
    st.tuples(
        st.integers(0, DAYS - 1),
        st.sampled_from(list(TransactionType)),
        st.sampled_from(list(CURRENCIES)),
        st.integers(1, 500),
        st.booleans(),
        st.sampled_from(["", "X"]),
    ),
    min_size=1,
    max_size=20,
)
Step = tuple[int, TransactionType, str, int, bool, str]


def rows_of(found: list[Step]) -> list[Transaction]:
    """Rows of steps; what the ledger cannot hold is left out by the valuation."""
    return [_row(number, step) for number, step in enumerate(found)]


def _row(number: int, step: Step) -> Transaction:
    day, kind, symbol, size, own_rate, account = step
    amount = Decimal(size) * Decimal("1.37")
    currency = CURRENCIES[symbol]
    exchange = kind is TransactionType.EXCHANGE
    trade = kind in (TransactionType.BUY, TransactionType.SELL)
    has_symbol = trade or kind in (TransactionType.DIVIDEND, TransactionType.SPLIT)
    return Transaction(
        date=START + timedelta(days=day),
        type=kind,
        currency=currency,
        symbol=symbol if has_symbol else None,
        quantity=Decimal(size) / 8 if trade else ZERO,
        price=Decimal(90) + day if trade else None,
        amount=Decimal(size) / 8 * (90 + day) if trade else amount,
        fee=Decimal("1.25") if own_rate else ZERO,
        tax=Decimal("0.4") if size % 3 == 0 else ZERO,
        fx_rate=Decimal("0.91") if own_rate and currency != "EUR" else None,
        cash_currency="GBP" if size % 5 == 0 and not exchange else None,
        target_amount=amount * 2 if exchange else None,
        target_currency="USD" if currency != "USD" else "EUR",
        ratio=Decimal(size % 3 + 2),
        account=account,
        sequence=number,
    )


def valued(rows: list[Transaction], cash: bool, method: LotMethod, currency: str | None = None) -> PortfolioHistory:
    return value_portfolio(
        rows, MARKET, base_currency="EUR", end=END, cash_tracked=cash, method=method, currency=currency
    )


def parts(gain: Gain) -> float:
    return gain.price + gain.currency + gain.income - gain.fees - gain.taxes


def realised_parts(gain: Gain) -> float:
    return gain.realized + gain.unrealized + gain.income + gain.cash_currency - gain.standing


@settings(max_examples=60, deadline=None)
@given(
    steps,
    st.booleans(),
    st.sampled_from(list(LotMethod)),
    st.sampled_from([None, "USD"]),
    st.integers(0, DAYS - 1),
)
def test_both_ways_to_split_a_gain_sum_to_it_for_any_period(
    found: list[Step], cash: bool, method: LotMethod, currency: str | None, first: int
) -> None:
    history = valued(rows_of(found), cash, method, currency)
    period = Period(START + timedelta(days=first), END)
    result = attribute(history, period)
    gain = result.portfolio
    scale = 1e-9 * (1.0 + float(np.abs(history.values).max(initial=0.0)) + abs(gain.total))
    assert parts(gain) == pytest.approx(gain.total, abs=scale)
    assert realised_parts(gain) == pytest.approx(gain.total, abs=scale)
    for holding in result.by_symbol.values():
        assert parts(holding) == pytest.approx(holding.total, abs=scale)
        assert realised_parts(holding) == pytest.approx(holding.total, abs=scale)


@settings(max_examples=30, deadline=None)
@given(steps, st.sampled_from(list(LotMethod)))
def test_lots_sum_to_the_position_on_every_day(found: list[Step], method: LotMethod) -> None:
    history = valued(rows_of(found), True, method)
    for offset in (6, 13, DAYS - 1):
        day = START + timedelta(days=offset)
        if np.datetime64(day) < history.days[0]:
            continue
        held = {holding.symbol: holding for holding in holdings(history, day)}
        quantities = history.quantities[history.position(day)]
        for column, instrument in enumerate(history.instruments):
            lots = held[instrument.symbol].lots if instrument.symbol in held else ()
            assert float(sum((lot.quantity for lot in lots), ZERO)) == pytest.approx(quantities[column], rel=1e-12)


@settings(max_examples=25, deadline=None)
@given(steps)
def test_a_position_that_is_sold_is_exactly_zero(found: list[Step]) -> None:
    rows = rows_of(found)
    books = book_positions(valued(rows, True, LotMethod.FIFO), END).books
    exits = [
        Transaction(
            date=END + timedelta(days=1),
            type=TransactionType.SELL,
            currency=CURRENCIES[symbol],
            symbol=symbol,
            quantity=book.quantity,
            price=Decimal(100),
            amount=book.quantity * 100,
            account=account,
        )
        for (account, symbol), book in books.items()
        if book.quantity
    ]
    history = value_portfolio([*rows, *exits], MARKET, base_currency="EUR", end=END + timedelta(days=1))
    assert len(history.faults) == len(valued(rows, True, LotMethod.FIFO).faults)
    assert not history.quantities[-1].any()
    assert not history.values[-1].any()


def test_a_split_changes_neither_value_nor_return_nor_gain() -> None:
    buy = Transaction(
        date=START, type=TransactionType.BUY, currency="EUR", symbol="A", quantity=Decimal(10), amount=Decimal(1000)
    )
    days = np.arange(np.datetime64(START), np.datetime64(END) + 1, dtype="datetime64[D]")
    plain = np.linspace(100.0, 130.0, DAYS)
    at = 12
    traded = np.where(np.arange(DAYS) < at, plain, plain / 4)
    found = []
    for closes, splits in ((plain, ()), (traded, (Split(START + timedelta(days=at), Decimal(4)),))):
        market = MarketData({"A": PriceSeries(days, closes)}, {"A": splits}, instruments={"A": Instrument("A", "EUR")})
        found.append(value_portfolio([buy], market, base_currency="EUR", end=END, cash_tracked=False))
    without, with_split = found
    assert with_split.value == pytest.approx(without.value)
    period = Period(START, END)
    assert attribute(with_split, period).portfolio == attribute(without, period).portfolio


def test_the_gains_of_adjacent_periods_add_up_though_their_effects_need_not() -> None:
    rows = rows_of([(1, TransactionType.DEPOSIT, "A", 500, False, ""), (2, TransactionType.BUY, "B", 80, False, "")])
    history = valued(rows, True, LotMethod.FIFO)
    cuts = [START + timedelta(days=offset) for offset in (0, 7, 15, DAYS)]
    totals = [attribute(history, Period(one, two - timedelta(days=1))).portfolio.total for one, two in pairwise(cuts)]
    assert sum(totals) == pytest.approx(attribute(history, Period(START, END)).portfolio.total)
