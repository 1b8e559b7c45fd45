"""How the table of daily bars is best laid out: one table, a wider primary key, partitions by year or by instrument.

Each layout is loaded, corrected and read with the product's own code. Seconds of processor time, of the client and of
the server's process for it: on a machine that others use too, they are what can be compared::

    python -m benchmarks.bar_layouts [--rows 5000000] [--instruments 5000]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping

from sqlalchemy import text

from benchmarks import bars
from benchmarks.bars import Database, Series, middle
from dashboard.db.repositories.prices import read_closes
from dashboard.db.repositories.valued_prices import closes

HASHES = 16
YEARS = range(2014, 2027)
LOOKUPS = 200
KEY = "primary key (instrument_id, date)"
LAYOUTS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "one table": (KEY, "", ()),
    "close in the key": (f"{KEY} include (close)", "", ()),
    "by year": (
        KEY,
        "partition by range (date)",
        tuple(
            f"y{year} partition of prices for values from ('{year}-01-01') to ('{year + 1}-01-01')" for year in YEARS
        ),
    ),
    "by hash of instrument": (
        KEY,
        "partition by hash (instrument_id)",
        tuple(f"h{at} partition of prices for values with (modulus {HASHES}, remainder {at})" for at in range(HASHES)),
    ),
}
MEASURED = (
    "load",
    "upsert 500 × 10 y",
    "one day",
    "day again",
    "200 × one",
    "500 × 10 y",
    "filled by day",
    "MB",
)


def main() -> int:
    """Measure each layout and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--instruments", type=int, default=bars.INSTRUMENTS)
    options = parser.parse_args()
    sys.stdout.write(f"{'layout':<24}" + "".join(f"{name:>20}" for name in MEASURED) + "\n")
    with bars.database() as database:
        series = bars.series_of(bars.ids_of(database.session, options.instruments), options.rows)
        database.as_owner("alter table prices rename to original")
        for name in LAYOUTS:
            _lay_out(database, name)
            found = _measured(database, series)
            sys.stdout.write(f"{name:<24}" + "".join(f"{value:>20.3f}" for value in found) + "\n")
            sys.stdout.flush()
    return 0


def _lay_out(database: Database, name: str) -> None:
    """Make an empty table of this layout in the place of the last one."""
    key, partition, parts = LAYOUTS[name]
    database.as_owner("drop table if exists prices")
    database.as_owner(
        f"create table prices (like original including defaults including constraints, {key}) {partition}"
    )
    database.as_owner(
        "alter table prices add foreign key (instrument_id) references instruments (id) on delete cascade"
    )
    for part in parts:
        database.as_owner(f"create table prices_{part}")
    database.as_owner("grant select, insert, update, delete on prices to public")


def _measured(database: Database, series: Series) -> tuple[float, ...]:
    session = database.session
    chosen = list(series)[: bars.MOST_LONG]
    load = bars.stored(database, series)
    upsert = bars.stored(database, bars.with_another_close({key: series[key] for key in chosen}))
    days = [bars.next_day(series, day) for day in (1, 2, 3)]
    new = bars.median_of([bars.stored(database, day) for day in days])
    again = bars.median_of([bars.stored(database, bars.with_another_close(day)) for day in days])
    database.as_owner("vacuum analyze prices")
    one = middle(database, lambda: [read_closes(session, [key]) for key in chosen[:LOOKUPS]], 3)
    many = middle(database, lambda: closes(session, chosen), 5)
    size = _megabytes(database)
    database.as_owner("truncate prices")
    bars.bare_copy(session, bars.encoded_by_day({key: series[key] for key in chosen}))
    database.as_owner("vacuum analyze prices")
    scattered = middle(database, lambda: closes(session, chosen), 3)
    taken = (load, upsert, new, again, one, many, scattered)
    return *(it.processor or it.clock for it in taken), size


def _megabytes(database: Database) -> float:
    query = r"""
        select sum(pg_total_relation_size(oid)) / 1e6 from pg_class
        where relkind = 'r' and (relname = 'prices' or relname ~ '^prices_[yh][0-9]+$')
        """
    found = database.session.scalar(text(query))
    database.session.rollback()
    return float(found)


if __name__ == "__main__":
    sys.exit(main())
