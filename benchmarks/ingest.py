"""Rows a second into the prices table: a first load and an upsert through the repository, against a bare binary COPY.

The bare COPY writes the same rows, ready as tuples, into the same table by ``write_row``. Prints one JSON line::

    python -m benchmarks.ingest [--instruments 100] [--bars 2520] [--runs 5]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import psycopg
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from dashboard import embedded
from dashboard.db import schema
from dashboard.db.engine import psycopg_url
from dashboard.db.repositories.bulk import raw_connection
from dashboard.db.repositories.instruments import ensure
from dashboard.db.repositories.prices import COLUMNS, BarArrays, read_closes, store_bars

TYPES = ("int8", "date", "float8", "float8", "float8", "float8", "float8", "text")
FIRST_LOAD_TARGET = 0.5
UPSERT_TARGET = 0.2
Row = tuple[object, ...]
Series = dict[int, BarArrays]


def main() -> int:
    """Measure, print, and fail where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--instruments", type=int, default=100)
    parser.add_argument("--bars", type=int, default=2520)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="basis-bench-") as home,
        embedded.start(Path(home), redis=False) as services,
    ):
        schema.upgrade(services.migration_url, embedded.APPLICATION_ROLE)
        engine = create_engine(psycopg_url(services.database_url))
        with Session(engine) as session:
            figures = _measure(session, services.migration_url, options.instruments, options.bars, options.runs)
        engine.dispose()
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0 if figures["first_load_ratio"] >= FIRST_LOAD_TARGET and figures["upsert_ratio"] >= UPSERT_TARGET else 1


def _measure(session: Session, owner_url: str, instruments: int, bars: int, runs: int) -> dict[str, float]:
    ids = sorted(ensure(session, {f"BENCH{number}": "USD" for number in range(instruments)}).values())
    session.commit()
    series = _series(ids, bars)
    corrected = {key: _with_another_close(columns) for key, columns in series.items()}
    rows = _tuples(series)
    times: dict[str, list[float]] = {"bare": [], "first_load": [], "upsert": [], "unchanged": [], "read": []}
    for _ in range(runs):
        _empty(owner_url)
        times["bare"].append(_timed(lambda: _bare_copy(session, rows)))
        _empty(owner_url)
        times["first_load"].append(_timed(lambda: _store(session, series)))
        times["upsert"].append(_timed(lambda: _store(session, corrected)))
        times["unchanged"].append(_timed(lambda: _store(session, corrected)))
        times["read"].append(_timed(lambda: read_closes(session, ids)))
        session.rollback()
    speed = {name: len(rows) / median(taken) for name, taken in times.items()}
    figures: dict[str, float] = {f"{name}_rows_per_second": round(value) for name, value in speed.items()}
    figures |= {
        f"{name}_ratio": round(speed[name] / speed["bare"], 3) for name in ("first_load", "upsert", "unchanged")
    }
    return {"rows": len(rows), "runs": runs, **figures}


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _store(session: Session, series: Series) -> None:
    store_bars(session, series, "bench")
    session.commit()


def _bare_copy(session: Session, rows: list[Row]) -> None:
    statement = f"copy prices {COLUMNS} from stdin (format binary)".encode()
    with raw_connection(session).cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(TYPES)
        for row in rows:
            copy.write_row(row)
    session.commit()


def _empty(owner_url: str) -> None:
    """Only the owner may truncate; what is dropped costs the next run nothing."""
    with psycopg.connect(owner_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("truncate prices")


def _series(ids: list[int], bars: int) -> Series:
    random = np.random.default_rng(7)
    days = np.datetime64("2015-01-01", "D") + np.arange(bars)
    series = {}
    for key in ids:
        close = 100 * np.exp(np.cumsum(random.normal(0, 0.01, bars)))
        volume = random.integers(1_000, 1_000_000, bars).astype(np.float64)
        series[key] = BarArrays(days, close * 0.999, close * 1.01, close * 0.99, close, volume)
    return series


def _with_another_close(bars: BarArrays) -> BarArrays:
    return BarArrays(bars.dates, bars.open, bars.high, bars.low, bars.close * 1.001, bars.volume)


def _tuples(series: Series) -> list[Row]:
    rows: list[Row] = []
    for key, bars in series.items():
        columns = (bars.dates, bars.open, bars.high, bars.low, bars.close, bars.volume)
        rows += [(key, *values, "bench") for values in zip(*(column.tolist() for column in columns), strict=True)]
    return rows


if __name__ == "__main__":
    sys.exit(main())
