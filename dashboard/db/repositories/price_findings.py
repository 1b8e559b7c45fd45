"""Findings as rows: what a check leaves stored, and what was decided about it."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any  # Any: queries that are asked for their locks alone

from sqlalchemy import ColumnElement, Select, delete, func, insert, select, text, tuple_, update

from dashboard.db.models import FxPair, InstrumentRow, PriceFinding
from dashboard.db.reading import Reading
from dashboard.db.repositories.bulk import AnySession
from dashboard.domain.quality import Finding, FindingKind

Pair = tuple[str, str]
Series = int | Pair
"""An instrument by its id, or a pair."""

QUARANTINED, REPAIRED, ACCEPTED, OPEN = "quarantined", "repaired", "accepted", "open"
HELD = (QUARANTINED, REPAIRED)
DECIDED = (REPAIRED, ACCEPTED)
# A value that was found is still the stored one while they differ by no more than what a text of it rounds.
SAME_VALUE = 1e-9
_BUMP = text("update instruments set price_version = price_version + 1 where id = :id")
_BUMP_PAIR = text("update fx_pairs set rate_version = rate_version + 1 where base = :base and quote = :quote")
# What a finding is of, as people call it: an instrument's symbol, or EURUSD.
SYMBOL = func.coalesce(InstrumentRow.symbol, PriceFinding.base + PriceFinding.quote)


def lock(session: AnySession, series: Series) -> None:
    """Keep other checks and decisions about an instrument or a pair waiting until the transaction ends."""
    if isinstance(series, int):
        found: Select[Any] = select(InstrumentRow.id).where(InstrumentRow.id == series)
    else:
        found = select(FxPair.base).where(FxPair.base == series[0], FxPair.quote == series[1])
    session.execute(found.with_for_update(key_share=True))


def of_series(session: AnySession, series: Series) -> dict[tuple[date, str], PriceFinding]:
    """The stored findings of an instrument or a pair by day and kind."""
    rows = session.scalars(select(PriceFinding).where(_is_of(series)))
    return {(row.date, row.kind): row for row in rows}


def listed(session: AnySession, symbols: Collection[str] | None) -> list[tuple[PriceFinding, InstrumentRow | None]]:
    """Findings with their instruments (None: of a pair), by symbol and day.

    Of ``symbols`` (a pair's is as ``EURUSD``), or of all where it is None.
    """
    query = select(PriceFinding, InstrumentRow)
    query = query.outerjoin(InstrumentRow, InstrumentRow.id == PriceFinding.instrument_id)
    if symbols is not None:
        query = query.where(SYMBOL.in_(sorted(symbols)))
    order = (SYMBOL, PriceFinding.date, PriceFinding.kind)
    return [(finding, instrument) for finding, instrument in session.execute(query.order_by(*order))]


# The currencies of a portfolio p; and whether a pair is one of them in another, or crosses them through a pivot.
_CURRENCIES = """
    select array_agg(distinct u.currency) as used
    from transactions t
    left join instruments i on i.id = t.instrument_id
    left join instruments o on o.id = t.target_instrument_id
    cross join lateral (
        values (t.currency), (t.cash_currency), (t.target_currency), (t.fee_currency), (i.currency), (o.currency),
               (p.base_currency)
    ) u(currency)
    where t.portfolio_id = p.id and u.currency is not null
"""
_USES = (
    "cardinality({1}) > 1 and ({0}.base = any({1}) or {0}.quote = any({1}))"
    " and {0}.base = any({1} || '{{EUR,USD}}'::text[]) and {0}.quote = any({1} || '{{EUR,USD}}'::text[])"
)
_NAMED = text(f"""
    with doubtful as (select distinct instrument_id as id from price_findings where instrument_id is not null),
    rated as (select distinct base, quote from price_findings where instrument_id is null)
    select i.symbol, p.name, p.slug
    from doubtful d
    join instruments i on i.id = d.id
    cross join lateral (
        select t.portfolio_id as id from transactions t where t.instrument_id = d.id
        union
        select t.portfolio_id from transactions t where t.target_instrument_id = d.id
    ) traded
    join portfolios p on p.id = traded.id
    where cast(:owner as bigint) is null or p.owner_id = :owner
    union
    select r.base || r.quote, p.name, p.slug
    from rated r
    cross join portfolios p
    cross join lateral ({_CURRENCIES}) c
    where (cast(:owner as bigint) is null or p.owner_id = :owner) and {_USES.format("r", "c.used")}
    order by 1, 2
    """)  # noqa: S608  the words are constants of this module


def portfolios_of(session: AnySession, owner_id: int | None) -> dict[str, tuple[tuple[str, str], ...]]:
    """The portfolios of an owner, or all, that a series with findings is for, by its symbol: name and slug of each.

    Of an instrument those that ever traded it, of a pair those that are counted with it.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for symbol, name, slug in session.execute(_NAMED, {"owner": owner_id}):
        found.setdefault(symbol, []).append((name, slug))
    return {symbol: tuple(names) for symbol, names in found.items()}


# Every page asks this for its menu: plain SQL, which SQLAlchemy need not compose.
_waiting = Reading(text(f"""
    select count(distinct (f.instrument_id, f.base, f.quote, f.kind)) as count
    from price_findings f
    where f.state not in ('{REPAIRED}', '{ACCEPTED}')
      and (cast(:owner as bigint) is null
           or (f.instrument_id is not null
               and exists (select 1 from transactions t join portfolios p on p.id = t.portfolio_id
                           where p.owner_id = :owner
                             and (t.instrument_id = f.instrument_id or t.target_instrument_id = f.instrument_id)))
           or (f.instrument_id is null
               and exists (select 1 from portfolios p cross join lateral ({_CURRENCIES}) c
                           where p.owner_id = :owner and {_USES.format("f", "c.used")})))
    """))  # noqa: S608  the words are constants of this module


def problems(owner_id: int | None) -> int:
    """How many problems wait for a decision, of one kind of one instrument each; of an owner's trades, or all."""
    return int(_waiting(owner=owner_id)[0].count)


def quarantined(session: AnySession, symbols: Collection[str]) -> dict[str, tuple[int, date]]:
    """How many values of each symbol are held back, and since which day; symbols without one are absent."""
    query = (
        select(InstrumentRow.symbol, func.count(), func.min(PriceFinding.date))
        .join(PriceFinding, PriceFinding.instrument_id == InstrumentRow.id)
        .where(InstrumentRow.symbol.in_(sorted(symbols)), PriceFinding.state == QUARANTINED)
        .group_by(InstrumentRow.symbol)
    )
    return {symbol: (count, since) for symbol, count, since in session.execute(query)}


def quarantined_rates(session: AnySession, pairs: Collection[Pair]) -> dict[Pair, tuple[int, date]]:
    """How many rates of each pair are held back, and since which day; pairs without one are absent."""
    query = (
        select(PriceFinding.base, PriceFinding.quote, func.count(), func.min(PriceFinding.date))
        .where(tuple_(PriceFinding.base, PriceFinding.quote).in_(sorted(pairs)), PriceFinding.state == QUARANTINED)
        .group_by(PriceFinding.base, PriceFinding.quote)
    )
    rows = session.execute(query)
    return {(base, quote): (count, since) for base, quote, count, since in rows if base and quote}


def by_id(session: AnySession, finding_id: int) -> PriceFinding | None:
    """One finding, with its instrument or pair locked until the transaction ends."""
    found = session.get(PriceFinding, finding_id)
    if found is None:
        return None
    lock(session, found.series)
    return session.get(PriceFinding, finding_id, populate_existing=True)


def alike(session: AnySession, finding: PriceFinding) -> list[PriceFinding]:
    """The findings of the same instrument or pair, kind and state, by day."""
    query = select(PriceFinding).where(
        _is_of(finding.series),
        PriceFinding.kind == finding.kind,
        PriceFinding.state == finding.state,
    )
    return list(session.scalars(query.order_by(PriceFinding.date)))


def stale_pairs(session: AnySession) -> set[Pair]:
    """The pairs that are told to be stale."""
    query = select(PriceFinding.base, PriceFinding.quote).where(
        PriceFinding.kind == FindingKind.STALE, PriceFinding.state == OPEN, PriceFinding.instrument_id.is_(None)
    )
    return {(base, quote) for base, quote in session.execute(query) if base and quote}


def add(session: AnySession, series: Series, findings: Sequence[Finding]) -> None:
    """Store new findings."""
    base, quote = series if isinstance(series, tuple) else (None, None)
    whose = {"instrument_id": series if isinstance(series, int) else None, "base": base, "quote": quote}
    if findings:
        session.execute(insert(PriceFinding), [{**whose, **_values(one)} for one in findings])


def replace(session: AnySession, row: PriceFinding, finding: Finding) -> None:
    """Make a stored finding the new one of its day and kind; what was decided about the old one is void."""
    values = {**_values(finding), "decided_by": "", "decided_at": None}
    if not same_value(row.value, finding.value):
        values["found_at"] = func.now()
    session.execute(update(PriceFinding).where(PriceFinding.id == row.id).values(values))


def remove(session: AnySession, rows: Iterable[PriceFinding]) -> None:
    """Drop findings that are none any more."""
    if ids := [row.id for row in rows]:
        session.execute(delete(PriceFinding).where(PriceFinding.id.in_(ids)))


def bump(session: AnySession, series: Series) -> None:
    """Raise the version of an instrument's prices or a pair's rates: what counts of them has changed."""
    if isinstance(series, int):
        session.execute(_BUMP, {"id": series})
    else:
        session.execute(_BUMP_PAIR, {"base": series[0], "quote": series[1]})


def same_value(one: float | None, other: float | None) -> bool:
    """Whether two stored values are one."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=SAME_VALUE)


def is_as_stored(row: PriceFinding, finding: Finding) -> bool:
    """Whether a check has found again what is stored."""
    state = QUARANTINED if finding.quarantines else OPEN
    return (
        same_value(row.value, finding.value)
        and same_value(row.suggested, finding.suggested)
        and row.reason == finding.reason
        and row.state in (state, *DECIDED)
    )


def _is_of(series: Series) -> ColumnElement[bool]:
    if isinstance(series, int):
        return PriceFinding.instrument_id == series
    return (PriceFinding.base == series[0]) & (PriceFinding.quote == series[1])


def _values(finding: Finding) -> dict[str, object]:
    bar = finding.mended
    cells = ("open", "high", "low", "volume")
    return {
        "date": finding.date,
        "kind": FindingKind(finding.kind).value,
        "state": QUARANTINED if finding.quarantines else OPEN,
        "value": finding.value,
        "suggested": finding.suggested,
        "reason": finding.reason,
        "confidence": finding.confidence,
        **{name: _known(getattr(bar, name)) if bar is not None else None for name in cells},
    }


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
