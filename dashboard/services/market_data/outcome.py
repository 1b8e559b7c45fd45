"""What refreshing one series did to it and to the portfolios that use it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from dashboard.providers.base import Fallback, History
from dashboard.results.instruments import RefreshOutcome

CURRENCY_MISMATCH = "currency_mismatch"


@dataclass(frozen=True, slots=True)
class SeriesResult:
    """The outcome to report, and the portfolios that are to be valued again."""

    outcome: RefreshOutcome
    portfolios: frozenset[int] = frozenset()


def failed(symbol: str, code: str, reason: str) -> SeriesResult:
    """A series that is not complete, for a typed reason; what was stored of it stays."""
    return SeriesResult(RefreshOutcome(symbol, 0, code=code, reason=reason))


def closed_bars(history: History) -> History:
    """The history without the session that is still going on: a stored close is final."""
    if history.provisional_from is None:
        return history
    return replace(history, bars=history.bars[history.bars.dates < np.datetime64(history.provisional_from, "D")])


def remark(fallbacks: tuple[Fallback, ...]) -> str:
    """Why another provider than the first answered; "" where the first did."""
    return "; ".join(f"{fallback.provider}: {fallback.message}" for fallback in fallbacks)
