"""Two sources about one instrument: another currency, or other closes on the same days."""

from __future__ import annotations

from datetime import date

import numpy as np

from dashboard.domain.arrays import Days, Floats, date_of
from dashboard.domain.quality.findings import Finding, FindingKind

# Closing auctions, last trades and roundings of two sources lie closer together than this.
LARGEST_DIFFERENCE = 0.01
PROBABLE = 0.7


def disagreements(
    dates: Days, closes: Floats, other_dates: Days, other_closes: Floats, *, source: str, other: str
) -> tuple[Finding, ...]:
    """The days, ascending and unique in both, on which ``source`` and ``other`` differ by more than a hundredth.

    ``value`` is the first one's close and ``suggested`` the other's: which is right, they do not tell.
    """
    shared, ours, theirs = np.intersect1d(dates, other_dates, assume_unique=True, return_indices=True)
    gaps = np.abs(closes[ours] / other_closes[theirs] - 1.0)
    return tuple(
        Finding(
            date_of(shared[index]),
            FindingKind.DISAGREEMENT,
            float(closes[ours[index]]),
            float(other_closes[theirs[index]]),
            f"{source} and {other} differ by {gaps[index]:.1%} on the day.",
            PROBABLE,
            quarantines=False,
        )
        for index in np.flatnonzero(gaps > LARGEST_DIFFERENCE).tolist()
    )


def currency_mismatch(kept: str, given: str, day: date, source: str) -> Finding | None:
    """The finding that ``source`` quotes in another currency than prices are kept in; None where it does not."""
    if kept == given:
        return None
    reason = f"{source} quotes in {given}, and the prices are kept in {kept}: they were not taken over."
    return Finding(day, FindingKind.CURRENCY, None, None, reason, 1.0, quarantines=False)
