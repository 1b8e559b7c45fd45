"""The rules of one row: which columns its type takes, and what each may hold. Every fault names its column."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

from dashboard.domain.transactions import TransactionType
from dashboard.errors import InvalidInput
from dashboard.services.ledger.currencies import currency_problem
from dashboard.services.ledger.decimals import plain, size_problem
from dashboard.services.ledger.draft import COLUMNS, Draft
from dashboard.services.ledger.shapes import INCOME, SHAPES, TRADES
from dashboard.services.names import cannot_be_shown

EARLIEST = date(1900, 1, 1)
LENGTHS = {"symbol": 64, "target_symbol": 64, "account": 100, "external_id": 200, "note": 2000}
MOST_LOTS = 500
BLANK: tuple[object, ...] = (None, "", ())
PRICED_TRADES = TRADES | {TransactionType.REINVEST}
WHATS = {"price": "a price", "cost": "a cost", "accrued": "accrued interest"}
SPOKEN = {"fx_rate": "exchange rate", "spin_off": "spin-off", "lot_ids": "lot ids"}


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
    if draft.acquired is not None and draft.acquired > draft.date:
        yield "acquired", f"They were acquired on {draft.acquired}, after the transfer on {draft.date}."
    elif draft.acquired is not None and draft.acquired < EARLIEST:
        yield "acquired", f"{draft.acquired} is before {EARLIEST.year}, the earliest year that is kept."


def _base_rate(draft: Draft, base_currency: str) -> Faults:
    if draft.fx_rate is None or draft.fx_rate == 1 or draft.currency is None:
        return
    if draft.currency.upper() == base_currency:
        yield "fx_rate", f"The row is in {base_currency}, the portfolio's own currency: leave the rate blank."


def _columns(draft: Draft) -> Faults:
    """Columns that the type does not take, and columns that it needs."""
    shape = SHAPES[draft.type]
    for column in COLUMNS:
        if getattr(draft, column) in BLANK or column in shape.takes:
            continue
        yield column, f"{_kind(draft)} takes no {_spoken(column)}: leave it blank."
    for column in shape.needs:
        if getattr(draft, column) is None:
            yield column, f"{_kind(draft)} needs {_a(_spoken(column))}."


def _money(draft: Draft) -> Faults:
    """Amounts: given or to be had from quantity and price, and of the right sign."""
    priced = draft.quantity is not None and draft.price is not None
    if draft.type in PRICED_TRADES and draft.price is None and draft.amount is None:
        yield "price", f"{_kind(draft)} needs a price or an amount."
    if draft.type is TransactionType.DIVIDEND and draft.amount is None and not priced:
        yield "amount", "A dividend needs its amount (or the quantity held and the dividend a unit as the price)."
    if draft.amount is not None and draft.amount < 0 and draft.type not in INCOME:
        yield "amount", f"The amount is {plain(draft.amount)}: amounts are positive, the type gives the direction."


def _corporate_actions(draft: Draft) -> Faults:
    """What an instrument turns into, and the money that comes with it."""
    if draft.symbol and draft.target_symbol and draft.symbol.upper() == draft.target_symbol.upper():
        yield "target_symbol", f"{_kind(draft)} is into another instrument; both are {draft.target_symbol}."
    if draft.type is TransactionType.MERGER:
        if draft.target_symbol is None and draft.amount is None and draft.ratio is None:
            yield "target_symbol", "A merger needs the target symbol and the ratio that it brings, or its cash amount."
        elif draft.target_symbol is None and draft.ratio is not None:
            yield "target_symbol", "A merger at a ratio needs the target symbol that it brings."
        elif draft.target_symbol is not None and draft.ratio is None:
            yield "ratio", "A merger into another instrument needs the ratio: new units for each old one."
    if draft.type is TransactionType.SPLIT and draft.quantity is not None and draft.amount is None:
        yield "quantity", "A split takes a quantity only with the amount paid for it: leave it blank."
    if draft.cost_fraction is not None and not 0 <= draft.cost_fraction <= 1:
        text = (
            f"The cost fraction is {plain(draft.cost_fraction)}: it is the share of the cost that moves, from 0 to 1."
        )
        yield "cost_fraction", text


def _lots(draft: Draft) -> Faults:
    if len(draft.lot_ids) > MOST_LOTS:
        yield "lot_ids", f"The row names {len(draft.lot_ids)} lots; {MOST_LOTS} can be kept."
    twice = next((name for name in draft.lot_ids if draft.lot_ids.count(name) > 1), None)
    if twice is not None:
        yield "lot_ids", f"The lot {twice} is named twice."
    for name in draft.lot_ids:
        if len(name) > LENGTHS["external_id"] or ";" in name or not name.isprintable():
            yield "lot_ids", f"{name[:40]!r} is not the id of a lot."
            return


def _signs(draft: Draft) -> Faults:
    if draft.quantity is not None and draft.quantity < 0:
        text = f"The quantity is {plain(draft.quantity)}: quantities are positive, the type gives the direction."
        yield "quantity", text
    for column in ("fee", "tax"):
        value: Decimal | None = getattr(draft, column)
        if value is not None and value < 0:
            yield column, f"The {column} is {plain(value)}: a {column} is a positive cost."
    for column in ("price", "cost", "accrued"):
        value = getattr(draft, column)
        if value is not None and value < 0:
            yield column, f"The {column} is {plain(value)}: {WHATS[column]} cannot be negative."
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
    for column in ("currency", "cash_currency", "target_currency", "fee_currency"):
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
        elif cannot_be_shown(text, but="\n\r\t" if column == "note" else ""):
            yield column, f"The {_spoken(column)} has a character that cannot be shown."


def _spoken(column: str) -> str:
    return SPOKEN.get(column) or column.replace("_", " ")


def _kind(draft: Draft) -> str:
    """The type with its article, as a sentence begins."""
    return _a(_spoken(draft.type)).capitalize()


def _a(word: str) -> str:
    return f"{'an' if word[0] in 'aei' else 'a'} {word}"


CHECKS: tuple[Callable[[Draft], Faults], ...] = (
    *(_columns, _money, _corporate_actions, _lots, _signs, _currencies, _texts),
)
