"""The rules of one row: which columns its type takes, and what each may hold. Every fault names its column."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dashboard.domain.transactions import TransactionType
from dashboard.errors import InvalidInput
from dashboard.services.ledger.currencies import currency_problem
from dashboard.services.ledger.decimals import plain, size_problem
from dashboard.services.ledger.draft import COLUMNS, Draft

EARLIEST = date(1900, 1, 1)
LENGTHS = {"symbol": 64, "account": 100, "external_id": 200, "note": 2000}
EVERYWHERE = frozenset({"date", "type", "currency", "account", "settle_date", "note", "external_id"})
VALUED = EVERYWHERE | {"fx_rate", "cash_currency", "amount"}
INCOME = frozenset({TransactionType.DIVIDEND, TransactionType.INTEREST})
TRADES = frozenset({TransactionType.BUY, TransactionType.SELL})


@dataclass(frozen=True, slots=True)
class Shape:
    """What a type of row needs and takes."""

    takes: frozenset[str]
    needs: tuple[str, ...]


_TRADE = Shape(VALUED | {"symbol", "quantity", "price", "fee", "tax"}, ("symbol", "quantity"))
_COST = Shape(VALUED | {"symbol"}, ("amount",))
_FLOW = Shape(VALUED, ("amount",))
SHAPES: dict[TransactionType, Shape] = {
    TransactionType.BUY: _TRADE,
    TransactionType.SELL: _TRADE,
    TransactionType.DIVIDEND: Shape(VALUED | {"symbol", "quantity", "price", "fee", "tax"}, ("symbol",)),
    TransactionType.INTEREST: Shape(VALUED | {"symbol", "fee", "tax"}, ("amount",)),
    TransactionType.FEE: _COST,
    TransactionType.TAX: _COST,
    TransactionType.DEPOSIT: _FLOW,
    TransactionType.WITHDRAWAL: _FLOW,
    TransactionType.EXCHANGE: Shape(
        VALUED | {"target_amount", "target_currency"}, ("amount", "target_amount", "target_currency")
    ),
    TransactionType.SPLIT: Shape(EVERYWHERE | {"symbol", "ratio"}, ("symbol", "ratio")),
}


def faults_of(draft: Draft, today: date, base_currency: str) -> tuple[InvalidInput, ...]:
    """Everything that is wrong with ``draft`` by itself, in the order of the columns."""
    unusable = [InvalidInput(text, field=column) for column, text in _sizes(draft)]
    if unusable:
        return tuple(unusable)
    found = [InvalidInput(text, field=column) for check in CHECKS for column, text in check(draft)]
    found += [InvalidInput(text, field=column) for column, text in _dates(draft, today)]
    found += [InvalidInput(text, field=column) for column, text in _base_rate(draft, base_currency)]
    return tuple(sorted(found, key=lambda fault: COLUMNS.index(fault.field or "date")))


Faults = Iterator[tuple[str, str]]


def _dates(draft: Draft, today: date) -> Faults:
    if draft.date > today:
        yield "date", f"{draft.date} is in the future (today is {today})."
    elif draft.date < EARLIEST:
        yield "date", f"{draft.date} is before {EARLIEST.year}, the earliest year that is kept."
    if draft.settle_date is not None and draft.settle_date < draft.date:
        yield "settle_date", f"It settles on {draft.settle_date}, before its own date {draft.date}."


def _base_rate(draft: Draft, base_currency: str) -> Faults:
    if draft.fx_rate is None or draft.fx_rate == 1 or draft.currency is None:
        return
    if draft.currency.upper() == base_currency:
        yield "fx_rate", f"The row is in {base_currency}, the portfolio's own currency: leave the rate blank."


def _columns(draft: Draft) -> Faults:
    """Columns that the type does not take, and columns that it needs."""
    shape = SHAPES[draft.type]
    for column in COLUMNS:
        if getattr(draft, column) in (None, "") or column in shape.takes:
            continue
        yield column, f"{_a(draft.type).capitalize()} takes no {_spoken(column)}: leave it blank."
    for column in shape.needs:
        if getattr(draft, column) is None:
            yield column, f"{_a(draft.type).capitalize()} needs {_a(_spoken(column))}."


def _money(draft: Draft) -> Faults:
    """Amounts: given or to be had from quantity and price, and of the right sign."""
    priced = draft.quantity is not None and draft.price is not None
    if draft.type in TRADES and draft.price is None and draft.amount is None:
        yield "price", f"{_a(draft.type).capitalize()} needs a price or an amount."
    if draft.type is TransactionType.DIVIDEND and draft.amount is None and not priced:
        yield "amount", "A dividend needs its amount (or the quantity held and the dividend a unit as the price)."
    if draft.amount is not None and draft.amount < 0 and draft.type not in INCOME:
        yield "amount", f"The amount is {plain(draft.amount)}: amounts are positive, the type gives the direction."


def _signs(draft: Draft) -> Faults:
    if draft.quantity is not None and draft.quantity < 0:
        text = f"The quantity is {plain(draft.quantity)}: quantities are positive, the type gives the direction."
        yield "quantity", text
    for column in ("fee", "tax"):
        value: Decimal | None = getattr(draft, column)
        if value is not None and value < 0:
            yield column, f"The {column} is {plain(value)}: a {column} is a positive cost."
    if draft.price is not None and draft.price < 0:
        yield "price", f"The price is {plain(draft.price)}: a price cannot be negative."
    for column in ("fx_rate", "ratio", "target_amount"):
        value = getattr(draft, column)
        if value is not None and value <= 0:
            yield column, f"The {_spoken(column)} is {plain(value)}: it must be more than 0."


def _sizes(draft: Draft) -> Faults:
    for column in COLUMNS:
        value = getattr(draft, column)
        problem = size_problem(value) if isinstance(value, Decimal) else None
        if problem:
            yield column, f"The {_spoken(column)} {problem}."


def _currencies(draft: Draft) -> Faults:
    for column in ("currency", "cash_currency", "target_currency"):
        code: str | None = getattr(draft, column)
        problem = currency_problem(code) if code else None
        if problem:
            yield column, problem
    if draft.target_currency and draft.currency and draft.target_currency.upper() == draft.currency.upper():
        yield "target_currency", f"An exchange is between two currencies; both are {draft.target_currency.upper()}."


def _texts(draft: Draft) -> Faults:
    for column, limit in LENGTHS.items():
        text: str = getattr(draft, column) or ""
        if len(text) > limit:
            yield column, f"The {_spoken(column)} has {len(text)} characters; {limit} can be kept."
        elif not text.isprintable() and any(_unprintable(character, column) for character in text):
            yield column, f"The {_spoken(column)} has a character that cannot be shown."


def _unprintable(character: str, column: str) -> bool:
    if column == "note" and character in "\n\r\t":
        return False
    return unicodedata.category(character) in {"Cc", "Cs"}


def _spoken(column: str) -> str:
    return "exchange rate" if column == "fx_rate" else column.replace("_", " ")


def _a(word: str) -> str:
    return f"{'an' if word[0] in 'aei' else 'a'} {word}"


CHECKS: tuple[Callable[[Draft], Faults], ...] = (_columns, _money, _signs, _currencies, _texts)
