"""The picture beside the sign-in form: a made-up portfolio, never a figure from a real one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

POINTS = 300
WIDTH, BOTTOM, TOP = 700.0, 250.0, 12.0


@dataclass(frozen=True, slots=True)
class Sample:
    """Paths in the picture's own units, and the figures below it."""

    portfolio: str
    benchmark: str
    area: str
    years: tuple[str, ...] = ("2021", "2022", "2023", "2024", "2025", "2026")
    figures: tuple[tuple[str, str], ...] = (
        ("TWR, p.a.", "+12.19%"),
        ("XIRR", "+13.44%"),
        ("Volatility", "11.65%"),
        ("Sharpe", "0.83"),
    )


@cache
def sample() -> Sample:
    """The picture; the same each time."""
    random = np.random.default_rng(42)
    drift = np.where((np.arange(POINTS) > 57) & (np.arange(POINTS) < 97), -0.0062, 0.0049)
    market = drift + random.standard_normal(POINTS) * 0.0155
    own = np.cumprod(1 + market + random.standard_normal(POINTS) * 0.006 + 0.0006)
    other = np.cumprod(1 + 0.78 * market + random.standard_normal(POINTS) * 0.003 - 0.0004)
    low, high = min(own.min(), other.min()) * 0.94, max(own.max(), other.max()) * 1.02
    portfolio, benchmark = _path(own, low, high), _path(other, low, high)
    return Sample(portfolio, benchmark, f"{portfolio}L{WIDTH:g} {BOTTOM:g}L0 {BOTTOM:g}Z")


def _path(values: NDArray[np.floating], low: float, high: float) -> str:
    heights = BOTTOM - (values - low) / (high - low) * (BOTTOM - TOP)
    steps = np.linspace(0, WIDTH, len(values))
    points = (f"{x:.1f} {y:.1f}" for x, y in zip(steps, heights, strict=True) if math.isfinite(y))
    return "M" + "L".join(points)
