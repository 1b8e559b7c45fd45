"""Whether a market trades at a time, from the stored sessions; these are kept in the process for a while."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app

from dashboard.db.engine import db
from dashboard.db.repositories import exchange_sessions
from dashboard.domain.instruments import AssetClass
from dashboard.domain.market_hours import (
    ALWAYS_OPEN,
    EXTENDED_HOURS,
    NO_EXTENDED_HOURS,
    MarketStatus,
    Session,
    currency_status,
    exchange_status,
)

EXTENSION = "market_hours"
# Longer than any exchange is closed for: the change before and the change after are both within it.
AROUND = timedelta(days=25)
KEPT_SECONDS = 3600.0
# Where nothing is stored yet, a worker may be about to store it.
ASKED_AGAIN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _Known:
    """The sessions of one exchange around a time, and until when, by the process's clock, they are believed."""

    around: datetime
    sessions: tuple[Session, ...]
    good_until: float


def market_state(mic: str, asset_class: AssetClass, at: datetime) -> MarketStatus | None:
    """The state of a market: crypto always trades, pairs by the currency week, all else by the exchange ``mic``.

    None where the sessions of the exchange are not known.
    """
    if asset_class is AssetClass.CRYPTO:
        return ALWAYS_OPEN
    if asset_class is AssetClass.CURRENCY:
        return currency_status(at)
    sessions = sessions_around(mic, at)
    return exchange_status(sessions, at, EXTENDED_HOURS.get(mic, NO_EXTENDED_HOURS)) if sessions else None


def sessions_around(mic: str, at: datetime) -> tuple[Session, ...]:
    """The sessions of an exchange in the weeks before and after ``at``; none where they are not known."""
    if not mic:
        return ()
    kept: dict[str, _Known] = current_app.extensions.setdefault(EXTENSION, {})
    known = kept.get(mic)
    if known is None or known.good_until < time.monotonic() or abs(at - known.around) > AROUND / 2:
        found = exchange_sessions.hours(db.session, mic, at - 1.5 * AROUND, at + 1.5 * AROUND)
        seconds = KEPT_SECONDS if found else ASKED_AGAIN_SECONDS
        known = kept[mic] = _Known(at, found, time.monotonic() + seconds)
    return known.sessions
