"""A ledger that changes row by row is valued as if all of it were valued anew."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from dashboard.domain.ledger import checked_ledger
from dashboard.domain.ledger_following import followed
from dashboard.domain.ledger_state import LedgerState
from dashboard.domain.prices import MarketData, PriceSeries
from dashboard.domain.transactions import LotMethod, Transaction, TransactionType
from dashboard.errors import NotFound
from tests.unit.domain import any_ledger
from tests.unit.domain.any_ledger import DAYS, END, MARKET, START
from tests.unit.domain.ledgers import ledger, market, rates
from tests.unit.domain.same_valuation import assert_same

LEDGERS = int(os.environ.get("SOAK_LEDGERS", "200"))  # make soak asks for 1,000
# A ledger that fails is small already, and shrinking valuations takes minutes.
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
PRICED = sorted(MARKET.prices)
methods = st.sampled_from(list(LotMethod))


def opened(
    rows: list[Transaction],
    cash: bool = True,
    method: LotMethod = LotMethod.FIFO,
    shorts: bool = False,
    data: MarketData = MARKET,
    currency: str | None = None,
) -> LedgerState:
    return LedgerState.of(
        rows,
        data,
        base_currency="EUR",
        end=END,
        cash_tracked=cash,
        method=method,
        allow_shorts=shorts,
        currency=currency,
    )


def anew(state: LedgerState) -> LedgerState:
    """The same rows and market, valued from the beginning."""
    history = state.history
    return opened(
        list(state.transactions),
        history.cash_tracked,
        history.method,
        history.allow_shorts,
        history.market,
        history.currency,
    )


def repriced(state: LedgerState, symbol: str, day: int, close: float) -> LedgerState:
    """With another close on a day, or a bar more."""
    known, changed = state.history.market, np.datetime64(START + timedelta(days=day))
    series = known.prices[symbol]
    others = series.dates != changed
    fresh = PriceSeries.of(np.append(series.dates[others], changed), np.append(series.closes[others], close))
    return state.repriced(replace(known, prices={**known.prices, symbol: fresh}), [symbol])


class Change(NamedTuple):
    """What is done to a ledger: ``row`` is added, or takes the place of the row at ``at``, which else is deleted."""

    kind: str
    row: Transaction
    at: int
    symbol: str
    close: float


changes = st.builds(
    Change,
    st.sampled_from(["add", "add", "edit", "delete", "price"]),
    any_ledger.rows(),
    st.integers(0, 1000),
    st.sampled_from(PRICED),
    st.floats(50, 150),
)


def changed(state: LedgerState, change: Change, number: int) -> LedgerState:
    rows = state.transactions
    row = replace(change.row, sequence=number, id=number)
    if change.kind == "price":
        return repriced(state, change.symbol, change.at % DAYS, change.close)
    if change.kind == "add" or not rows:
        return state.add(row)
    old = rows[change.at % len(rows)]
    return state.edit(old, row) if change.kind == "edit" else state.delete(old)


@settings(max_examples=LEDGERS, deadline=None, phases=QUICK)
@given(
    any_ledger.ledgers(),
    st.lists(changes, min_size=1, max_size=4),
    st.booleans(),
    methods,
    st.booleans(),
    st.sampled_from([None, "USD"]),
)
def test_a_ledger_that_changes_equals_its_full_valuation(
    rows: list[Transaction],
    found: list[Change],
    cash: bool,
    method: LotMethod,
    shorts: bool,
    currency: str | None,
) -> None:
    state = opened(rows, cash, method, shorts, currency=currency)
    for number, change in enumerate(found, 1000):
        state = changed(state, change, number)
    assert_same(state, anew(state))


class LedgerMachine(RuleBasedStateMachine):
    """Adds, edits and deletes; after each the state equals the valuation of all rows."""

    def __init__(self) -> None:
        super().__init__()
        self.state = opened([])
        self.number = 0

    def numbered(self, row: Transaction) -> Transaction:
        self.number += 1
        return replace(row, sequence=self.number, id=self.number)

    @rule(found=any_ledger.ledgers(most=3))
    def add(self, found: list[Transaction]) -> None:
        self.state = self.state.add(*(self.numbered(row) for row in found))

    @precondition(lambda self: self.state.transactions)
    @rule(row=any_ledger.rows(), data=st.data())
    def edit(self, row: Transaction, data: st.DataObject) -> None:
        old = data.draw(st.sampled_from(self.state.transactions))
        self.state = self.state.edit(old, self.numbered(row))

    @precondition(lambda self: self.state.transactions)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        self.state = self.state.delete(data.draw(st.sampled_from(self.state.transactions)))

    @invariant()
    def equals_the_full_valuation(self) -> None:
        assert_same(self.state, anew(self.state))


TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = settings(max_examples=20, stateful_step_count=10, deadline=None, phases=QUICK)


def row_of(day: int, kind: TransactionType, size: int, number: int) -> Transaction:
    """A row of A or, of money alone, in euros."""
    money = kind is TransactionType.DEPOSIT
    return Transaction(
        date=START + timedelta(days=day),
        type=kind,
        currency="EUR",
        symbol=None if money else "A",
        quantity=Decimal(0 if money else size),
        amount=Decimal(size) * 90,
        sequence=number,
        id=number,
    )


def test_an_older_state_stays_as_it_was() -> None:
    rows = [row_of(1, TransactionType.BUY, 80, 1)]
    before = opened(rows)
    values = before.history.values.copy()
    after = before.add(row_of(1, TransactionType.BUY, 40, 2))
    assert np.array_equal(before.history.values, values)
    assert after.history.quantities[-1, 0] == 120
    assert before.books.books["", "A"].quantity == 80


def test_a_row_before_all_others_begins_the_calendar_earlier() -> None:
    state = opened([row_of(5, TransactionType.BUY, 80, 1)])
    state = state.add(row_of(2, TransactionType.DEPOSIT, 80, 2))
    assert state.history.days[1].item() == START + timedelta(days=2)
    assert_same(state, anew(state))


def test_a_sale_becomes_a_fault_when_its_purchase_goes_and_is_whole_again_with_it() -> None:
    bought, sold = (row_of(day, kind, 80, day) for day, kind in ((2, TransactionType.BUY), (4, TransactionType.SELL)))
    state = opened([row_of(1, TransactionType.DEPOSIT, 5, 9), bought, sold])
    without = state.delete(bought)
    assert [fault.transaction for fault in without.history.faults] == [sold]
    again = without.add(bought)
    assert not again.history.faults
    assert len(again.books.realizations) == 1
    assert_same(again, anew(again))


def test_a_row_that_is_not_there_cannot_be_deleted() -> None:
    state = opened([])
    with pytest.raises(NotFound):
        state.delete(row_of(1, TransactionType.BUY, 80, 1))


def test_a_currency_that_is_new_comes_with_its_rates() -> None:
    data = market(fx={("CHF", "EUR"): rates("2024-01-01", 1.0, 1.1)})
    state = LedgerState.of(ledger("2024-01-01 deposit 100"), data, base_currency="EUR", end=START + timedelta(days=1))
    state = state.add(ledger("2024-01-01 deposit 100 ccy=CHF")[0])
    assert state.history.value[-1] == pytest.approx(210)
    assert dict(zip(state.history.cash_currencies, state.history.cash[-1], strict=True)) == {"EUR": 100, "CHF": 100}
    assert state.delete(state.transactions[-1]).history.value[-1] == Decimal(100)


def test_only_what_a_trade_touches_is_valued_again(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [replace(row_of(1, TransactionType.BUY, 8, number), symbol=symbol) for number, symbol in enumerate("ABC")]
    state = opened(rows)
    seen: list[set[str | None]] = []

    def noted(found: tuple[Transaction, ...], *others: object, **named: object) -> object:
        seen.append({row.symbol for row in found})
        return checked_ledger(found, *others, **named)  # type: ignore[arg-type]  # as it came

    monkeypatch.setattr("dashboard.domain.ledger_state.checked_ledger", noted)
    after = state.add(replace(row_of(3, TransactionType.BUY, 8, 9), symbol="B"))
    assert seen == [{"B"}]
    assert after.history.held.prices is state.history.held.prices
    assert_same(after, anew(after))


def test_symbols_that_a_merger_ties_are_valued_together() -> None:
    bought = replace(row_of(1, TransactionType.BUY, 8, 1), symbol="A")
    merged = replace(row_of(3, TransactionType.MERGER, 0, 2), target_symbol="C", ratio=Decimal(2))
    state = opened([bought, merged])
    assert state.history.quantities[-1, state.history.column("C")] == 16
    state = state.edit(bought, replace(bought, quantity=Decimal(5)))
    assert state.history.quantities[-1, state.history.column("C")] == 10
    assert_same(state, anew(state))


INTEREST = """
    2024-01-02 buy           A 10 100 account=X accrued=20
    2024-01-03 transfer_out  A 4 account=X
    2024-01-03 transfer_in   A 4
    2024-01-04 sell          A 6 100 account=X
    2024-01-05 symbol_change A B
    2024-01-06 buy           B 2 100 accrued=3
    2024-01-07 transfer_out  B 3
    2024-01-08 merger        B amount=900
    2024-01-09 interest      9 symbol=B
