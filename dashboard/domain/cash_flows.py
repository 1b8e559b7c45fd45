"""What each transaction did, in the currency of the report: trades, income, costs, external flows, cash movements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from dashboard.domain.arrays import Days, Floats, Ints, date_of, floats_of
from dashboard.domain.instruments import Instrument
from dashboard.domain.ledger import CheckedLedger
from dashboard.domain.leg_building import build_legs
from dashboard.domain.legs import CashMove, Leg
from dashboard.domain.plain_money import KINDS, PlainMoney, cash_changes, instrument_rates, row_rates, worth
from dashboard.domain.prices import MarketData
from dashboard.domain.row_money import ONE, RateTable, cash_currency, gross_amount, in_currency
from dashboard.domain.transactions import ZERO, Transaction, TransactionType


@dataclass(frozen=True, slots=True)
class CashLegs:
    """Movements of balances: ``local`` in its currency, ``value`` in the report's, ``row`` the entry that moves it."""

    row: Ints
    day: Ints
    currency: Ints
    local: tuple[Decimal, ...]
    value: Floats


@dataclass(frozen=True, slots=True)
class LedgerEntries:
    """One row a transaction and position, in walking order; money in the report's currency at the row's rate, (n,).

    A transaction that changes several positions (a merger, a spin-off) has several rows; ``legs`` are, by position,
    what rows did that are no plain trades. ``source`` is the position in the ledger, ascending.

    ``trade`` is the gross amount that went into (+) or out of (−) the instrument ``instrument`` (−1: none), and
    ``trade_local`` the same in the instrument's currency. ``external`` is the net external flow, ``outside`` a
    standing cost paid from outside (where cash is not tracked). ``rate`` is the value of 1 of the row's currency.
    ``standing`` are the costs that are neither part of a lot's cost nor of proceeds. ``receivable`` are the movements
    of what is part of ``cash`` (or, untracked, of the value) but not yet paid.
    """

    transactions: tuple[Transaction, ...]
    source: Ints
    day: Ints
    instrument: Ints
    rate: Floats
    trade_local: Floats
    trade: Floats
    income: Floats
    fees: Floats
    taxes: Floats
    standing: Floats
    external: Floats
    outside: Floats
    cash: CashLegs
    receivable: CashLegs
    legs: Mapping[int, Leg]


def units_traded(entries: LedgerEntries, at: int) -> Decimal:
    """The units that came or went with an entry, without a sign; 0 where it was about money alone."""
    leg = entries.legs.get(at)
    if leg is not None:
        return abs(leg.units)
    row = entries.transactions[at]
    return row.quantity if row.type in (TransactionType.BUY, TransactionType.SELL) else ZERO


def entry_account(entries: LedgerEntries, at: int) -> str:
    """The account of an entry: of a row that several accounts take part in, that of the leg."""
    leg = entries.legs.get(at)
    return entries.transactions[at].account if leg is None else leg.account


def paying_currency(entries: LedgerEntries, at: int, base_currency: str) -> str:
    """The balance that pays the costs of an entry, or takes its income in."""
    leg = entries.legs.get(at)
    if leg is not None and leg.cash:
        return leg.cash[-1].currency
    return cash_currency(entries.transactions[at], base_currency)


def post_ledger(
    ledger: CheckedLedger,
    instruments: Sequence[Instrument],
    table: RateTable,
    days: Days,
    cash_tracked: bool,
    market: MarketData,
) -> LedgerEntries:
    """The entries of a checked ledger on the calendar ``days``."""
    rows, source, legs = _expanded(ledger, instruments, table, days, market)
    index = {instrument.symbol: position for position, instrument in enumerate(instruments)}
    origin = date_of(days[0]).toordinal()
    day = np.array([row.date.toordinal() - origin for row in rows], np.intp)
    held = np.array([index.get(row.symbol or "", -1) for row in rows], np.intp)
    kinds = [KINDS[row.type] for row in rows]
    gross, fees, taxes = _amounts(rows, [instruments[at].multiplier if at >= 0 else ONE for at in held.tolist()], legs)
    for at, leg in legs.items():
        held[at] = index.get(leg.symbol, -1)
    currency = np.array([table.currencies[row.currency] for row in rows], np.intp)
    rate = row_rates(rows, kinds, day, currency, table)
    money = PlainMoney(np.array(kinds, np.intp), held, worth(gross, rate), worth(fees, rate), worth(taxes, rate))
    trade = money.trade()
    moved = cash_changes(kinds, gross, fees, taxes) if cash_tracked else []
    counted = money.counted(cash_tracked)
    all_fees, all_taxes = np.where(counted, money.fees(), 0.0), np.where(counted, money.taxes(), 0.0)
    entries = LedgerEntries(
        transactions=tuple(rows),
        source=source,
        day=day,
        instrument=held,
        rate=rate,
        trade_local=np.where(
            trade == 0.0, 0.0, trade / instrument_rates(held, day, rate, currency, instruments, table)
        ),
        trade=trade,
        income=np.where(counted, money.income(), 0.0),
        fees=all_fees,
        taxes=all_taxes,
        standing=np.where(money.is_of(TransactionType.BUY, TransactionType.SELL), 0.0, all_fees + all_taxes),
        external=money.deposits() if cash_tracked else money.untracked_flows(),
        outside=np.zeros(len(rows)) if cash_tracked else np.where(money.standing(), all_fees + all_taxes, 0.0),
        cash=_legs(rows, day, currency, moved, money, table) if cash_tracked else NO_LEGS,
        receivable=NO_LEGS,
        legs=legs,
    )
    return with_legs(entries, table, cash_tracked) if legs else entries


