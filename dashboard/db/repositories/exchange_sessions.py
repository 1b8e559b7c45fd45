"""The trading days of exchanges, by market identifier code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
from sqlalchemy import text

from dashboard.db.binary import array_rows
from dashboard.db.repositories.bulk import AnySession, raw_connection

Days = npt.NDArray[np.datetime64]

_IN_USE = text("select distinct mic from instruments where mic <> '' order by mic")
_LAST = text("select mic, max(date) as last from exchange_sessions group by mic")
_REPLACE = text("""
    with gone as (
        delete from exchange_sessions
        where mic = :mic and date >= cast(:first as date) and date <> all(cast(:days as date[]))
    )
    insert into exchange_sessions (mic, date) select :mic, unnest(cast(:days as date[])) on conflict do nothing
    """)
_DAYS = b"""
select m.mic, array(select s.date from exchange_sessions s where s.mic = m.mic order by s.date)
from unnest(%s::text[]) m(mic)
"""


def in_use(session: AnySession) -> list[str]:
    """The exchanges of all instruments."""
    return list(session.scalars(_IN_USE))


def last_days(session: AnySession) -> dict[str, date]:
    """The last stored session of each exchange."""
    return {row.mic: row.last for row in session.execute(_LAST)}


def store(session: AnySession, mic: str, days: Sequence[date]) -> None:
    """Make ``days`` the sessions of an exchange from the first of them on."""
    if days:
        session.execute(_REPLACE, {"mic": mic, "first": days[0], "days": list(days)})


def read(session: AnySession, mics: Sequence[str]) -> dict[str, Days]:
    """The sessions by exchange, ascending; an exchange without any is absent."""
    rows = array_rows(raw_connection(session), _DAYS, (list(mics),))
    return {str(mic): days for mic, days in rows if len(days)}  # type: ignore[arg-type,misc]  # as the query says
