"""What the page of performance and risk shows beside the summary: the benchmark's own figures, months, the spread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.domain.measures import Measure
from dashboard.domain.return_calendar import Distribution, ReturnYear

__all__ = ["Analysis", "Distribution", "ReturnYear"]


@dataclass(frozen=True, slots=True)
class Analysis:
    """Of one period. ``excess`` are the portfolio's months less the benchmark's; empty without a benchmark.

    ``benchmark`` has the benchmark's own figures by the names of the summary's; ``benchmark_drawdown`` is on the dates
    of the summary's series.
    """

    months: tuple[ReturnYear, ...]
    excess: tuple[ReturnYear, ...]
    distribution: Distribution
    benchmark: Mapping[str, Measure]
    benchmark_drawdown: tuple[float, ...]
