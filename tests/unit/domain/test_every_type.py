"""Identities of ledgers with rows of every type: parts sum to the gain, lots to positions, costs are conserved."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dashboard.domain.accounts import account_portfolios
from dashboard.domain.arrays import Floats
from dashboard.domain.attribution import Gain, attribute
from dashboard.domain.calendar import Period
from dashboard.domain.instruments import Split
from dashboard.domain.line_gains import ValuedPortfolio
from dashboard.domain.performance import measure
from dashboard.domain.positions import book_positions
from dashboard.domain.prices import PriceSeries
from dashboard.domain.transactions import DAY_ORDER, ZERO, LotMethod, Transaction
from dashboard.domain.transactions import TransactionType as Kind
from dashboard.domain.valuation import PortfolioHistory, times
from tests.unit.domain.any_ledger import DAYS, END, MARKET, START, ledgers, make_market, valued

METHODS = st.sampled_from(list(LotMethod))


def parts(gain: Gain) -> float:
    return gain.price + gain.currency + gain.income - gain.fees - gain.taxes


def realised_parts(gain: Gain) -> float:
    return gain.realized + gain.unrealized + gain.income + gain.cash_currency - gain.standing + gain.transferred


@settings(max_examples=70, deadline=None)
@given(ledgers(), st.booleans(), METHODS, st.sampled_from([None, "USD"]), st.integers(0, DAYS - 1), st.booleans())
def test_both_ways_to_split_a_gain_sum_to_it_whatever_happened(
    rows: list[Transaction], cash: bool, method: LotMethod, currency: str | None, first: int, shorts: bool
) -> None:
    history = valued(rows, cash=cash, method=method, currency=currency, shorts=shorts)
    result = attribute(history, Period(START + timedelta(days=first), END))
    gain = result.portfolio
    scale = 1e-9 * (1.0 + float(np.abs(history.values).max(initial=0.0)) + abs(gain.total))
    assert np.isfinite(gain.total)
    assert parts(gain) == pytest.approx(gain.total, abs=scale)
    assert realised_parts(gain) == pytest.approx(gain.total, abs=scale)
    for holding in result.by_symbol.values():
        assert parts(holding) == pytest.approx(holding.total, abs=scale)
        assert realised_parts(holding) == pytest.approx(holding.total, abs=scale)


@settings(max_examples=30, deadline=None)
@given(ledgers(), METHODS, st.booleans())
def test_lots_sum_to_the_position_on_every_day(rows: list[Transaction], method: LotMethod, shorts: bool) -> None:
    history = valued(rows, method=method, shorts=shorts)
    for offset in (6, 13, DAYS - 1):
        day = START + timedelta(days=offset)
        if np.datetime64(day) < history.days[0]:
            continue
        books = book_positions(history, day)
        held = history.quantities[history.position(day)]
        for column, instrument in enumerate(history.instruments):
            lots = [lot.quantity for book in books.of(instrument.symbol) for lot in book.open_lots]
            assert float(sum(lots, ZERO)) == pytest.approx(held[column], rel=1e-12, abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(ledgers(), st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_entry_matters_within_a_day_and_a_kind_alone(
    rows: list[Transaction], shuffle: random.Random, cash: bool
) -> None:
    groups: dict[tuple[object, int], list[Transaction]] = {}
    for row in rows:
        groups.setdefault((row.date, DAY_ORDER[row.type]), []).append(row)
    kept = [sorted(group, key=lambda row: row.sequence) for group in groups.values()]
    entered: list[Transaction] = []
    while any(kept):
        group = shuffle.choice([group for group in kept if group])
        entered.append(replace(group.pop(0), sequence=len(entered)))
    shuffle.shuffle(entered)
    one, other = valued(rows, cash=cash), valued(entered, cash=cash)
    assert other.value.tolist() == one.value.tolist()
    assert other.inflows.tolist() == one.inflows.tolist()
    assert total(other) == total(one)


def total(history: PortfolioHistory) -> Gain:
    return attribute(history, Period(START, END)).portfolio


@settings(max_examples=60, deadline=None)
@given(ledgers(), st.booleans(), st.booleans())
def test_no_interest_is_due_of_a_position_that_holds_nothing(rows: list[Transaction], cash: bool, shorts: bool) -> None:
    history = valued(rows, cash=cash, shorts=shorts)
    entries = history.entries
    due: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    days = sorted({row.date for row in entries.transactions})
    for day in days:
        for at, leg in entries.legs.items():
            row = entries.transactions[at]
            if row.date != day:
                continue
            if row.type is Kind.SYMBOL_CHANGE and leg.symbol == row.target_symbol:
                due[leg.account, leg.symbol] += due.pop((leg.account, row.symbol or ""), ZERO)
            for move in leg.receivable:
                due[leg.account, leg.symbol] += move.local
        for (account, symbol), amount in due.items():
            steps = history.ledger.steps[account, symbol]
            held = steps[1][bisect_right(steps[0], day.toordinal())]
            assert amount >= -Decimal("1e-20")
            assert held > 0 or abs(amount) < Decimal("1e-20"), (day, account, symbol)


@settings(max_examples=40, deadline=None)
@given(ledgers(), st.booleans(), METHODS)
def test_accounts_are_due_what_the_portfolio_is_and_sum_to_its_value(
    rows: list[Transaction], cash: bool, method: LotMethod
) -> None:
    whole = valued(rows, cash=cash, method=method)
    parts = [part.history for _, part in account_portfolios(ValuedPortfolio("P", whole))]
    for name in ("receivables", "value"):
        daily = [_by_day(getattr(part, name), len(whole.days), part.cash_rates) for part in parts]
        wanted = _by_day(getattr(whole, name), len(whole.days), whole.cash_rates)
        assert np.sum(daily, axis=0) == pytest.approx(wanted, rel=1e-9, abs=1e-6), name
    if not _has_two_prices_of_a_day(rows):
        totals = [total(part).total for part in parts]
        assert sum(totals) == pytest.approx(total(whole).total, rel=1e-9, abs=1e-6)


def _has_two_prices_of_a_day(rows: list[Transaction]) -> bool:
    """Whether something that has no close yet is transferred on a day on which another row names a price of it.

    The portfolio counts the transfer at what its row says, and its accounts count it at the day's last price.
    """
    days = Counter((row.date, str(row.symbol)) for row in rows if row.symbol in {"C", "N"})
    return any(
        row.type in {Kind.TRANSFER_IN, Kind.TRANSFER_OUT} and days[row.date, str(row.symbol)] > 1 for row in rows
    )


def _by_day(amounts: Floats, count: int, rates: Floats) -> Floats:
    """Amounts of the last ``count`` days, in the report's currency."""
    worth = times(amounts, rates).sum(axis=1) if amounts.ndim == 2 else amounts
    return np.pad(worth, (count - len(worth), 0))


