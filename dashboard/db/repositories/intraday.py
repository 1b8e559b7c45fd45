"""Bars within a day: loaded in bulk, read as arrays, forgotten after a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import text

from dashboard.db.binary import (
    array_rows,
    copy_block,
    float8_column,
    int2_column,
    int8_column,
    moment_column,
    text_column,
)
from dashboard.db.repositories.bulk import AnySession, copy_rows, raw_connection
from dashboard.domain.intraday import BarInterval, IntradayBars, Moments, no_bars

COLUMNS = "(instrument_id, interval_minutes, at, open, high, low, close, volume, source)"

_STAGE = text(
    "create temporary table if not exists staged_intraday (like intraday_bars including defaults) "
    "on commit delete rows"
)
_EMPTY_STAGE = text("delete from pg_temp.staged_intraday")
_TAKE_OVER = text("""
    with changed as (
        insert into intraday_bars as p
               (instrument_id, interval_minutes, at, open, high, low, close, volume, source)
        select instrument_id, interval_minutes, at, open, high, low, close, volume, source
        from pg_temp.staged_intraday
        on conflict (instrument_id, interval_minutes, at) do update
        set open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
            volume = excluded.volume, source = excluded.source
        where (p.open, p.high, p.low, p.close, p.volume)
            is distinct from (excluded.open, excluded.high, excluded.low, excluded.close, excluded.volume)
        returning 1
    )
    select count(*) from changed
    """)


def store(session: AnySession, instrument_id: int, interval: BarInterval, bars: IntradayBars, source: str) -> int:
    """Add or correct bars; returns how many were new or different."""
    if not len(bars):
        return 0
    session.execute(_STAGE)
    session.execute(_EMPTY_STAGE)
    count = len(bars)
    columns = (
        int8_column(np.full(count, instrument_id)),
        int2_column(np.full(count, interval.minutes)),
        moment_column(bars.at),
        float8_column(bars.open, nan_is_null=True),
        float8_column(bars.high, nan_is_null=True),
        float8_column(bars.low, nan_is_null=True),
        float8_column(bars.close),
        float8_column(bars.volume, nan_is_null=True),
        text_column(source, count),
    )
    copy_rows(raw_connection(session), f"pg_temp.staged_intraday {COLUMNS}", [copy_block(columns)])
    return int(session.scalar(_TAKE_OVER) or 0)


_BARS = b"""
select array_agg(at), array_agg(open), array_agg(high), array_agg(low), array_agg(close), array_agg(volume)
from (
    select at, coalesce(open, 'NaN') as open, coalesce(high, 'NaN') as high, coalesce(low, 'NaN') as low, close,
           coalesce(volume, 'NaN') as volume
    from intraday_bars
    where instrument_id = %s and interval_minutes = %s and at >= %s and at < %s
    order by at
    limit %s
) bars
"""
_LAST = text("""
    select i.id, m.minutes,
           (select max(at) from intraday_bars b where b.instrument_id = i.id and b.interval_minutes = m.minutes)
    from unnest(cast(:ids as bigint[])) i(id), unnest(cast(:minutes as smallint[])) m(minutes)
    """)
_CLOSES = b"""
select i.id,
       array(select b.at from intraday_bars b
             where b.instrument_id = i.id and b.interval_minutes = %s and b.at >= %s order by b.at),
       array(select b.close from intraday_bars b
             where b.instrument_id = i.id and b.interval_minutes = %s and b.at >= %s order by b.at)
from unnest(%s::bigint[]) i(id)
"""
_FORGET = text("delete from intraday_bars where interval_minutes = :minutes and at < :before")
_FIRST, _NEVER = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


def read(
    session: AnySession,
    instrument_id: int,
    interval: BarInterval,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    most: int | None = None,
) -> IntradayBars:
    """The bars that begin from ``start`` to before ``end``, ascending; of these the first ``most``."""
    parameters = (instrument_id, interval.minutes, start or _FIRST, end or _NEVER, most)
    (row,) = array_rows(raw_connection(session), _BARS, parameters)
    return no_bars() if row[0] is None else IntradayBars(*row)  # type: ignore[arg-type]  # as the query says


def closes(
    session: AnySession, ids: Sequence[int], interval: BarInterval, start: datetime
) -> dict[int, tuple[Moments, np.typing.NDArray[np.float64]]]:
    """Beginnings and closes of the bars from ``start`` on by instrument id; empty arrays where there is none."""
    parameters = (interval.minutes, start, interval.minutes, start, list(ids))
    rows = array_rows(raw_connection(session), _CLOSES, parameters)
    return {int(row[0]): (row[1], row[2]) for row in rows}  # type: ignore[call-overload,misc]  # as the query says


def last_moments(
    session: AnySession, ids: Sequence[int], intervals: Iterable[BarInterval] = BarInterval
) -> dict[tuple[int, BarInterval], datetime]:
    """When the last stored bar of each instrument and interval begins; absent where there is none."""
    by_minutes = {interval.minutes: interval for interval in intervals}
    rows = session.execute(_LAST, {"ids": list(ids), "minutes": list(by_minutes)})
    return {(key, by_minutes[minutes]): at for key, minutes, at in rows if at is not None}


def forget(session: AnySession, interval: BarInterval, before: datetime) -> int:
    """Delete the bars of an interval that begin earlier; returns how many."""
    result = session.execute(_FORGET, {"minutes": interval.minutes, "before": before})
    return int(getattr(result, "rowcount", 0))
