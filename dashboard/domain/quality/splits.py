"""Splits that some bars do not carry, carry twice, or that nobody has listed yet."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from dashboard.domain.arrays import Floats, Ints, Mask, date_of, day_of
from dashboard.domain.instruments import Split
from dashboard.domain.quality.findings import Finding, FindingKind, MendedBar
from dashboard.domain.quality.levels import believed_height, heights, lowered, steps_of
from dashboard.domain.quality.observed import NOISE_BARS, ObservedSeries, noise_at
from dashboard.domain.quality.scale import MINOR_PER_MAJOR

# A move of a known ratio is taken for the split within this share of it (in logarithms), and never beyond a factor of
# about two: a price that a split has made tiny is rounded to steps as large as itself.
RATIO_TOLERANCE, LARGEST_TOLERANCE = 0.2, 0.75
# A price can halve or double by itself on some day; near the split's date, far beyond its usual moves, it does not.
NEAR_BARS = 15
NEAR_DEVIATIONS = 6.0
# No sound price multiplies or loses four fifths in a day: a move of such a ratio is the split wherever it is.
TELLING_RATIO = 5.0
# Ratios that companies choose. What is long past must be one of them to within two per cent to be worth a word; what
# is days old, within three usual moves and a tenth.
PLAUSIBLE_RATIOS = (2.0, 3.0, 4.0, 5.0, 10.0, 15.0, 20.0, 25.0, 50.0)
PAST_TOLERANCE, RECENT_TOLERANCE, RECENT_DEVIATIONS = 0.02, 0.1, 3.0
UNLISTED_DEVIATIONS = 10.0
# Sources list a split some days late; after that, what was not listed is taken for the price's own move.
LATE_BARS = 5
# A split changes the number of units traded by its ratio; a price that falls or rises so by itself draws a crowd.
CROWD = 4.0
CERTAIN, PROBABLE, POSSIBLE = 0.95, 0.8, 0.4


def split_steps(series: ObservedSeries, logs: Floats, split: Split) -> Ints:
    """How many steps of the split's ratio each close stands from where it is believed to stand, shape (n,)."""
    step = abs(math.log(float(split.ratio)))
    moves = np.diff(logs)
    steps = steps_of(moves, step, min(RATIO_TOLERANCE * step, LARGEST_TOLERANCE))
    steps[np.abs(steps) > 1] = 0
    steps[_nearer_to_a_slip(moves, step)] = 0
    near = _near(series, split)
    if step < math.log(TELLING_RATIO):
        steps[~near] = 0
        places = np.flatnonzero(steps)
        steps[places[np.abs(moves[places]) < NEAR_DEVIATIONS * noise_at(moves, places)]] = 0
    if not steps.any():
        return np.zeros(len(series), np.intp)
    standing = heights(steps)
    net = int(steps[near].sum()) * (1 if split.ratio > 1 else -1)
    # A step that stays: down, the older bars carry the split twice; up, the newer ones do not carry it yet.
    if standing[-1] and net:
        return lowered(standing, int(standing[-1] if net < 0 else standing[0]))
    return lowered(standing, believed_height(standing, series.volume))


def split_factors_of(series: ObservedSeries, logs: Floats) -> Floats:
    """What to multiply each close with so that it carries every known split once, shape (n,)."""
    factors = np.ones(len(series))
    if len(series) < 2:
        return factors
    known: set[float] = set()
    for split in series.splits:
        ratio = max(float(split.ratio), 1 / float(split.ratio))
        if ratio in known:
            continue
        known.add(ratio)
        off = split_steps(series, logs + np.log(factors), split)
        factors *= np.power(ratio, -off.astype(np.float64))
    return factors


def split_findings(series: ObservedSeries, factors: Floats) -> list[Finding]:
    """A finding for each bar that ``factors`` change."""
    reason = (
        "The bar is {ratio:,g} times off, the ratio of a split: the source applied it to this bar twice, or not at all."
    )
    return _held_back(series, factors, reason, CERTAIN)