"""


@pytest.mark.parametrize("cash", [True, False])
def test_bought_interest_follows_every_row_that_comes_goes_or_changes(cash: bool) -> None:
    rows = [replace(row, id=row.sequence) for row in ledger(INTEREST)]
    whole = opened(rows, cash)
    assert whole.history.receivables[:, 0].tolist()[:8] == [0, 20, 20, 8, 8, 11, 5.5, 0]
    assert not whole.history.receivables[7:].any()
    for row in rows:
        without = whole.delete(row)
        assert_same(without, anew(without))
        assert_same(without.add(row), whole)
        half = whole.edit(row, replace(row, quantity=row.quantity / 2))
        assert_same(half, anew(half))


def test_a_row_without_a_date_is_a_fault_that_changes_nothing() -> None:
    change: Callable[..., Transaction] = replace
    undated = change(row_of(1, TransactionType.BUY, 8, 1), date=None)
    state = opened([row_of(1, TransactionType.DEPOSIT, 8, 2)]).add(undated)
    assert [fault.error.field for fault in state.history.faults] == ["date"]
    assert_same(state.delete(undated), opened([row_of(1, TransactionType.DEPOSIT, 8, 2)]))


def test_rows_after_the_end_wait() -> None:
    late = replace(row_of(1, TransactionType.BUY, 8, 1), date=date(2030, 1, 1))
    state = opened([row_of(1, TransactionType.DEPOSIT, 8, 2)]).add(late)
    assert state.history.instruments == ()
    assert late in state.transactions


@settings(max_examples=LEDGERS // 4, deadline=None, phases=QUICK)
@given(any_ledger.ledgers(), st.lists(changes, max_size=3), st.booleans(), methods)
def test_a_state_that_follows_rows_read_anew_equals_their_valuation(
    rows: list[Transaction], found: list[Change], cash: bool, method: LotMethod
) -> None:
    before = opened([replace(row, id=number) for number, row in enumerate(rows)], cash, method)
    after = before
    for number, change in enumerate(found, 1000):
        after = changed(after, change, number)
    read = [replace(row) for row in after.transactions]
    state = followed(before, read, after.history.market)
    if state is not None:
        assert_same(state, opened(read, cash, method, data=after.history.market))


def test_a_state_follows_a_trade_a_price_and_nothing_else() -> None:
    bought, more = row_of(1, TransactionType.BUY, 8, 1), row_of(3, TransactionType.BUY, 2, 2)
    state = opened([bought])
    fresh = replace(repriced(state, "A", 20, 99.0).history.market)
    after = followed(state, [replace(bought), more], fresh)
    assert after is not None
    assert after.history.quantities[-1, 0] == 10
    assert after.history.prices[-1, 0] == fresh.prices["A"].closes[-1]
    assert_same(after, opened([bought, more], data=fresh))


def test_other_rates_or_rows_without_ids_are_valued_anew() -> None:
    bought = row_of(1, TransactionType.BUY, 8, 1)
    state = opened([bought])
    assert followed(state, [bought], replace(MARKET, rates={})) is None
    assert followed(state, [replace(bought, id=None)], MARKET) is None
