"""The order in which two ordered lists of rows become one: places of what stays and of what is new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from dashboard.domain.arrays import Ints, Mask

Array = npt.NDArray[Any]  # Any: arrays of numbers and of objects are merged alike
Value = TypeVar("Value")
KINDS_A_DAY = 16
FEW = 1000  # up to here it is faster to look at the ties one by one


def ranks(kept: npt.NDArray[np.int64], new: npt.NDArray[np.int64]) -> Ints:
    """Ranks of the rows that stay, then of the new ones, from their keys (3, n), the first of which weighs most.

    Neither side is sorted anew: a row that is walked out of the order of its key keeps its neighbours.
    """
    keys = np.concatenate((kept, new), axis=1)
    found = np.empty(keys.shape[1], np.intp)
    found[_sorted(keys, kept.shape[1])] = np.arange(len(found))
    for side in (found[: kept.shape[1]], found[kept.shape[1] :]):
        np.maximum.accumulate(side, out=side)
    return found


def _sorted(keys: npt.NDArray[np.int64], kept: int) -> Ints:
    """The order by all three keys; by the first alone, with what is tied in it sorted out, where little is new."""
    first = keys[0]
    if len(first) - kept > FEW or (np.diff(first[:kept]) < 0).any():
        return np.lexsort(keys[::-1])
    order = np.argsort(first, kind="stable")
    for value in np.unique(first[kept:]).tolist():
        tied = slice(*np.searchsorted(first[:kept], (value, value + 1)).tolist())
        fresh = kept + np.flatnonzero(first[kept:] == value)
        both = np.concatenate((np.arange(tied.start, tied.stop), fresh))
        start = tied.start + int((first[kept:] < value).sum())
        order[start : start + len(both)] = both[np.lexsort(keys[::-1, both])]
    return order


class Merge:
    """Which of the old rows stay, and where they and the new ones come to stand; −1 is nowhere.

    ``rank`` orders those that stay and then the new ones, equal ones as they are.
    """

    def __init__(self, stays: Mask, rank: Ints) -> None:
        self._kept = np.flatnonzero(stays)
        self._order = np.argsort(rank, kind="stable")
        places = np.empty(len(rank), np.intp)
        places[self._order] = np.arange(len(rank))
        self.old_places: Ints = np.full(len(stays), -1, np.intp)
        self.old_places[self._kept] = places[: len(self._kept)]
        self.new_places: Ints = places[len(self._kept) :]

    def array(self, old: Array, new: Array) -> Array:
        """What there is of each row that stays and of each new one, in order."""
        return np.concatenate((old[self._kept], new))[self._order]

    def mapping(self, old: Mapping[int, Value], new: Mapping[int, Value]) -> dict[int, Value]:
        """What there is of some rows, by their positions."""
        places = [(int(self.old_places[at]), value) for at, value in old.items()]
        places += [(int(self.new_places[at]), value) for at, value in new.items()]
        return dict(sorted((found for found in places if found[0] >= 0), key=_place))


def _place(found: tuple[int, object]) -> int:
    return found[0]
