"""What a check of prices says: a day, what is wrong with it, and what it should have been."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class FindingKind(StrEnum):
    """What can be wrong with a price, a rate or a distribution, or missing."""

    SCALE = "scale"
    INVERSE = "inverse"
    SPLIT = "split"
    DIVIDEND = "dividend"
    ZERO = "zero"
    SPIKE = "spike"
    FROZEN = "frozen"
    GAP = "gap"
    STALE = "stale"
    FUTURE = "future"
    CURRENCY = "currency"
    DISAGREEMENT = "disagreement"


@dataclass(frozen=True, slots=True)
class MendedBar:
    """A bar as it should have been, as traded; NaN for what nothing tells."""

    open: float
    high: float
    low: float
    close: float
    volume: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong on ``date``.

    ``value`` is what is stored or was sent, ``suggested`` what it should be; None where there is no such number.
    ``quarantines`` says that the value must not be used; else it only informs. ``confidence`` is from 0 to 1.
    """

    date: date
    kind: FindingKind
    value: float | None
    suggested: float | None
    reason: str
    confidence: float
    quarantines: bool
    mended: MendedBar | None = None
