"""What a working is about: a valued portfolio, a period, and what is known of where its prices come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboard.domain.benchmarks import Benchmark
from dashboard.domain.calendar import Period
from dashboard.domain.performance import PeriodPerformance
from dashboard.domain.positions import PositionBooks
from dashboard.domain.series import DailyReturns
from dashboard.domain.valuation import PortfolioHistory


@dataclass(frozen=True, slots=True)
class Subject:
    """``performance`` and ``daily`` are of ``period``; ``sources`` names the provider of each instrument's prices.

    Without tables the days are not worked out: formula, convention and steps are enough beside a figure.
    """

    history: PortfolioHistory
    books: PositionBooks
    period: Period
    performance: PeriodPerformance
    daily: DailyReturns
    benchmark: Benchmark | None = None
    risk_free: float = 0.0
    sources: Mapping[str, str] = field(default_factory=dict)
    with_tables: bool = True

    @property
    def start(self) -> int:
        """The calendar position of the close before the period."""
        return self.history.position(self.period.before)

    @property
    def end(self) -> int:
        """The calendar position of the period's end."""
        return self.history.position(self.period.end)

    @property
    def inside(self) -> slice:
        """The days of the period on the calendar."""
        return slice(self.start + 1, self.end + 1)

    @property
    def with_start(self) -> slice:
        """The close before the period and its days."""
        return slice(self.start, self.end + 1)

    def source(self, symbol: str) -> str:
        """Where the prices of an instrument come from."""
        return self.sources.get(symbol, "")
