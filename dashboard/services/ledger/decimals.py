"""Exact decimals of a ledger: wide arithmetic, plain text, and what fits the columns."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

# Products of two columns of 38 digits are exact in it.
WIDE = Context(prec=90, rounding=ROUND_HALF_EVEN)
DECIMALS = 18
SMALLEST = Decimal(1).scaleb(-DECIMALS)
LIMIT = Decimal(10) ** 20


def plain(value: Decimal) -> str:
    """``value`` with all its digits, no exponent and no trailing zeros."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def exact_product(*factors: Decimal) -> Decimal:
    """The product, rounded to 18 decimals only."""
    product = Decimal(1)
    for factor in factors:
        product = WIDE.multiply(product, factor)
    return Decimal(plain(product.quantize(SMALLEST, context=WIDE)))


def size_problem(value: Decimal) -> str | None:
    """Why ``value`` does not fit a column of 38 digits, 18 of them decimals; None where it does."""
    if not value.is_finite():
        return "is not a number"
    if abs(value) >= LIMIT:
        return "is larger than can be kept"
    return f"has more than {DECIMALS} decimals" if len(plain(value).partition(".")[2]) > DECIMALS else None
