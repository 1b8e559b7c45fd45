"""What stands beside a faulty cell: what is wrong, why, and the buttons that mend it."""

from __future__ import annotations

from datetime import date

from dashboard.domain.transactions import Transaction, TransactionType
from dashboard.errors import InvalidInput, Oversell
from dashboard.formatting import dates, numbers
from dashboard.results.scalars import Json
from dashboard.results.transactions import RowCheck
from dashboard.services.imports import DecimalMark
from dashboard.services.imports.numbers import NotANumberError, NumberReader
from dashboard.services.ledger.decimals import plain
from dashboard.services.ledger.shapes import SHAPES
from pages.transactions.rows import NUMBERS, Raw

_comma = NumberReader(DecimalMark.COMMA)
SIGNED = frozenset({"quantity", "fee", "tax", "amount", "price", "cost", "accrued"})


def unread(faults: tuple[InvalidInput, ...], raw: Raw) -> dict[str, Json]:
    """The answer for a row with cells that cannot be read."""
    return {"faults": [_fault(fault, _with_comma(fault.field or "", raw)) for fault in faults], "filled": {}}


def _with_comma(field: str, raw: Raw) -> list[Json]:
    """Who types a decimal comma is asked whether he means a point."""
    if field not in NUMBERS:
        return []
    try:
        meant = plain(_comma.read(str(raw.get(field, ""))))
    except NotANumberError:
        return []
    return [_set(f"Use {meant}", field, meant)]


def checked(row: RowCheck, typed: Transaction, today: date) -> dict[str, Json]:
    """The answer for a row: its faults, and what its blank cells would be filled with."""
    found: list[Json] = [described(fault, typed, today) for fault in row.faults]
    if row.transaction is None:
        return {"faults": found, "filled": {}}
    filled: dict[str, Json] = {
        "amount": plain(row.transaction.amount) if row.transaction.amount else "",
        "currency": row.transaction.currency,
        "symbol": row.transaction.symbol or "",
        "effect": None if row.faults else row.cash_effect,
    }
    if row.transaction.target_symbol:
        filled["target_symbol"] = row.transaction.target_symbol
    if row.transaction.ratio is not None:
        filled["ratio"] = plain(row.transaction.ratio)
    return {"faults": found, "filled": filled}


def described(fault: InvalidInput, typed: Transaction, today: date) -> Json:
    """One fault with its fixes."""
    if isinstance(fault, Oversell):
        return _oversell(fault, typed)
    if fault.field is None:
        return _fault(fault, [{"label": "Load it again", "reload": True}])
    return _fault(fault, _fixes(fault.field, typed, today))


def _oversell(fault: Oversell, typed: Transaction) -> Json:
    held, wanted = numbers.quantity(fault.held), numbers.quantity(fault.wanted)
    where = typed.account or "The portfolio"
    moves = "Moves" if typed.type is TransactionType.TRANSFER_OUT else "Sells"
    title = f"{moves} {wanted}, but {held} {'is' if fault.held == 1 else 'are'} held on this date"
    text = f"{where} held {held} {(typed.symbol or '').upper()} on {dates.day(typed.date)}."
    fix: Json = {"label": f"Use {held}", "set": {"quantity": plain(fault.held), "amount": ""}}
    fixes = [fix] if fault.held > 0 else []
    return {"field": "quantity", "code": fault.code, "title": title, "text": text, "fixes": fixes}


def _fixes(field: str, typed: Transaction, today: date) -> list[Json]:
    value = getattr(typed, field, None)
    if not value:
        return []
    if field not in SHAPES[typed.type].takes:
        return [_set("Clear it", field, "")]
    if field == "date" and typed.date > today:
        return [_set("Use today", field, today.isoformat())]
    if field in SIGNED and value < 0:
        return [_set(f"Use {numbers.number(-value, 8, min_decimals=0)}", field, plain(-value))]
    if field == "amount" and typed.quantity and typed.price is not None:
        return [_set("Work it out", field, "")]
    if field in {"fx_rate", "settle_date"}:
        return [_set("Clear it", field, "")]
    return []


def _set(label: str, field: str, value: str) -> Json:
    return {"label": label, "set": {field: value}}


def _fault(fault: InvalidInput, fixes: list[Json]) -> Json:
    return {"field": fault.field or "", "code": fault.code, "title": fault.message, "text": "", "fixes": fixes}


def keys(rows: list[Raw]) -> list[str]:
    """What the browser calls the rows."""
    return [str(row.get("id", ""))[:40] for row in rows]
