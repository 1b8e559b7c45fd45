"""The sessions of exchanges, by market identifier code: the days, and the hours of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import select, text

from dashboard.db.binary import array_rows
from dashboard.db.models import ExchangeSession
from dashboard.db.repositories.bulk import AnySession, raw_connection
from dashboard.domain.market_hours import Session

Days = npt.NDArray[np.datetime64]

_IN_USE = text("select distinct mic from instruments where mic <> '' order by mic")
_LAST = text("select mic, max(date) as last from exchange_sessions where opens_at is not null group by mic")
_REPLACE = text("""
    with gone as (
        delete from exchange_sessions
        where mic = :mic and date >= cast(:first as date) and date <> all(cast(:days as date[]))
    )
    insert into exchange_sessions (mic, date) select :mic, unnest(cast(:days as date[])) on conflict do nothing
    """)
_HOURS = text("""
    insert into exchange_sessions (mic, date, opens_at, closes_at, break_starts_at, break_ends_at, half_day)
    select :mic, given.* from unnest(
        cast(:date as date[]), cast(:opens_at as timestamptz[]), cast(:closes_at as timestamptz[]),
        cast(:break_starts_at as timestamptz[]), cast(:break_ends_at as timestamptz[]), cast(:half_day as boolean[])
    ) given
    on conflict (mic, date) do update set
        opens_at = excluded.opens_at, closes_at = excluded.closes_at, half_day = excluded.half_day,
        break_starts_at = excluded.break_starts_at, break_ends_at = excluded.break_ends_at
    """)
_FIELDS = ("date", "opens_at", "closes_at", "break_starts_at", "break_ends_at", "half_day")
_DAYS = b"""
select m.mic, array(select s.date from exchange_sessions s where s.mic = m.mic order by s.date)
from unnest(%s::text[]) m(mic)
"""


def in_use(session: AnySession) -> list[str]:
    """The exchanges of all instruments."""
    return list(session.scalars(_IN_USE))


def last_days(session: AnySession) -> dict[str, date]:
    """The last stored session of each exchange whose hours are known."""
    return {row.mic: row.last for row in session.execute(_LAST)}


def store(session: AnySession, mic: str, days: Sequence[date]) -> None:
    """Make ``days`` the sessions of an exchange from the first of them on."""
    if days:
        session.execute(_REPLACE, {"mic": mic, "first": days[0], "days": list(days)})


def store_hours(session: AnySession, mic: str, sessions: Sequence[Session]) -> None:
    """Make ``sessions`` those of an exchange from the first of them on, with their hours."""
    store(session, mic, [known.date for known in sessions])
    if sessions:
        columns = {name: [getattr(known, name) for known in sessions] for name in _FIELDS}
        session.execute(_HOURS, {"mic": mic, **columns})


def read(session: AnySession, mics: Sequence[str]) -> dict[str, Days]:
    """The sessions by exchange, ascending; an exchange without any is absent."""
    rows = array_rows(raw_connection(session), _DAYS, (list(mics),))
    return {str(mic): days for mic, days in rows if len(days)}  # type: ignore[arg-type,misc]  # as the query says


def hours(session: AnySession, mic: str, start: datetime, end: datetime) -> tuple[Session, ...]:
    """The sessions of an exchange between ``start`` and ``end``, in order, where their hours are known."""
    row = ExchangeSession
    found = session.execute(
        select(row.date, row.opens_at, row.closes_at, row.break_starts_at, row.break_ends_at, row.half_day)
        .where(row.mic == mic, row.closes_at >= start, row.opens_at <= end)
        .order_by(row.date)
    )
    return tuple(
        Session(day, opens_at, closes_at, break_starts_at, break_ends_at, half_day)
        for day, opens_at, closes_at, break_starts_at, break_ends_at, half_day in found
        if opens_at is not None and closes_at is not None
    )
