"""Move what belongs to one instrument to another, and tell the ledgers that their instruments have changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    Table,
    UniqueConstraint,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    text,
    update,
)

from dashboard.db.models import BenchmarkWeight, Dividend, LedgerTransaction, Portfolio, Price, SplitRow
from dashboard.db.repositories.bulk import AnySession
from dashboard.db.repositories.instrument_usage import references

T = LedgerTransaction
# Names at providers and addresses say where prices come from: those of the kept instrument are its own.
OF_PERSONS = ("manual", "file")
LEFT_BEHIND = ("instrument_symbols", "instrument_sources", "instrument_holdings")


@dataclass(frozen=True, slots=True)
class DifferingClose:
    """A day on which both instruments have a close, and not the same one."""

    day: date
    dropped: float
    kept: float


_DIFFERING = text("""
    select d.date, d.close, k.close from prices d join prices k on k.instrument_id = :kept and k.date = d.date
    where d.instrument_id = :double and abs(d.close / k.close - 1) > :tolerance order by d.date
    """)
_COUNTS = text("""
    select (select count(*) from prices where instrument_id = :double),
           (select count(*) from prices d where d.instrument_id = :double and not exists
                (select from prices k where k.instrument_id = :kept and k.date = d.date)),
           (select count(*) from splits where instrument_id = :double),
           (select count(*) from dividends where instrument_id = :double),
           (select count(*) from price_findings where instrument_id = :double),
           (select min(date) from prices where instrument_id = :double)
    """)
_VOID_FINDINGS = text("""
    delete from price_findings f where f.instrument_id = :double and f.kind <> 'dividend'
    and exists (select from prices k where k.instrument_id = :kept and k.date = f.date)
    """)
_SAME_SPLITS = text("""
    delete from splits d where d.instrument_id = :double and exists
    (select from splits k where k.instrument_id = :kept and k.ratio = d.ratio and abs(k.date - d.date) <= :days)
    """)
_SUMMED_WEIGHTS = text("""
    update benchmark_weights k set weight = least(k.weight + d.weight, 1) from benchmark_weights d
    where k.benchmark = d.benchmark and k.since = d.since and k.symbol = :kept and d.symbol = :double
    """)
SAME_CLOSE, SAME_SPLIT_DAYS = 1e-6, 10


def differing(session: AnySession, double: int, kept: int) -> list[DifferingClose]:
    """The days on which the closes of both differ by more than a millionth, ascending."""
    rows = session.execute(_DIFFERING, {"double": double, "kept": kept, "tolerance": SAME_CLOSE})
    return [DifferingClose(*row) for row in rows]


def counts(session: AnySession, double: int, kept: int) -> tuple[int, int, int, int, int, date | None]:
    """Bars of the double, those of days that the kept one lacks, splits, dividends, findings; and its first day."""
    bars, added, splits, dividends, findings, first = session.execute(_COUNTS, {"double": double, "kept": kept}).one()
    return bars, added, splits, dividends, findings, first


def turned_into_each_other(session: AnySession, one: int, other: int) -> int:
    """How many rows of ledgers turn one of the two into the other."""
    pair = or_(
        and_(T.instrument_id == one, T.target_instrument_id == other),
        and_(T.instrument_id == other, T.target_instrument_id == one),
    )
    return session.scalar(select(func.count()).select_from(T).where(pair)) or 0


def first_traded(session: AnySession, instrument_id: int) -> date | None:
    """The day of the first row of any ledger that has the instrument."""
    concerned = or_(T.instrument_id == instrument_id, T.target_instrument_id == instrument_id)
    return session.scalar(select(func.min(T.date)).where(concerned))


def move(session: AnySession, double: int, kept: int) -> dict[str, int]:
    """Have every row that refers to ``double`` refer to ``kept``; how many did, by table.

    Where the kept one has a row of the same key already, such as a price of the day, that one stays.
    """
    parameters = {"double": double, "kept": kept, "days": SAME_SPLIT_DAYS}
    session.execute(_VOID_FINDINGS, parameters)
    session.execute(_SAME_SPLITS, parameters)
    moved: dict[str, int] = {}
    for table, column in references():
        if table.name in LEFT_BEHIND:
            continue
        taken = [_taken(table, column, names, kept) for names in _unique(table, column)]
        statement = update(table).where(column == double, *(~one for one in taken)).values({column.name: kept})
        count = len(session.execute(statement.returning(column)).all())
        if taken:
            session.execute(delete(table).where(column == double))
        if count:
            moved[str(table.name)] = moved.get(table.name, 0) + count
    return moved


def of_providers(session: AnySession, instrument_id: int) -> int:
    """How many bars came from providers, and not from a person or his files."""
    query = select(func.count()).select_from(Price)
    found = session.scalar(query.where(Price.instrument_id == instrument_id, Price.source.not_in(OF_PERSONS)))
    return found or 0


def drop_of_providers(session: AnySession, instrument_id: int) -> None:
    """Drop bars, splits and distributions that came from providers."""
    for table in (Price, SplitRow, Dividend):
        session.execute(delete(table).where(table.instrument_id == instrument_id, table.source.not_in(OF_PERSONS)))


def rename_in_blends(session: AnySession, old: str, new: str) -> None:
    """Blends name instruments by their symbols: weights of one that becomes another are added to the other's."""
    session.execute(_SUMMED_WEIGHTS, {"double": old, "kept": new})
    other = BenchmarkWeight.__table__.alias()
    both = exists().where(
        other.c.benchmark == BenchmarkWeight.benchmark, other.c.since == BenchmarkWeight.since, other.c.symbol == new
    )
    session.execute(delete(BenchmarkWeight).where(BenchmarkWeight.symbol == old, both))
    session.execute(update(BenchmarkWeight).where(BenchmarkWeight.symbol == old).values(symbol=new))


def raise_ledgers(session: AnySession, instrument_id: int) -> None:
    """Say that what ledgers hold is called otherwise: figures that are kept of them are out of date."""
    concerned = or_(T.instrument_id == instrument_id, T.target_instrument_id == instrument_id)
    touched = or_(Portfolio.id.in_(select(T.portfolio_id).where(concerned)), Portfolio.benchmark_id == instrument_id)
    session.execute(update(Portfolio).where(touched).values(ledger_version=Portfolio.ledger_version + 1))


def _taken(table: Table, column: Column[int], names: list[str], kept: int) -> ColumnElement[bool]:
    """Whether the kept instrument has a row with the same values in the other columns of a key."""
    other = table.alias()
    same = [other.c[name].is_not_distinct_from(table.c[name]) for name in names]
    return exists(select(1).select_from(other).where(other.c[column.name] == kept, *same))


def _unique(table: Table, column: Column[int]) -> Iterator[list[str]]:
    """The other columns of each key of ``table`` that ``column`` is a part of."""
    keys: list[list[str]] = [[part.name for part in table.primary_key.columns]]
    keys += [[part.name for part in one.columns] for one in table.constraints if isinstance(one, UniqueConstraint)]
    keys += [[part.name for part in one.columns] for one in table.indexes if isinstance(one, Index) and one.unique]
    for names in keys:
        if column.name in names:
            yield [name for name in names if name != column.name]
