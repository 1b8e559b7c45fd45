"""What becomes of the quote on the board when another one comes: the newest trade counts, whoever tells of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from dashboard.results.quotes import LiveQuote
from dashboard.services.live_quotes import LIVE_DELAY_SECONDS, aged

SAME_SESSION = timedelta(minutes=30)
LARGEST_STEP = 20.0
"""A streamed price so many times the last one, or its reciprocal, is in another unit: pence for pounds."""


def asked(given: LiveQuote, before: LiveQuote | None) -> LiveQuote | None:
    """What an answer makes of the quote ``before`` it; None where it says nothing new.

    One of an earlier trade in the same session still knows the previous close, which a stream may not tell.
    """
    if before is None or given.currency != before.currency or given.at >= before.at:
        return given
    if given.previous_close in {None, before.previous_close} or before.at - given.at > SAME_SESSION:
        return None
    return replace(before, previous_close=given.previous_close)


def streamed(tick: LiveQuote, before: LiveQuote | None, now: datetime) -> LiveQuote | None:
    """What a streamed price makes of the quote ``before`` it; None where it cannot follow on it.

    The previous close is that of the day before while the day is the same. A price that comes at once is not delayed,
    whatever answers are; a late one is as they are.
    """
    if before is None:
        return tick
    is_same_unit = tick.currency == before.currency and 1 / LARGEST_STEP < tick.price / before.price < LARGEST_STEP
    if not is_same_unit or tick.at < before.at:
        return None
    is_same_day = tick.at.date() == before.at.date()
    is_late = (now - tick.at).total_seconds() > LIVE_DELAY_SECONDS
    return aged(
        replace(
            tick,
            previous_close=tick.previous_close or (before.previous_close if is_same_day else None),
            delayed_seconds=before.delayed_seconds if is_late else 0,
        ),
        now,
    )
