"""What every indicator shares: columns of bars in, lines of the same length out, missing observations skipped.

A bar in which any input is missing (NaN or infinite) does not count: the indicator is computed on the bars that there
are, as if they followed each other, and put back to their places; it is NaN in the missing bar. Nothing is filled in.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from operator import index
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import talib

from dashboard.domain.arrays import Floats, Mask
from dashboard.errors import InvalidInput

Prices = npt.ArrayLike | pd.Series
Line = Floats | pd.Series
LONGEST = 100_000  # TA-Lib takes no longer window


class Bands(NamedTuple):
    """A band around a middle line."""

    upper: Line
    middle: Line
    lower: Line


def whole(value: int, least: int, field: str = "length") -> int:
    """``value`` as the number of bars that it is. Raises InvalidInput for less than ``least``, or for no number."""
    try:
        number = index(value)
    except TypeError:
        raise InvalidInput(f"The {field} must be a whole number of bars, not {value!r}.", field=field) from None
    if not least <= number <= LONGEST:
        raise InvalidInput(f"The {field} must be at least {least} and at most {LONGEST}, not {number}.", field=field)
    return number


def factor(value: float, field: str) -> float:
    """``value`` as a positive number. Raises InvalidInput."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if not (isfinite(number) and number > 0.0):
        raise InvalidInput(f"The {field} must be a positive number, not {value!r}.", field=field)
    return number


def lines(compute: Callable[..., tuple[Floats, ...]], least: int, *inputs: Prices, count: int = 1) -> tuple[Line, ...]:
    """``compute`` on the bars that every input has; all NaN where there are fewer than ``least`` of them."""
    columns = [_column(column) for column in inputs]
    size = len(columns[0])
    if any(len(column) != size for column in columns):
        raise InvalidInput("The columns of the bars differ in length.", field="close")
    complete = all(np.isfinite(column).all() for column in columns)
    seen = None if complete else np.logical_and.reduce([np.isfinite(column) for column in columns])
    bars = size if seen is None else int(seen.sum())
    results: tuple[Floats, ...]
    if bars < least:
        results = tuple(np.full(size, np.nan) for _ in range(count))
    elif seen is None:
        results = compute(*columns)
    else:
        results = tuple(_put_back(line, seen) for line in compute(*(column[seen] for column in columns)))
    first = inputs[0]
    return tuple(pd.Series(line, index=first.index) for line in results) if isinstance(first, pd.Series) else results


def line(compute: Callable[..., Floats], least: int, *inputs: Prices) -> Line:
    """As :func:`lines`, for an indicator of one line."""
    return lines(lambda *columns: (compute(*columns),), least, *inputs)[0]


def highest(values: Floats, length: int) -> Floats:
    """The highest of the last ``length`` values."""
    return talib.MAX(values, length) if length > 1 else values.copy()


def lowest(values: Floats, length: int) -> Floats:
    """The lowest of the last ``length`` values."""
    return talib.MIN(values, length) if length > 1 else values.copy()


def _column(values: Prices) -> Floats:
    """The input as float64, without a copy where it is that already."""
    try:
        column = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidInput("A column of bars holds numbers alone.", field="close") from None
    if column.ndim != 1:
        raise InvalidInput(f"A column of bars has one dimension, not {column.ndim}.", field="close")
    return column


def _put_back(found: Floats, seen: Mask) -> Floats:
    result = np.full(len(seen), np.nan)
    result[seen] = found
    return result
