"""How each figure is made: the formula, the convention, every input with its source, and the values on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dashboard.domain.explain import captures, drawdown_dates, gains, growth, months, rate, realized, risks
from dashboard.domain.explain.subject import Subject
from dashboard.domain.explain.workings import Working, finite
from dashboard.errors import InvalidInput

BUILDERS: Mapping[str, Callable[[Subject], Working]] = {
    "market_value": gains.market_value,
    "gain": gains.gain,
    "realized": realized.realized,
    "time_weighted": growth.time_weighted,
    "time_weighted_annualized": growth.annualized,
    "money_weighted": rate.money_weighted,
    "money_weighted_period": rate.for_period,
    "modified_dietz": growth.modified_dietz,
    "simple": growth.simple,
    **risks.BUILDERS,
    **months.BUILDERS,
    **captures.BUILDERS,
    **drawdown_dates.BUILDERS,
}
METRICS = tuple(BUILDERS)
"""The figures that can be explained, by their names in the JSON."""


def working(subject: Subject, metric: str) -> Working:
    """How ``metric`` is made. Raises InvalidInput for one that is not among METRICS."""
    if metric not in BUILDERS:
        raise InvalidInput(f"{metric} cannot be explained; choose one of {', '.join(METRICS)}.", field="metric")
    return finite(BUILDERS[metric](subject))
