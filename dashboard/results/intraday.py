"""Bars within a day of one instrument, with the clock and the currency that they are read by."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.domain.intraday import BarInterval, IntradayBars


@dataclass(frozen=True, slots=True)
class IntradaySeries:
    """Bars as traded; ``timezone`` is the exchange's. Without a bar ``why_empty`` says why."""

    symbol: str
    currency: str
    timezone: str
    interval: BarInterval
    bars: IntradayBars
    why_empty: str = ""