def _amounts(
    rows: Sequence[Transaction], multipliers: Sequence[Decimal], legs: Mapping[int, Leg]
) -> tuple[list[Decimal], list[Decimal], list[Decimal]]:
    """Gross amounts, fees and taxes of the rows themselves; a leg brings its own."""
    gross = [row.amount or gross_amount(row, units) for row, units in zip(rows, multipliers, strict=True)]
    fees, taxes = [row.fee for row in rows], [row.tax for row in rows]
    for at in legs:
        gross[at] = fees[at] = taxes[at] = ZERO
    return gross, fees, taxes


def _expanded(
    ledger: CheckedLedger, instruments: Sequence[Instrument], table: RateTable, days: Days, market: MarketData
) -> tuple[Sequence[Transaction], Ints, dict[int, Leg]]:
    """A row for each leg, where in the ledger it is, and the legs by position."""
    found = build_legs(ledger, instruments, table, days, market)
    if not found:
        return ledger.transactions, np.arange(len(ledger.transactions), dtype=np.intp), {}
    rows: list[Transaction] = []
    source: list[int] = []
    legs: dict[int, Leg] = {}
    for at, row in enumerate(ledger.transactions):
        for one, leg in found.get(at, ((row, None),)):
            if leg is not None:
                legs[len(rows)] = leg
            rows.append(one)
            source.append(at)
    return rows, np.array(source, np.intp), legs


def with_legs(entries: LedgerEntries, table: RateTable, cash_tracked: bool) -> LedgerEntries:
    """``entries`` with the money of their legs: here it becomes float64."""
    at = np.array(list(entries.legs), np.intp)
    legs = list(entries.legs.values())
    found = {name: getattr(entries, name).copy() for name in ("trade_local", "trade", "income", "fees", "taxes")}
    for name, values in found.items():
        values[at] = floats_of([getattr(leg, name) for leg in legs])
    standing, external = entries.standing.copy(), entries.external.copy()
    standing[at] = floats_of([leg.fees + leg.taxes - leg.embedded for leg in legs])
    external[at] = floats_of([leg.external if cash_tracked else leg.external - _paid(leg) for leg in legs])
    receivable = [(row, move) for row, leg in entries.legs.items() for move in leg.receivable]
    moves = [(row, move) for row, leg in entries.legs.items() for move in leg.cash if cash_tracked] + receivable
    return replace(
        entries,
        **found,
        standing=standing,
        external=external,
        cash=_joined(entries.cash, _cash_legs(moves, entries.day, table)),
        receivable=_cash_legs(receivable, entries.day, table),
    )


def _paid(leg: Leg) -> Decimal:
    """What a leg moves in cash, in the report's currency."""
    return sum((move.value for move in leg.cash), ZERO)


def _cash_legs(moves: Sequence[tuple[int, CashMove]], day: Ints, table: RateTable) -> CashLegs:
    rows = np.array([row for row, _ in moves], np.intp)
    return CashLegs(
        row=rows,
        day=day[rows],
        currency=np.array([table.currencies[move.currency] for _, move in moves], np.intp),
        local=tuple(move.local for _, move in moves),
        value=floats_of([move.value for _, move in moves]),
    )


def _joined(one: CashLegs, other: CashLegs) -> CashLegs:
    """Both, in order of the days."""
    day = np.concatenate((one.day, other.day))
    order = np.argsort(day, kind="stable")
    local = one.local + other.local
    return CashLegs(
        row=np.concatenate((one.row, other.row))[order],
        day=day[order],
        currency=np.concatenate((one.currency, other.currency))[order],
        local=tuple(local[at] for at in order.tolist()),
        value=np.concatenate((one.value, other.value))[order],
    )


NO_LEGS = CashLegs(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0, np.intp), (), np.empty(0))


def _legs(
    rows: Sequence[Transaction], day: Ints, currency: Ints, local: list[Decimal], money: PlainMoney, table: RateTable
) -> CashLegs:
    """The movements of cash: ``local`` of the rows, and what exchanges bring, which is worth what went out."""
    balances = currency.copy()
    for at in [at for at, row in enumerate(rows) if row.fx_rate is not None or row.cash_currency]:
        row, name = rows[at], cash_currency(rows[at], table.base_currency)
        if name != row.currency:
            local[at] = in_currency(row, local[at], name, int(day[at]), table)
            balances[at] = table.currencies[name]
    incoming = np.flatnonzero(money.is_of(TransactionType.EXCHANGE))
    if not len(incoming):
        return CashLegs(np.arange(len(rows)), day, balances, tuple(local), money.cash())
    local.extend(rows[at].target_amount or ZERO for at in incoming.tolist())
    targets = [table.currencies[rows[at].target_currency or ""] for at in incoming.tolist()]
    days = np.concatenate((day, day[incoming]))
    order = np.argsort(days, kind="stable")
    return CashLegs(
        row=np.concatenate((np.arange(len(rows)), incoming))[order],
        day=days[order],
        currency=np.concatenate((balances, np.array(targets, np.intp)))[order],
        local=tuple(local[at] for at in order.tolist()),
        value=np.concatenate((money.cash(), money.gross[incoming]))[order],
    )
