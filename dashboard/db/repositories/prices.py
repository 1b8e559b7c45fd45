"""Bars as traded: loaded in bulk, read as arrays."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import numpy as np
import numpy.typing as npt
from sqlalchemy import text

from dashboard.db.binary import array_rows, copy_block, date_column, float8_column, int8_column, text_column
from dashboard.db.repositories.bulk import AnySession, array_text, copy_rows, raw_connection

# Sources send the same number with other noise in its last digits: that is no other number.
NOISE = "1e-9"
VALUES = ("open", "high", "low", "close", "volume")
ROWS_A_BLOCK = 20_000
COLUMNS = "(instrument_id, date, open, high, low, close, volume, source)"

Days = npt.NDArray[np.datetime64]
Floats = npt.NDArray[np.float64]


class BarColumns(Protocol):
    """Daily bars as arrays of one length, dates ascending and unique; NaN where anything but the close is unknown."""

    @property
    def dates(self) -> Days:
        """Days, datetime64[D]."""
        ...

    @property
    def open(self) -> Floats:
        """First prices."""
        ...

    @property
    def high(self) -> Floats:
        """Highest prices."""
        ...

    @property
    def low(self) -> Floats:
        """Lowest prices."""
        ...

    @property
    def close(self) -> Floats:
        """Last prices, finite and positive."""
        ...

    @property
    def volume(self) -> Floats:
        """Units traded."""
        ...


@dataclass(frozen=True, slots=True)
class BarArrays:
    """Stored bars of one instrument."""

    dates: Days
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats


@dataclass(frozen=True, slots=True)
class Restated:
    """A stored value that a write has replaced (``old`` is None where there was none, ``new`` where there is none)."""

    date: date
    field: str
    old: float | None
    new: float | None
    source: str = ""
    """Who gave the old one."""


@dataclass(frozen=True, slots=True)
class SeriesChange:
    """How many rows a write added or changed, the earliest day among them, and the values that it replaced."""

    rows: int = 0
    first_date: date | None = None
    restated: tuple[Restated, ...] = field(default=(), compare=False)

    def __bool__(self) -> bool:
        return self.rows > 0

    def __or__(self, other: SeriesChange) -> SeriesChange:
        days = [day for day in (self.first_date, other.first_date) if day is not None]
        return SeriesChange(self.rows + other.rows, min(days, default=None), self.restated + other.restated)


def differing(table: str, *columns: str) -> str:
    """The condition that any of ``columns`` of a stored row is another than that of the row to be inserted."""
    same = "coalesce({0}.{1} = excluded.{1} or abs({0}.{1} - excluded.{1}) <= {2} * abs({0}.{1}), "
    same += "{0}.{1} is null and excluded.{1} is null)"
    return f"not ({' and '.join(same.format(table, column, NOISE) for column in columns)})"


_LOCK = text("select id from instruments where id = any(cast(:ids as bigint[])) order by id for no key update")
_OCCUPIED = text("""
    select w.id from unnest(cast(:ids as bigint[]), cast(:firsts as date[]), cast(:lasts as date[])) w(id, first, last)
    where exists (select from prices p where p.instrument_id = w.id and p.date between w.first and w.last)
    """)
_STAGE = text(
    "create temporary table if not exists staged_prices (like prices including defaults) on commit delete rows"
)
_EMPTY_STAGE = text("delete from pg_temp.staged_prices")
_TAKE_OVER = text(f"""
    with changed as (
        insert into prices as p (instrument_id, date, open, high, low, close, volume, source)
        select instrument_id, date, open, high, low, close, volume, source from pg_temp.staged_prices
        on conflict (instrument_id, date) do update
        set open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
            volume = excluded.volume, source = excluded.source
        where {differing("p", *VALUES)}
        returning p.instrument_id, p.date, old.source, old.close is not null as restated,
                  {", ".join(f"old.{name} as old_{name}, new.{name} as new_{name}" for name in VALUES)}
    )
    select instrument_id, count(*), min(date), array_agg(date) filter (where restated),
           array_agg(source) filter (where restated),
           {", ".join(f"array_agg({age}_{name}) filter (where restated)" for name in VALUES for age in ("old", "new"))}
    from changed group by instrument_id
    """)  # noqa: S608  the words are constants of this module
_BUMP = text("update instruments set price_version = price_version + 1 where id = any(cast(:ids as bigint[]))")


def store_bars(session: AnySession, bars: Mapping[int, BarColumns], source: str) -> dict[int, SeriesChange]:
    """Add or correct bars by instrument id, and raise the price version of each instrument that changed.

    A series without any bar in the new one's range is copied straight in; any other goes through a staging table, from
    which only new and different rows are taken. The instruments stay locked until the transaction ends.
    """
    given = {key: columns for key, columns in bars.items() if len(columns.dates)}
    if not given:
        return {}
    session.execute(_LOCK, {"ids": array_text(given)})
    occupied = _occupied(session, given)
    fresh = {key: columns for key, columns in given.items() if key not in occupied}
    changes = {key: SeriesChange(len(c.dates), c.dates[0].item()) for key, c in fresh.items()}
    if fresh:
        copy_rows(raw_connection(session), f"prices {COLUMNS}", blocks(fresh, source))
    if occupied:
        changes |= _upsert(session, {key: given[key] for key in occupied}, source)
    if changes:
        session.execute(_BUMP, {"ids": array_text(changes)})
    return changes


def _occupied(session: AnySession, bars: Mapping[int, BarColumns]) -> set[int]:
    """The instruments that have a bar between the first and the last new one."""
    ranges = {
        "ids": array_text(bars),
        "firsts": array_text(columns.dates[0] for columns in bars.values()),
        "lasts": array_text(columns.dates[-1] for columns in bars.values()),
    }
    return set(session.scalars(_OCCUPIED, ranges))


def _upsert(session: AnySession, bars: Mapping[int, BarColumns], source: str) -> dict[int, SeriesChange]:
    session.execute(_STAGE)
    session.execute(_EMPTY_STAGE)
    copy_rows(raw_connection(session), f"pg_temp.staged_prices {COLUMNS}", blocks(bars, source))
    return {
        key: SeriesChange(rows, first, _restated(days, sources, pairs))
        for key, rows, first, days, sources, *pairs in session.execute(_TAKE_OVER)
    }


def _restated(
    days: Sequence[date] | None, sources: Sequence[str], pairs: Sequence[Sequence[float | None]]
) -> tuple[Restated, ...]:
    """What was replaced, by day; ``pairs`` are the old and the new values of each column in turn."""
    found = [
        Restated(day, name, old, new, source)
        for name, olds, news in zip(VALUES, pairs[::2], pairs[1::2], strict=True)
        for day, source, old, new in zip(days or (), sources or (), olds or (), news or (), strict=True)
        if not is_same(old, new)
    ]
    return tuple(sorted(found, key=lambda one: one.date))


def is_same(old: float | None, new: float | None) -> bool:
    """Whether two values are one but for the noise of their last digits."""
    return old is new if old is None or new is None else math.isclose(old, new, rel_tol=float(NOISE))


def blocks(bars: Mapping[int, BarColumns], source: str) -> Iterator[bytes]:
    """The rows of all series, several short ones a block: one at a time would cost more than its rows."""
    waiting: list[tuple[int, BarColumns]] = []
    count = 0
    for key, columns in bars.items():
        waiting.append((key, columns))
        count += len(columns.dates)
        if count >= ROWS_A_BLOCK:
            yield _block(waiting, source)
            waiting, count = [], 0
    if waiting:
        yield _block(waiting, source)


def _block(series: Sequence[tuple[int, BarColumns]], source: str) -> bytes:
    keys, bars = [key for key, _ in series], [columns for _, columns in series]
    lengths = [len(columns.dates) for columns in bars]
    return copy_block(
        (
            int8_column(np.repeat(keys, lengths)),
            date_column(np.concatenate([columns.dates for columns in bars])),
            float8_column(np.concatenate([columns.open for columns in bars]), nan_is_null=True),
            float8_column(np.concatenate([columns.high for columns in bars]), nan_is_null=True),
            float8_column(np.concatenate([columns.low for columns in bars]), nan_is_null=True),
            float8_column(np.concatenate([columns.close for columns in bars])),
            float8_column(np.concatenate([columns.volume for columns in bars]), nan_is_null=True),
            text_column(source, sum(lengths)),
        )
    )


# Days and closes are read in one pass; an array of each costs a fraction of what rows of them do.
_CLOSES = b"""
select i.id, series.dates, series.closes
from unnest(%s::bigint[]) i(id)
cross join lateral (
    select array_agg(date) as dates, array_agg(close) as closes
    from (
        select date, close from prices p where p.instrument_id = i.id and p.date between %s and %s order by p.date
    ) bars
) series
"""
_BARS = b"""
select array_agg(date), array_agg(open), array_agg(high), array_agg(low), array_agg(close), array_agg(volume)
from (
    select date, coalesce(open, 'NaN') as open, coalesce(high, 'NaN') as high, coalesce(low, 'NaN') as low, close,
           coalesce(volume, 'NaN') as volume
    from prices where instrument_id = %s and date between %s and %s order by date
) bars
"""


def read_closes(
    session: AnySession, ids: Sequence[int], *, start: date | None = None, end: date | None = None
) -> dict[int, tuple[Days, Floats]]:
    """Dates and closes by instrument id, ascending; empty arrays where nothing is stored."""
    parameters = (list(ids), start or date.min, end or date.max)
    rows = array_rows(raw_connection(session), _CLOSES, parameters)
    nothing = (np.empty(0, dtype="datetime64[D]"), np.empty(0))
    return {int(row[0]): nothing if row[1] is None else (row[1], row[2]) for row in rows}  # type: ignore[call-overload,misc]  # as the query says


def read_bars(
    session: AnySession, instrument_id: int, *, start: date | None = None, end: date | None = None
) -> BarArrays:
    """The bars of one instrument, ascending; NaN where open, high, low or volume is unknown."""
    parameters = (instrument_id, start or date.min, end or date.max)
    (row,) = array_rows(raw_connection(session), _BARS, parameters)
    if row[0] is None:
        empty = np.empty(0)
        return BarArrays(np.empty(0, dtype="datetime64[D]"), empty, empty, empty, empty, empty)
    return BarArrays(*row)  # type: ignore[arg-type]  # as the query says


def has_bar(session: AnySession, instrument_id: int, day: date) -> bool:
    """Whether a bar of the day is stored."""
    query = text("select exists (select from prices where instrument_id = :id and date = :day)")
    return bool(session.scalar(query, {"id": instrument_id, "day": day}))


BY_HAND = "manual"
_BY_HAND = text("select array_agg(date order by date) from prices where instrument_id = :id and source = :source")
_CLAIM = text("update prices set source = :source where instrument_id = :id and date = :day")
_REMOVE = text("delete from prices where instrument_id = :id and date = :day returning date")


def days_by_hand(session: AnySession, instrument_id: int) -> Days:
    """The days whose close a person has entered, ascending."""
    days = session.scalar(_BY_HAND, {"id": instrument_id, "source": BY_HAND})
    return np.array(days or [], dtype="datetime64[D]")


def claim(session: AnySession, instrument_id: int, day: date) -> None:
    """Say that the bar of a day, if there is one, is a person's from now on."""
    session.execute(_CLAIM, {"id": instrument_id, "day": day, "source": BY_HAND})


