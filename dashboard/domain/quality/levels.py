"""Runs of bars that stand a whole number of steps above or below the others, and which of them to believe."""

from __future__ import annotations

import numpy as np

from dashboard.domain.arrays import Floats, Ints

# A bar that was traded tells a price; one without volume only repeats what a source believes, and sources slip while
# an instrument is suspended. Untraded bars decide where nothing was traded.
UNTRADED_WEIGHT = 1e-3


# Applied twice where once was right, or the other way round: nobody slips by more, and a float holds no more.
MOST_STEPS = 2


def steps_of(moves: Floats, step: float, tolerance: float) -> Ints:
    """How many whole ``step`` each of the log returns is, within ``tolerance``; 0 where it is none, shape (m,)."""
    counts = np.rint(moves / step)
    counts[(np.abs(moves - counts * step) > tolerance) | (np.abs(counts) > MOST_STEPS)] = 0
    return counts.astype(np.intp)


def heights(steps: Ints) -> Ints:
    """How many steps each bar stands above the first, shape (m + 1,)."""
    return np.concatenate((np.zeros(1, np.intp), np.cumsum(steps)))


def lowered(standing: Ints, height: int) -> Ints:
    """How many steps each bar stands above ``height``; 0 where that is more than ``MOST_STEPS``."""
    above = standing - height
    return np.where(np.abs(above) <= MOST_STEPS, above, 0).astype(np.intp)


def believed_height(standing: Ints, volume: Floats) -> int:
    """The height at which most was traded; where nothing was, the one that most bars have, the later one on ties."""
    weights = np.where(volume > 0, 1.0, UNTRADED_WEIGHT)
    values, places = np.unique(standing, return_inverse=True)
    totals = np.bincount(places, weights)
    best = values[np.isclose(totals, totals.max())]
    last = max(best, key=lambda height: int(np.flatnonzero(standing == height)[-1]))
    return int(last)
