"""Block bootstraps of a series: which observation follows which, as rows of places."""

from __future__ import annotations

from typing import Literal

import numpy as np

from dashboard.domain.arrays import Ints
from dashboard.errors import InvalidInput

BlockMethod = Literal["stationary", "circular"]


def block_places(
    count: int, paths: int, periods: int, block: int, method: BlockMethod, generator: np.random.Generator
) -> Ints:
    """Places of observations 0 … count − 1, (paths, periods): blocks of neighbours, the last followed by the first.

    Stationary: lengths are geometric with mean ``block``; circular: each is ``block`` long. With ``block`` 1 both draw
    independently. Source: Politis and Romano, The Stationary Bootstrap, JASA 89 (1994), and A Circular
    Block-Resampling Procedure for Stationary Data (1992).
    """
    if not 1 <= block <= count:
        raise InvalidInput(f"A block must have between 1 and {count} observations, not {block}.", field="block")
    if method == "stationary":
        begins = generator.random((paths, periods)) < 1.0 / block
    elif method == "circular":
        begins = np.broadcast_to(np.arange(periods) % block == 0, (paths, periods)).copy()
    else:
        raise InvalidInput(f"The bootstrap is stationary or circular, not {method}.", field="method")
    begins[:, 0] = True
    starts = generator.integers(0, count, (paths, periods))
    steps = np.arange(periods)
    begun = np.maximum.accumulate(np.where(begins, steps, 0), axis=1)
    places: Ints = (np.take_along_axis(starts, begun, axis=1) + steps - begun) % count
    return places
