"""A draft that has passed the rules, filled in: its currency, and its amount from quantity and price.

A blank currency is the instrument's where the symbol is known (or another row of the file says it), else the
portfolio's. A split, which moves no money, is kept in the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from dashboard.db.repositories.ledger.instruments import KnownInstrument
from dashboard.domain.transactions import ZERO, Transaction, TransactionType
from dashboard.errors import InvalidInput
from dashboard.services.ledger.amounts import amount_fault, amount_of
from dashboard.services.ledger.draft import Draft, other_currency
from dashboard.services.ledger.rules import faults_of
from dashboard.services.ledger.shapes import INTO_ANOTHER, UNITS

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a row wants to enter. ``instruments`` are by symbol, ``assumed`` the currencies that a file gives.

    ``renamed`` are the symbols of now of what was called otherwise before.
    """

    base_currency: str
    today: date
    instruments: Mapping[str, KnownInstrument]
    assumed: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)

    def symbol(self, text: str) -> str:
        """The symbol under which ``text`` is known, else ``text`` in capitals."""
        if text in self.instruments:
            return text
        capitals = text.upper()
        if capitals in self.instruments:
            return capitals
        return self.renamed.get(text) or self.renamed.get(capitals) or capitals

    def currency(self, symbol: str | None) -> str:
        """The currency of a row that names none."""
        known = self.instruments.get(symbol or "")
        return known.currency if known else self.assumed.get(symbol or "", self.base_currency)

    def multiplier(self, symbol: str | None) -> Decimal:
        """How many units of the underlying one unit is of."""
        known = self.instruments.get(symbol or "")
        return known.multiplier if known else ONE


@dataclass(frozen=True, slots=True)
class Judged:
    """A row after the rules: the transaction, or what is wrong."""

    transaction: Transaction | None
    faults: tuple[InvalidInput, ...] = ()


def judge(draft: Draft, around: Surroundings) -> Judged:
    """The transaction that ``draft`` means, or its faults in the order of the columns."""
    faults = faults_of(draft, around.today, around.base_currency)
    if faults:
        return Judged(None, faults)
    row = _filled(draft, around)
    fault = _target_fault(row) or amount_fault(draft, row, around.multiplier(row.symbol))
    return Judged(None, (fault,)) if fault else Judged(row)


def _filled(draft: Draft, around: Surroundings) -> Transaction:
    symbol = around.symbol(draft.symbol) if draft.symbol else None
    currency = draft.currency.upper() if draft.currency else around.currency(symbol)
    has_units = draft.type in UNITS
    return Transaction(
        date=draft.date,
        type=draft.type,
        currency=currency,
        symbol=symbol,
        quantity=(draft.quantity or ZERO) if has_units or draft.type is TransactionType.SPLIT else ZERO,
        price=draft.price if has_units else None,
        fee=draft.fee or ZERO,
        tax=draft.tax or ZERO,
        amount=amount_of(draft, around.multiplier(symbol)),
        fx_rate=draft.fx_rate,
        cash_currency=draft.cash_currency.upper() if draft.cash_currency else None,
        account=draft.account,
        target_amount=draft.target_amount,
        target_currency=draft.target_currency.upper() if draft.target_currency else None,
        ratio=ONE if draft.ratio is None and draft.type is TransactionType.SYMBOL_CHANGE else draft.ratio,
        target_symbol=around.symbol(draft.target_symbol) if draft.target_symbol else None,
        cost_fraction=draft.cost_fraction,
        acquired=draft.acquired,
        cost=draft.cost,
        lot_ids=draft.lot_ids,
        accrued=draft.accrued or ZERO,
        fee_currency=_fee_currency(draft, currency),
        settle_date=draft.settle_date,
        note=draft.note,
        external_id=draft.external_id,
    )


def _fee_currency(draft: Draft, currency: str) -> str | None:
    code = other_currency(draft.fee_currency, currency) if draft.fee else None
    return code.upper() if code else None


def _target_fault(row: Transaction) -> InvalidInput | None:
    if row.type is TransactionType.EXCHANGE and row.target_currency == row.currency:
        return InvalidInput(f"An exchange is between two currencies; both are {row.currency}.", field="target_currency")
    if row.type in INTO_ANOTHER and row.target_symbol is not None and row.target_symbol == row.symbol:
        return InvalidInput(f"{row.symbol} cannot turn into itself.", field="target_symbol")
    return None
