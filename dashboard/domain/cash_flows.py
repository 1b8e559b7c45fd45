"""What each transaction did, in the currency of the report: trades, income, costs, external flows, cash movements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from dashboard.domain.arrays import NAN, Floats, Ints, Mask, decimal_of, floats_of
from dashboard.domain.instruments import Instrument
from dashboard.domain.transactions import Transaction, TransactionType

ONE = Decimal(1)
KINDS = {kind: code for code, kind in enumerate(TransactionType)}


@dataclass(frozen=True, slots=True)
class RateTable:
    """Market rates on the calendar: ``matrix[day, currency]`` is the report's currency per 1 of ``currencies``."""

    currency: str
    base_currency: str
    currencies: Mapping[str, int]
    matrix: Floats

    def market(self, currency: str, day: int) -> Decimal:
        """The market's rate of a day; NaN where there is none."""
        return ONE if currency == self.currency else decimal_of(self.matrix[day, self.currencies[currency]])

    def of(self, row: Transaction, day: int) -> Decimal:
        """What 1 of the row's currency was worth: its own rate, else the market's."""
        if row.fx_rate is None:
            return self.market(row.currency, day)
        if self.base_currency == self.currency:
            return row.fx_rate
        return row.fx_rate * self.market(self.base_currency, day)


@dataclass(frozen=True, slots=True)
class CashLegs:
    """Movements of cash balances, one row each: ``local`` in its currency, ``value`` in the report's."""

    day: Ints
    currency: Ints
    local: tuple[Decimal, ...]
    value: Floats


@dataclass(frozen=True, slots=True)
class LedgerEntries:
    """One row a transaction, in walking order; money in the report's currency at the row's rate, shape (n,) each.

    ``trade`` is the gross amount that went into (+) or out of (−) the instrument ``instrument`` (−1: none), and
    ``trade_local`` the same in the instrument's currency. ``external`` is the net external flow, ``outside`` a
    standing cost paid from outside (where cash is not tracked). ``rate`` is the value of 1 of the row's currency.
    ``embedded`` marks the rows whose costs are part of a lot's cost or of proceeds.
    """

    transactions: tuple[Transaction, ...]
    day: Ints
    instrument: Ints
    rate: Floats
    trade_local: Floats
    trade: Floats
    income: Floats
    fees: Floats
    taxes: Floats
    embedded: Mask
    external: Floats
    outside: Floats
    cash: CashLegs


def gross_amount(row: Transaction, multiplier: Decimal = ONE) -> Decimal:
    """The gross money of the event: its amount, else quantity × price × multiplier."""
    if row.amount or row.price is None:
        return row.amount
    return row.quantity * row.price * multiplier


def cash_change(row: Transaction, gross: Decimal) -> Decimal:
    """What the event moves in cash, in the row's currency; of an exchange, the leg that goes out."""
    change = CASH_CHANGE[row.type](gross)
    return change - row.fee - row.tax if row.fee or row.tax else change


CASH_CHANGE: dict[TransactionType, Callable[[Decimal], Decimal]] = {
    TransactionType.BUY: lambda gross: -gross,
    TransactionType.SELL: lambda gross: gross,
    TransactionType.DIVIDEND: lambda gross: gross,
    TransactionType.INTEREST: lambda gross: gross,
    TransactionType.FEE: lambda gross: -gross,
    TransactionType.TAX: lambda gross: -gross,
    TransactionType.DEPOSIT: lambda gross: gross,
    TransactionType.WITHDRAWAL: lambda gross: -gross,
    TransactionType.EXCHANGE: lambda gross: -gross,
    TransactionType.SPLIT: lambda gross: Decimal(0),
}


def cash_currency(row: Transaction, base_currency: str) -> str:
    """The balance that the row moves: as it says, else the base currency where it has a rate, else its own."""
    if row.cash_currency:
        return row.cash_currency
    return base_currency if row.fx_rate is not None and row.type is not TransactionType.EXCHANGE else row.currency


def post_ledger(
    rows: Sequence[Transaction],
    instruments: Sequence[Instrument],
    table: RateTable,
    origin: int,
    cash_tracked: bool,
) -> LedgerEntries:
    """The entries of ordered, checked ``rows``; ``origin`` is the ordinal of the calendar's first day."""
    index = {instrument.symbol: position for position, instrument in enumerate(instruments)}
    day = np.array([row.date.toordinal() - origin for row in rows], np.intp)
    held = np.array([index.get(row.symbol or "", -1) for row in rows], np.intp)
    kind = np.array([KINDS[row.type] for row in rows], np.intp)
    gross = [
        gross_amount(row, instruments[position].multiplier if position >= 0 else ONE)
        for row, position in zip(rows, held.tolist(), strict=True)
    ]
    rate = _rates(rows, day, table)
    money = _Money(
        kind, held, worth(gross, rate), worth([row.fee for row in rows], rate), worth([row.tax for row in rows], rate)
    )
    trade = money.trade()
    legs = _legs(rows, day, gross, rate, table) if cash_tracked else NO_LEGS
    counted = money.counted(cash_tracked)
    fees, taxes = np.where(counted, money.fees(), 0.0), np.where(counted, money.taxes(), 0.0)
    return LedgerEntries(
        transactions=tuple(rows),
        day=day,
        instrument=held,
        rate=rate,
        trade_local=np.where(trade == 0.0, 0.0, trade / _instrument_rates(held, day, rate, rows, instruments, table)),
        trade=trade,
        income=np.where(counted, money.income(), 0.0),
        fees=fees,
        taxes=taxes,
        embedded=money.is_of(TransactionType.BUY, TransactionType.SELL),
        external=money.deposits() if cash_tracked else money.untracked_flows(),
        outside=np.zeros(len(rows)) if cash_tracked else np.where(money.standing(), fees + taxes, 0.0),
        cash=legs,
    )


