"""Rows as the grid has them: every cell text, exact to the last digit, "" for a blank one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from dashboard.domain.transactions import Transaction, TransactionType
from dashboard.errors import InvalidInput
from dashboard.results.scalars import Json, amount, day
from dashboard.results.transactions import TransactionRow
from dashboard.services.imports import DecimalMark
from dashboard.services.imports.numbers import NotANumberError, NumberReader
from dashboard.services.ledger.draft import Draft
from dashboard.services.ledger.lot_names import lots_in, lots_text

Raw = Mapping[str, Any]  # a row as a browser sends it: nothing is known of it yet
COLUMNS = tuple(field.name for field in fields(Draft))
NUMBERS = (
    *("quantity", "price", "fee", "tax", "amount", "fx_rate", "target_amount", "ratio", "cost_fraction", "cost"),
    "accrued",
)
DATES = ("date", "settle_date", "acquired")
LONGEST_CELL = 4_000
_reader = NumberReader(DecimalMark.POINT)


def grid_row(row: TransactionRow) -> dict[str, Json]:
    """A stored row without its blank cells. ``effect`` is what it moves in cash, in the portfolio's currency."""
    filled: dict[str, Json] = {name: text for name, text in cells(row.transaction).items() if text}
    named: dict[str, Json] = {"name": row.instrument_name} if row.instrument_name else {}
    return {"id": str(row.id), "version": row.version, **filled, **named, "effect": row.cash_effect}


def cells(row: Transaction) -> dict[str, Json]:
    """The cells of a transaction by their columns."""
    draft = Draft.of(row)
    return {name: _cell(getattr(draft, name)) for name in COLUMNS}


def transaction(raw: Raw) -> tuple[Transaction | None, tuple[InvalidInput, ...]]:
    """The transaction that was typed, its blanks left blank; None with every cell that cannot be read."""
    faults: list[InvalidInput] = []
    days = {name: _day(raw, name, faults) for name in DATES}
    numbers = {name: _number(raw, name, faults) for name in NUMBERS}
    kind = _type(raw, faults)
    when = days["date"]
    if when is None and not any(fault.field == "date" for fault in faults):
        faults.insert(0, InvalidInput("The date is missing.", field="date"))
    if when is None or kind is None or faults:
        return None, tuple(faults)
    made = Transaction(
        date=when,
        type=kind,
        currency=_text(raw, "currency"),
        symbol=_text(raw, "symbol") or None,
        quantity=numbers["quantity"] or Decimal(0),
        price=numbers["price"],
        fee=numbers["fee"] or Decimal(0),
        tax=numbers["tax"] or Decimal(0),
        amount=numbers["amount"] or Decimal(0),
        fx_rate=numbers["fx_rate"],
        cash_currency=_text(raw, "cash_currency") or None,
        account=_text(raw, "account"),
        target_amount=numbers["target_amount"],
        target_currency=_text(raw, "target_currency") or None,
        ratio=numbers["ratio"],
        settle_date=days["settle_date"],
        note=_text(raw, "note"),
        external_id=_text(raw, "external_id") or None,
        target_symbol=_text(raw, "target_symbol") or None,
        cost_fraction=numbers["cost_fraction"],
        acquired=days["acquired"],
        cost=numbers["cost"],
        lot_ids=lots_in(_text(raw, "lot_ids")),
        accrued=numbers["accrued"] or Decimal(0),
        fee_currency=_text(raw, "fee_currency") or None,
    )
    return made, ()


def _cell(value: object) -> str:
    if isinstance(value, Decimal):
        return amount(value) or ""
    if isinstance(value, tuple):
        return lots_text(value)
    return (day(value) or "") if isinstance(value, date) else str(value or "")


def _text(raw: Raw, name: str) -> str:
    value = raw.get(name)
    return "" if value is None else str(value)[:LONGEST_CELL].strip()


def _type(raw: Raw, faults: list[InvalidInput]) -> TransactionType | None:
    text = _text(raw, "type").lower()
    if text in set(TransactionType):
        return TransactionType(text)
    wrong = f"{text!r} is not a type of transaction." if text else "The type is missing."
    faults.append(InvalidInput(wrong, field="type"))
    return None


def _day(raw: Raw, name: str, faults: list[InvalidInput]) -> date | None:
    text = _text(raw, name)
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        faults.append(InvalidInput(f"{text[:20]!r} is not a date: give it as 2026-03-31.", field=name))
        return None


def _number(raw: Raw, name: str, faults: list[InvalidInput]) -> Decimal | None:
    text = _text(raw, name)
    try:
        return _reader.read(text) if text else None
    except NotANumberError as error:
        faults.append(InvalidInput(str(error), field=name))
        return None
