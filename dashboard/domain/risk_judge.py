"""When a number is a risk figure: enough returns, each of them defined, and a measure that they define."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dashboard.domain.measures import Measure

LEAST_RETURNS = 20


class Judge:
    """Turns numbers into measures: insufficient below twenty returns, undefined across a day without a return."""

    def __init__(self, count: int, undefined: str = "") -> None:
        self._fault: Measure | None = None
        if undefined:
            self._fault = Measure.undefined(undefined)
        elif count < LEAST_RETURNS:
            self._fault = insufficient(count)

    @property
    def good(self) -> bool:
        """Whether there is something to measure."""
        return self._fault is None

    @property
    def fault(self) -> Measure:
        """Why nothing can be measured; of no use where something can."""
        return self._fault or Measure.undefined("The returns do not define it.")

    def of(self, found: Measure) -> Measure:
        """``found``, unless nothing can be measured."""
        return self._fault or found

    def value(self, value: float) -> Measure:
        """``value`` as a measure; undefined where it is nan."""
        return self.of(Measure(value) if np.isfinite(value) else Measure.undefined("The returns do not define it."))

    def __call__(self, function: Callable[..., float], *arguments: object) -> Measure:
        """The measure that ``function`` gives; undefined where it is nan. It is not called where nothing can be."""
        return self._fault or self.value(float(function(*arguments)))


def insufficient(count: int) -> Measure:
    """The measure of fewer than twenty returns."""
    return Measure.insufficient(f"Needs {LEAST_RETURNS} returns, has {count}")


def per_period(annual: float, periods: float) -> float:
    """An annual rate as the rate of one of ``periods`` a year: (1 + annual)^(1/N) − 1."""
    return float((1.0 + annual) ** (1.0 / periods) - 1.0)
