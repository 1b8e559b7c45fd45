"""Two bands that only move towards the price until a close breaks them: a recursion, run for many stretches at once.

The upper band: uₜ = bₜ where bₜ < uₜ₋₁ or closeₜ₋₁ > uₜ₋₁, else uₜ₋₁; the lower one is its mirror. A step depends on
the one before it, but two bands that begin apart meet soon: so the bars are cut into stretches that are walked side
by side, once to see where each comes out and once from where the one before it did. A stretch that still began wrong
is walked again by itself until it meets what was found. The result is that of the plain loop, exactly.
"""

from __future__ import annotations

import numpy as np

from dashboard.domain.arrays import Floats

STRETCH = 96


def ratchet(upper: Floats, lower: Floats, close: Floats) -> None:
    """Turn ``upper`` and ``lower``, shape (n,) each, into the bands, in their place: memory is what costs time here."""
    count = len(close)
    columns = -(-count // STRETCH)
    limits, before, found = np.empty((3, STRETCH, 2 * columns))
    row = np.empty(columns * STRETCH)
    _side_by_side(limits, row, upper, lower, np.inf)
    _side_by_side(before, row, close[:-1], close[:-1], -np.inf, late=1)
    state = np.full(2 * columns, np.inf)
    _walk(limits, before, state)
    started = _passed_on(state, columns)
    _walk(limits, before, started.copy(), found)
    for column in np.flatnonzero(_passed_on(found[-1], columns) != started).tolist():
        while _walk_again(found, limits, before, column) and (column + 1) % columns:
            column += 1  # it came out elsewhere than it did, and the next one began there
    for band, part in ((upper, found[:, :columns]), (lower, found[:, columns:])):
        row.reshape(columns, STRETCH)[...] = part.T
        band[...] = row[:count]
    np.negative(lower, out=lower)


def _side_by_side(block: Floats, row: Floats, upper: Floats, lower: Floats, padding: float, late: int = 0) -> None:
    """Fill ``block``, (STRETCH, 2k): one column a stretch, the lower row's negated; what is padded changes nothing."""
    columns = block.shape[1] // 2
    row.fill(padding)
    row[late : late + len(upper)] = upper
    block[:, :columns] = row.reshape(columns, STRETCH).T
    np.negative(lower, out=row[late : late + len(lower)])
    block[:, columns:] = row.reshape(columns, STRETCH).T


def _passed_on(state: Floats, columns: int) -> Floats:
    """Where each stretch begins: where the one before it came out, nowhere for the first of each band."""
    begun = np.roll(state, 1)
    begun[::columns] = np.inf
    return begun


def _walk(limits: Floats, before: Floats, state: Floats, found: Floats | None = None) -> None:
    """Bring ``state`` to the end of each stretch; the bands go to ``found``."""
    broken = np.empty(len(state), np.bool_)
    for at in range(STRETCH):
        np.greater(before[at], state, out=broken)
        np.putmask(state, broken, np.inf)
        np.minimum(limits[at], state, out=state)
        if found is not None:
            found[at] = state


def _walk_again(found: Floats, limits: Floats, before: Floats, column: int) -> bool:
    """Walk one stretch from where the one before it came out; False once it meets what was found."""
    state = float(found[-1, column - 1])
    rows = zip(limits[:, column].tolist(), before[:, column].tolist(), found[:, column].tolist(), strict=True)
    for at, (limit, close, known) in enumerate(rows):
        if limit < state or close > state:
            state = limit
        if known == state:
            return False
        found[at, column] = state
    return True
