"""Transactions written: in bulk, one by one, rewritten and removed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from sqlalchemy import Text, cast, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import aliased

from dashboard.db.engine import db
from dashboard.db.models.ledger import Account
from dashboard.db.repositories.bulk import raw_connection
from dashboard.db.repositories.ledger.transaction_rows import T
from dashboard.domain.transactions import Transaction


@dataclass(frozen=True, slots=True)
class NewRow:
    """A transaction that enters a ledger, with the fingerprint of what was entered."""

    transaction: Transaction
    row_hash: bytes


KEYS = ("portfolio_id", "account_id", "batch_id", "instrument_id", "target_instrument_id")
# What is written as the transaction has it.
PLAIN = (
    *("date", "currency", "quantity", "price", "fee", "tax", "amount", "fx_rate", "cash_currency", "target_amount"),
    *("target_currency", "ratio", "cost_fraction", "acquired", "cost", "accrued", "fee_currency", "settle_date"),
    *("note", "external_id"),
)
WRITTEN = (*KEYS, *PLAIN, "type", "lot_ids", "row_hash")
_plain_values = attrgetter(*PLAIN)


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
