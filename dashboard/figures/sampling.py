"""Fewer points for the same picture: the browser is not sent more than it can show."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

MOST_POINTS = 2000

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]


def kept_points(values: Floats, most: int = MOST_POINTS) -> Indices:
    """Indices of the points to draw, all where there are no more than ``most``.

    Largest-triangle-three-buckets over equidistant points; the first and the last one stay. NaN counts as 0 in the
    choice only.

    Source: S. Steinarsson, Downsampling Time Series for Visual Representation (2013), chapter 4.
    """
    count = len(values)
    if count <= most:
        return np.arange(count)
    heights = np.nan_to_num(values)
    edges = np.linspace(1, count - 1, most - 1).astype(np.intp)
    chosen = np.empty(most, np.intp)
    chosen[0], chosen[-1] = 0, count - 1
    for bucket in range(most - 2):
        start, end = int(edges[bucket]), int(edges[bucket + 1])
        ahead = int(edges[bucket + 2]) if bucket + 2 < len(edges) else count
        positions = np.arange(start, max(end, start + 1))
        next_x, next_y = (end + max(ahead, end + 1) - 1) / 2, float(heights[end : max(ahead, end + 1)].mean())
        last = int(chosen[bucket])
        area = np.abs(
            (last - next_x) * (heights[positions] - heights[last])
            - (last - positions) * (next_y - float(heights[last]))
        )
        chosen[bucket + 1] = positions[int(area.argmax())]
    return chosen


def bucket_starts(count: int, most: int = MOST_POINTS) -> Indices:
    """Where the buckets of neighbouring bars begin, so that no more than ``most`` bars are drawn."""
    size = -(-count // most) if count > most else 1
    return np.arange(0, count, size)


def rounded(values: npt.ArrayLike, decimals: int) -> list[float | None]:
    """Plain floats rounded to ``decimals``; None for NaN, which draws a gap."""
    array = np.round(np.asarray(values, np.float64), decimals)
    found: list[float | None] = array.tolist()
    if np.isfinite(array).all():
        return found
    return [value if value is not None and np.isfinite(value) else None for value in found]
