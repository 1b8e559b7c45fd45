"""Log what a write changed of the past, in its own transaction, with what counted before it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from dashboard.db.engine import db
from dashboard.db.repositories import prices, restatements, valued_prices
from dashboard.db.repositories.prices import Days, Floats, Restated, is_same
from dashboard.db.repositories.restatements import Pair, Written

EVENTS = frozenset({"split", "dividend"})


class Cause(StrEnum):
    """Why stored values changed: others were sent, a series was loaded anew, or a finding was decided about."""

    CORRECTED = "corrected"
    RELOADED = "reloaded"
    REPAIRED = "repaired"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Counted:
    """What counts of a series at a moment, from a day on; ``last`` is the last day with a stored value."""

    last: date | None
    days: Days
    values: Floats


NOTHING = Counted(None, np.empty(0, "datetime64[D]"), np.empty(0))


def counted(series: int | Pair, first: date | None = None) -> Counted:
    """What counts of an instrument or a pair now, from ``first`` on."""
    if isinstance(series, int):
        last = prices.edges(db.session, [series])[series].last_date
        bars = valued_prices.read_bars(db.session, series, start=first)
        return Counted(last, bars.dates, bars.close)
    days, rates = valued_prices.read_rates(db.session, [series]).get(
        series, (np.empty(0, "datetime64[D]"), np.empty(0))
    )
    last = days[-1].item() if len(days) else None
    place = int(np.searchsorted(days, np.datetime64(first or date.min, "D")))
    return Counted(last, days[place:], rates[place:])


def record(
    series: int | Pair,
    before: Counted,
    values: Sequence[Restated],
    portfolios: Collection[int],
    *,
    cause: Cause,
    source: str,
    first: date | None = None,
) -> int | None:
    """Log the ``values`` that were replaced, and what counted ``before`` of the days that count otherwise now.

    Splits and distributions count as restated where they are of a day that was stored already. ``first`` is the day
    from which ``before`` was read. Returns the id of the entry; None where nothing of the past has changed.
    """
    late = [one for one in values if one.field not in EVENTS or (before.last is not None and one.date <= before.last)]
    past = [one for one in late if not is_same(one.old, one.new)]
    if not past:
        return None
    undo = _differing(before, counted(series, first))
    return restatements.add(db.session, Written(series, cause.value, source, past, undo), portfolios)


def decided(series: int | Pair, before: Counted, first: date, name: str) -> list[Restated]:
    """What counts otherwise since a decision: the closes or rates called ``name``, by day."""
    now = counted(series, first)
    known = dict(zip(now.days.tolist(), now.values.tolist(), strict=True))
    return [Restated(day, name, old, known.get(day)) for day, old in _differing(before, now)]


def _differing(before: Counted, now: Counted) -> list[tuple[date, float | None]]:
    """The days up to the last one of ``before`` that count otherwise ``now``, with what counted before."""
    old = dict(zip(before.days.tolist(), before.values.tolist(), strict=True))
    new = dict(zip(now.days.tolist(), now.values.tolist(), strict=True))
    days = sorted(day for day in old.keys() | new.keys() if before.last is not None and day <= before.last)
    return [(day, old.get(day)) for day in days if not is_same(old.get(day), new.get(day))]
