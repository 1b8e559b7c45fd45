"""Exchange rates by pair: units of the quote currency for 1 of the base currency."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
from sqlalchemy import select, text, tuple_
from sqlalchemy.dialects.postgresql import insert

from dashboard.db.binary import array_rows, copy_block, date_column, float8_column, text_column
from dashboard.db.models import FxPair
from dashboard.db.repositories.bulk import AnySession, copy_rows, raw_connection
from dashboard.db.repositories.prices import Restated, SeriesChange, differing

Pair = tuple[str, str]
Days = npt.NDArray[np.datetime64]
Floats = npt.NDArray[np.float64]

# Which currency of a pair is quoted in the other by convention; sources give those pairs with the most digits.
QUOTING_ORDER = ("EUR", "GBP", "AUD", "NZD", "USD", "CAD", "CHF")


def conventional(one: str, other: str) -> Pair:
    """The pair of two currencies in the direction in which the market quotes it."""

    def rank(currency: str) -> tuple[int, str]:
        known = currency in QUOTING_ORDER
        return (QUOTING_ORDER.index(currency) if known else len(QUOTING_ORDER), currency)

    first, second = sorted((one, other), key=rank)
    return first, second


_NEEDED = text("""
    with counted as (
        select distinct p.owner_id, p.base_currency from portfolios p
        where exists (select from transactions t where t.portfolio_id = p.id)
    ),
    used as (
        select p.base_currency as base, u.currency
        from portfolios p
        join transactions t on t.portfolio_id = p.id
        left join instruments i on i.id = t.instrument_id
        left join instruments o on o.id = t.target_instrument_id
        cross join lateral (
            values (t.currency), (t.cash_currency), (t.target_currency), (t.fee_currency), (i.currency), (o.currency)
        ) u(currency)
        union
        select p.base_currency, i.currency from portfolios p join instruments i on i.id = p.benchmark_id
        union
        select one.base_currency, other.base_currency
        from counted one join counted other on other.owner_id is not distinct from one.owner_id
    )
    select distinct base, currency from used where currency is not null and currency <> base
    """)


def needed(session: AnySession) -> set[Pair]:
    """A conventional pair for every currency that a portfolio uses beside its own, and for those of one owner's."""
    return {conventional(base, currency) for base, currency in session.execute(_NEEDED)}


def lacking(session: AnySession) -> set[Pair]:
    """Those of the needed pairs for which nobody has been asked yet: neither rates nor a reason are stored."""
    tried = (FxPair.refreshed_at.is_not(None)) | (FxPair.problem_code != "")
    rows = session.execute(select(FxPair.base, FxPair.quote).where(tried))
    return needed(session) - {(base, quote) for base, quote in rows}


def ensure(session: AnySession, pairs: Iterable[Pair]) -> dict[Pair, FxPair]:
    """The rows of ``pairs``, made where they are new."""
    wanted = sorted(set(pairs))
    if not wanted:
        return {}
    values = [{"base": base, "quote": quote} for base, quote in wanted]
    session.execute(insert(FxPair).values(values).on_conflict_do_nothing())
    rows = session.scalars(select(FxPair).where(tuple_(FxPair.base, FxPair.quote).in_(wanted)))
    return {(row.base, row.quote): row for row in rows}


def stored(session: AnySession, pairs: Iterable[Pair]) -> dict[Pair, FxPair]:
    """The rows of those of ``pairs`` that are known."""
    rows = session.scalars(select(FxPair).where(tuple_(FxPair.base, FxPair.quote).in_(sorted(set(pairs)))))
    return {(row.base, row.quote): row for row in rows}


def known(session: AnySession) -> dict[Pair, int]:
    """Every pair with its rate version."""
    return {(base, quote): version for base, quote, version in session.execute(_VERSIONS)}


def ends(session: AnySession, pair: Pair) -> tuple[date | None, date | None]:
    """The days of the first and the last stored rate."""
    first, last = session.execute(_ENDS, {"base": pair[0], "quote": pair[1]}).one()
    return first, last


_VERSIONS = text("select base, quote, rate_version from fx_pairs")
_ENDS = text("select min(date), max(date) from fx_rates where base = :base and quote = :quote")
_LOCK = text("select 1 from fx_pairs where base = :base and quote = :quote for no key update")
_STAGE = text("create temporary table if not exists staged_fx (like fx_rates including defaults) on commit delete rows")
_EMPTY_STAGE = text("delete from pg_temp.staged_fx")
_TAKE_OVER = text(f"""
    insert into fx_rates as r (base, quote, date, rate, source)
    select base, quote, date, rate, source from pg_temp.staged_fx
    on conflict (base, quote, date) do update set rate = excluded.rate, source = excluded.source
    where {differing("r", "rate")}
    returning r.date, old.source, old.rate, new.rate
    """)  # noqa: S608  the words are constants of this module
_BUMP = text("update fx_pairs set rate_version = rate_version + 1 where base = :base and quote = :quote")


def store_rates(session: AnySession, pair: Pair, dates: Days, rates: Floats, source: str) -> SeriesChange:
    """Add or correct the rates of a pair (made where it is new), and raise its version where something changed."""
    if not len(dates):
        return SeriesChange()
    ensure(session, [pair])
    parameters = {"base": pair[0], "quote": pair[1]}
    session.execute(_LOCK, parameters)
    session.execute(_STAGE)
    session.execute(_EMPTY_STAGE)
    count = len(dates)
    columns = (
        text_column(pair[0], count),
        text_column(pair[1], count),
        date_column(dates),
        float8_column(rates),
        text_column(source, count),
    )
    target = "pg_temp.staged_fx (base, quote, date, rate, source)"
    copy_rows(raw_connection(session), target, [copy_block(columns)])
    changed = session.execute(_TAKE_OVER).all()
    if changed:
        session.execute(_BUMP, parameters)
    restated = [Restated(day, "rate", old, new, by) for day, by, old, new in changed if old is not None]
    days = [row[0] for row in changed]
    return SeriesChange(len(days), min(days, default=None), tuple(sorted(restated, key=lambda one: one.date)))


def has_rate(session: AnySession, pair: Pair, day: date) -> bool:
    """Whether a rate of the day is stored."""
    query = text("select exists (select from fx_rates where base = :base and quote = :quote and date = :day)")
    return bool(session.scalar(query, {"base": pair[0], "quote": pair[1], "day": day}))


_RATES = b"""
select f.base, f.quote,
       array(select date from fx_rates r where r.base = f.base and r.quote = f.quote and date <= %s order by date),
       array(select rate from fx_rates r where r.base = f.base and r.quote = f.quote and date <= %s order by date)
from unnest(%s::text[], %s::text[]) f(base, quote)
"""


def read_rates(
    session: AnySession, pairs: Sequence[Pair], *, end: date | None = None
) -> dict[Pair, tuple[Days, Floats]]:
    """Dates and rates by pair, ascending; pairs without a rate are absent."""
    last = end or date.max
    parameters = (last, last, [base for base, _ in pairs], [quote for _, quote in pairs])
    rows = array_rows(raw_connection(session), _RATES, parameters)
    found = {(str(base), str(quote)): (days, rates) for base, quote, days, rates in rows}
    return {pair: series for pair, series in found.items() if len(series[0])}  # type: ignore[arg-type,misc]  # as queried
