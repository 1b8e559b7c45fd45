"""What refreshing one series did to it and to the portfolios that use it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import structlog

from dashboard.domain.arrays import Days
from dashboard.errors import InstrumentNotFound
from dashboard.providers.base import Fallback, History, Issue
from dashboard.results.instruments import RefreshOutcome

CURRENCY_MISMATCH = "currency_mismatch"
LEFT_OUT, SHORTENED = "left_out", "shortened"
# How many of the things that were left out a sentence names.
NAMED = 5

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SeriesResult:
    """The outcome to report, and the portfolios that are to be valued again."""

    outcome: RefreshOutcome
    portfolios: frozenset[int] = frozenset()


def failed(symbol: str, code: str, reason: str) -> SeriesResult:
    """A series that failed, for a typed reason; what was stored of it stays."""
    log.warning("prices.failed", symbol=symbol, code=code, reason=reason)
    return SeriesResult(RefreshOutcome(symbol, 0, code=code, reason=reason))


def stood_in(history: History) -> bool:
    """Whether another provider answered only because one before it could not just now."""
    return any(fallback.code != InstrumentNotFound.code for fallback in history.fallbacks)


def after(history: History, last: date | None) -> History:
    """What a provider that stood in adds to the series of another: the days after the ``last`` that is stored.

    Sources differ in digits and in the days of their dividends: days that are stored are not changed back and forth.
    """
    if last is None or not stood_in(history):
        return history
    bars = history.bars[history.bars.dates > np.datetime64(last, "D")]
    return replace(history, bars=bars, dividends=tuple(paid for paid in history.dividends if paid.date > last))


def without(history: History, days: Days) -> History:
    """The history without the bars of ``days``: a price that a person has entered is never overwritten."""
    if not len(days):
        return history
    return replace(history, bars=history.bars[~np.isin(history.bars.dates, days)])


def closed_bars(history: History) -> History:
    """The history without the session that is still going on: a stored close is final."""
    if history.provisional_from is None:
        return history
    return replace(history, bars=history.bars[history.bars.dates < np.datetime64(history.provisional_from, "D")])


def left_out(history: History) -> tuple[str, ...]:
    """What of the answer was not taken over, each with its day and reason, and what was not sent at all.

    Of a day whose session has not ended nothing is expected yet.
    """
    ended = history.provisional_from or date.max
    items = (bar for bar in history.rejected if bar.date < ended or bar.issue is Issue.FUTURE)
    reasons = tuple(f"{bar.date}: {bar.reason}" for bar in items)
    return (*reasons, history.shortened) if history.shortened else reasons


def problem(history: History) -> tuple[str, str]:
    """The code and the sentence to keep on an instrument or a pair whose answer was taken over; empty if all was."""
    items = left_out(history)
    if not items:
        return "", ""
    if items == (history.shortened,):
        return SHORTENED, history.shortened
    more = f" and {len(items) - NAMED} more" if len(items) > NAMED else ""
    return LEFT_OUT, f"{history.provider} sent what was left out: {'; '.join(items[:NAMED])}{more}."


def tell(symbol: str, history: History) -> None:
    """Log what was left out, what was odd, and who did not answer before."""
    for fallback in history.fallbacks:
        log.info(
            "prices.fallback", symbol=symbol, provider=fallback.provider, code=fallback.code, reason=fallback.message
        )
    if items := left_out(history):
        log.warning("prices.left_out", symbol=symbol, provider=history.provider, count=len(items), items=items[:NAMED])
    for notice in history.notices:
        log.info("prices.notice", symbol=symbol, provider=history.provider, issue=notice.issue, reason=notice.reason)


def remark(fallbacks: tuple[Fallback, ...]) -> str:
    """Why another provider than the first answered; "" where the first did."""
    return "; ".join(f"{fallback.provider}: {fallback.message}" for fallback in fallbacks)