NO_LEGS = CashLegs(np.empty(0, np.intp), np.empty(0, np.intp), (), np.empty(0))


@dataclass(frozen=True, slots=True)
class _Money:
    """The gross amounts and costs of the rows, by kind."""

    kind: Ints
    held: Ints
    gross: Floats
    fee: Floats
    tax: Floats

    def is_of(self, *kinds: TransactionType) -> Mask:
        found: Mask = np.isin(self.kind, [KINDS[kind] for kind in kinds])
        return found

    def _signed(self, plus: TransactionType, minus: TransactionType) -> Floats:
        return np.where(self.is_of(plus), self.gross, np.where(self.is_of(minus), -self.gross, 0.0))

    def trade(self) -> Floats:
        return self._signed(TransactionType.BUY, TransactionType.SELL)

    def deposits(self) -> Floats:
        return self._signed(TransactionType.DEPOSIT, TransactionType.WITHDRAWAL)

    def income(self) -> Floats:
        return np.where(self.is_of(TransactionType.DIVIDEND, TransactionType.INTEREST), self.gross, 0.0)

    def fees(self) -> Floats:
        return self.fee + np.where(self.is_of(TransactionType.FEE), self.gross, 0.0)

    def taxes(self) -> Floats:
        return self.tax + np.where(self.is_of(TransactionType.TAX), self.gross, 0.0)

    def standing(self) -> Mask:
        return self.is_of(TransactionType.FEE, TransactionType.TAX)

    def counted(self, cash_tracked: bool) -> Mask:
        """Rows whose income and costs count: all, or without tracked cash those of holdings and standing costs."""
        if cash_tracked:
            return np.ones(len(self.kind), np.bool_)
        income = self.is_of(TransactionType.DIVIDEND, TransactionType.INTEREST) & (self.held >= 0)
        return income | self.standing() | self.is_of(TransactionType.BUY, TransactionType.SELL)

    def untracked_flows(self) -> Floats:
        """A buy brings its cost in, a sale takes its proceeds out, as does the income of a holding, net."""
        moves = self.is_of(TransactionType.BUY, TransactionType.SELL)
        income = self.is_of(TransactionType.DIVIDEND, TransactionType.INTEREST) & (self.held >= 0)
        costs = np.where(moves | income, self.fee + self.tax, 0.0)
        return self.trade() - np.where(income, self.gross, 0.0) + costs


def worth(amounts: Sequence[Decimal], rate: Floats) -> Floats:
    """Amounts in the report's currency; nothing is worth nothing, even where there is no rate."""
    values = floats_of(amounts)
    return np.where(values == 0.0, 0.0, values * rate)


def _rates(rows: Sequence[Transaction], day: Ints, table: RateTable) -> Floats:
    currency = np.array([table.currencies[row.currency] for row in rows], np.intp)
    own = floats_of([NAN if row.fx_rate is None else row.fx_rate for row in rows])
    if table.currency != table.base_currency:
        own = own * table.matrix[day, table.currencies[table.base_currency]]
    exchange = np.array([row.type is TransactionType.EXCHANGE for row in rows], np.bool_)
    given = np.array([row.fx_rate is not None for row in rows], np.bool_) & ~exchange
    market = table.matrix[day, currency]
    for position in np.flatnonzero(exchange & np.isnan(market)):
        row = rows[position]
        if row.target_amount is not None and row.target_currency and row.amount:
            target = table.matrix[day[position], table.currencies[row.target_currency]]
            market[position] = float(row.target_amount / row.amount) * target
    return np.where(given, own, market)


def _instrument_rates(
    held: Ints,
    day: Ints,
    rate: Floats,
    rows: Sequence[Transaction],
    instruments: Sequence[Instrument],
    table: RateTable,
) -> Floats:
    """The rate that takes a row's value to its instrument's currency: the row's own where the currencies agree."""
    same = np.array(
        [at < 0 or instruments[at].currency == row.currency for row, at in zip(rows, held.tolist(), strict=True)],
        np.bool_,
    )
    if same.all():
        return rate
    currency = np.array([table.currencies[instruments[at].currency] if at >= 0 else 0 for at in held.tolist()], np.intp)
    return np.where(same, rate, table.matrix[day, currency])


def _legs(rows: Sequence[Transaction], day: Ints, gross: Sequence[Decimal], rate: Floats, table: RateTable) -> CashLegs:
    """The movements of cash that the rows make; both legs of an exchange are worth what went out."""
    days: list[int] = []
    currencies: list[int] = []
    local: list[Decimal] = []
    values: list[float] = []

    def add(at: int, currency: str, amount: Decimal, value: float) -> None:
        days.append(at)
        currencies.append(table.currencies[currency])
        local.append(amount)
        values.append(value)

    for row, at, amount, price in zip(rows, day.tolist(), gross, rate.tolist(), strict=True):
        change = cash_change(row, amount)
        if not change:
            continue
        currency = cash_currency(row, table.base_currency)
        add(at, currency, _in_currency(row, change, currency, at, table), float(change) * price)
        if row.type is TransactionType.EXCHANGE and row.target_amount is not None and row.target_currency:
            add(at, row.target_currency, row.target_amount, float(row.amount) * price)
    return CashLegs(np.array(days, np.intp), np.array(currencies, np.intp), tuple(local), np.array(values))


def _in_currency(row: Transaction, change: Decimal, currency: str, day: int, table: RateTable) -> Decimal:
    """``change`` of the row's currency as a movement of the ``currency`` balance."""
    if currency == row.currency:
        return change
    if currency == table.base_currency and row.fx_rate is not None:
        return change * row.fx_rate
    return change * table.of(row, day) / table.market(currency, day)
