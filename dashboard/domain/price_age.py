"""Whether a price is too old for its instrument: by its own rule where it has one, else by its exchange's sessions."""

from __future__ import annotations

import numpy as np

from dashboard.domain.arrays import Days, day_of
from dashboard.domain.calendar import is_stale
from dashboard.domain.instruments import Instrument

# What nobody quotes is valued once a year at the least; a month more is given for it.
MANUAL_DAYS = 400


def is_outdated(
    instrument: Instrument, priced: np.datetime64, as_of: np.datetime64, sessions: Days | None = None
) -> bool:
    """Whether a price of the day ``priced`` should have been followed by another one up to ``as_of``.

    Of what is delisted by then none is expected. ``stale_after_days`` counts calendar days.
    """
    if instrument.delisted is not None and day_of(instrument.delisted) <= as_of:
        return False
    if instrument.stale_after_days is not None:
        return bool((as_of - priced).astype(int) > instrument.stale_after_days)
    return is_stale(priced, as_of, sessions)
