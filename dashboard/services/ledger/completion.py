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
from dashboard.services.ledger.currencies import minor_unit_digits
from dashboard.services.ledger.decimals import LIMIT, WIDE, exact_product, plain
from dashboard.services.ledger.draft import Draft
from dashboard.services.ledger.rules import TRADES, faults_of

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a row wants to enter. ``instruments`` are by symbol, ``assumed`` the currencies that a file gives."""

    base_currency: str
    today: date
    instruments: Mapping[str, KnownInstrument]
    assumed: Mapping[str, str] = field(default_factory=dict)

    def symbol(self, text: str) -> str:
        """The spelling under which ``text`` is known, else in capitals."""
        return text if text in self.instruments else text.upper()

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
    fault = _target_fault(row) or _amount_fault(draft, row, around.multiplier(row.symbol))
    return Judged(None, (fault,)) if fault else Judged(row)


def _filled(draft: Draft, around: Surroundings) -> Transaction:
    symbol = around.symbol(draft.symbol) if draft.symbol else None
    currency = draft.currency.upper() if draft.currency else around.currency(symbol)
    is_trade = draft.type in TRADES
    return Transaction(
        date=draft.date,
        type=draft.type,
        currency=currency,
        symbol=symbol,
        quantity=(draft.quantity or ZERO) if is_trade else ZERO,
        price=draft.price if is_trade else None,
        fee=draft.fee or ZERO,
        tax=draft.tax or ZERO,
        amount=_amount(draft, around.multiplier(symbol)),
        fx_rate=draft.fx_rate,
        cash_currency=draft.cash_currency.upper() if draft.cash_currency else None,
        account=draft.account,
        target_amount=draft.target_amount,
        target_currency=draft.target_currency.upper() if draft.target_currency else None,
        ratio=draft.ratio,
        settle_date=draft.settle_date,
        note=draft.note,
        external_id=draft.external_id,
    )


def _amount(draft: Draft, multiplier: Decimal) -> Decimal:
    if draft.amount is not None:
        return draft.amount
    if draft.quantity is None or draft.price is None:
        return ZERO
    return exact_product(draft.quantity, draft.price, multiplier if draft.type in TRADES else ONE)


def _target_fault(row: Transaction) -> InvalidInput | None:
    if row.type is TransactionType.EXCHANGE and row.target_currency == row.currency:
        return InvalidInput(f"An exchange is between two currencies; both are {row.currency}.", field="target_currency")
    return None


def _amount_fault(draft: Draft, row: Transaction, multiplier: Decimal) -> InvalidInput | None:
    """An amount that quantity × price denies by more than the rounding of the three explains."""
    if row.amount >= LIMIT:
        return InvalidInput("The amount is larger than can be kept.", field="amount")
    if draft.amount is None or draft.quantity is None or draft.price is None:
        return None
    factor = multiplier if draft.type in TRADES else ONE
    product = exact_product(draft.quantity, draft.price, factor)
    if abs(product - abs(draft.amount)) <= _rounding(draft.quantity, draft.price, factor, row.currency):
        return None
    times = f" × {plain(factor)}" if factor != ONE else ""
    working = f"{plain(draft.quantity)} × {plain(draft.price)}{times} is {plain(product)}"
    return InvalidInput(f"The amount is {plain(draft.amount)}, but {working}.", field="amount")


def _rounding(quantity: Decimal, price: Decimal, factor: Decimal, currency: str) -> Decimal:
    """Half a last digit of price (cents at the coarsest) and of a broken quantity, and one smallest unit of money."""
    price_step = ONE.scaleb(-max(_digits(price), 2)) / 2
    quantity_step = ONE.scaleb(-_digits(quantity)) / 2 if _digits(quantity) else ZERO
    step = WIDE.add(WIDE.multiply(quantity, price_step), WIDE.multiply(price, quantity_step))
    return WIDE.add(WIDE.multiply(step, factor), ONE.scaleb(-minor_unit_digits(currency)))


def _digits(value: Decimal) -> int:
    return len(plain(value).partition(".")[2])
