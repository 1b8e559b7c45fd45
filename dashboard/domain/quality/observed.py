"""One instrument's bars as a check looks at them, and how much they usually move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from dashboard.domain.arrays import Days, Floats, Ints, Mask
from dashboard.domain.corporate_actions import split_factors
from dashboard.domain.instruments import Dividend, Split

# Three months on either side: long enough for a median that one wrong bar does not move, short enough to be of the
# same market as the bar.
NOISE_BARS = 60
# Fewer moves than this say nothing about how much a price moves; the whole series is asked instead.
LEAST_MOVES = 5
# A median absolute deviation times this is the standard deviation of a normal distribution.
MAD_TO_DEVIATION = 1.4826
# Half a per cent: a price that hardly moves is still quoted in steps.
LEAST_NOISE = 0.005


@dataclass(frozen=True, slots=True)
class ObservedSeries:
    """Bars as traded, shape (n,) each, in any order; NaN where open, high, low or volume is unknown.

    ``sessions`` are the trading days of its exchange, None where they are not known. ``as_of`` is the day of the check.
    Bars ``by_hand`` are what a person says: only their age is judged. The last bar may be ``stale_after_days`` calendar
    days old (None: five sessions), and as old as it is where nothing trades any more (``ended``).
    """

    dates: Days
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    as_of: date
    splits: tuple[Split, ...] = ()
    dividends: tuple[Dividend, ...] = ()
    sessions: Days | None = field(default=None)
    currency: str = ""
    by_hand: bool = False
    stale_after_days: int | None = None
    ended: bool = False

    def __len__(self) -> int:
        return len(self.dates)

    def chosen(self, bars: Mask | Ints) -> ObservedSeries:
        """The series with some of its bars, in the order of ``bars``."""
        return replace(
            self,
            dates=self.dates[bars],
            open=self.open[bars],
            high=self.high[bars],
            low=self.low[bars],
            close=self.close[bars],
            volume=self.volume[bars],
        )

    def scaled(self, factors: Floats) -> ObservedSeries:
        """The series with every price of a bar multiplied by the bar's factor."""
        return replace(
            self,
            open=self.open * factors,
            high=self.high * factors,
            low=self.low * factors,
            close=self.close * factors,
        )

    def unit_factors(self) -> Floats:
        """What makes of each day's price one in units from before every split, shape (n,)."""
        return split_factors(self.dates, self.splits) if self.splits else np.ones(len(self.dates))

    def log_levels(self) -> Floats:
        """Natural logarithms of closes in units from before every split, shape (n,): a split leaves no step."""
        return np.asarray(np.log(self.close * self.unit_factors()), dtype=np.float64)


def noise_at(moves: Floats, positions: Sequence[int] | Ints) -> Floats:
    """How large a usual move is around each of ``positions`` of the log returns ``moves``, as a standard deviation.

    The median of the absolute moves around, the one itself left out; days without a move do not count, so that a
    thinly traded price is judged by what it does when it trades. Never below ``LEAST_NOISE``.
    """
    sizes = np.abs(moves)
    moved = sizes[sizes > 0]
    overall = float(np.median(moved)) if len(moved) else 0.0
    found = np.empty(len(positions))
    for index, position in enumerate(positions):
        first = max(0, int(position) - NOISE_BARS)
        around = np.concatenate((sizes[first:position], sizes[position + 1 : position + 1 + NOISE_BARS]))
        around = around[around > 0]
        found[index] = np.median(around) if len(around) >= LEAST_MOVES else overall
    return np.maximum(found * MAD_TO_DEVIATION, LEAST_NOISE)
