"""Transactions read: a whole ledger, or some of its rows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, func, select, tuple_

from dashboard.db.engine import db
from dashboard.db.models.ledger import Portfolio
from dashboard.db.models.market import InstrumentRow
from dashboard.db.reading import Reading
from dashboard.db.repositories.ledger.transaction_filter import RowFilter, concerns, conditions
from dashboard.db.repositories.ledger.transaction_rows import (
    EXTRA_COLUMNS,
    TRANSACTION_COLUMNS,
    StoredRow,
    T,
    Target,
    joined,
    stored_rows,
    transaction_of,
)
from dashboard.domain.transactions import Transaction, TransactionType


@dataclass(frozen=True, slots=True)
class Extent:
    """How many rows there are, and from when to when."""

    rows: int
    first_date: date | None
    last_date: date | None


# A valuation reads a whole ledger.
_ledger = Reading(joined(TRANSACTION_COLUMNS).where(T.portfolio_id == bindparam("portfolio_id")).order_by(T.date, T.id))


def ledger(portfolio_id: int) -> tuple[Transaction, ...]:
    """All transactions in the order of entry within their day."""
    return tuple(_ledger.of_each(transaction_of, portfolio_id=portfolio_id))


def of_symbols(portfolio_id: int, symbols: Collection[str]) -> tuple[Transaction, ...]:
    """The transactions in these instruments, or that turn into one of them, in the order of entry within their day."""
    query = joined(TRANSACTION_COLUMNS).where(T.portfolio_id == portfolio_id, concerns(symbols))
    return tuple(map(transaction_of, db.session.execute(query.order_by(T.date, T.id))))


def connections(portfolio_id: int) -> tuple[tuple[str, str], ...]:
    """Which symbol turned into which in this ledger."""
    query = joined((InstrumentRow.symbol, Target.symbol)).where(
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
    query = joined(TRANSACTION_COLUMNS + EXTRA_COLUMNS).where(T.portfolio_id == portfolio_id)
    return stored_rows(query.order_by(T.date, T.id))


def page(
    portfolio_id: int, chosen: RowFilter, limit: int | None, offset: int, after: tuple[date, int] | None = None
) -> tuple[StoredRow, ...]:
    """The chosen rows, newest first; those behind the row of this day and id, where ``after`` names one."""
    query = joined(TRANSACTION_COLUMNS + EXTRA_COLUMNS).where(*conditions(portfolio_id, chosen))
    if after is not None:
        query = query.where(tuple_(T.date, T.id) < after)
    return stored_rows(query.order_by(T.date.desc(), T.id.desc()).limit(limit).offset(offset))


def extent(portfolio_id: int, chosen: RowFilter) -> Extent:
    """How many rows are chosen, and their first and last day."""
    query = joined((func.count(), func.min(T.date), func.max(T.date))).where(*conditions(portfolio_id, chosen))
    return Extent(*db.session.execute(query).one())


def by_ids(portfolio_id: int, ids: Collection[int]) -> tuple[StoredRow, ...]:
    """Those of ``ids`` that are rows of this ledger, by id."""
    query = joined(TRANSACTION_COLUMNS + EXTRA_COLUMNS).where(
        T.portfolio_id == portfolio_id, T.id == func.any(list(ids))
    )
    return stored_rows(query.order_by(T.id))


def of_others(owner_id: int, ids: Collection[int]) -> tuple[int, ...]:
    """Those of ``ids`` that are rows of somebody else's ledger."""
    query = select(T.id).join(Portfolio, Portfolio.id == T.portfolio_id).where(T.id == func.any(list(ids)))
    return tuple(db.session.scalars(query.where(Portfolio.owner_id.is_distinct_from(owner_id)).order_by(T.id)))
