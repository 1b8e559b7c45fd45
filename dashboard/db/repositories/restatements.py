"""The log of restatements as rows: what was changed, what counted before, and what that did to portfolios."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, insert, select, text, tuple_, update

from dashboard.db.models import InstrumentRow, Portfolio, RestatedValue, Restatement, RestatementEffect
from dashboard.db.reading import Reading
from dashboard.db.repositories.bulk import AnySession
from dashboard.db.repositories.prices import Restated
from dashboard.domain.restatements import Effect, relative_size

# A write that changes more values than this is told by its range, its count and its largest changes.
MOST_VALUES, LARGEST = 20, 10

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Written:
    """A write to be logged. ``undo`` are the values that counted before by day (None: none did)."""

    series: int | Pair
    cause: str
    source: str
    values: Sequence[Restated]
    undo: Sequence[tuple[date, float | None]] = ()


def add(session: AnySession, written: Written, portfolio_ids: Iterable[int]) -> int:
    """Log a write in its own transaction; what it did to each of the portfolios is still to be found out."""
    days = [one.date for one in written.values]
    base, quote = written.series if isinstance(written.series, tuple) else (None, None)
    row = Restatement(
        instrument_id=written.series if isinstance(written.series, int) else None,
        base=base,
        quote=quote,
        cause=written.cause,
        source=written.source,
        previous_source=", ".join(sorted({one.source for one in written.values if one.source})),
        first_date=min(days),
        last_date=max(days),
        count=len(written.values),
        undo_days=[day for day, _ in written.undo] or None,
        undo_values=[math.nan if value is None else value for _, value in written.undo] or None,
    )
    session.add(row)
    session.flush()
    session.execute(insert(RestatedValue), [_value(row.id, one) for one in shown(written.values)])
    if pending := [{"restatement_id": row.id, "portfolio_id": key} for key in sorted(set(portfolio_ids))]:
        session.execute(insert(RestatementEffect), pending)
    return row.id


def shown(values: Sequence[Restated]) -> list[Restated]:
    """All of a few values; of many the splits and the largest changes, by day."""
    if len(values) <= MOST_VALUES:
        return list(values)
    splits = [one for one in values if one.field == "split"]
    others = sorted(
        (one for one in values if one.field != "split"), key=lambda one: relative_size(one.old, one.new), reverse=True
    )
    return sorted([*splits, *others[:LARGEST]], key=lambda one: (one.date, one.field))


def waiting(session: AnySession, portfolio_id: int) -> list[Restatement]:
    """The restatements of which nobody knows yet what they did to a portfolio, oldest first."""
    query = (
        select(Restatement)
        .join(RestatementEffect, RestatementEffect.restatement_id == Restatement.id)
        .where(RestatementEffect.portfolio_id == portfolio_id, RestatementEffect.recorded_at.is_(None))
    )
    return list(session.scalars(query.order_by(Restatement.id)))


def values_of(session: AnySession, ids: Collection[int]) -> dict[int, list[RestatedValue]]:
    """What was changed by each restatement, by day and field."""
    query = select(RestatedValue).where(RestatedValue.restatement_id.in_(ids))
    found: dict[int, list[RestatedValue]] = {key: [] for key in ids}
    for row in session.scalars(query.order_by(RestatedValue.date, RestatedValue.field, RestatedValue.id)):
        found[row.restatement_id].append(row)
    return found


def symbols_of(session: AnySession, rows: Iterable[Restatement]) -> dict[int, str]:
    """The symbols of the instruments that were restated, by id."""
    keys = {row.instrument_id for row in rows if row.instrument_id is not None}
    query = select(InstrumentRow.id, InstrumentRow.symbol).where(InstrumentRow.id.in_(keys))
    return {row.id: row.symbol for row in session.execute(query)}


def record(session: AnySession, restatement_id: int, portfolio_id: int, currency: str, effect: Effect) -> None:
    """Write down what a restatement did to a portfolio."""
    names = ("day_before", "day_after", "value_before", "value_after", "gain_before", "gain_after")
    session.execute(
        update(RestatementEffect)
        .where(RestatementEffect.restatement_id == restatement_id, RestatementEffect.portfolio_id == portfolio_id)
        .values(
            currency=currency,
            date=effect.date,
            recorded_at=func.now(),
            **{name: _known(getattr(effect, name)) for name in names},
        )
    )


_DROP = text("delete from restatement_effects where portfolio_id = :id and recorded_at is null")
_FORGET = text("""
    update restatements r set undo_days = null, undo_values = null
    where r.id = any(:ids) and r.undo_days is not null
      and not exists (select from restatement_effects e where e.restatement_id = r.id and e.recorded_at is null)
    """)


def drop_waiting(session: AnySession, portfolio_id: int) -> None:
    """Nothing can be said of what restatements did to a portfolio: it has no transaction."""
    session.execute(_DROP, {"id": portfolio_id})


def forget_undo(session: AnySession, ids: Collection[int]) -> None:
    """Drop what counted before from the restatements whose effects are all known."""
    session.execute(_FORGET, {"ids": list(ids)})


# An effect that nobody has found out is still to be told, as is one that its portfolio's owner has not seen yet.
_FORGET_BEFORE = text("""
    delete from restatements r
    where r.at < :before and not exists (
        select from restatement_effects e
        join portfolios p on p.id = e.portfolio_id
        left join portfolio_visits v on v.portfolio_id = p.id and v.user_id = p.owner_id
        where e.restatement_id = r.id and (
            e.recorded_at is null
            or (p.owner_id is not null and e.recorded_at > greatest(v.seen_at, :told_since))
        )
    )
    """)


def forget_before(session: AnySession, before: datetime, told_since: datetime) -> int:
    """Delete what was logged before, with its values and effects; returns how many entries.

    One stays for as long as an effect of it waits to be found out, or for its portfolio's owner to see it; what was
    found out up to ``told_since`` is told to nobody any more.
    """
    result = session.execute(_FORGET_BEFORE, {"before": before, "told_since": told_since})
    return int(getattr(result, "rowcount", 0))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which restatements: of instruments by id and of pairs (None: of all), written since, that touched portfolios.

    ``recorded_since``: whose effect on one of the portfolios was found out since.
    """

    instrument_ids: Collection[int] | None = None
    pairs: Collection[Pair] | None = None
    since: datetime | None = None
    portfolio_ids: Collection[int] | None = None
    recorded_since: datetime | None = None