@settings(max_examples=30, deadline=None)
@given(ledgers(), METHODS)
def test_transfers_spin_offs_mergers_and_splits_conserve_the_cost(rows: list[Transaction], method: LotMethod) -> None:
    moves = (Kind.SPIN_OFF, Kind.MERGER, Kind.SYMBOL_CHANGE, Kind.SPLIT)
    opening = [row for row in rows if row.sequence <= 0 and row.type is Kind.BUY]
    events = [replace(row, amount=ZERO) for row in rows if row.type in moves and row.target_symbol]
    transfers = [row for row in rows if row.type in (Kind.TRANSFER_IN, Kind.TRANSFER_OUT)]
    history = valued([*opening, *events, *transfers], method=method)
    inner = {id(row) for row, moved in zip_legs(history) if moved}
    history = valued([*opening, *events, *(row for row in transfers if id(row) in inner)], method=method)
    books = book_positions(history, END)
    bought = sum(books.cost_change[[row.type is Kind.BUY for row in history.entries.transactions]])
    held = sum((book.base_cost for book in books.books.values()), ZERO)
    assert float(held) == pytest.approx(bought, rel=1e-12)
    assert np.isfinite(bought)


def zip_legs(history: PortfolioHistory) -> list[tuple[Transaction, bool]]:
    """Rows with legs, and whether they moved units between accounts."""
    return [(history.entries.transactions[at], leg.inner) for at, leg in history.entries.legs.items()]


def in_new_units(row: Transaction, day: date, ratio: Decimal) -> Transaction:
    """A row as it would be after a split of A on ``day``."""
    if row.date < day:
        return row
    found = row
    if row.symbol == "A":
        price = None if row.price is None else row.price / ratio
        found = replace(found, quantity=row.quantity * ratio, price=price)
        found = replace(found, ratio=None if row.ratio is None else row.ratio / ratio)
        if row.type is Kind.SYMBOL_CHANGE and row.ratio is None:
            found = replace(found, ratio=1 / ratio)
    if row.target_symbol == "A":
        found = replace(found, ratio=(found.ratio or Decimal(1)) * ratio)
    return found


