"""Transactions as rows: read as domain objects, written in bulk."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any  # Any: rows of many columns, unpacked by position

from sqlalchemy import (
    ColumnElement,
    Label,
    Select,
    Text,
    bindparam,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import aliased

from dashboard.db.engine import db
from dashboard.db.models.ledger import Account, LedgerTransaction, Portfolio
from dashboard.db.models.market import InstrumentRow
from dashboard.db.reading import Reading
from dashboard.db.repositories.bulk import raw_connection
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


@dataclass(frozen=True, slots=True)
class NewRow:
    """A transaction that enters a ledger, with the fingerprint of what was entered."""

    transaction: Transaction
    row_hash: bytes


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which rows of a ledger; None and "" leave a column open."""

    text: str = ""
    type: TransactionType | None = None
    account: str | None = None
    symbol: str | None = None
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Extent:
    """How many rows there are, and from when to when."""

    rows: int
    first_date: date | None
    last_date: date | None


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
KEYS = ("portfolio_id", "account_id", "batch_id", "instrument_id", "target_instrument_id")
# What is written as the transaction has it.
PLAIN = (
    *("date", "currency", "quantity", "price", "fee", "tax", "amount", "fx_rate", "cash_currency", "target_amount"),
    *("target_currency", "ratio", "cost_fraction", "acquired", "cost", "accrued", "fee_currency", "settle_date"),
    *("note", "external_id"),
)
WRITTEN = (*KEYS, *PLAIN, "type", "lot_ids", "row_hash")
_plain_values = attrgetter(*PLAIN)


def _joined(columns: Sequence[Any]) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .select_from(T)
        .join(Account, Account.id == T.account_id)
        .outerjoin(InstrumentRow, InstrumentRow.id == T.instrument_id)
        .outerjoin(Target, Target.id == T.target_instrument_id)
    )


# A valuation reads a whole ledger.
_ledger = Reading(
    _joined(TRANSACTION_COLUMNS).where(T.portfolio_id == bindparam("portfolio_id")).order_by(T.date, T.id)
)


def ledger(portfolio_id: int) -> tuple[Transaction, ...]:
    """All transactions in the order of entry within their day."""
    return tuple(_ledger.of_each(_transaction, portfolio_id=portfolio_id))


def of_symbols(portfolio_id: int, symbols: Collection[str]) -> tuple[Transaction, ...]:
    """The transactions in these instruments, or that turn into one of them, in the order of entry within their day."""
    query = _joined(TRANSACTION_COLUMNS).where(T.portfolio_id == portfolio_id, _concerns(symbols))
    return tuple(map(_transaction, db.session.execute(query.order_by(T.date, T.id))))


def connections(portfolio_id: int) -> tuple[tuple[str, str], ...]:
    """Which symbol turned into which in this ledger."""
    query = _joined((InstrumentRow.symbol, Target.symbol)).where(
        T.portfolio_id == portfolio_id, T.target_instrument_id.is_not(None)
    )
    return tuple((symbol, target) for symbol, target in db.session.execute(query.distinct()))


def external_ids(portfolio_id: int, wanted: Collection[str]) -> dict[str, int]:
    """Which rows have one of the external ids ``wanted``, by that id."""
    query = select(T.external_id, T.id).where(T.portfolio_id == portfolio_id, T.external_id == func.any(list(wanted)))
    return {str(name): row_id for name, row_id in db.session.execute(query)}


def has_type(portfolio_id: int, kind: TransactionType) -> bool:
    """Whether the ledger has a row of this type."""
    query = select(T.id).where(T.portfolio_id == portfolio_id, T.type == kind.value)
    return db.session.scalar(query.limit(1)) is not None


def stored(portfolio_id: int) -> tuple[StoredRow, ...]:
    """All rows with what is kept beside them, in the order of entry within their day."""
    query = _joined(TRANSACTION_COLUMNS + EXTRA_COLUMNS).where(T.portfolio_id == portfolio_id)
    return _rows(query.order_by(T.date, T.id))


def page(
    portfolio_id: int, chosen: RowFilter, limit: int | None, offset: int, after: tuple[date, int] | None = None
) -> tuple[StoredRow, ...]:
    """The chosen rows, newest first; those behind the row of this day and id, where ``after`` names one."""
    query = _joined(TRANSACTION_COLUMNS + EXTRA_COLUMNS).where(*_conditions(portfolio_id, chosen))
    if after is not None:
        query = query.where(tuple_(T.date, T.id) < after)
    return _rows(query.order_by(T.date.desc(), T.id.desc()).limit(limit).offset(offset))


def extent(portfolio_id: int, chosen: RowFilter) -> Extent:
    """How many rows are chosen, and their first and last day."""
    query = _joined((func.count(), func.min(T.date), func.max(T.date))).where(*_conditions(portfolio_id, chosen))
    return Extent(*db.session.execute(query).one())


def by_ids(portfolio_id: int, ids: Collection[int]) -> tuple[StoredRow, ...]:
    """Those of ``ids`` that are rows of this ledger, by id."""
    query = _joined(TRANSACTION_COLUMNS + EXTRA_COLUMNS).where(
        T.portfolio_id == portfolio_id, T.id == func.any(list(ids))
    )
    return _rows(query.order_by(T.id))


def of_others(owner_id: int, ids: Collection[int]) -> tuple[int, ...]:
    """Those of ``ids`` that are rows of somebody else's ledger."""
    query = select(T.id).join(Portfolio, Portfolio.id == T.portfolio_id).where(T.id == func.any(list(ids)))
    return tuple(db.session.scalars(query.where(Portfolio.owner_id.is_distinct_from(owner_id)).order_by(T.id)))


