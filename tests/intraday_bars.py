"""Invented bars within the last sessions of an instrument, for the tests of pages."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import update

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.db.repositories import instruments as store
from dashboard.db.repositories import intraday
from dashboard.domain.arrays import Floats
from dashboard.domain.intraday import BarInterval, IntradayBars

BARS_A_SESSION = 78


def store_sessions(symbol: str, days: list[date], *, zone: str = "America/New_York", base: float = 100.0) -> None:
    """78 bars of five minutes from 9:30 on for each of ``days``, which rise by 0.01 a bar from ``base``."""
    opened = [datetime.combine(day, time(9, 30), ZoneInfo(zone)).timestamp() for day in days]
    at = np.concatenate([int(first) + 300 * np.arange(BARS_A_SESSION) for first in opened]).astype("datetime64[s]")
    close: Floats = base + 0.01 * np.arange(1.0, len(at) + 1.0)
    bars = IntradayBars(at, close - 0.01, close + 0.02, close - 0.03, close, np.full(len(at), 500.0))
    key = store.by_symbol(db.session, [symbol])[symbol].id
    db.session.execute(update(InstrumentRow).where(InstrumentRow.id == key).values(time_zone=zone))
    intraday.store(db.session, key, BarInterval.FIVE_MINUTES, bars, "test")
    db.session.commit()
