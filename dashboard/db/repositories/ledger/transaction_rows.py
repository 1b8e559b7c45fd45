"""Rows of transactions: their columns, joined with names, and as domain objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any  # Any: rows of many columns, unpacked by position

from sqlalchemy import Label, Select, func, select, text
from sqlalchemy.orm import aliased

from dashboard.db.engine import db
from dashboard.db.models.ledger import Account, LedgerTransaction
from dashboard.db.models.market import InstrumentRow
from dashboard.domain.transactions import ZERO, Transaction, TransactionType


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A stored transaction with what is kept beside it."""

    transaction: Transaction
    id: int
    version: int
    batch_id: int | None
    row_hash: bytes
    instrument_name: str


T = LedgerTransaction
Target = aliased(InstrumentRow)


def _trimmed(name: str) -> Label[object]:
    return func.trim_scale(getattr(T, name)).label(name)


TRANSACTION_COLUMNS = (
    T.date,
    T.type,
    T.currency,
    InstrumentRow.symbol,
    _trimmed("quantity"),
    _trimmed("price"),
    _trimmed("fee"),
    _trimmed("tax"),
    _trimmed("amount"),
    _trimmed("fx_rate"),
    T.cash_currency,
    Account.name.label("account"),
    _trimmed("target_amount"),
    T.target_currency,
    _trimmed("ratio"),
    Target.symbol.label("target_symbol"),
    _trimmed("cost_fraction"),
    T.acquired,
    _trimmed("cost"),
    func.nullif(T.lot_ids, text("'{}'::text[]")).label("lot_ids"),
    func.nullif(func.trim_scale(T.accrued), text("0")).label("accrued"),
    T.fee_currency,
    T.settle_date,
    T.note,
    T.external_id,
    T.id,
)
EXTRA_COLUMNS = (T.version, T.batch_id, T.row_hash, func.coalesce(InstrumentRow.name, ""))
KINDS = {str(kind): kind for kind in TransactionType}


def joined(columns: Sequence[Any]) -> Select[*tuple[Any, ...]]:
    """Transactions with their account, their instrument and the one that it turned into."""
    return (
        select(*columns)
        .select_from(T)
        .join(Account, Account.id == T.account_id)
        .outerjoin(InstrumentRow, InstrumentRow.id == T.instrument_id)
        .outerjoin(Target, Target.id == T.target_instrument_id)
    )


def stored_rows(query: Select[*tuple[Any, ...]]) -> tuple[StoredRow, ...]:
    """What ``query`` finds of TRANSACTION_COLUMNS and EXTRA_COLUMNS."""
    size = len(TRANSACTION_COLUMNS)
    return tuple(StoredRow(transaction_of(row[:size]), row.id, *row[size:]) for row in db.session.execute(query))


def transaction_of(values: Sequence[Any]) -> Transaction:
    """The domain object of the TRANSACTION_COLUMNS; ids tell the order of entry."""
    day, kind, currency, symbol, quantity, price, fee, tax, amount, fx_rate, cash_currency, account = values[:12]
    target_amount, target_currency, ratio, target_symbol, cost_fraction, acquired, cost = values[12:19]
    lot_ids, accrued, fee_currency, settle_date, note, external_id, row_id = values[19:]
    return Transaction(
        date=day,
        type=KINDS[kind],
        currency=currency,
        symbol=symbol,
        quantity=quantity,
        price=price,
        fee=fee,
        tax=tax,
        amount=amount,
        fx_rate=fx_rate,
        cash_currency=cash_currency,
        account=account,
        target_amount=target_amount,
        target_currency=target_currency,
        ratio=ratio,
        target_symbol=target_symbol,
        cost_fraction=cost_fraction,
        acquired=acquired,
        cost=cost,
        lot_ids=tuple(lot_ids) if lot_ids else (),
        accrued=accrued or ZERO,
        fee_currency=fee_currency,
        settle_date=settle_date,
        note=note,
        external_id=external_id,
        sequence=row_id,
        id=row_id,
    )
