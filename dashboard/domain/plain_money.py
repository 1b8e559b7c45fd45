"""The money of plain rows, all at once: gross amounts and costs by kind, the rates that they are worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from dashboard.domain.arrays import NAN, Floats, Ints, Mask, floats_of
from dashboard.domain.instruments import Instrument
from dashboard.domain.row_money import RateTable
from dashboard.domain.transactions import Transaction, TransactionType

KINDS = {kind: code for code, kind in enumerate(TransactionType)}
BRINGS_CASH = (TransactionType.SELL, TransactionType.DIVIDEND, TransactionType.INTEREST, TransactionType.DEPOSIT)


@dataclass(frozen=True, slots=True)
class PlainMoney:
    """The gross amounts and costs of the rows, by kind."""

    kind: Ints
    held: Ints
    gross: Floats
    fee: Floats
    tax: Floats

    def is_of(self, *kinds: TransactionType) -> Mask:
        """Which rows are of one of ``kinds``, (n,)."""
        chosen = np.zeros(len(KINDS), np.bool_)
        chosen[[KINDS[kind] for kind in kinds]] = True
        return chosen[self.kind]

    def _signed(self, plus: TransactionType, minus: TransactionType) -> Floats:
        return np.where(self.is_of(plus), self.gross, np.where(self.is_of(minus), -self.gross, 0.0))

    def trade(self) -> Floats:
        """What went into (+) or out of (−) instruments, without costs."""
        return self._signed(TransactionType.BUY, TransactionType.SELL)

    def deposits(self) -> Floats:
        """What came from outside (+) or went there (−)."""
        return self._signed(TransactionType.DEPOSIT, TransactionType.WITHDRAWAL)

    def income(self) -> Floats:
        """Gross income."""
        return np.where(self.is_of(TransactionType.DIVIDEND, TransactionType.INTEREST), self.gross, 0.0)

    def fees(self) -> Floats:
        """Fees of rows, and rows that are fees."""
        return self.fee + np.where(self.is_of(TransactionType.FEE), self.gross, 0.0)

    def taxes(self) -> Floats:
        """Taxes of rows, and rows that are taxes."""
        return self.tax + np.where(self.is_of(TransactionType.TAX), self.gross, 0.0)

    def cash(self) -> Floats:
        """What each row moves in cash; of an exchange, the leg that goes out."""
        gross = np.where(self.is_of(*BRINGS_CASH), self.gross, -self.gross)
        return gross - self.fee - self.tax

    def standing(self) -> Mask:
        """Which rows are standing costs."""
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


def row_rates(rows: Sequence[Transaction], kinds: Sequence[int], day: Ints, currency: Ints, table: RateTable) -> Floats:
    """What 1 of each row's currency was worth: its own rate, else the market's; an exchange goes by the market."""
    rates = table.matrix[day, currency]
    exchange = KINDS[TransactionType.EXCHANGE]
    own = [at for at, row in enumerate(rows) if row.fx_rate is not None and kinds[at] != exchange]
    if own:
        given = floats_of([row.fx_rate or NAN for row in (rows[at] for at in own)])
        to_report = table.matrix[:, table.currencies[table.base_currency]]
        rates[own] = given if table.currency == table.base_currency else given * to_report[day[own]]
    for at in np.flatnonzero(np.isnan(rates)).tolist():
        row = rows[at]
        if kinds[at] == exchange and row.target_amount is not None and row.target_currency and row.amount:
            target = table.matrix[day[at], table.currencies[row.target_currency]]
            rates[at] = float(row.target_amount / row.amount) * target
    return rates


def instrument_rates(
    held: Ints,
    day: Ints,
    rate: Floats,
    currency: Ints,
    instruments: Sequence[Instrument],
    table: RateTable,
) -> Floats:
    """The rate that takes a row's value to its instrument's currency: the row's own where the currencies agree."""
    columns = np.array([*(table.currencies[instrument.currency] for instrument in instruments), -1], np.intp)
    of_held = columns[held]  # −1, no instrument, is the last
    other = (of_held >= 0) & (of_held != currency)
    return np.where(other, table.matrix[day, of_held], rate) if other.any() else rate


def cash_changes(
    kinds: Sequence[int], gross: Sequence[Decimal], fees: Sequence[Decimal], taxes: Sequence[Decimal]
) -> list[Decimal]:
    """What each row moves in cash, in its own currency; of an exchange, the leg that goes out."""
    brings = {KINDS[kind] for kind in BRINGS_CASH}
    costs = [fee + tax for fee, tax in zip(fees, taxes, strict=True)] if any(taxes) else fees
    return [
        amount - cost if kind in brings else -amount - cost
        for kind, amount, cost in zip(kinds, gross, costs, strict=True)
    ]
