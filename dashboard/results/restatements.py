"""What was changed of the past of prices and rates, and what that did to portfolios."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from datetime import date, datetime

# A value that moved by less than this share is not worth a word on a portfolio's own pages.
WORTH_A_WORD = 1e-4


@dataclass(frozen=True, slots=True)
class ValueChange:
    """One value that was changed; None where there was none, or is none any more."""

    date: dt.date
    field: str
    old: float | None
    new: float | None


@dataclass(frozen=True, slots=True)
class PortfolioEffect:
    """What a restatement did to a portfolio, in its base currency; all None until a worker has valued it again.

    ``date`` is the day whose value changed most; ``value`` is that of the last day, ``gain`` the total gain up to it.
    """

    portfolio_id: int
    portfolio: str
    slug: str
    currency: str | None = None
    date: dt.date | None = None
    day_before: float | None = None
    day_after: float | None = None
    value_before: float | None = None
    value_after: float | None = None
    gain_before: float | None = None
    gain_after: float | None = None
    recorded_at: datetime | None = None

    @property
    def known(self) -> bool:
        """Whether the portfolio has been valued since."""
        return self.recorded_at is not None

    @property
    def day_change(self) -> float | None:
        """By how much the value of ``date`` changed."""
        return _difference(self.day_before, self.day_after)

    @property
    def value_change(self) -> float | None:
        """By how much the last value changed."""
        return _difference(self.value_before, self.value_after)

    @property
    def gain_change(self) -> float | None:
        """By how much the total gain changed."""
        return _difference(self.gain_before, self.gain_after)

    @property
    def day_share(self) -> float | None:
        """The change of the value of ``date`` as a fraction of what it was."""
        change = self.day_change
        return None if change is None or not self.day_before else change / abs(self.day_before)

    @property
    def worth_a_word(self) -> bool:
        """Whether a value moved by more than a hundredth of a per cent."""
        share = self.day_share
        return share is not None and abs(share) > WORTH_A_WORD


@dataclass(frozen=True, slots=True)
class RestatementItem:
    """One write that changed the past of a series: all ``values`` of a few, the largest of many (``count``).

    ``symbol`` is an instrument's or, as ``EURUSD``, a pair's. ``cause``: corrected, reloaded, repaired, accepted.
    """

    id: int
    symbol: str
    name: str
    currency: str
    is_pair: bool
    cause: str
    source: str
    previous_source: str
    first_date: date
    last_date: date
    count: int
    at: datetime
    values: tuple[ValueChange, ...] = ()
    effects: tuple[PortfolioEffect, ...] = ()


def _difference(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else after - before
