"""Findings as rows: what a check leaves stored, and what was decided about it."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from sqlalchemy import delete, func, insert, select, text, update

from dashboard.db.models import InstrumentRow, PriceFinding
from dashboard.db.reading import Reading
from dashboard.db.repositories.bulk import AnySession
from dashboard.domain.quality import Finding, FindingKind

QUARANTINED, REPAIRED, ACCEPTED, OPEN = "quarantined", "repaired", "accepted", "open"
HELD = (QUARANTINED, REPAIRED)
DECIDED = (REPAIRED, ACCEPTED)
# A value that was found is still the stored one while they differ by no more than what a text of it rounds.
SAME_VALUE = 1e-9
_BUMP = text("update instruments set price_version = price_version + 1 where id = :id")


def lock(session: AnySession, instrument_id: int) -> None:
    """Keep other checks and decisions about an instrument waiting until the transaction ends."""
    session.execute(select(InstrumentRow.id).where(InstrumentRow.id == instrument_id).with_for_update(key_share=True))


def of_instrument(session: AnySession, instrument_id: int) -> dict[tuple[date, str], PriceFinding]:
    """The stored findings of an instrument by day and kind."""
    rows = session.scalars(select(PriceFinding).where(PriceFinding.instrument_id == instrument_id))
    return {(row.date, row.kind): row for row in rows}


def listed(session: AnySession, symbols: Collection[str] | None) -> list[tuple[PriceFinding, InstrumentRow]]:
    """Findings with their instruments, by symbol and day; of ``symbols``, or of all where it is None."""
    query = select(PriceFinding, InstrumentRow).join(InstrumentRow, InstrumentRow.id == PriceFinding.instrument_id)
    if symbols is not None:
        query = query.where(InstrumentRow.symbol.in_(sorted(symbols)))
    order = (InstrumentRow.symbol, PriceFinding.date, PriceFinding.kind)
    return [(finding, instrument) for finding, instrument in session.execute(query.order_by(*order))]


_NAMED = text("""
    with doubtful as (select distinct instrument_id as id from price_findings)
    select i.symbol, p.name
    from doubtful d
    join instruments i on i.id = d.id
    cross join lateral (
        select t.portfolio_id as id from transactions t where t.instrument_id = d.id
        union
        select t.portfolio_id from transactions t where t.target_instrument_id = d.id
    ) traded
    join portfolios p on p.id = traded.id
    where cast(:owner as bigint) is null or p.owner_id = :owner
    order by i.symbol, p.name
    """)


def portfolios_of(session: AnySession, owner_id: int | None) -> dict[str, tuple[str, ...]]:
    """The portfolios of an owner, or all, that ever traded an instrument with findings, by its symbol."""
    found: dict[str, list[str]] = {}
    for symbol, name in session.execute(_NAMED, {"owner": owner_id}):
        found.setdefault(symbol, []).append(name)
    return {symbol: tuple(names) for symbol, names in found.items()}


# Every page asks this for its menu: plain SQL, which SQLAlchemy need not compose.
_waiting = Reading(text(f"""
    select count(distinct (f.instrument_id, f.kind)) as count
    from price_findings f
    where f.state not in ('{REPAIRED}', '{ACCEPTED}')
      and (cast(:owner as bigint) is null
           or exists (select 1 from transactions t join portfolios p on p.id = t.portfolio_id
                      where p.owner_id = :owner
                        and (t.instrument_id = f.instrument_id or t.target_instrument_id = f.instrument_id)))
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


def by_id(session: AnySession, finding_id: int) -> PriceFinding | None:
    """One finding, with its instrument locked until the transaction ends."""
    key = session.scalar(select(PriceFinding.instrument_id).where(PriceFinding.id == finding_id))
    if key is None:
        return None
    lock(session, key)
    return session.get(PriceFinding, finding_id, populate_existing=True)


def alike(session: AnySession, finding: PriceFinding) -> list[PriceFinding]:
    """The findings of the same instrument, kind and state, by day."""
    query = select(PriceFinding).where(
        PriceFinding.instrument_id == finding.instrument_id,
        PriceFinding.kind == finding.kind,
        PriceFinding.state == finding.state,
    )
    return list(session.scalars(query.order_by(PriceFinding.date)))


def add(session: AnySession, instrument_id: int, findings: Sequence[Finding]) -> None:
    """Store new findings."""
    if findings:
        session.execute(insert(PriceFinding), [{"instrument_id": instrument_id, **_values(one)} for one in findings])


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


def bump(session: AnySession, instrument_id: int) -> None:
    """Raise the price version: what counts of the instrument's prices has changed."""
    session.execute(_BUMP, {"id": instrument_id})


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
