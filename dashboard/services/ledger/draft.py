"""A row as it was entered: nothing filled in, nothing judged. Blank is None, and so is a zero that says nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from operator import attrgetter

from dashboard.domain.transactions import Transaction, TransactionType
from dashboard.services.ledger.decimals import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The columns of a row. Only ``date`` and ``type`` are always there."""

    date: dt.date
    type: TransactionType
    symbol: str | None = None
    quantity: Decimal | None = None
    price: Decimal | None = None
    currency: str | None = None
    fee: Decimal | None = None
    tax: Decimal | None = None
    amount: Decimal | None = None
    fx_rate: Decimal | None = None
    cash_currency: str | None = None
    account: str = ""
    settle_date: dt.date | None = None
    note: str = ""
    external_id: str | None = None
    target_amount: Decimal | None = None
    target_currency: str | None = None
    ratio: Decimal | None = None
    target_symbol: str | None = None
    cost_fraction: Decimal | None = None
    acquired: dt.date | None = None
    cost: Decimal | None = None
    lot_ids: tuple[str, ...] = ()
    accrued: Decimal | None = None
    fee_currency: str | None = None

    @classmethod
    def of(cls, row: Transaction) -> Draft:
        """The draft that says the same as ``row``."""
        return cls(
            date=row.date,
            type=row.type,
            symbol=(row.symbol or "").strip() or None,
            quantity=row.quantity or None,
            price=row.price,
            currency=(row.currency or "").strip() or None,
            fee=row.fee or None,
            tax=row.tax or None,
            amount=row.amount or None,
            fx_rate=row.fx_rate,
            cash_currency=(row.cash_currency or "").strip() or None,
            account=row.account.strip(),
            settle_date=row.settle_date,
            note=row.note.strip(),
            external_id=(row.external_id or "").strip() or None,
            target_amount=row.target_amount,
            target_currency=(row.target_currency or "").strip() or None,
            ratio=row.ratio,
            target_symbol=(row.target_symbol or "").strip() or None,
            cost_fraction=row.cost_fraction,
            acquired=row.acquired,
            cost=row.cost,
            lot_ids=row.lot_ids,
            accrued=row.accrued or None,
            fee_currency=other_currency(row.fee_currency, row.currency) if row.fee else None,
        )


def other_currency(code: str | None, currency: str | None) -> str | None:
    """The currency ``code`` of a fee; None where it says no more than the row's own."""
    code = (code or "").strip()
    return None if not code or code.upper() == (currency or "").strip().upper() else code


def redraft(row: Transaction, origin: Transaction) -> Draft:
    """The draft of an edited row. An amount that was left alone while what it is made of changed follows it."""
    draft = Draft.of(row)
    parts, former = (_parts_of_amount(r) for r in (row, origin))
    follows = row.amount == origin.amount and parts != former and None not in (row.price, origin.price)
    return replace(draft, amount=None) if follows else draft


def _parts_of_amount(row: Transaction) -> tuple[object, ...]:
    costs = (row.fee, row.tax) if row.type is TransactionType.REINVEST else ()
    return row.symbol, row.quantity, row.price, *costs


COLUMNS = tuple(field.name for field in fields(Draft))
# Fingerprints that are stored were made of the first columns: the others count where a row has them.
_FURTHER = COLUMNS[COLUMNS.index("target_symbol") :]
_FIRST = COLUMNS[: -len(_FURTHER)]
_CODES = frozenset({"symbol", "currency", "cash_currency", "target_currency", "target_symbol", "fee_currency"})
_CODE_PLACES = tuple(place for place, name in enumerate(_FIRST) if name in _CODES)
_first_values = attrgetter(*_FIRST)
_further_values = attrgetter(*_FURTHER)
_NO_FURTHER = _further_values(Draft(date=dt.date.min, type=TransactionType.FEE))


def fingerprint(draft: Draft) -> bytes:
    """32 bytes that two drafts share exactly when all their columns are equal (1.50 equals 1.5, usd equals USD)."""
    words = [plain(value) if isinstance(value, Decimal) else str(value or "") for value in _first_values(draft)]
    for place in _CODE_PLACES:
        words[place] = words[place].upper()
    further = _further_values(draft)
    if further != _NO_FURTHER:
        words += [_word(name, value) for name, value in zip(_FURTHER, further, strict=True)]
    return hashlib.sha256(repr(words).encode("utf-8", "backslashreplace")).digest()


def _word(name: str, value: object) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    text = str(value or "")
    return text.upper() if name in _CODES else text
