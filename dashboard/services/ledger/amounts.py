"""The amount of a row: had from quantity and price where it is blank, and held against them where it is not."""

from __future__ import annotations

from decimal import Decimal

from dashboard.domain.transactions import ZERO, Transaction, TransactionType
from dashboard.errors import InvalidInput
from dashboard.services.ledger.currencies import minor_unit_digits
from dashboard.services.ledger.decimals import LIMIT, WIDE, exact_product, plain
from dashboard.services.ledger.draft import Draft
from dashboard.services.ledger.shapes import UNITS

ONE = Decimal(1)


def amount_of(draft: Draft, multiplier: Decimal) -> Decimal:
    """The amount that is given, else quantity × price (× multiplier); what is reinvested is net of fee and tax."""
    if draft.amount is not None:
        return draft.amount
    if draft.quantity is None or draft.price is None:
        return ZERO
    return WIDE.add(exact_product(draft.quantity, draft.price, _factor(draft, multiplier)), _withheld(draft))


def amount_fault(draft: Draft, row: Transaction, multiplier: Decimal) -> InvalidInput | None:
    """An amount that quantity × price denies by more than the rounding of the three explains."""
    if row.amount >= LIMIT:
        return InvalidInput("The amount is larger than can be kept.", field="amount")
    withheld = _withheld(draft)
    if draft.type is TransactionType.REINVEST and row.amount <= withheld:
        return InvalidInput(
            f"Fee and tax take {plain(withheld)} of {plain(row.amount)}: nothing is left.", field="amount"
        )
    if draft.amount is None or draft.quantity is None or draft.price is None:
        return None
    factor = _factor(draft, multiplier)
    product = WIDE.add(exact_product(draft.quantity, draft.price, factor), withheld)
    if abs(product - abs(draft.amount)) <= _rounding(draft.quantity, draft.price, factor, row.currency):
        return None
    times = f" × {plain(factor)}" if factor != ONE else ""
    costs = f" with fee and tax of {plain(withheld)}" if withheld else ""
    working = f"{plain(draft.quantity)} × {plain(draft.price)}{times}{costs} is {plain(product)}"
    return InvalidInput(f"The amount is {plain(draft.amount)}, but {working}.", field="amount")


def _factor(draft: Draft, multiplier: Decimal) -> Decimal:
    return multiplier if draft.type in UNITS else ONE


def _withheld(draft: Draft) -> Decimal:
    """What a reinvested income pays before units are bought with it."""
    if draft.type is not TransactionType.REINVEST:
        return ZERO
    return (draft.fee or ZERO) + (draft.tax or ZERO)


def _rounding(quantity: Decimal, price: Decimal, factor: Decimal, currency: str) -> Decimal:
    """Half a last digit of price (cents at the coarsest) and of a broken quantity, and one smallest unit of money."""
    price_step = ONE.scaleb(-max(_digits(price), 2)) / 2
    quantity_step = ONE.scaleb(-_digits(quantity)) / 2 if _digits(quantity) else ZERO
    step = WIDE.add(WIDE.multiply(quantity, price_step), WIDE.multiply(price, quantity_step))
    return WIDE.add(WIDE.multiply(step, factor), ONE.scaleb(-minor_unit_digits(currency)))


def _digits(value: Decimal) -> int:
    return len(plain(value).partition(".")[2])
