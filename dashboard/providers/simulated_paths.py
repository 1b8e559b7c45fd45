"""The way of a simulated price through its session, second by second, and the bars of it.

The path begins at the session's open, ends at its close and never leaves its range; every quote is a point on it, so
that the bars of any interval, the quotes and the bar of the day agree.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from dashboard.domain.intraday import BarInterval, IntradayBars, no_bars
from dashboard.providers.base import DailyBars
from dashboard.providers.simulated_catalogue import SimulatedInstrument
from dashboard.providers.simulated_sessions import Sessions

Floats = NDArray[np.float64]
Seconds = NDArray[np.int64]

# The wandering of a quote within its session: seconds between knots, and its share of the way to the high or the low.
WAVES = ((2400, 0.56), (300, 0.24), (40, 0.12), (3, 0.08))
# Trading at the open and the close, beside that at noon: the volume up to the share s of a session grows with
# s + BUSY·((2s − 1)³ + 1)/2, which is 0 at 0 and 1 + BUSY at 1.
BUSY = 0.6


def path(instrument: SimulatedInstrument, bars: DailyBars, sessions: Sessions, index: int, seconds: Seconds) -> Floats:
    """Prices of session ``index`` at ``seconds`` since 1970, rounded to the tick, shape of ``seconds``."""
    opened, closed = float(bars.open[index]), float(bars.close[index])
    high, low = float(bars.high[index]), float(bars.low[index])
    begin, end = seconds_of(sessions, index)
    share = (seconds - begin) / (end - begin)
    # No wandering at the open and at the close, so that both are met.
    wander = sum(size * _wave(instrument.symbol, seconds, knots) for knots, size in WAVES)
    wander = wander * np.minimum(1.0, 12 * share * (1 - share))
    straight = opened + (closed - opened) * share
    return np.round(straight + wander * np.where(wander > 0, high - straight, straight - low), instrument.decimals)


def bars_within(
    instrument: SimulatedInstrument,
    bars: DailyBars,
    sessions: Sessions,
    interval: BarInterval,
    start: datetime,
    now: datetime,
) -> IntradayBars:
    """The bars of the path that begin at ``start`` or later and have ended by ``now``."""
    parts = list(_sessions_within(instrument, bars, sessions, interval, start, now))
    if not parts:
        return no_bars()
    names = ("at", "open", "high", "low", "close", "volume")
    found = IntradayBars(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
    return found[found.at >= np.datetime64(start.astimezone(UTC).replace(tzinfo=None), "s")]


def _sessions_within(
    instrument: SimulatedInstrument,
    bars: DailyBars,
    sessions: Sessions,
    interval: BarInterval,
    start: datetime,
    now: datetime,
) -> Iterator[IntradayBars]:
    first, present = sessions.ended(start), int(now.timestamp())
    for index in range(first, len(bars)):
        begin, end = seconds_of(sessions, index)
        step = 60 * interval.minutes
        starts = np.arange(begin, end, step)
        ends = np.minimum(starts + step, end)
        over = int(np.searchsorted(ends, present, side="right"))
        if not over:
            return
        yield _bars(instrument, bars, sessions, index, starts[:over], ends[:over])


def _bars(
    instrument: SimulatedInstrument, bars: DailyBars, sessions: Sessions, index: int, starts: Seconds, ends: Seconds
) -> IntradayBars:
    """A bar holds the prices of its seconds; the last one of the session that of its close too."""
    begin, end = seconds_of(sessions, index)
    last = int(ends[-1])
    prices = path(instrument, bars, sessions, index, np.arange(begin, last + (last == end)))
    first = starts - begin
    final = np.append(first[1:], len(prices)) - 1
    traded = np.round(float(bars.volume[index]) * _busy((np.append(starts[:1], ends) - begin) / (end - begin)))
    return IntradayBars(
        starts.astype("datetime64[s]"),
        prices[first],
        np.maximum.reduceat(prices, first),
        np.minimum.reduceat(prices, first),
        prices[final],
        np.diff(traded),
    )


def _busy(share: Floats) -> Floats:
    """The part of the day's volume that was traded up to each share of the session."""
    return np.asarray((share + BUSY * ((2 * share - 1) ** 3 + 1) / 2) / (1 + BUSY))


def _wave(symbol: str, seconds: Seconds, knots_seconds: int) -> Floats:
    """Values between -1 and 1 that run straight from one fixed random knot to the next."""
    first = int(seconds.min()) // knots_seconds
    numbers = range(first, int(seconds.max()) // knots_seconds + 2)
    prefix = f"{symbol}:{knots_seconds}:"
    knots = np.array([zlib.crc32(f"{prefix}{number}".encode()) / 2**31 - 1 for number in numbers])
    knot, offset = np.divmod(seconds, knots_seconds)
    before, after = knots[knot - first], knots[knot - first + 1]
    return np.asarray(before + (after - before) * offset / knots_seconds)


def seconds_of(sessions: Sessions, index: int) -> tuple[int, int]:
    """The seconds since 1970 at which a session opens and closes."""
    return tuple(int(it[index].astype("datetime64[s]").astype(np.int64)) for it in (sessions.opens, sessions.closes))  # type: ignore[return-value]  # two of them
