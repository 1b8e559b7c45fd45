"""What becomes of the quote on the board when another one comes: the newest trade counts, whoever tells of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from dashboard.results.quotes import LiveQuote
from dashboard.services.live_quotes import LIVE_DELAY_SECONDS, aged

SAME_SESSION = timedelta(minutes=30)
LARGEST_STEP = 20.0
"""A streamed price so many times the last one, or its reciprocal, is in another unit: pence for pounds."""


def asked(given: LiveQuote, before: LiveQuote | None, zone: tzinfo) -> LiveQuote | None:
    """What an answer makes of the quote ``before`` it; None where it says nothing new.

    One of an earlier trade in the same session still knows the previous close and the range of the session, which a
    stream may not tell. Days are those of ``zone``.
    """
    if before is None or given.currency != before.currency:
        return given
    if given.at >= before.at:
        return _ranged(given, before) if _is_same_day(given, before, zone) else given
    if before.at - given.at > SAME_SESSION or not _is_same_day(given, before, zone):
        return None
    told = replace(_ranged(before, given), previous_close=given.previous_close or before.previous_close)
    return told if told != before else None


def streamed(tick: LiveQuote, before: LiveQuote | None, zone: tzinfo, now: datetime) -> LiveQuote | None:
    """What a streamed price makes of the quote ``before`` it; None where it cannot follow on it.

    The previous close and the range of the session are those of the quote before while the day is the same in ``zone``.
    A price that comes at once is not delayed, whatever answers are; a late one is as they are.
    """
    if before is None:
        return tick
    is_same_unit = tick.currency == before.currency and 1 / LARGEST_STEP < tick.price / before.price < LARGEST_STEP
    if not is_same_unit or tick.at < before.at:
        return None
    is_late = (now - tick.at).total_seconds() > LIVE_DELAY_SECONDS
    following = replace(tick, delayed_seconds=before.delayed_seconds if is_late else 0)
    if _is_same_day(tick, before, zone):
        following = _ranged(replace(following, previous_close=tick.previous_close or before.previous_close), before)
    return aged(following, now)


def _is_same_day(one: LiveQuote, other: LiveQuote, zone: tzinfo) -> bool:
    return one.at.astimezone(zone).date() == other.at.astimezone(zone).date()


def _ranged(quote: LiveQuote, other: LiveQuote) -> LiveQuote:
    """``quote`` with what both know of their session: its range never shrinks, and holds the price."""
    return replace(quote, session=quote.session.joined(other.session).covering(quote.price))
