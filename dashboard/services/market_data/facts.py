"""What an instrument's last year of bars says: its range, its volume, its splits."""

from __future__ import annotations

import numpy as np

from dashboard.domain.arrays import Floats
from dashboard.results.instruments import PriceFacts
from dashboard.services.market_data.reading import bars

YEAR = np.timedelta64(364, "D")
AVERAGED_SESSIONS = 30


def price_facts(symbol: str) -> PriceFacts:
    """Range over the 52 weeks up to the last bar, last and average volume, all split-adjusted. Raises: NotFound."""
    found = bars(symbol)
    if not len(found.dates):
        return PriceFacts(splits=found.splits)
    year = slice(int(np.searchsorted(found.dates, found.dates[-1] - YEAR)), None)
    low, high = _filled(found.low, found.close)[year], _filled(found.high, found.close)[year]
    volume = found.volume[-AVERAGED_SESSIONS:]
    traded = volume[np.isfinite(volume)]
    return PriceFacts(
        year_low=float(low.min()),
        year_high=float(high.max()),
        last_volume=float(found.volume[-1]) if np.isfinite(found.volume[-1]) else None,
        average_volume=float(traded.mean()) if len(traded) else None,
        splits=found.splits,
    )


def _filled(values: Floats, closes: Floats) -> Floats:
    return np.where(np.isfinite(values), values, closes)
