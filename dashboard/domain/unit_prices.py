"""What one unit was worth on the day of a row that has no price of its own: transfers, staking, swaps of symbols."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import numpy as np

from dashboard.domain.arrays import NAN, Days, day_of, decimal_of
from dashboard.domain.instruments import Split
from dashboard.domain.prices import PriceSeries
from dashboard.domain.row_money import ONE


class UnitPrices:
    """Prices in the quote's currency and in units of the day asked for; NaN where there is none."""

    def __init__(self, prices: Mapping[str, PriceSeries], splits: Mapping[str, Sequence[Split]], days: Days) -> None:
        self._prices, self._splits, self._last_day = prices, splits, days[-1]
        self._traded: dict[str, tuple[date, Decimal]] = {}

    def close(self, symbol: str, day: date) -> Decimal:
        """The last close at or before ``day``."""
        return self._at(symbol, day, -1)

    def first_close(self, symbol: str, day: date) -> Decimal:
        """The first close after ``day``, of those up to the end of the valuation."""
        return self._at(symbol, day, 0)

    def note(self, symbol: str, day: date, price: Decimal) -> None:
        """Remember what was paid or taken for a unit; days come in order."""
        if price.is_finite():
            self._traded[symbol] = (day, price)

    def traded(self, symbol: str, day: date) -> Decimal:
        """What was last paid or taken for a unit."""
        found = self._traded.get(symbol)
        return NAN if found is None else found[1] / self._factor(symbol, found[0], day)

    def _at(self, symbol: str, day: date, shift: int) -> Decimal:
        series = self._prices.get(symbol)
        if series is None:
            return NAN
        position = int(np.searchsorted(series.dates, day_of(day), "right")) + shift
        if not 0 <= position < len(series.dates) or series.dates[position] > self._last_day:
            return NAN
        found = decimal_of(series.closes[position])
        return found / self._factor(symbol, series.dates[position].item(), day)

    def _factor(self, symbol: str, known: date, day: date) -> Decimal:
        """Units of ``day`` for one unit of the day when a price was ``known``, the earlier of them or the later."""
        first, last = sorted((known, day))
        product = ONE
        for split in self._splits.get(symbol, ()):
            if first < split.date <= last:
                product *= split.ratio
        return product if known <= day else ONE / product
