"""Who uses an instrument: whose ledgers, benchmarks, tags and lists refer to it, and which blends name it.

Whose a row is follows from the schema: it is a portfolio's, or of something else that has an owner. What leads to a
person in no such way counts as somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Column, ForeignKey, Table, func, literal, or_, select

from dashboard.db.models import Base, BenchmarkWeight, InstrumentRow, LedgerTransaction, Portfolio, User
from dashboard.db.repositories.bulk import AnySession

T = LedgerTransaction
INSTRUMENTS, PORTFOLIOS, USERS = InstrumentRow.__tablename__, Portfolio.__tablename__, User.__tablename__
OWNER = "owner_id"


@dataclass(frozen=True, slots=True)
class Usage:
    """Who has an instrument (None: the system, for one of its portfolios), where, and what else refers to it."""

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
    owners: set[int | None] = set()
    names: set[str] = set()
    elsewhere: list[str] = []
    for table, column in references():
        if not _leads_to_a_person(table, frozenset({INSTRUMENTS})):
            continue
        found = _owners(session, table, column, instrument_id)
        if found is None:
            elsewhere += [table.name] if _has(session, column, instrument_id) else []
            continue
        owners |= {owner for owner, _ in found}
        names |= {name for _, name in found}
    if session.scalar(select(select(1).where(BenchmarkWeight.symbol == symbol).exists())):
        elsewhere.append(BenchmarkWeight.__tablename__)
    concerned = or_(T.instrument_id == instrument_id, T.target_instrument_id == instrument_id)
    count = session.scalar(select(func.count()).select_from(T).where(concerned)) or 0
    return Usage(frozenset(owners), tuple(sorted(names)), count, tuple(dict.fromkeys(elsewhere)))


def references() -> Iterator[tuple[Table, Column[int]]]:
    """Every column of every table that refers to an instrument."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table.name == INSTRUMENTS for key in column.foreign_keys):
                yield table, column


def _owners(
    session: AnySession, table: Table, column: Column[int], instrument_id: int
) -> set[tuple[int | None, str]] | None:
    """Whose the rows are that refer to the instrument, and in what; None where the schema does not say."""
    if OWNER in table.c:
        query = select(table.c[OWNER], table.c.name).where(column == instrument_id)
    elif (key := _owned_parent(table)) is not None:
        parent = key.column.table
        join = table.join(parent, key.parent == key.column)
        query = select(parent.c[OWNER], parent.c.name).select_from(join).where(column == instrument_id)
    else:
        return None
    return {(owner, str(name)) for owner, name in session.execute(query.distinct())}


def _owned_parent(table: Table) -> ForeignKey | None:
    """The key to what has an owner: to the portfolio, where there is one."""
    owned = [key for key in table.foreign_keys if OWNER in key.column.table.c and "name" in key.column.table.c]
    return min(owned, key=lambda key: key.column.table.name != PORTFOLIOS, default=None)


def _leads_to_a_person(table: Table, passed: frozenset[str]) -> bool:
    others = {key.column.table.name: key.column.table for key in table.foreign_keys}
    return any(
        name == USERS or _leads_to_a_person(other, passed | {table.name})
        for name, other in others.items()
        if name not in passed and name != table.name
    )


def _has(session: AnySession, column: Column[int], instrument_id: int) -> bool:
    return bool(session.scalar(select(select(literal(1)).where(column == instrument_id).exists())))
