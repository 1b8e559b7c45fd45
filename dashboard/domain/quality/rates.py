"""Checks of exchange rates: turned round, a hundred times off, spikes, standing still, missing, old.

A rate has a close alone, no splits and no volume: what tells of a wrong one is where it stands beside the others.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date

import numpy as np

from dashboard.domain.arrays import Days, Floats, Ints, date_of
from dashboard.domain.quality.coverage import coverage_findings
from dashboard.domain.quality.findings import Finding, FindingKind, MendedBar
from dashboard.domain.quality.observed import ObservedSeries, noise_at
from dashboard.domain.quality.rows import usable_rows
from dashboard.domain.quality.scale import MINOR_PER_MAJOR
from dashboard.domain.quality.spikes import positions_of, spike_findings

# Currencies move less than shares: a twentieth there and back within days, far beyond the usual moves, is a slip.
LEAST_SPIKE = math.log(1.05)
# A move this many times the usual one may be a slip; it is one where the slip put right leaves a tenth of it or less,
# or, of a small one, no more than some usual moves and a quarter of it.
FAR_DEVIATIONS, NEAR_DEVIATIONS = 8.0, 4.0
LARGEST_REMAINDER, LARGEST_NOISY_REMAINDER = 0.1, 0.25
CERTAIN = 0.95

UPRIGHT, TURNED, LARGE, SMALL = range(4)
# What puts the logarithm of a rate right, by how it was sent.
_RIGHT: tuple[Callable[[Floats], Floats], ...] = (
    lambda level: level,
    lambda level: -level,
    lambda level: level - math.log(MINOR_PER_MAJOR),
    lambda level: level + math.log(MINOR_PER_MAJOR),
)
# And what takes that back.
_BACK = (_RIGHT[UPRIGHT], _RIGHT[TURNED], _RIGHT[SMALL], _RIGHT[LARGE])


def check_rates(dates: Days, rates: Floats, as_of: date, pair: tuple[str, str]) -> tuple[Finding, ...]:
    """What is wrong with the daily rates of a pair, by date; at most one finding of a day holds its rate back.

    Rates that are turned round or a hundred times off first, then, with those mended, spikes; then what is missing.
    """
    unknown = np.full(len(dates), np.nan)
    given = ObservedSeries(dates, unknown, unknown, unknown, rates, unknown, as_of, currency=pair[1])
    with np.errstate(all="ignore"):
        series, found = usable_rows(given)
        if len(series):
            found += [*_rate_findings(series, pair), *coverage_findings(series)]
    kept: dict[tuple[date, str], Finding] = {}
    for finding in found:
        kept.setdefault((finding.date, "held" if finding.quarantines else finding.kind), finding)
    return tuple(sorted(kept.values(), key=lambda finding: (finding.date, finding.kind)))


def _rate_findings(series: ObservedSeries, pair: tuple[str, str]) -> list[Finding]:
    levels = series.log_levels()
    ways = _ways(levels)
    believed = int(np.argmax(np.bincount(ways, minlength=len(_RIGHT))))
    right = levels.copy()
    for way in np.unique(ways).tolist():
        if way != believed:
            right[ways == way] = _BACK[believed](_RIGHT[way](levels[ways == way]))
    found = [
        _slip(series, index, float(math.exp(right[index])), (int(ways[index]) == TURNED) != (believed == TURNED), pair)
        for index in np.flatnonzero(ways != believed).tolist()
    ]
    sound = series.scaled(np.exp(right - levels))
    return [*found, *spike_findings(sound, right, positions_of(series, found), LEAST_SPIKE)]


def _ways(levels: Floats) -> Ints:
    """How each rate was sent beside the first, shape (n,).

    It changes only at a move far beyond the usual ones, and to what brings the rate nearest to the one before it.
    """
    ways = np.zeros(len(levels), np.intp)
    moves = np.diff(levels)
    large = np.flatnonzero(np.abs(moves) > LEAST_SPIKE)
    noise = noise_at(moves, large)
    far = np.abs(moves[large]) >= FAR_DEVIATIONS * noise
    for place, usual in zip(large[far].tolist(), noise[far].tolist(), strict=True):
        before = _RIGHT[int(ways[place])](levels[place])
        distances = [abs(float(put_right(levels[place + 1]) - before)) for put_right in _RIGHT]
        nearest = int(np.argmin(distances))
        plain = distances[UPRIGHT]
        most = min(max(LARGEST_REMAINDER * plain, NEAR_DEVIATIONS * usual), LARGEST_NOISY_REMAINDER * plain)
        ways[place + 1 :] = nearest if distances[nearest] <= most else UPRIGHT
    return ways


def _slip(series: ObservedSeries, index: int, right: float, is_turned: bool, pair: tuple[str, str]) -> Finding:
    rate, (base, quote) = float(series.close[index]), pair
    if is_turned:
        reason = f"The rate is turned round: it is what 1 {quote} is worth in {base}, not 1 {base} in {quote}."
    else:
        reason = f"The rate is 100 times too {'small' if right > rate else 'large'} beside those around it."
    unknown = math.nan
    mended = MendedBar(unknown, unknown, unknown, right, unknown)
    kind = FindingKind.INVERSE if is_turned else FindingKind.SCALE
    return Finding(date_of(series.dates[index]), kind, rate, right, reason, CERTAIN, True, mended)
