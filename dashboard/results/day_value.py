"""What a portfolio was worth in the course of its last session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from dashboard.results.portfolios import PortfolioRef


@dataclass(frozen=True, slots=True)
class DayValue:
    """The value of what is held now, from the close before on, in the portfolio's currency; shape (n,) each.

    ``times`` are by the clock of ``timezone`` (datetime64[s], naive). ``followed`` of ``count`` holdings have bars
    within the day; the others, cash and rates stand as at their last close. Without a bar ``why_empty`` says so.
    """

    portfolio: PortfolioRef
    currency: str
    session: date | None
    timezone: str
    times: NDArray[np.datetime64]
    values: NDArray[np.float64]
    followed: int
    count: int
    why_empty: str = ""
