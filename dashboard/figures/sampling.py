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
    edges = np.linspace(1, count - 1, most - 1).astype(np.intp)
    return np.array(_largest_triangles(np.nan_to_num(values), edges), np.intp)


def _largest_triangles(heights: Floats, edges: Indices) -> list[int]:
    """One index from each bucket ``edges[i]:edges[i + 1]``, with the first and the last of all.

    Each choice depends on the one before it: a loop over plain floats, as numpy calls on buckets of a few points cost
    more than they save.
    """
    sums = np.add.reduceat(heights, edges)
    sizes = np.diff(np.append(edges, len(heights)))
    means, middles = (sums / sizes).tolist(), (edges + (sizes - 1) / 2).tolist()
    bounds, ys = edges.tolist(), heights.tolist()
    chosen, last_y = [0], ys[0]
    for bucket in range(len(bounds) - 1):
        last_x, next_x, next_y = chosen[-1], middles[bucket + 1], means[bucket + 1]
        run, rise = last_x - next_x, next_y - last_y
        best, best_area = bounds[bucket], -1.0
        for x in range(bounds[bucket], bounds[bucket + 1]):
            area = abs(run * (ys[x] - last_y) - (last_x - x) * rise)
            if area > best_area:
                best, best_area = x, area
        chosen.append(best)
        last_y = ys[best]
    return [*chosen, len(ys) - 1]


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
