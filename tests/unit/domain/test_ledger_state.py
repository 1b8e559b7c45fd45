"""A ledger that changes row by row is valued as if all of it were valued anew."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from dashboard.domain.ledger_state import LedgerState
from dashboard.domain.prices import MarketData, PriceSeries
from dashboard.domain.transactions import LotMethod, Transaction, TransactionType
from dashboard.errors import NotFound
from tests.unit.domain import ledgers
from tests.unit.domain.same_valuation import assert_same
from tests.unit.domain.test_gain_properties import CURRENCIES, DAYS, END, MARKET, START, Step, rows_of, steps

LEDGERS = 200
KINDS = list(TransactionType)


def opened(
    rows: list[Transaction], cash: bool = True, method: LotMethod = LotMethod.FIFO, market: MarketData = MARKET
) -> LedgerState:
    return LedgerState.of(rows, market, base_currency="EUR", end=END, cash_tracked=cash, method=method)


def anew(state: LedgerState) -> LedgerState:
    """The same rows and market, valued from the beginning."""
    history = state.history
    return opened(list(state.transactions), history.cash_tracked, history.method, history.market)


def drawn(draw: random.Random) -> Step:
    return (
        draw.randrange(DAYS),
        draw.choice(KINDS),
        draw.choice(list(CURRENCIES)),
        draw.randint(1, 500),
        draw.random() < 0.5,
        draw.choice(["", "X"]),
    )


def numbered(step: Step, number: int) -> Transaction:
    return replace(rows_of([step])[0], sequence=number, id=number)


def repriced(market: MarketData, symbol: str, draw: random.Random) -> MarketData:
    """Another close on a day, or a bar more."""
    day = np.datetime64(START + timedelta(days=draw.randrange(DAYS)))
    known = market.prices[symbol]
    dates = np.append(known.dates[known.dates != day], day)
    series = PriceSeries.of(dates, np.append(known.closes[known.dates != day], draw.uniform(50, 150)))
    return replace(market, prices={**market.prices, symbol: series})


def step(state: LedgerState, number: int, draw: random.Random) -> LedgerState:
    """A row added, edited or deleted, or a price."""
    rows = state.transactions
    kind = draw.choice(["add", "add", "edit", "delete", "price"]) if rows else "add"
    if kind == "price":
        symbol = draw.choice(list(CURRENCIES))
        return state.repriced(repriced(state.history.market, symbol, draw), [symbol])
    if kind == "delete":
        return state.delete(draw.choice(rows))
    new = numbered(drawn(draw), number)
    return state.add(new) if kind == "add" else state.edit(draw.choice(rows), new)


@pytest.mark.parametrize("batch", range(8))
def test_random_ledgers_that_change_equal_their_full_valuation(batch: int) -> None:
    for seed in range(batch, LEDGERS, 8):
        draw = random.Random(seed)
        rows = [numbered(drawn(draw), number) for number in range(draw.randint(0, 30))]
        state = opened(rows, draw.random() < 0.6, draw.choice(list(LotMethod)))
        for number in range(len(rows), len(rows) + 4):
            state = step(state, number, draw)
        assert_same(state, anew(state))


class LedgerMachine(RuleBasedStateMachine):
    """Adds, edits and deletes; after each the state equals the valuation of all rows."""

    def __init__(self) -> None:
        super().__init__()
        self.state = opened([])
        self.number = 0

    def row(self, found: Step) -> Transaction:
        self.number += 1
        return numbered(found, self.number)

    @rule(found=steps)
    def add(self, found: list[Step]) -> None:
        self.state = self.state.add(*(self.row(one) for one in found[:3]))

    @precondition(lambda self: self.state.transactions)
    @rule(found=steps, data=st.data())
    def edit(self, found: list[Step], data: st.DataObject) -> None:
        old = data.draw(st.sampled_from(self.state.transactions))
        self.state = self.state.edit(old, self.row(found[0]))

    @precondition(lambda self: self.state.transactions)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        self.state = self.state.delete(data.draw(st.sampled_from(self.state.transactions)))

    @invariant()
    def equals_the_full_valuation(self) -> None:
        assert_same(self.state, anew(self.state))


TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)


def test_an_older_state_stays_as_it_was() -> None:
    rows = [numbered((1, TransactionType.BUY, "A", 80, False, ""), 1)]
    before = opened(rows)
    values = before.history.values.copy()
    after = before.add(numbered((1, TransactionType.BUY, "A", 40, False, ""), 2))
    assert np.array_equal(before.history.values, values)
    assert after.history.quantities[-1, 0] == 15
    assert before.books.books["", "A"].quantity == 10


def test_a_row_before_all_others_begins_the_calendar_earlier() -> None:
    state = opened([numbered((5, TransactionType.BUY, "A", 80, False, ""), 1)])
    state = state.add(numbered((2, TransactionType.DEPOSIT, "A", 80, False, ""), 2))
    assert state.history.days[1].item() == START + timedelta(days=2)
    assert_same(state, anew(state))


def test_a_sale_becomes_a_fault_when_its_purchase_goes_and_is_whole_again_with_it() -> None:
    bought, sold = (
        numbered((day, kind, "A", 80, False, ""), day)
        for day, kind in ((2, TransactionType.BUY), (4, TransactionType.SELL))
    )
    state = opened([numbered((1, TransactionType.DEPOSIT, "A", 5, False, ""), 9), bought, sold])
    without = state.delete(bought)
    assert [fault.transaction for fault in without.history.faults] == [sold]
    again = without.add(bought)
    assert not again.history.faults
    assert len(again.books.realizations) == 1
    assert_same(again, anew(again))


def test_a_row_that_is_not_there_cannot_be_deleted() -> None:
    state = opened([])
    with pytest.raises(NotFound):
        state.delete(numbered((1, TransactionType.BUY, "A", 80, False, ""), 1))


def test_a_currency_that_is_new_comes_with_its_rates() -> None:
    data = ledgers.market(fx={("CHF", "EUR"): ledgers.rates("2024-01-01", 1.0, 1.1)})
    state = LedgerState.of(
        ledgers.ledger("2024-01-01 deposit 100"), data, base_currency="EUR", end=START + timedelta(days=1)
    )
    state = state.add(ledgers.ledger("2024-01-01 deposit 100 ccy=CHF")[0])
    assert state.history.value[-1] == pytest.approx(210)
    assert dict(zip(state.history.cash_currencies, state.history.cash[-1], strict=True)) == {"EUR": 100, "CHF": 100}
    assert state.delete(state.transactions[-1]).history.value[-1] == Decimal(100)
