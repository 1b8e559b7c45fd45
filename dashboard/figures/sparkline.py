"""Trends of one cell: a few rounded numbers that a grid's renderer draws as one line."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

SIGNIFICANT_DIGITS = 5
LONGEST = 30


def sparkline(trend: Sequence[float], longest: int = LONGEST) -> list[float]:
    """The last ``longest`` finite values with five significant digits; empty where there is no line to draw."""
    values = [float(f"{value:.{SIGNIFICANT_DIGITS}g}") for value in trend[-longest:] if isfinite(value)]
    return values if len(values) > 1 else []
