"""Invented daily bars in a database of their own, and what is done to them: what the benchmarks of storage share."""

from __future__ import annotations

import gc
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from statistics import median

import numpy as np
import psycopg
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session

from dashboard import embedded
from dashboard.db import schema
from dashboard.db.binary import (
    COPY_HEADER,
    COPY_TRAILER,
    copy_block,
    date_column,
    float8_column,
    int8_column,
    text_column,
)
from dashboard.db.engine import psycopg_url
from dashboard.db.models import Price
from dashboard.db.repositories.bulk import raw_connection
from dashboard.db.repositories.instruments import ensure
from dashboard.db.repositories.prices import COLUMNS, BarArrays, blocks, store_bars
from dashboard.domain.arrays import Days, Floats

SOURCE = "bench"
LAST_DAY = np.datetime64("2024-12-31", "D")
LONG_BARS, MOST_LONG = 2520, 500
INSTRUMENTS = 5000

Series = Mapping[int, BarArrays]


@dataclass(frozen=True, slots=True)
class Database:
    """A migrated database: a session of the application's role, and the owner's address."""

    session: Session
    owner_url: str

    def as_owner(self, statement: str) -> None:
        """Only the owner may truncate, vacuum or lay a table out anew."""
        with psycopg.connect(self.owner_url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def database() -> Iterator[Database]:
    """One of its own, thrown away at the end."""
    with (
        tempfile.TemporaryDirectory(prefix="basis-bench-") as home,
        embedded.start(Path(home), redis=False) as services,
    ):
        schema.upgrade(services.migration_url, embedded.APPLICATION_ROLE)
        engine = create_engine(psycopg_url(services.database_url))
        with Session(engine) as session:
            yield Database(session, services.migration_url)
        engine.dispose()


def ids_of(session: Session, count: int) -> list[int]:
    """So many instruments."""
    found = sorted(ensure(session, {f"BENCH{number}": "USD" for number in range(count)}).values())
    session.commit()
    return found


def series_of(ids: Sequence[int], rows: int) -> Series:
    """About ``rows`` bars in all: ten years for up to 500 instruments, as many as are left over for each other one."""
    random = np.random.default_rng(7)
    long = min(MOST_LONG, len(ids), max(1, rows // LONG_BARS))
    others = max(1, (rows - long * LONG_BARS) // max(1, len(ids) - long))
    return {key: _bars(random, LONG_BARS if at < long else others) for at, key in enumerate(ids)}


def _bars(random: np.random.Generator, count: int) -> BarArrays:
    days = np.busday_offset(LAST_DAY, np.arange(1 - count, 1), roll="backward")
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.01, count)))
    volume = random.integers(1_000, 1_000_000, count).astype(np.float64)
    return BarArrays(days, close * 0.999, close * 1.01, close * 0.99, close, volume)


def with_another_close(series: Series) -> Series:
    """The same bars, each with another close."""
    return {key: replace(bars, close=bars.close * 1.001) for key, bars in series.items()}


def next_day(series: Series, days: int) -> Series:
    """One bar an instrument, some ``days`` after the last."""
    return {
        key: BarArrays(np.array([LAST_DAY + days]), *(column[-1:] for column in columns(bars)))
        for key, bars in series.items()
    }


def columns(bars: BarArrays) -> tuple[Floats, ...]:
    """Open, high, low, close and volume."""
    return bars.open, bars.high, bars.low, bars.close, bars.volume


def rows_in(series: Series) -> int:
    """How many bars they are."""
    return sum(len(bars.dates) for bars in series.values())


def encoded(series: Series) -> list[bytes]:
    """The rows as PostgreSQL reads them: what a bare COPY sends without any work of its own."""
    return [COPY_HEADER, *blocks(series, SOURCE), COPY_TRAILER]


def encoded_by_day(series: Series) -> list[bytes]:
    """The rows as a table has them that was filled day by day: those of one day beside each other."""
    days = np.concatenate([bars.dates for bars in series.values()])
    order = np.argsort(days, kind="stable")
    ids = np.repeat(list(series), [len(bars.dates) for bars in series.values()])[order]
    prices = [np.concatenate(column)[order] for column in zip(*map(columns, series.values()), strict=True)]
    fields = (int8_column(ids), date_column(days[order]), *map(float8_column, prices), text_column(SOURCE, len(ids)))
    return [COPY_HEADER, copy_block(fields), COPY_TRAILER]


def bare_copy(session: Session, ready: Sequence[bytes]) -> None:
    """Nothing but the server's own work."""
    statement = f"copy prices {COLUMNS} from stdin (format binary)".encode()
    with raw_connection(session).cursor() as cursor, cursor.copy(statement) as copy:
        for block in ready:
            copy.write(block)
    session.commit()


def store(session: Session, series: Series) -> None:
    """What the product does."""
    store_bars(session, series, SOURCE)
    session.commit()


def stored(database: Database, series: Series) -> Taken:
    """How long this takes."""
    return seconds(database, lambda: store(database.session, series))


def row_by_row(session: Session, ids: Sequence[int]) -> tuple[Days, Floats]:
    """The closes of ``ids`` side by side, by the session's cursor, which gives a row at a time."""
    wanted = select(Price.instrument_id, Price.date, Price.close).where(Price.instrument_id.in_(ids))
    rows = session.execute(wanted.order_by(Price.instrument_id, Price.date))
    return _placed(ids, ((row.instrument_id, row.date, row.close) for row in rows))


def row_by_row_of_the_driver(session: Session, ids: Sequence[int]) -> tuple[Days, Floats]:
    """The same by the driver's own cursor, which makes its rows in C."""
    query = b"select instrument_id, date, close from prices where instrument_id = any(%s) order by instrument_id, date"
    with raw_connection(session).cursor() as cursor:
        return _placed(ids, cursor.execute(query, (list(ids),)))  # type: ignore[arg-type]  # as the query says


def _placed(ids: Sequence[int], rows: Iterable[tuple[int, date, float]]) -> tuple[Days, Floats]:
    found: dict[int, tuple[list[date], list[float]]] = {key: ([], []) for key in ids}
    for key, day, close in rows:
        days, closes = found[key]
        days.append(day)
        closes.append(close)
    every = sorted({day for days, _ in found.values() for day in days})
    at = {day: place for place, day in enumerate(every)}
    values = np.full((len(every), len(ids)), np.nan)
    for column, (days, closes) in enumerate(found.values()):
        values[[at[day] for day in days], column] = closes
    return np.array(every, dtype="datetime64[D]"), values


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds by the clock, and of processor time: of this process and of the server's that works for it."""

    clock: float
    processor: float


def seconds(database: Database, work: Callable[[], object]) -> Taken:
    """How long it takes, without garbage collection."""
    stat = Path(f"/proc/{database.session.scalar(text('select pg_backend_pid()'))}/stat")
    database.session.commit()
    gc.collect()
    gc.disable()
    try:
        processor, started = time.process_time() + _ticks(stat), time.perf_counter()
        work()
        return Taken(time.perf_counter() - started, time.process_time() + _ticks(stat) - processor)
    finally:
        gc.enable()
        database.session.rollback()  # else the owner waits for what was read


def _ticks(stat: Path) -> float:
    """The processor time of a process in seconds; 0 where the system does not say."""
    if not stat.is_file():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def median_of(taken: Sequence[Taken]) -> Taken:
    """The medians of some runs."""
    return Taken(median(it.clock for it in taken), median(it.processor for it in taken))


def middle(database: Database, work: Callable[[], object], runs: int) -> Taken:
    """The medians of some runs."""
    return median_of([seconds(database, work) for _ in range(runs)])