def remove_bar(session: AnySession, instrument_id: int, day: date) -> SeriesChange:
    """Drop the bar of a day, and raise the price version where there was one."""
    if session.scalar(_REMOVE, {"id": instrument_id, "day": day}) is None:
        return SeriesChange()
    session.execute(_BUMP, {"ids": [instrument_id]})
    return SeriesChange(1, day)


_OTHERS = text("""
    select source, array_agg(date order by date), array_agg(close order by date) from prices
    where instrument_id = :id and date between :first and :last and source <> :source and source <> ''
    group by source
    """)


def closes_of_others(
    session: AnySession, instrument_id: int, first: date, last: date, source: str
) -> dict[str, tuple[Days, Floats]]:
    """Dates and closes from ``first`` to ``last`` that other sources than ``source`` gave, by source."""
    rows = session.execute(_OTHERS, {"id": instrument_id, "first": first, "last": last, "source": source})
    return {name: (np.array(days, dtype="datetime64[D]"), np.array(closes)) for name, days, closes in rows}


@dataclass(frozen=True, slots=True)
class Edges:
    """The first day with a bar, and the last two with their closes."""

    first_date: date | None = None
    last_date: date | None = None
    last_close: float | None = None
    previous_date: date | None = None
    previous_close: float | None = None


_EDGES = text("""
    select i.id, (select min(date) from prices where instrument_id = i.id),
           last.date, last.close, previous.date, previous.close
    from unnest(cast(:ids as bigint[])) i(id)
    left join lateral (
        select date, close from prices where instrument_id = i.id order by date desc limit 1
    ) last on true
    left join lateral (
        select date, close from prices where instrument_id = i.id and date < last.date order by date desc limit 1
    ) previous on true
    """)


def edges(session: AnySession, ids: Sequence[int]) -> dict[int, Edges]:
    """Where the stored bars of each instrument begin and end."""
    return {key: Edges(*values) for key, *values in session.execute(_EDGES, {"ids": list(ids)})}
