"""The prices and rates that count: what is stored without those in quarantine, and with repaired ones in their place.

Valuations, pages, reports and files read prices here and nowhere else; what checks and refreshes need as it came is
read in :mod:`dashboard.db.repositories.prices`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from sqlalchemy import select, tuple_

from dashboard.db.models import PriceFinding
from dashboard.db.repositories import fx, prices
from dashboard.db.repositories.bulk import AnySession
from dashboard.db.repositories.fx import Pair
from dashboard.db.repositories.price_findings import HELD, REPAIRED
from dashboard.db.repositories.prices import BarArrays, Days, Edges, Floats
from dashboard.domain.prices import side_by_side
from dashboard.domain.quality import FindingKind

COLUMNS = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True)
class Held:
    """The days of an instrument whose stored bar does not count, and what does in its place, shape (k,).

    ``bars`` has open, high, low, close and volume as rows, shape (5, k); a NaN close is a bar in quarantine.
    """

    days: Days
    bars: Floats


def read_closes(
    session: AnySession, ids: Sequence[int], *, start: date | None = None, end: date | None = None
) -> dict[int, tuple[Days, Floats]]:
    """Dates and closes that count by instrument id, ascending; empty arrays where there is none."""
    found = prices.read_closes(session, ids, start=start, end=end)
    for key, held in _held(session, ids).items():
        days, closes = found[key]
        keep, mended = _counted(days, closes, held, COLUMNS.index("close"))
        found[key] = (days[keep], mended[keep])
    return found


def closes(
    session: AnySession, ids: Sequence[int], *, start: date | None = None, end: date | None = None
) -> tuple[Days, Floats]:
    """The days on which any instrument has a bar that counts, shape (T,), and the closes, shape (T, N).

    A column is an instrument, in the order of ``ids``; NaN where it has no bar on a day: nothing is carried forward.
    """
    found = read_closes(session, ids, start=start, end=end)
    return side_by_side([found[key] for key in ids])


def read_bars(
    session: AnySession, instrument_id: int, *, start: date | None = None, end: date | None = None
) -> BarArrays:
    """The bars of one instrument that count, ascending; NaN where open, high, low or volume is unknown."""
    bars = prices.read_bars(session, instrument_id, start=start, end=end)
    held = _held(session, [instrument_id]).get(instrument_id)
    if held is None or not len(bars.dates):
        return bars
    keep, _ = _counted(bars.dates, bars.close, held, COLUMNS.index("close"))
    mended = {name: _counted(bars.dates, getattr(bars, name), held, row)[1][keep] for row, name in enumerate(COLUMNS)}
    return replace(bars, dates=bars.dates[keep], **mended)


def edges(session: AnySession, ids: Sequence[int]) -> dict[int, Edges]:
    """Where the bars of each instrument that count begin and end."""
    found = prices.edges(session, ids)
    if held := _held(session, ids):
        found |= {key: _edges(*series) for key, series in read_closes(session, list(held)).items()}
    return found


def read_rates(
    session: AnySession, pairs: Sequence[Pair], *, end: date | None = None
) -> dict[Pair, tuple[Days, Floats]]:
    """Dates and rates that count by pair, ascending; pairs without a rate are absent."""
    found = fx.read_rates(session, pairs, end=end)
    for pair, held in _held_rates(session, pairs).items():
        if pair in found:
            days, rates = found[pair]
            keep, mended = _counted(days, rates, held, COLUMNS.index("close"))
            found[pair] = (days[keep], mended[keep])
    return {pair: series for pair, series in found.items() if len(series[0])}


def _held(session: AnySession, ids: Sequence[int]) -> dict[int, Held]:
    """What is held back or repaired, of the instruments that have any such day."""
    query = select(
        PriceFinding.instrument_id,
        PriceFinding.date,
        PriceFinding.state,
        PriceFinding.open,
        PriceFinding.high,
        PriceFinding.low,
        PriceFinding.suggested,
        PriceFinding.volume,
    ).where(
        PriceFinding.instrument_id.in_(ids),
        PriceFinding.state.in_(HELD),
        PriceFinding.kind != FindingKind.DIVIDEND.value,
    )
    rows: dict[int, list[tuple[date, list[float | None]]]] = {}
    for key, day, state, *bar in session.execute(query.order_by(PriceFinding.date)):
        if key is None:
            continue
        rows.setdefault(key, []).append((day, bar if state == REPAIRED else [None] * len(COLUMNS)))
    return {key: _held_days(days) for key, days in rows.items()}


def _held_rates(session: AnySession, pairs: Sequence[Pair]) -> dict[Pair, Held]:
    """What is held back or repaired of pairs, of those that have any such day."""
    found = PriceFinding
    query = select(found.base, found.quote, found.date, found.state, found.suggested).where(
        tuple_(found.base, found.quote).in_(list(pairs)), found.state.in_(HELD)
    )
    rows: dict[Pair, list[tuple[date, list[float | None]]]] = {}
    for base, quote, day, state, suggested in session.execute(query.order_by(found.date)):
        rate = suggested if state == REPAIRED else None
        rows.setdefault((str(base), str(quote)), []).append(
            (day, [rate if name == "close" else None for name in COLUMNS])
        )
    return {pair: _held_days(days) for pair, days in rows.items()}


def _held_days(days: Sequence[tuple[date, list[float | None]]]) -> Held:
    return Held(
        np.array([day for day, _ in days], dtype="datetime64[D]"),
        np.array([bar for _, bar in days], dtype=np.float64).T,
    )


def _counted(days: Days, values: Floats, held: Held, row: int) -> tuple[np.typing.NDArray[np.bool_], Floats]:
    """Which of the days count, and ``values`` with those of repaired bars."""
    keep, mended = np.ones(len(days), dtype=np.bool_), values.copy()
    _, places, found = np.intersect1d(days, held.days, return_indices=True)
    mended[places] = held.bars[row, found]
    keep[places] = np.isfinite(held.bars[COLUMNS.index("close"), found])
    return keep, mended


def _edges(days: Days, closes: Floats) -> Edges:
    last = [(days[-place].item(), float(closes[-place])) if len(days) >= place else (None, None) for place in (1, 2)]
    return Edges(days[0].item() if len(days) else None, *last[0], *last[1])
