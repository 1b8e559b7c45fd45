"""How figures read in the cells of a grid: in the browser, and on the server, which measures their room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import ceil
from typing import Any

from dashboard.formatting import numbers

Row = dict[str, Any]  # ag-grid rows are free-form JSON

QUANTITY_DIGITS = 8
# Pixels in a cell: its padding and border, and the widths of characters where figures are tabular.
PADDING = 27
NARROW, NARROW_CHARACTERS = 3.5, ",.'’ \u00a0\u202f"
DIGIT, OTHER = 8.7, 10.0
WIDTHS = {"%": 12.8} | dict.fromkeys("0123456789+−–<>$€£¥", DIGIT) | dict.fromkeys(NARROW_CHARACTERS, NARROW)


@dataclass(frozen=True, slots=True)
class Form:
    """``script``: what the browser calls with a cell; ``text``: the same on the server, with a value and its row."""

    script: str
    text: Callable[[Any, Row], str]

    def room(self, field: str, rows: Sequence[Row], at_least: int) -> int:
        """The pixels that the longest figure of a column needs; ``at_least`` what its head does."""
        return max([at_least, *(text_width(self.text(row[field], row)) for row in rows if field in row)])

    def of_rows(self) -> Form:
        """The same of rows alone: the total has no such figure, and leaves its place blank."""
        return replace(self, script=f"params.node.rowPinned ? '' : {self.script}")


def text_width(text: str) -> int:
    """The pixels of a cell that shows ``text``."""
    return ceil(sum(WIDTHS.get(character, OTHER) for character in text)) + PADDING


def whole_quantity(quantity: Decimal) -> str | None:
    """All digits of a quantity, where a cell does not show them."""
    whole = numbers.whole(quantity)
    return None if whole == numbers.quantity(quantity, digits=QUANTITY_DIGITS) else whole


def money(currency: str, decimals: int | None = None) -> Form:
    """An amount in ``currency``, with its own decimals unless told."""
    places = "" if decimals is None else f", {decimals}"
    return Form(
        f"money(params.value, '{currency}'{places})", lambda value, _row: numbers.money(value, currency, decimals)
    )


def change(currency: str, decimals: int) -> Form:
    """An amount with its sign."""
    return Form(
        f"change(params.value, '{currency}', {decimals})",
        lambda value, _row: numbers.money(value, currency, decimals, signed=True),
    )


def percent(decimals: int) -> Form:
    """A fraction in percent."""
    return Form(f"percent(params.value, {decimals})", lambda value, _row: numbers.percent(value, decimals))


def percent_change(decimals: int) -> Form:
    """A fraction in percent, with its sign."""
    return Form(
        f"percentChange(params.value, {decimals})", lambda value, _row: numbers.percent(value, decimals, signed=True)
    )


PRICE = Form(
    "price(params.value, params.data.currency)", lambda value, row: numbers.price(value, str(row.get("currency", "")))
)
QUANTITY = Form(
    f"quantity(params.value, params.data.crypto, {QUANTITY_DIGITS})",
    lambda value, row: numbers.quantity(value, crypto=bool(row.get("crypto")), digits=QUANTITY_DIGITS),
)