def insert(portfolio_id: int, batch_id: int | None, rows: Sequence[NewRow], instruments: Mapping[str, int]) -> None:
    """Add ``rows`` in their order; ``instruments`` are ids by symbol."""
    accounts = _accounts(portfolio_id, {row.transaction.account for row in rows})
    statement = f"copy transactions ({', '.join(WRITTEN)}) from stdin".encode()
    with raw_connection(db.session()).cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(_values(portfolio_id, batch_id, row, accounts, instruments))


def insert_one(portfolio_id: int, row: NewRow, instruments: Mapping[str, int]) -> int:
    """Add one row; its id."""
    accounts = _accounts(portfolio_id, {row.transaction.account})
    values = _values(portfolio_id, None, row, accounts, instruments)
    statement = upsert(T).values(dict(zip(WRITTEN, values, strict=True))).returning(T.id)
    return db.session.execute(statement).scalar_one()


def rewrite(portfolio_id: int, row_id: int, version: int, row: NewRow, instruments: Mapping[str, int]) -> bool:
    """Put ``row`` in the place of version ``version``; False where another version is stored."""
    accounts = _accounts(portfolio_id, {row.transaction.account})
    values = dict(zip(WRITTEN, _values(portfolio_id, None, row, accounts, instruments), strict=True))
    del values["batch_id"], values["portfolio_id"]
    statement = (
        update(T)
        .where(T.id == row_id, T.portfolio_id == portfolio_id, T.version == version)
        .values(**values, version=version + 1)
        .returning(T.id)
    )
    return db.session.execute(statement).scalar_one_or_none() is not None


def name_lots(portfolio_id: int, ids: Collection[int]) -> int:
    """Give those of the rows ``ids`` that have no external id their own id as one; how many.

    A sale names its lots in the same words then, here and in a file that was written from here.
    """
    taken = aliased(T)
    free = ~exists().where(taken.portfolio_id == portfolio_id, taken.external_id == cast(T.id, Text))
    statement = (
        update(T)
        .where(T.portfolio_id == portfolio_id, T.id == func.any(list(ids)), T.external_id.is_(None), free)
        .values(external_id=cast(T.id, Text), version=T.version + 1)
        .returning(T.id)
    )
    return len(db.session.execute(statement).all())


def remove(portfolio_id: int, ids: Collection[int]) -> int:
    """Delete these rows; how many there were."""
    statement = delete(T).where(T.portfolio_id == portfolio_id, T.id == func.any(list(ids))).returning(T.id)
    return len(db.session.execute(statement).all())


def remove_all(portfolio_id: int) -> int:
    """Delete the whole ledger; how many rows there were."""
    return len(db.session.execute(delete(T).where(T.portfolio_id == portfolio_id).returning(T.id)).all())


def _values(
    portfolio_id: int, batch_id: int | None, new: NewRow, accounts: Mapping[str, int], instruments: Mapping[str, int]
) -> tuple[object, ...]:
    row = new.transaction
    return (
        portfolio_id,
        accounts[row.account],
        batch_id,
        instruments[row.symbol] if row.symbol else None,
        instruments[row.target_symbol] if row.target_symbol else None,
        *_plain_values(row),
        row.type.value,
        list(row.lot_ids),
        new.row_hash,
    )


def _accounts(portfolio_id: int, names: Iterable[str]) -> dict[str, int]:
    """Ids of the accounts ``names``; those that are not there yet are made."""
    rows = [{"portfolio_id": portfolio_id, "name": name} for name in sorted(set(names))]
    if rows:
        db.session.execute(upsert(Account).on_conflict_do_nothing(), rows)
    query = select(Account.name, Account.id).where(Account.portfolio_id == portfolio_id)
    return {row.name: row.id for row in db.session.execute(query)}


def _concerns(symbols: Collection[str]) -> ColumnElement[bool]:
    wanted = list(symbols)
    return or_(InstrumentRow.symbol == func.any(wanted), Target.symbol == func.any(wanted))


def _conditions(portfolio_id: int, chosen: RowFilter) -> list[ColumnElement[bool]]:
    found = [T.portfolio_id == portfolio_id]
    if chosen.type is not None:
        found.append(T.type == chosen.type.value)
    if chosen.account is not None:
        found.append(Account.name == _storable(chosen.account))
    if chosen.symbol is not None:
        found.append(_concerns([_storable(chosen.symbol)]))
    if chosen.start is not None:
        found.append(T.date >= chosen.start)
    if chosen.end is not None:
        found.append(T.date <= chosen.end)
    for word in chosen.text.split():
        found.append(_contains(word))
    return found


def _storable(text: str) -> str:
    """``text``, or one that no column has where the database could not even be asked for it."""
    return text if text.isprintable() else "\n"


def _contains(word: str) -> ColumnElement[bool]:
    instruments = (InstrumentRow.symbol, InstrumentRow.name, Target.symbol, Target.name)
    columns = (*instruments, T.type, T.currency, Account.name, T.note, T.external_id)
    first, *others = (column.icontains(word, autoescape=True) for column in columns)
    condition: ColumnElement[bool] = first
    for other in others:
        condition = condition | other
    return condition


def _rows(query: Select[*tuple[Any, ...]]) -> tuple[StoredRow, ...]:
    size = len(TRANSACTION_COLUMNS)
    return tuple(StoredRow(_transaction(row[:size]), row.id, *row[size:]) for row in db.session.execute(query))


def _transaction(values: Sequence[Any]) -> Transaction:
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
