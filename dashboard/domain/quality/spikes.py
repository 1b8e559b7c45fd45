"""Prices that jump and come back: no market does that, a source does."""

from __future__ import annotations

import math

import numpy as np

from dashboard.domain.arrays import Floats, Ints, date_of
from dashboard.domain.quality.findings import Finding, FindingKind, MendedBar
from dashboard.domain.quality.observed import ObservedSeries, noise_at

# Both moves, there and back, are larger than this: markets do move by a sixth and back in a crisis.
LEAST_SPIKE = math.log(1.25)
# And so many times what the price usually moves around that day.
SPIKE_DEVIATIONS = 10.0
# What is left of the jump once it has come back.
LARGEST_REMAINDER = 0.25
# A wrong value is corrected or gone within days.
LONGEST_SPIKE = 3
# A last bar that more than halves or doubles waits for the next one to speak for it.
UNCONFIRMED_MOVE, UNCONFIRMED_DEVIATIONS = math.log(2.0), 15.0
CERTAIN, POSSIBLE = 0.9, 0.5
MOST_TOLD = math.log(1e6)


def spike_findings(series: ObservedSeries, logs: Floats, taken: set[int], least: float = LEAST_SPIKE) -> list[Finding]:
    """Findings for spikes of more than ``least`` among the log levels; bars in ``taken`` have a better explanation."""
    moves = np.diff(logs)
    large = np.flatnonzero(np.abs(moves) > least)
    noise = dict(zip(large.tolist(), noise_at(moves, large).tolist(), strict=True))
    found = []
    spiky: set[int] = set()
    for place in large.tolist():
        last = _end_of_spike(moves, place, noise)
        if last is None or place in spiky or taken.intersection(range(place + 1, last + 1)):
            continue
        spiky.update(range(place + 1, last + 1))
        found += [_spike(series, logs, index, place, last + 1) for index in range(place + 1, last + 1)]
    if (unconfirmed := _unconfirmed(series, moves, noise, taken | spiky)) is not None:
        found.append(unconfirmed)
    return found


def _end_of_spike(moves: Floats, place: int, noise: dict[int, float]) -> int | None:
    """The last bar of the spike that begins with the move at ``place``; None where it is none."""
    jump = float(moves[place])
    if abs(jump) < SPIKE_DEVIATIONS * noise[place]:
        return None
    for back in range(place + 1, min(place + 1 + LONGEST_SPIKE, len(moves))):
        other = float(moves[back])
        returns = other * jump < 0 and back in noise and abs(other) >= SPIKE_DEVIATIONS * noise[back]
        remainder = abs(float(moves[place : back + 1].sum()))
        if returns and remainder <= LARGEST_REMAINDER * min(abs(jump), abs(other)):
            return back
    return None


def _spike(series: ObservedSeries, logs: Floats, index: int, before: int, after: int) -> Finding:
    """The bar at ``index`` of a spike between the sound bars ``before`` and ``after``; their middle is suggested."""
    share = (index - before) / (after - before)
    level = float(logs[before] * (1 - share) + logs[after] * share)
    close = float(series.close[index])
    suggested = math.exp(math.log(close) + level - float(logs[index]))
    size = abs(float(logs[index]) - level)
    reason = f"The close stands {_times(size)} {'above' if suggested < close else 'below'} those before and after it."
    unknown = math.nan
    bar = MendedBar(unknown, unknown, unknown, suggested, float(series.volume[index]))
    return Finding(date_of(series.dates[index]), FindingKind.SPIKE, close, suggested, reason, CERTAIN, True, bar)


def _unconfirmed(series: ObservedSeries, moves: Floats, noise: dict[int, float], taken: set[int]) -> Finding | None:
    last = len(moves) - 1
    if last < 0 or last + 1 in taken or last not in noise:
        return None
    size = abs(float(moves[last]))
    if size < UNCONFIRMED_MOVE or size < UNCONFIRMED_DEVIATIONS * noise[last]:
        return None
    reason = f"The last close is {_times(size)} {'above' if moves[last] > 0 else 'below'} the one before it; "
    reason += "it is held back until the next session confirms it."
    day, close = date_of(series.dates[-1]), float(series.close[-1])
    return Finding(day, FindingKind.SPIKE, close, None, reason, POSSIBLE, True)


def _times(size: float) -> str:
    """A log difference in words."""
    return f"{math.exp(size):.2f} times" if size < MOST_TOLD else "more than a million times"


def positions_of(series: ObservedSeries, findings: list[Finding]) -> set[int]:
    """The positions of the findings' days among the bars."""
    days: Ints = np.searchsorted(series.dates, np.array([finding.date for finding in findings], dtype="datetime64[D]"))
    return set(days.tolist())