def listed(session: AnySession, wanted: Wanted, limit: int) -> list[tuple[Restatement, InstrumentRow | None]]:
    """Restatements with their instruments (None: of a pair), the latest first."""
    query = select(Restatement, InstrumentRow).outerjoin(InstrumentRow, InstrumentRow.id == Restatement.instrument_id)
    query = _narrowed(query, wanted)
    rows = session.execute(query.order_by(Restatement.id.desc()).limit(limit))
    return [(row, instrument) for row, instrument in rows]


# Every page of a portfolio asks this.
_latest = Reading(
    text(
        "select max(restatement_id) as id from restatement_effects"
        " where portfolio_id = :portfolio_id and recorded_at > :since"
    )
)


def latest(portfolio_id: int, since: datetime) -> int | None:
    """The newest restatement whose effect on a portfolio was found out since."""
    found: int | None = _latest(portfolio_id=portfolio_id, since=since)[0].id
    return found


def effects_of(
    session: AnySession, ids: Collection[int], portfolio_ids: Collection[int]
) -> dict[int, list[tuple[RestatementEffect, str, str]]]:
    """What restatements did to some portfolios, with the name and the slug of each."""
    query = select(RestatementEffect, Portfolio.name, Portfolio.slug).join(
        Portfolio, Portfolio.id == RestatementEffect.portfolio_id
    )
    query = query.where(RestatementEffect.restatement_id.in_(ids), RestatementEffect.portfolio_id.in_(portfolio_ids))
    found: dict[int, list[tuple[RestatementEffect, str, str]]] = {key: [] for key in ids}
    for effect, name, slug in session.execute(query.order_by(Portfolio.name)):
        found[effect.restatement_id].append((effect, name, slug))
    return found


def _narrowed(query: Select[Restatement, InstrumentRow], wanted: Wanted) -> Select[Restatement, InstrumentRow]:
    if wanted.instrument_ids is not None or wanted.pairs is not None:
        of_pair = tuple_(Restatement.base, Restatement.quote).in_(list(wanted.pairs or ()))
        query = query.where(Restatement.instrument_id.in_(wanted.instrument_ids or ()) | of_pair)
    if wanted.since is not None:
        query = query.where(Restatement.at >= wanted.since)
    if wanted.portfolio_ids is not None:
        touched = select(RestatementEffect.restatement_id).where(
            RestatementEffect.portfolio_id.in_(wanted.portfolio_ids)
        )
        if wanted.recorded_since is not None:
            touched = touched.where(RestatementEffect.recorded_at > wanted.recorded_since)
        query = query.where(Restatement.id.in_(touched))
    return query


def _value(restatement_id: int, one: Restated) -> dict[str, object]:
    return {
        "restatement_id": restatement_id,
        "date": one.date,
        "field": one.field,
        "old_value": one.old,
        "new_value": one.new,
    }


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
