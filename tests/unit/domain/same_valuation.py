"""Whether two states of a ledger say the same, by symbol, currency and row."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from dashboard.domain.cash_flows import LedgerEntries
from dashboard.domain.ledger_state import LedgerState
from dashboard.domain.positions import PositionBooks
from dashboard.domain.valuation import PortfolioHistory


def assert_same(found: LedgerState, wanted: LedgerState) -> None:
    """Equal in every number: Decimal exactly, float64 to 1e-9 of its size."""
    _same_rows(found.history, wanted.history)
    _same_holdings(found.history, wanted.history)
    _same_totals(found.history, wanted.history)
    _same_books(found.books, wanted.books)


def _close(one: object, other: object, name: str) -> None:
    np.testing.assert_allclose(np.asarray(one), np.asarray(other), rtol=1e-9, atol=1e-7, err_msg=name)


def _same_rows(found: PortfolioHistory, wanted: PortfolioHistory) -> None:
    assert found.ledger.transactions == wanted.ledger.transactions
    assert found.entries.transactions == wanted.entries.transactions
    names = [[instrument.symbol for instrument in history.instruments] for history in (found, wanted)]
    for field in fields(LedgerEntries):
        ours, theirs = getattr(found.entries, field.name), getattr(wanted.entries, field.name)
        if field.name == "instrument":
            held = [
                [name[at] if at >= 0 else None for at in column]
                for name, column in zip(names, (ours, theirs), strict=True)
            ]
            assert held[0] == held[1]
        elif isinstance(ours, np.ndarray):
            _close(ours, theirs, field.name)
    assert _legs(found) == _legs(wanted)
    assert {name: splits for name, splits in found.ledger.splits.items() if splits} == {
        name: splits for name, splits in wanted.ledger.splits.items() if splits
    }
    assert dict(found.ledger.steps) == dict(wanted.ledger.steps)
    assert dict(found.ledger.moves) == dict(wanted.ledger.moves)
    assert dict(found.entries.legs) == dict(wanted.entries.legs)
    assert np.array_equal(np.sort(found.entries.receivable.row), np.sort(wanted.entries.receivable.row))
    assert [(fault.transaction, str(fault.error)) for fault in found.faults] == [
        (fault.transaction, str(fault.error)) for fault in wanted.faults
    ]


def _legs(history: PortfolioHistory) -> list[tuple[object, ...]]:
    legs, names = history.entries.cash, {at: name for name, at in history.table.currencies.items()}
    columns = (legs.row.tolist(), legs.day.tolist(), legs.currency.tolist(), legs.local, legs.value.tolist())
    return sorted(
        (row, day, names[at], local, f"{value:.9g}") for row, day, at, local, value in zip(*columns, strict=True)
    )


def _same_holdings(found: PortfolioHistory, wanted: PortfolioHistory) -> None:
    assert sorted(one.symbol for one in found.instruments) == sorted(one.symbol for one in wanted.instruments)
    for at, instrument in enumerate(found.instruments):
        column = wanted.column(instrument.symbol)
        assert wanted.instruments[column] == instrument
        assert np.array_equal(found.quantities[:, at], wanted.quantities[:, column])
        assert np.array_equal(found.estimated[:, at], wanted.estimated[:, column])
        _close(found.prices[:, at], wanted.prices[:, column], "prices")
        _close(found.values[:, at], wanted.values[:, column], "values")


def _same_totals(found: PortfolioHistory, wanted: PortfolioHistory) -> None:
    assert np.array_equal(found.days, wanted.days)
    assert np.array_equal(found.has_bar, wanted.has_bar)
    for name in ("value", "inflows", "outflows", "standing_costs"):
        _close(getattr(found, name), getattr(wanted, name), name)
    cash = [dict(zip(one.cash_currencies, one.cash.T.tolist(), strict=True)) for one in (found, wanted)]
    assert cash[0] == cash[1]
    rates = [dict(zip(one.cash_currencies, one.cash_rates.T, strict=True)) for one in (found, wanted)]
    for name in rates[0]:
        _close(rates[0][name], rates[1][name], "cash rates")


def _same_books(found: PositionBooks, wanted: PositionBooks) -> None:
    assert found.as_of == wanted.as_of
    assert found.realizations == wanted.realizations
    _close(found.realized, wanted.realized, "realized")
    _close(found.cost_change, wanted.cost_change, "cost_change")
    _close(found.transferred, wanted.transferred, "transferred")
    lots = [
        {
            place: (book.quantity, book.cost, book.base_cost, book.open_lots)
            for place, book in one.books.items()
            if book.quantity
        }
        for one in (found, wanted)
    ]
    assert lots[0] == lots[1]
