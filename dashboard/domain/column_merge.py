"""Matrices of day × instrument in which some columns are replaced; what does not change is shared or copied."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dashboard.domain.arrays import Floats, Ints, Mask
from dashboard.domain.holding_matrices import Bars, HoldingMatrices
from dashboard.domain.instruments import Instrument
from dashboard.domain.prices import MarketData
from dashboard.domain.valuation import PortfolioHistory

Matrix = npt.NDArray[Any]  # Any: of numbers or of truths


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the columns of the old and of the new instruments are in the merged matrices; −1: nowhere, and for −1.

    ``replaced`` are the old columns of touched instruments, wherever they went.
    """

    instruments: tuple[Instrument, ...]
    old_columns: Ints
    new_columns: Ints
    replaced: Ints

    @classmethod
    def of(cls, old: Sequence[Instrument], new: Sequence[Instrument], touched: Collection[str]) -> Columns:
        """Old instruments keep their order, those that are new follow."""
        fresh = {instrument.symbol: instrument for instrument in new}
        places: dict[str, int] = {}
        found: list[Instrument] = []
        for instrument in (*old, *new):
            symbol = instrument.symbol
            if symbol not in places and (symbol in fresh or symbol not in touched):
                places[symbol] = len(found)
                found.append(fresh.get(symbol, instrument))
        return cls(
            tuple(found),
            np.array([*(places.get(instrument.symbol, -1) for instrument in old), -1], np.intp),
            np.array([*(places[instrument.symbol] for instrument in new), -1], np.intp),
            np.array([at for at, instrument in enumerate(old) if instrument.symbol in touched], np.intp),
        )

    @property
    def same_places(self) -> bool:
        """Whether every old instrument stays where it is, and none is new."""
        count = len(self.old_columns) - 1
        return len(self.instruments) == count and np.array_equal(self.old_columns[:-1], np.arange(count))

    def matrix(self, old: Matrix, new: Matrix) -> Matrix:
        """The merged matrix; the old one itself where nothing in it differs."""
        targets = self.new_columns[:-1]
        if self.same_places:
            if all(_same(old[:, target], new[:, at]) for at, target in enumerate(targets.tolist())):
                return old
            found = old.copy(order="F")
        else:
            found = np.empty((old.shape[0], len(self.instruments)), old.dtype, order="F")
            for at, target in enumerate(self.old_columns[:-1].tolist()):
                if target >= 0:
                    found[:, target] = old[:, at]
        for at, target in enumerate(targets.tolist()):
            found[:, target] = new[:, at]
        return found


def merged_matrices(
    old: PortfolioHistory, new: PortfolioHistory, columns: Columns, market: MarketData
) -> HoldingMatrices:
    """What is held with the new columns in place of the old; totals are summed anew from the first day that differs."""
    values = columns.matrix(old.held.values, new.held.values)
    quantities = columns.matrix(old.held.quantities, new.held.quantities)
    first = _first_difference(old.held.values, new.held.values, columns)
    total = old.held.total.copy()
    values[first:].sum(axis=1, out=total[first:])
    same = columns.same_places and market is old.market and _held_alike(old.held.quantities, quantities, columns)
    return HoldingMatrices(
        quantities=quantities,
        prices=columns.matrix(old.held.prices, new.held.prices),
        values=values,
        estimated=columns.matrix(old.held.estimated, new.held.estimated),
        total=total,
        has_bar=old.held.has_bar if same else _has_bar(old, columns, quantities, market),
    )


def _has_bar(old: PortfolioHistory, columns: Columns, quantities: Floats, market: MarketData) -> Mask:
    bars = Bars(old.days)
    for column, instrument in enumerate(columns.instruments):
        series = market.prices.get(instrument.symbol)
        if series is not None and len(series.dates):
            bars.add(series.dates, quantities[:, column] != 0.0)
    return bars.shown()


def _held_alike(old: Floats, merged: Floats, columns: Columns) -> bool:
    """Whether the same is held on the same days, in whatever quantity."""
    places = columns.new_columns[:-1].tolist()
    return merged is old or all(np.array_equal(old[:, at] != 0.0, merged[:, at] != 0.0) for at in places)


def _first_difference(old: Floats, new: Floats, columns: Columns) -> int:
    """The first day on which a value differs; the number of days where none does."""
    days = old.shape[0]
    after = dict(zip(columns.new_columns[:-1].tolist(), range(new.shape[1]), strict=True))
    before = {int(columns.old_columns[at]): at for at in columns.replaced.tolist() if columns.old_columns[at] >= 0}
    dropped = [at for at in columns.replaced.tolist() if columns.old_columns[at] < 0]
    nothing = np.zeros(days)
    pairs = [(old[:, before[place]] if place in before else nothing, new[:, after[place]]) for place in after] + [
        (old[:, at], nothing) for at in dropped
    ]
    return min((_first(one, other) for one, other in pairs), default=days)


def _first(one: Floats, other: Floats) -> int:
    differs = (one != other) & ~(np.isnan(one) & np.isnan(other))
    return int(differs.argmax()) if differs.any() else len(one)


def _same(one: Matrix, other: Matrix) -> bool:
    return np.array_equal(one, other, equal_nan=one.dtype != np.bool_)
