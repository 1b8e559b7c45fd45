"""Open, high and low of a simulated session as far as it has come."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from dashboard.domain.session_range import SessionRange
from dashboard.providers.base import DailyBars
from dashboard.providers.normalise import session_range
from dashboard.providers.simulated_catalogue import SimulatedInstrument
from dashboard.providers.simulated_paths import path, seconds_of
from dashboard.providers.simulated_sessions import Sessions


@dataclass(frozen=True, slots=True)
class _Reached:
    """What the path of session ``index`` has reached from its first second to ``second``."""

    index: int
    second: int
    high: float
    low: float


@dataclass(slots=True)
class Ranges:
    """The ranges of the sessions that go on. Only the seconds since the last question are walked."""

    _reached: dict[str, _Reached] = field(default_factory=dict)

    def so_far(
        self, instrument: SimulatedInstrument, bars: DailyBars, sessions: Sessions, index: int, second: int
    ) -> SessionRange:
        """The range of session ``index``, which goes on at ``second`` (since 1970)."""
        before = self._reached.get(instrument.symbol)
        if before is None or before.index != index or before.second > second:
            before = _Reached(index, seconds_of(sessions, index)[0] - 1, -np.inf, np.inf)
        if before.second < second:
            prices = path(instrument, bars, sessions, index, np.arange(before.second + 1, second + 1))
            high, low = max(before.high, float(prices.max())), min(before.low, float(prices.min()))
            before = self._reached[instrument.symbol] = _Reached(index, second, high, low)
        return session_range((float(bars.open[index]), before.high, before.low), 1.0)


def whole_range(bars: DailyBars, index: int) -> SessionRange:
    """The range of a session that is over."""
    return session_range((float(it[index]) for it in (bars.open, bars.high, bars.low)), 1.0)
