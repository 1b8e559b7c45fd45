"""Five million daily bars in and out: first load, upsert, one day for 5,000 instruments, a matrix of closes.

The reference of the writes is a bare binary COPY of the same rows into the same table, encoded before the clock starts;
that of the read is the session's cursor, a row at a time. Each ratio is of one run: by the clock and, in the second
column, in processor time of the client and of the server's process for it. Prints a table and one JSON line::

    python -m benchmarks.ingest [--rows 5000000] [--instruments 5000] [--runs 3]
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

import numpy as np

from benchmarks import bars
from benchmarks.bars import Database, Series, Taken, seconds
from dashboard.db.repositories.valued_prices import closes

DAYS_ASKED = 5
READS = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: what was asked (at least, or at most for seconds) and what was measured."""

    name: str
    work: str
    measured: float
    processor: float
    asked: float
    at_most: bool = False

    @property
    def kept(self) -> bool:
        """Whether it is as asked."""
        return self.measured <= self.asked if self.at_most else self.measured >= self.asked


def main() -> int:
    """Measure, print, and fail where something is not as asked."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--instruments", type=int, default=bars.INSTRUMENTS)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with bars.database() as database:
        series = bars.series_of(bars.ids_of(database.session, options.instruments), options.rows)
        lines, figures = _measure(database, series, options.runs)
    for line in lines:
        sign, mark = ("≤", "s") if line.at_most else ("≥", "times")
        verdict = "ok" if line.kept else "MISSED"
        found = f"{line.measured:>8.3f} {mark:<6}{line.processor:>8.3f}"
        sys.stdout.write(f"{line.work:<56}{found}   {sign} {line.asked:<6g}{verdict}\n")
    sys.stdout.write(json.dumps(figures | {line.name: round(line.measured, 3) for line in lines}) + "\n")
    return 0 if all(line.kept for line in lines) else 1


def _measure(database: Database, series: Series, runs: int) -> tuple[list[Line], dict[str, float]]:
    written = [_written(database, series) for _ in range(runs)]
    figures: dict[str, float] = {"rows": bars.rows_in(series), "runs": runs}
    for name in written[0]:
        figures[f"{name}_rows_per_second"] = round(figures["rows"] / median(run[name].clock for run in written))
    days = [_one_day(database, series, day) for day in range(1, DAYS_ASKED + 1)]
    new, again = (bars.median_of(taken) for taken in zip(*days, strict=True))
    read = _read(database)
    figures |= {f"{name}_seconds": round(taken.clock, 3) for name, taken in read.items()}
    return [
        _ratio("first_load", "first load, of the rows/s of a bare binary COPY", 0.6, written, ("bare", "first_load")),
        _ratio("upsert", "upsert of every row through a staging table", 0.2, written, ("bare", "upsert")),
        Line("new_day", f"a new day for {len(series)} instruments", new.clock, new.processor, 0.3, at_most=True),
        Line("same_day", "the same day again, every close corrected", again.clock, again.processor, 0.3, at_most=True),
        _ratio("read", "500 × 10 years of closes as a matrix, against rows", 12, [read], ("rows", "arrays")),
        _ratio("read_bare", "the same, against rows of the bare driver", 0, [read], ("driver_rows", "arrays")),
    ], figures


def _ratio(name: str, work: str, asked: float, runs: Sequence[Mapping[str, Taken]], pair: tuple[str, str]) -> Line:
    """How many times faster the second of the pair is than the first, the median of all runs."""
    clock = median(run[pair[0]].clock / run[pair[1]].clock for run in runs)
    processor = median(run[pair[0]].processor / (run[pair[1]].processor or math.inf) for run in runs)
    return Line(name, work, clock, processor, asked)


def _written(database: Database, series: Series) -> dict[str, Taken]:
    """One run of each way to write the rows."""
    database.as_owner("truncate prices")
    taken = {"bare": _bare(database, series)}
    database.as_owner("truncate prices")
    corrected = bars.with_another_close(series)
    taken["first_load"] = bars.stored(database, series)
    taken["upsert"] = bars.stored(database, corrected)
    taken["unchanged"] = bars.stored(database, corrected)
    return taken


def _bare(database: Database, series: Series) -> Taken:
    ready = bars.encoded(series)
    return seconds(database, lambda: bars.bare_copy(database.session, ready))


def _one_day(database: Database, series: Series, day: int) -> tuple[Taken, Taken]:
    """A new day, and the same once more with other closes."""
    new = bars.next_day(series, day)
    return bars.stored(database, new), bars.stored(database, bars.with_another_close(new))


def _read(database: Database) -> dict[str, Taken]:
    """The matrix of 500 series of ten years by arrays and by rows, which must all be the same."""
    session = database.session
    ids = bars.ids_of(session, bars.MOST_LONG)
    database.as_owner("truncate prices")
    bars.store(session, bars.series_of(ids, len(ids) * bars.LONG_BARS))
    database.as_owner("vacuum analyze prices")
    ways = {"arrays": closes, "rows": bars.row_by_row, "driver_rows": bars.row_by_row_of_the_driver}
    days, matrix = closes(session, ids)
    for read in ways.values():
        same_days, same = read(session, ids)
        if not (np.array_equal(days, same_days) and np.array_equal(matrix, same, equal_nan=True)):
            raise AssertionError("two readers differ")
    return {name: bars.middle(database, partial(read, session, ids), READS) for name, read in ways.items()}


if __name__ == "__main__":
    sys.exit(main())
