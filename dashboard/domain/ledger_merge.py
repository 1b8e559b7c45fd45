"""Puts a part of a valued ledger in the place of the part that it replaces; arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from dashboard.domain.arrays import Ints, Mask, Objects, objects_of, summed
from dashboard.domain.cash_balances import (
    Balances,
    cash_matrix,
    continued_balances,
    first_changes,
    running_balances,
)
from dashboard.domain.cash_flows import CashLegs, LedgerEntries
from dashboard.domain.column_merge import Columns, merged_matrices
from dashboard.domain.ledger import CheckedLedger, LedgerFault
from dashboard.domain.merge_order import KINDS_A_DAY, Array, Merge, ranks
from dashboard.domain.positions import PositionBooks
from dashboard.domain.prices import MarketData
from dashboard.domain.transactions import DAY_ORDER, Transaction, TransactionType, ledger_order
from dashboard.domain.valuation import PortfolioHistory, times

Value = TypeVar("Value")
BETWEEN = 2 * DAY_ORDER[TransactionType.TRANSFER_IN] + 1
EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Part:
    """A valued ledger or part of one, with what it takes to put another part into it.

    ``keys`` order the rows of the ledger (day and kind, sequence, number of entry), (3, n). ``realized_at`` are the
    entries of the realizations, ``running`` the balances by position of the currency. ``rows`` (of the ledger),
    ``posted`` (of the entries), ``local`` (of cash) and ``realizations`` are what their names say once more, as arrays.
    """

    history: PortfolioHistory
    books: PositionBooks
    keys: npt.NDArray[np.int64]
    realized_at: Ints
    running: Balances
    rows: Objects
    posted: Objects
    local: Objects
    realizations: Objects

    @classmethod
    def of(cls, history: PortfolioHistory, books: PositionBooks, numbers: Mapping[int, int]) -> Part:
        """A part with its keys; ``numbers`` are those of entry, by ``id`` of the row."""
        rows, posted = history.ledger.transactions, history.entries.transactions
        places = {id(row): at for at, row in enumerate(posted)}
        in_ledger = objects_of(rows)
        return cls(
            history=history,
            books=books,
            keys=_keys(history.ledger, numbers),
            realized_at=np.array([places[id(found.transaction)] for found in books.realizations], np.intp),
            running=running_balances(history.entries.cash, len(history.days)),
            rows=in_ledger,
            posted=in_ledger if posted is rows else objects_of(posted),
            local=objects_of(history.entries.cash.local),
            realizations=objects_of(books.realizations),
        )


def _keys(ledger: CheckedLedger, numbers: Mapping[int, int]) -> npt.NDArray[np.int64]:
    rows = ledger.transactions
    keys = np.empty((3, len(rows)), np.int64)
    keys[0] = [row.date.toordinal() * KINDS_A_DAY + 2 * DAY_ORDER[row.type] for row in rows]
    keys[1] = [row.sequence for row in rows]
    keys[2] = [numbers[id(row)] for row in rows]
    for at, moves in ledger.moves.items():
        if moves[0].inner:  # a transfer's two halves stand together, between what comes in and what goes out
            if rows[at].type is TransactionType.TRANSFER_IN:
                keys[:, at] = keys[:, at - 1]
            else:
                keys[0, at] += BETWEEN - 2 * DAY_ORDER[TransactionType.TRANSFER_OUT]
    return keys


def merged(
    old: Part, new: Part, touched: Collection[str], gone: Sequence[Transaction], market: MarketData
) -> Part | None:
    """``old`` without ``touched`` symbols and ``gone`` rows of money, and with ``new``; None on another calendar."""
    history = old.history
    stays = _staying(old, touched, gone)
    in_ledger = Merge(stays, ranks(old.keys[:, stays], new.keys))
    keys = np.array([in_ledger.array(one, other) for one, other in zip(old.keys, new.keys, strict=True)])
    if not keys.shape[1] or int(keys[0, 0]) // KINDS_A_DAY != EPOCH + history.days[0].astype(int) + 1:
        return None
    in_entries = _merge_of_entries(history.entries, new.history.entries, in_ledger)
    columns = Columns.of(history.instruments, new.history.instruments, touched)
    rows = in_ledger.array(old.rows, new.rows)
    alike = in_entries is in_ledger and old.posted is old.rows and new.posted is new.rows
    posted = rows if alike else in_entries.array(old.posted, new.posted)
    legs, local, changes = _cash(old, new, in_entries)
    entries = _entries(history.entries, new.history.entries, in_ledger, in_entries, columns, posted, legs)
    ledger = _ledger(history.ledger, new.history.ledger, in_ledger, rows, touched, gone)
    running = continued_balances(old.running, legs, local, changes, len(history.days))
    realized_at, realizations = _realizations(old, new, in_entries)
    return Part(
        history=_history(history, new.history, entries, ledger, columns, running, market),
        books=_books(old.books, new.books, in_entries, touched, realizations),
        keys=keys,
        realized_at=realized_at,
        running=running,
        rows=rows,
        posted=posted,
        local=local,
        realizations=realizations,
    )


def _staying(old: Part, touched: Collection[str], gone: Sequence[Transaction]) -> Mask:
    """The rows of the ledger that are neither of ``touched`` symbols nor ``gone``."""
    entries = old.history.entries
    is_touched = np.array([found.symbol in touched for found in old.history.instruments] + [False], np.bool_)
    stays = np.ones(len(old.rows), np.bool_)
    stays[entries.source[is_touched[entries.instrument]]] = False  # −1, no instrument, is the last
    for row in gone:
        same_day = old.keys[0] // KINDS_A_DAY == row.date.toordinal()
        for at in np.flatnonzero(same_day).tolist():
            stays[at] &= old.rows[at] is not row
    return stays


def _merge_of_entries(old: LedgerEntries, new: LedgerEntries, in_ledger: Merge) -> Merge:
    """The entries in the order of their rows; mostly there is one for each."""
    if len(old.source) == len(in_ledger.old_places) and len(new.source) == len(in_ledger.new_places):
        return in_ledger
    places = in_ledger.old_places[old.source]
    return Merge(places >= 0, np.concatenate((places[places >= 0], in_ledger.new_places[new.source])))


def _entries(
    old: LedgerEntries,
    new: LedgerEntries,
    in_ledger: Merge,
    order: Merge,
    columns: Columns,
    posted: Objects,
    cash: CashLegs,
) -> LedgerEntries:
    found: dict[str, Any] = {  # Any: arrays of every kind
        field.name: order.array(getattr(old, field.name), getattr(new, field.name))
        for field in fields(LedgerEntries)
        if isinstance(getattr(old, field.name), np.ndarray)
    }
    found["instrument"] = order.array(columns.old_columns[old.instrument], columns.new_columns[new.instrument])
    found["source"] = order.array(in_ledger.old_places[old.source], in_ledger.new_places[new.source])
    return LedgerEntries(
        **found,
        transactions=tuple(posted.tolist()),
        cash=cash,
        receivable=_legs(old.receivable, new.receivable, order)[0],
        legs=order.mapping(old.legs, new.legs),
    )


def _cash(old: Part, new: Part, order: Merge) -> tuple[CashLegs, Objects, dict[int, int]]:
    """Movements of cash, their amounts as an array, and by currency from which day on they differ."""
    one, other = old.history.entries.cash, new.history.entries.cash
    legs, by_day = _legs(one, other, order, keep_local=False)
    stays = order.old_places[one.row] >= 0
    local = np.concatenate((old.local[stays], new.local))[by_day]
    changes = first_changes(one, np.flatnonzero(~stays), other)
    return replace(legs, local=tuple(local.tolist())), local, changes


def _legs(old: CashLegs, new: CashLegs, order: Merge, keep_local: bool = True) -> tuple[CashLegs, Ints]:
    """Movements by day, and the order that makes them so; within a day those that stay come first."""
    kept = np.flatnonzero(order.old_places[old.row] >= 0)
    days = np.concatenate((old.day[kept], new.day))
    by_day = np.argsort(days, kind="stable")

    def both(here: Array, there: Array) -> Array:
        return np.concatenate((here[kept], there))[by_day]

    local = both(objects_of(old.local), objects_of(new.local)).tolist() if keep_local else ()
    legs = CashLegs(
        row=both(order.old_places[old.row], order.new_places[new.row]),
        day=days[by_day],
        currency=both(old.currency, new.currency),
        local=tuple(local),
        value=both(old.value, new.value),
    )
    return legs, by_day


def _ledger(
    old: CheckedLedger,
    new: CheckedLedger,
    order: Merge,
    rows: Objects,
    touched: Collection[str],
    gone: Sequence[Transaction],
) -> CheckedLedger:
    left = [
        fault
        for fault in old.faults
        if fault.transaction.symbol not in touched and not any(fault.transaction is row for row in gone)
    ]
    return replace(
        old,
        transactions=tuple(rows.tolist()),
        splits={**_other(old.splits, touched, str), **new.splits},
        faults=tuple(sorted((*left, *new.faults), key=_fault_order)),
        steps={**_other(old.steps, touched, _symbol_of), **new.steps},
        moves=order.mapping(old.moves, new.moves),
    )


def _fault_order(fault: LedgerFault) -> tuple[date, int, int]:
    """That of the rows; one without a date comes first."""
    row = fault.transaction
    return ledger_order(row) if row.date.__class__ is date else (date.min, 0, row.sequence)


def _history(
    old: PortfolioHistory,
    new: PortfolioHistory,
    entries: LedgerEntries,
    ledger: CheckedLedger,
    columns: Columns,
    running: Balances,
    market: MarketData,
) -> PortfolioHistory:
    count = len(old.days)
    cash, used = cash_matrix(running, old.table, count)
    cash_rates = old.table.matrix[:, [old.table.currencies[name] for name in used]]
    held = merged_matrices(old, new, columns, market)
    net = summed(entries.day, entries.external, count)
    return replace(
        old,
        market=market,
        instruments=columns.instruments,
        held=held,
        cash_currencies=used,
        cash=cash,
        cash_rates=cash_rates,
        value=held.total + times(cash, cash_rates).sum(axis=1),
        inflows=np.maximum(net, 0.0),
        outflows=np.maximum(-net, 0.0),
        standing_costs=summed(entries.day, entries.outside, count),
        entries=entries,
        ledger=ledger,
    )


def _realizations(old: Part, new: Part, order: Merge) -> tuple[Ints, Objects]:
    """Their entries, and what they are, in order."""
    places = order.old_places[old.realized_at]
    kept = np.flatnonzero(places >= 0)
    at = np.concatenate((places[kept], order.new_places[new.realized_at]))
    by_entry = np.argsort(at, kind="stable")
    return at[by_entry], np.concatenate((old.realizations[kept], new.realizations))[by_entry]


def _books(
    old: PositionBooks, new: PositionBooks, order: Merge, touched: Collection[str], realizations: Objects
) -> PositionBooks:
    arrays: dict[str, Any] = {  # Any: one number an entry, whatever it counts
        field.name: order.array(getattr(old, field.name), getattr(new, field.name))
        for field in fields(PositionBooks)
        if isinstance(getattr(old, field.name), np.ndarray)
    }
    books = {**_other(old.books, touched, _symbol_of), **new.books}
    return PositionBooks(as_of=old.as_of, books=books, realizations=tuple(realizations.tolist()), **arrays)


def _symbol_of(position: tuple[str, str]) -> str:
    return position[1]


def _other(
    found: Mapping[Any, Value], touched: Collection[str], symbol_of: Callable[[Any], str]
) -> dict[Any, Value]:  # Any: whatever is kept by symbol or by position
    return {key: value for key, value in found.items() if symbol_of(key) not in touched}
