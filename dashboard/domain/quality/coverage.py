"""What is missing or stands still: sessions without a bar, repeated closes, volume that stops, an old last bar."""

from __future__ import annotations

import math

import numpy as np

from dashboard.domain.arrays import Days, Ints, Mask, date_of, day_of
from dashboard.domain.calendar import STALE_AFTER_SESSIONS, sessions_since
from dashboard.domain.quality.findings import Finding, FindingKind
from dashboard.domain.quality.observed import ObservedSeries

# A series that lacks more than a twentieth of its sessions trades thinly: its ordinary holes are no faults.
SPARSE = 0.05
LONG_GAP = 10
# Without a calendar only a hole longer than the longest holidays of an exchange is one.
LONGEST_HOLIDAYS = 7
# A run so long that chance would make one in a thousand million bars, by how often the price does not move in the
# year before and the year after it: what is quoted in coarse steps, or hardly traded, stands still by nature.
CHANCE = 1e-9
YEAR_BARS = 250
LEAST_BARS = 30
# Volume is missed where nearly every other bar has it.
WITH_VOLUME = 0.95
LONG_HOLE = 3
CERTAIN, PROBABLE = 0.95, 0.7


def coverage_findings(series: ObservedSeries) -> list[Finding]:
    """Gaps, frozen runs, holes in the volume and staleness: they inform, and hold nothing back."""
    if not len(series):
        return []
    return [*_gaps(series), *_frozen(series), *_volume_holes(series), *stale_findings(series)]


def _gaps(series: ObservedSeries) -> list[Finding]:
    expected, least = _expected(series)
    missing = ~np.isin(expected, series.dates)
    share = float(missing.mean()) if len(missing) else 0.0
    found = []
    for first, last in _runs(missing):
        count = last - first + 1
        if count < (max(least, LONG_GAP) if share > SPARSE else least):
            continue
        day = date_of(expected[first])
        words = f"Its exchange traded on {day}, and there is no bar."
        if count > 1:
            words = f"There is no bar of {count} sessions, from {day} to {date_of(expected[last])}."
        found.append(Finding(day, FindingKind.GAP, None, None, words, CERTAIN if least == 1 else PROBABLE, False))
    return found


def _expected(series: ObservedSeries) -> tuple[Days, int]:
    """The sessions from the first bar to the last, and how many must be missing together to be worth a word."""
    first, last = series.dates[0], series.dates[-1]
    sessions = series.sessions
    days = np.arange(first, last + 1)
    if sessions is None or not len(sessions) or sessions[0] > last or sessions[-1] < first:
        if (~np.is_busday(series.dates)).mean() > SPARSE:
            return days, 1
        return days[np.is_busday(days)], LONGEST_HOLIDAYS + 1
    return sessions[(sessions >= first) & (sessions <= last)], 1


def _frozen(series: ObservedSeries) -> list[Finding]:
    moves = np.diff(series.log_levels())
    still = np.abs(moves) < 1e-12
    found = []
    for first, last in _runs(still):
        count = last - first + 1
        around = np.concatenate((still[max(0, first - YEAR_BARS) : first], still[last + 1 : last + 1 + YEAR_BARS]))
        if len(around) < LEAST_BARS:
            continue
        usual = (float(around.sum()) + 1) / (len(around) + 2)
        if count * math.log(usual) > math.log(CHANCE):
            continue
        close = float(series.close[first])
        words = f"The close has been {close:g} for {count + 1} bars, up to {date_of(series.dates[last + 1])}; "
        words += f"around that time {usual:.0%} of its bars repeat the close before."
        day = date_of(series.dates[first])
        found.append(Finding(day, FindingKind.FROZEN, close, None, words, PROBABLE, False))
    return found


def _volume_holes(series: ObservedSeries) -> list[Finding]:
    traded = series.volume > 0
    if len(series) < LEAST_BARS or traded.mean() < WITH_VOLUME:
        return []
    moved = np.concatenate(((False,), np.diff(series.close) != 0))
    found = []
    for first, last in _runs(~traded & moved):
        if (count := last - first + 1) < LONG_HOLE:
            continue
        day = date_of(series.dates[first])
        words = f"The price moved on {count} days up to {date_of(series.dates[last])}, and no volume is given."
        found.append(Finding(day, FindingKind.GAP, None, None, words, PROBABLE, False))
    return found


def stale_findings(series: ObservedSeries) -> list[Finding]:
    """That the last bar is too old, by the rule of the series; a series of at least one bar."""
    last, allowed, unit = series.dates[-1], STALE_AFTER_SESSIONS, "sessions"
    age = sessions_since(last, day_of(series.as_of), series.sessions)
    if series.stale_after_days is not None:
        age, allowed, unit = int((day_of(series.as_of) - last).astype(int)), series.stale_after_days, "days"
    if age <= allowed or series.ended:
        return []
    day, close = date_of(last), float(series.close[-1])
    words = f"The last bar is of {day}, {age:,} {unit} before the check on {series.as_of}."
    return [Finding(day, FindingKind.STALE, close, None, words, CERTAIN, False)]


def _runs(mask: Mask) -> list[tuple[int, int]]:
    """First and last positions of the runs of true values."""
    edges: Ints = np.flatnonzero(np.diff(np.concatenate(((False,), mask, (False,))).astype(np.int8)))
    return list(zip(edges[::2].tolist(), (edges[1::2] - 1).tolist(), strict=True))
