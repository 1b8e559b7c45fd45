"""Array types of the domain, and the one place where Decimal becomes float64 and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.datetime64]
Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.intp]
Objects = npt.NDArray[np.object_]

NAN = Decimal("NaN")


def floats_of(values: Sequence[Decimal]) -> Floats:
    """Ledger amounts as float64, the nearest to each."""
    if not any(values):
        return np.zeros(len(values))
    return np.fromiter(map(float, values), np.float64, len(values))


def objects_of(values: Sequence[object]) -> Objects:
    """Python objects as a vector, to be chosen and ordered by arrays."""
    return np.fromiter(values, np.object_, len(values))


def decimal_of(value: float) -> Decimal:
    """A float64 (a price or a rate) as the shortest Decimal that reads back as the same float; NaN stays NaN."""
    return Decimal(repr(float(value)))


def summed(positions: Ints, amounts: Floats, count: int) -> Floats:
    """Sums of ``amounts`` by their position, shape (count,)."""
    return np.bincount(positions, amounts, count).astype(np.float64, copy=False)


def day_of(value: date) -> np.datetime64:
    """A date as datetime64[D]."""
    return np.datetime64(value, "D")


def date_of(value: np.datetime64) -> date:
    """A datetime64[D] as a date."""
    found = value.astype("datetime64[D]").item()
    assert isinstance(found, date)  # noqa: S101  NaT is never passed: calendars have no gaps
    return found
