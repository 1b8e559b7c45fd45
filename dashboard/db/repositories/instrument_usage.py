"""Who uses an instrument: the ledgers, benchmarks, tags and blends that refer to it, and whatever else does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Table, func, literal, or_, select, union

from dashboard.db.models import Base, BenchmarkWeight, InstrumentRow, LedgerTransaction, Portfolio, PortfolioTag, User
from dashboard.db.repositories.bulk import AnySession

T = LedgerTransaction
# Tables whose rows are known to be a portfolio's, so that it is known whose they are.
OF_PORTFOLIOS = ("transactions", "portfolios", "portfolio_tags")


@dataclass(frozen=True, slots=True)
class Usage:
    """Who has an instrument in his portfolios (None: one that the system owns), and what else refers to it."""

    owners: frozenset[int | None]
    portfolios: tuple[str, ...]
    transactions: int
    elsewhere: tuple[str, ...]

    @property
    def is_none(self) -> bool:
        """Whether nothing refers to it."""
        return not self.owners and not self.elsewhere


def usage(session: AnySession, instrument_id: int, symbol: str) -> Usage:
    """What refers to an instrument."""
    portfolios = session.execute(
        select(Portfolio.owner_id, Portfolio.name).where(Portfolio.id.in_(_portfolios(instrument_id)))
    ).all()
    concerned = or_(T.instrument_id == instrument_id, T.target_instrument_id == instrument_id)
    count = session.scalar(select(func.count()).select_from(T).where(concerned)) or 0
    names = [
        table.name for table, column in references() if _is_elsewhere(table) and _has(session, column, instrument_id)
    ]
    if session.scalar(select(select(1).where(BenchmarkWeight.symbol == symbol).exists())):
        names.append(BenchmarkWeight.__tablename__)
    return Usage(
        frozenset(owner for owner, _ in portfolios),
        tuple(sorted(name for _, name in portfolios)),
        count,
        tuple(dict.fromkeys(names)),
    )


def references() -> Iterator[tuple[Table, Column[int]]]:
    """Every column of every table that refers to an instrument."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table.name == InstrumentRow.__tablename__ for key in column.foreign_keys):
                yield table, column


def _is_elsewhere(table: Table) -> bool:
    """Whether its rows are somebody's, whose is not known here; prices and what is found of them are nobody's."""
    return table.name not in OF_PORTFOLIOS and _leads_to_a_person(table, frozenset({InstrumentRow.__tablename__}))


def _leads_to_a_person(table: Table, passed: frozenset[str]) -> bool:
    others = {key.column.table.name: key.column.table for key in table.foreign_keys}
    return any(
        name == User.__tablename__ or _leads_to_a_person(other, passed | {table.name})
        for name, other in others.items()
        if name not in passed and name != table.name
    )


def _has(session: AnySession, column: Column[int], instrument_id: int) -> bool:
    return bool(session.scalar(select(select(literal(1)).where(column == instrument_id).exists())))


def _portfolios(instrument_id: int) -> ColumnElement[int]:
    return union(
        select(T.portfolio_id).where(T.instrument_id == instrument_id),
        select(T.portfolio_id).where(T.target_instrument_id == instrument_id),
        select(Portfolio.id).where(Portfolio.benchmark_id == instrument_id),
        select(PortfolioTag.portfolio_id).where(PortfolioTag.instrument_id == instrument_id),
    )  # type: ignore[return-value]  # SQLAlchemy takes a compound select where a subquery is expected
