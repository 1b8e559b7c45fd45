"""Which portfolios a change of the market touches: they are to be valued again from a day on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import text

from dashboard.db.repositories.bulk import AnySession

_BY_INSTRUMENT = text("""
    with changed as (select * from unnest(cast(:ids as bigint[]), cast(:days as date[])) c(id, day)),
    touched as (
        select t.portfolio_id as id, min(c.day) as day
        from changed c join transactions t on t.instrument_id = c.id group by t.portfolio_id
        union all
        select t.portfolio_id, min(c.day)
        from changed c join transactions t on t.target_instrument_id = c.id group by t.portfolio_id
        union all
        select p.id, c.day from changed c join portfolios p on p.benchmark_id = c.id
    ),
    earliest as (select id, min(day) as day from touched group by id),
    -- In the order of their ids, so that two refreshes never wait for each other.
    locked as (
        select p.id, e.day from portfolios p join earliest e on e.id = p.id order by p.id for no key update of p
    )
    update portfolios p set dirty_from = least(p.dirty_from, l.day) from locked l where p.id = l.id returning p.id
    """)
_BY_PAIR = text("""
    with used as (
        select t.portfolio_id as id, u.currency
        from transactions t
        left join instruments i on i.id = t.instrument_id
        left join instruments o on o.id = t.target_instrument_id
        cross join lateral (
            values (t.currency), (t.cash_currency), (t.target_currency), (t.fee_currency), (i.currency), (o.currency)
        ) u(currency)
        union
        select p.id, i.currency from portfolios p join instruments i on i.id = p.benchmark_id
    ),
    locked as (
        select p.id from portfolios p
        where exists (select from used where used.id = p.id and used.currency <> p.base_currency)
          and (p.base_currency in (:base, :quote)
               or exists (select from used where used.id = p.id and used.currency in (:base, :quote)))
        order by p.id for no key update
    )
    update portfolios p set dirty_from = least(p.dirty_from, :day) from locked l where p.id = l.id returning p.id
    """)


def mark_by_instruments(session: AnySession, changes: Mapping[int, date]) -> set[int]:
    """Mark the portfolios that hold or are compared with the instruments, each from its earliest changed day."""
    if not changes:
        return set()
    return set(session.scalars(_BY_INSTRUMENT, {"ids": list(changes), "days": list(changes.values())}))


def mark_by_pair(session: AnySession, base: str, quote: str, day: date) -> set[int]:
    """Mark the portfolios of several currencies that use one of the pair's (it may serve to cross two others)."""
    return set(session.scalars(_BY_PAIR, {"base": base, "quote": quote, "day": day}))
