"""Identities of ledgers with rows of every type: parts sum to the gain, lots to positions, costs are conserved."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.attribution import Gain, attribute
from dashboard.domain.calendar import Period
from dashboard.domain.positions import book_positions
from dashboard.domain.transactions import ZERO, LotMethod, Transaction
from tests.unit.domain.any_ledger import DAYS, END, START, ledgers, valued

METHODS = st.sampled_from(list(LotMethod))


def parts(gain: Gain) -> float:
    return gain.price + gain.currency + gain.income - gain.fees - gain.taxes


def realised_parts(gain: Gain) -> float:
    return gain.realized + gain.unrealized + gain.income + gain.cash_currency - gain.standing + gain.transferred


@settings(max_examples=150, deadline=None)
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


@settings(max_examples=60, deadline=None)
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
