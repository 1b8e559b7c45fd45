"""Exchange rates: units of the quote currency per 1 of the base currency, as of a day, inverted and crossed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from dashboard.domain.arrays import Days, Floats
from dashboard.domain.calendar import layout

PIVOTS = ("EUR", "USD")


@dataclass(frozen=True, slots=True)
class RateSeries:
    """Rates of one pair: ``dates`` ascending datetime64[D], ``rates`` float64 of the same length."""

    dates: Days
    rates: Floats

    def on(self, days: Days) -> Floats:
        """The last rate at or before each of the consecutive ``days``; NaN before the first."""
        return layout(self.dates, days).spread(self.rates, np.nan)

    def last_date(self, day: np.datetime64) -> np.datetime64:
        """The date of the rate that is in force on ``day``; NaT when there is none yet."""
        position = int(np.searchsorted(self.dates, day, "right")) - 1
        return self.dates[position] if position >= 0 else np.datetime64("NaT", "D")


@dataclass(frozen=True, slots=True)
class Rates:
    """Every known pair; a rate that cannot be had is NaN, never 1."""

    pairs: Mapping[tuple[str, str], RateSeries]

    def on(self, base: str, quote: str, days: Days) -> Floats:
        """Units of ``quote`` per 1 ``base`` on each of the consecutive ``days``, shape (n,); NaN where unknown.

        The pair itself, else its inverse, else a cross through EUR or USD.
        """
        if base == quote:
            return np.ones(len(days))
        found = np.full(len(days), np.nan)
        for legs in self._routes(base, quote):
            found = np.where(np.isnan(found), self._along(legs, days), found)
            if not np.isnan(found).any():
                break
        return found

    def last_date(self, base: str, quote: str, day: np.datetime64) -> np.datetime64:
        """The date of the oldest quotation that the rate of ``day`` rests on; NaT when there is no rate."""
        if base == quote:
            return day
        for legs in self._routes(base, quote):
            dates = [self._leg(*leg)[0].last_date(day) for leg in legs]
            if not any(np.isnat(found) for found in dates):
                return min(dates)
        return np.datetime64("NaT", "D")

    def _routes(self, base: str, quote: str) -> Iterator[tuple[tuple[str, str], ...]]:
        """Ways from ``base`` to ``quote`` for which there are series, the most direct first."""
        if self._known(base, quote):
            yield ((base, quote),)
        for pivot in PIVOTS:
            if pivot not in (base, quote) and self._known(base, pivot) and self._known(pivot, quote):
                yield ((base, pivot), (pivot, quote))

    def _known(self, base: str, quote: str) -> bool:
        return (base, quote) in self.pairs or (quote, base) in self.pairs

    def _leg(self, base: str, quote: str) -> tuple[RateSeries, bool]:
        """The series of a pair, and whether it is quoted the other way round."""
        direct = self.pairs.get((base, quote))
        return (direct, False) if direct is not None else (self.pairs[quote, base], True)

    def _along(self, legs: tuple[tuple[str, str], ...], days: Days) -> Floats:
        product = np.ones(len(days))
        for leg in legs:
            series, inverted = self._leg(*leg)
            rates = series.on(days)
            product = product / rates if inverted else product * rates
        return product
