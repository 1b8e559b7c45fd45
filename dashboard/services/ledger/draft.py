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
        )


def redraft(row: Transaction, origin: Transaction) -> Draft:
    """The draft of an edited row. An amount that was left alone while what it is made of changed follows it."""
    draft = Draft.of(row)
    parts, former = ((r.symbol, r.quantity, r.price) for r in (row, origin))
    follows = row.amount == origin.amount and parts != former and None not in (row.price, origin.price)
    return replace(draft, amount=None) if follows else draft


COLUMNS = tuple(field.name for field in fields(Draft))
_VALUES = attrgetter(*COLUMNS)
_CODES = tuple(COLUMNS.index(name) for name in ("symbol", "currency", "cash_currency", "target_currency"))


def fingerprint(draft: Draft) -> bytes:
    """32 bytes that two drafts share exactly when all their columns are equal (1.50 equals 1.5, usd equals USD)."""
    words = [plain(value) if isinstance(value, Decimal) else str(value or "") for value in _VALUES(draft)]
    for place in _CODES:
        words[place] = words[place].upper()
    return hashlib.sha256(repr(words).encode("utf-8", "backslashreplace")).digest()
