"""Bars of an instrument a page at a time, and what is to be known of those that are not there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dashboard.results.instruments import Bars
from dashboard.results.notes import StatusNote


@dataclass(frozen=True, slots=True)
class BarPage:
    """Bars, the oldest first. ``bars.dates`` are days, or within days the moments at which bars begin (UTC).

    ``kept_from`` is the first day of which bars of the interval are kept, None where all are (or none at all).
    """

    interval: str
    timezone: str
    bars: Bars
    kept_from: date | None
    more: bool
    status: tuple[StatusNote, ...]