def unlisted_findings(series: ObservedSeries, logs: Floats) -> list[Finding]:
    """Moves that look like a split that is not listed: held back while it is days old, a remark after that."""
    moves = np.diff(logs)
    found = []
    large = np.flatnonzero(np.abs(moves) > math.log(PLAUSIBLE_RATIOS[0]) - RECENT_TOLERANCE)
    for place, noise in zip(large.tolist(), noise_at(moves, large).tolist(), strict=True):
        recent = len(series) - (place + 1) <= LATE_BARS
        tolerance = min(RECENT_DEVIATIONS * noise, RECENT_TOLERANCE) if recent else PAST_TOLERANCE
        ratio = _plausible(abs(float(moves[place])), tolerance)
        if ratio is None or abs(moves[place]) < UNLISTED_DEVIATIONS * noise or _listed(series, place + 1):
            continue
        if _drew_a_crowd(series, place + 1, ratio if moves[place] < 0 else 1 / ratio):
            continue
        found += _unlisted(series, place + 1, ratio, falls=bool(moves[place] < 0))
    return found


def _unlisted(series: ObservedSeries, first: int, ratio: float, *, falls: bool) -> list[Finding]:
    words = f"{ratio:g} for 1" if falls else f"1 for {ratio:g}"
    reason = f"The price moved by what a split of {words} makes, and no split is listed."
    if len(series) - first > LATE_BARS:
        day, close = date_of(series.dates[first]), float(series.close[first])
        return [Finding(day, FindingKind.SPLIT, close, None, reason, POSSIBLE, quarantines=False)]
    reason += " It is held back until a split is listed or the price has stayed there."
    factors = np.ones(len(series))
    factors[first:] = ratio if falls else 1 / ratio
    return _held_back(series, factors, reason, PROBABLE)


def _drew_a_crowd(series: ObservedSeries, index: int, ratio: float) -> bool:
    """Whether far more was traded on a day than a split of ``ratio`` new units per old one explains."""
    before = series.volume[max(0, index - NOISE_BARS) : index]
    before = before[before > 0]
    return bool(len(before)) and bool(series.volume[index] > CROWD * ratio * np.median(before))


def _held_back(series: ObservedSeries, factors: Floats, reason: str, confidence: float) -> list[Finding]:
    """A finding for each bar that ``factors`` change, with the bar that they make of it."""
    found = []
    for index in np.flatnonzero(factors != 1.0).tolist():
        factor, close = float(factors[index]), float(series.close[index])
        bar = MendedBar(
            float(series.open[index] * factor),
            float(series.high[index] * factor),
            float(series.low[index] * factor),
            close * factor,
            float(series.volume[index] / factor),
        )
        day, words = date_of(series.dates[index]), reason.format(ratio=max(factor, 1 / factor))
        found.append(Finding(day, FindingKind.SPLIT, close, close * factor, words, confidence, True, bar))
    return found


def _near(series: ObservedSeries, split: Split) -> Mask:
    """Which of the moves lie within ``NEAR_BARS`` bars of the split's date, shape (n - 1,)."""
    place = int(np.searchsorted(series.dates, day_of(split.date))) - 1
    moves = np.arange(len(series) - 1)
    return np.asarray(np.abs(moves - place) <= NEAR_BARS)


def _nearer_to_a_slip(moves: Floats, step: float) -> Mask:
    """Whether a move is nearer to a hundred times than to the split's ratio."""
    return np.asarray(np.abs(np.abs(moves) - math.log(MINOR_PER_MAJOR)) < np.abs(np.abs(moves) - step))


def _listed(series: ObservedSeries, index: int) -> bool:
    splits: Sequence[Split] = series.splits
    first, last = max(0, index - NEAR_BARS), min(len(series) - 1, index + NEAR_BARS)
    return any(series.dates[first] <= day_of(split.date) <= series.dates[last] for split in splits)


def _plausible(size: float, tolerance: float) -> float | None:
    return next((ratio for ratio in PLAUSIBLE_RATIOS if abs(size - math.log(ratio)) < tolerance), None)