@settings(max_examples=30, deadline=None)
@given(ledgers(), st.integers(1, DAYS - 1), st.sampled_from([2, 4, Decimal("0.5")]), st.booleans(), METHODS)
def test_a_split_on_any_day_changes_neither_value_nor_gain(
    rows: list[Transaction], offset: int, ratio: Decimal, cash: bool, method: LotMethod
) -> None:
    day, ratio = START + timedelta(days=offset), Decimal(ratio)
    plain = [row for row in rows if row.type is not Kind.SPLIT and not row.accrued]
    series = MARKET.prices["A"]
    closes = np.where(series.dates >= np.datetime64(day), series.closes / float(ratio), series.closes)
    market = replace(
        MARKET,
        prices={**MARKET.prices, "A": PriceSeries(series.dates, closes)},
        splits={**MARKET.splits, "A": (Split(day, ratio),)},
    )
    one = valued(plain, cash=cash, method=method)
    other = valued([in_new_units(row, day, ratio) for row in plain], cash=cash, method=method, market=market)
    assert len(other.faults) == len(one.faults)
    assert other.value == pytest.approx(one.value, rel=1e-9, abs=1e-6)
    assert figures(total(other)) == pytest.approx(figures(total(one)), rel=1e-9, abs=1e-5)


def figures(gain: Gain) -> list[float]:
    return [getattr(gain, part.name) for part in fields(Gain)]


MONEY = ("quantity", "amount", "fee", "tax", "cost", "target_amount", "accrued")


def scaled(row: Transaction, factor: int) -> Transaction:
    change: Callable[..., Transaction] = replace
    return change(row, **{name: value * factor for name in MONEY if (value := getattr(row, name)) is not None})


@settings(max_examples=25, deadline=None)
@given(ledgers(), st.booleans(), METHODS, st.booleans())
def test_a_ledger_of_eight_times_the_size_gains_eight_times_as_much(
    rows: list[Transaction], cash: bool, method: LotMethod, shorts: bool
) -> None:
    whole = [replace(row, amount=ZERO) if row.type is Kind.SPLIT else row for row in rows]
    one = valued(whole, cash=cash, method=method, shorts=shorts)
    other = valued([scaled(row, 8) for row in whole], cash=cash, method=method, shorts=shorts)
    assert other.value == pytest.approx(one.value * 8, rel=1e-9, abs=1e-6)
    assert figures(total(other)) == pytest.approx([8 * part for part in figures(total(one))], rel=1e-9, abs=1e-5)


CONSTANT = make_market(lambda currency: np.full(DAYS, {"USD": 1.25, "GBP": 0.8}[currency]))


@settings(max_examples=25, deadline=None)
@given(ledgers(), st.booleans(), METHODS, st.booleans())
def test_at_constant_rates_the_currency_of_the_report_only_scales_it(
    rows: list[Transaction], cash: bool, method: LotMethod, shorts: bool
) -> None:
    one = valued(rows, cash=cash, method=method, shorts=shorts, market=CONSTANT)
    other = valued(rows, cash=cash, method=method, shorts=shorts, market=CONSTANT, currency="USD")
    assert other.value == pytest.approx(one.value * 1.25, rel=1e-9, abs=1e-6)
    assert figures(total(other)) == pytest.approx([1.25 * part for part in figures(total(one))], rel=1e-9, abs=1e-5)


@settings(max_examples=25, deadline=None)
@given(ledgers(), st.integers(2, DAYS - 1), METHODS)
def test_without_flows_the_time_weighted_and_the_money_weighted_return_are_one(
    rows: list[Transaction], first: int, method: LotMethod
) -> None:
    start = START + timedelta(days=first)
    flows = (Kind.DEPOSIT, Kind.WITHDRAWAL, Kind.TRANSFER_IN, Kind.TRANSFER_OUT)
    kept = [row for row in rows if row.date < start or row.type not in flows]
    funds = Transaction(date=START, type=Kind.DEPOSIT, currency="EUR", amount=Decimal(900_000), sequence=-99)
    history = valued([funds, *kept], method=method)
    period = Period(start, END)
    returns = measure(history, period).returns
    assert returns.time_weighted.value is not None
    assume((1.0 + returns.time_weighted.value) ** (365 / period.days) < 1e5)  # a yearly rate has its bounds
    assert returns.money_weighted_period.value == pytest.approx(returns.time_weighted.value, abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(ledgers(), ledgers(most=3))
def test_what_was_added_and_deleted_leaves_no_trace(rows: list[Transaction], added: list[Transaction]) -> None:
    before, kept = valued(rows), list(rows)
    rows += [replace(row, sequence=100 + row.sequence) for row in added]
    more = valued(rows)
    assert len(more.entries.transactions) + len(more.faults) > len(before.entries.transactions)
    del rows[len(kept) :]
    after = valued(rows)
    assert after.value.tolist() == before.value.tolist()
    assert (after.entries.transactions, after.ledger.steps) == (before.entries.transactions, before.ledger.steps)
    assert [fault.transaction for fault in after.faults] == [fault.transaction for fault in before.faults]
