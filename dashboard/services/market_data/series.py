"""Refresh one instrument: ask for what is new, store it as traded, and keep a typed reason where that fails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.db.models.market import PERCENT_UNIT
from dashboard.db.repositories import dirty
from dashboard.db.repositories import instruments as store
from dashboard.db.repositories import prices
from dashboard.db.repositories.prices import Floats
from dashboard.domain.instruments import InstrumentState
from dashboard.errors import InstrumentNotFound, ProviderError, UnreadableAnswer
from dashboard.providers.base import History, HistoryRequest
from dashboard.providers.chain import ProviderChain
from dashboard.providers.normalise import MINOR_PER_MAJOR
from dashboard.results.instruments import RefreshOutcome
from dashboard.services.market_data import quality, restating
from dashboard.services.market_data.outcome import (
    CURRENCY_MISMATCH,
    SeriesResult,
    after,
    closed_bars,
    failed,
    left_out,
    problem,
    remark,
    stood_in,
    tell,
    without,
)
from dashboard.services.market_data.restating import Cause
from dashboard.services.market_data.targets import FILE_SOURCE, GONE, Target, locked

# Two answers about one day that differ by more than this are not a correction but another unit: a split listed late.
RESTATED_STEP = 0.2
# A series in another unit is a hundred times the stored one but for corrections.
SAME_STEP = 0.02


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came; ``last`` is the day up to which one that only stands in changes nothing."""

    history: History
    last: date | None
    cause: Cause


def refresh_instrument(chain: ProviderChain, target: Target, start: date | None = None) -> SeriesResult:
    """Bring one instrument up to date; commits by itself, so that what is complete stays complete.

    An answer to what is no longer asked (it was remapped, delisted or priced by hand meanwhile) is not taken over.
    """
    while not target.unasked:
        answer = _asked(chain, target, start)
        now = locked(target)
        if now is None:
            db.session.rollback()
            return SeriesResult(RefreshOutcome(target.symbol, 0, reason=GONE))
        if now.asks_like(target):
            return _recorded(now, answer)
        db.session.rollback()
        target = now
    return SeriesResult(RefreshOutcome(target.symbol, 0, last_date=target.last_date, reason=target.unasked))


def _asked(chain: ProviderChain, target: Target, start: date | None) -> _Answer | ProviderError:
    """What the providers say of it: what is new, or all of it where the stored bars are of another unit."""
    last = target.last_date if start is None and target.refreshed else None
    try:
        history = closed_bars(chain.history(target.request(start)))
        if last is not None and _restated(target, history):
            whole = closed_bars(chain.history(target.whole()))
            return _other_unit(target, whole) or _Answer(whole, None, Cause.RELOADED)
    except ProviderError as error:
        return error
    return _Answer(history, last, Cause.CORRECTED)


def _recorded(target: Target, answer: _Answer | ProviderError) -> SeriesResult:
    if isinstance(answer, ProviderError):
        return _record_failure(target, answer)
    return _record_history(target.id, answer.history, answer.last, answer.cause)


def refresh_unknown(chain: ProviderChain, symbol: str, start: date | None = None) -> SeriesResult:
    """Make an instrument of a symbol that is not stored yet, if a provider knows it."""
    try:
        history = closed_bars(chain.history(HistoryRequest(symbol, start)))
    except ProviderError as error:
        return failed(symbol, error.code, error.message)
    key = store.ensure(db.session, {symbol: history.currency})[symbol]
    return _record_history(key, history)


def _restated(target: Target, history: History) -> bool:
    """Whether the answer and the stored bars of the same days are of different units."""
    return bool((np.abs(1.0 / _steps(target, history) - 1.0) > RESTATED_STEP).any())


def _other_unit(target: Target, history: History) -> UnreadableAnswer | None:
    """Why a whole series cannot take the place of the stored one: it is that in pence, or in pounds for its pence."""
    steps = _steps(target, history)
    if not len(steps) or set(history.splits) - set(target.splits):
        return None
    step = float(np.median(steps))
    if not any(abs(step / other - 1.0) < SAME_STEP for other in (MINOR_PER_MAJOR, 1.0 / MINOR_PER_MAJOR)):
        return None
    words = "100 times" if step > 1.0 else "a hundredth of"
    return UnreadableAnswer(
        f"{history.provider} now sends {words} the prices that it sent before, and no split: they were not taken over. "
        f"If they are right, 'dashboard instruments remap {target.symbol} {history.provider_symbol} --discard' "
        "takes them all.",
        provider=history.provider,
        symbol=target.symbol,
    )


def _steps(target: Target, history: History) -> Floats:
    """The closes of the answer over the stored ones of the same days, without those by hand."""
    if not len(history.bars):
        return np.empty(0)
    first, last = history.bars.dates[0].item(), history.bars.dates[-1].item()
    stored = prices.read_bars(db.session, target.id, start=first, end=last)
    by_hand = prices.days_by_hand(db.session, target.id)
    db.session.rollback()
    days, ours, theirs = np.intersect1d(stored.dates, history.bars.dates, assume_unique=True, return_indices=True)
    quoted = ~np.isin(days, by_hand)
    return np.asarray(history.bars.close[theirs][quoted] / stored.close[ours][quoted], dtype=np.float64)


def _record_failure(target: Target, error: ProviderError) -> SeriesResult:
    """Keep the reason on the instrument. Only one that never had prices becomes ``not_found``."""
    unknown = isinstance(error, InstrumentNotFound)
    row = db.session.get_one(InstrumentRow, target.id)
    row.asked_at = datetime.now(UTC)
    if unknown and target.provider == FILE_SOURCE:
        db.session.commit()
        return SeriesResult(RefreshOutcome(target.symbol, 0, reason="no provider knows it; its prices come from files"))
    row.problem_code, row.problem = error.code, error.message
    if unknown and target.state == InstrumentState.UNRESOLVED:
        row.state = InstrumentState.NOT_FOUND
    quality.examine(row)
    db.session.commit()
    return failed(target.symbol, error.code, error.message)


def _record_history(
    instrument_id: int, history: History, last: date | None = None, cause: Cause = Cause.CORRECTED
) -> SeriesResult:
    """Store what came; ``last`` is the day up to which one that only stands in changes nothing."""
    row = db.session.get_one(InstrumentRow, instrument_id)
    row.asked_at = datetime.now(UTC)
    if (reason := _currency_conflict(row, history)) is not None:
        row.problem_code, row.problem = CURRENCY_MISMATCH, reason
        symbol = row.symbol
        quality.examine(row, quality.mismatch_findings(row, history.currency, history.provider))
        db.session.commit()
        return failed(symbol, CURRENCY_MISMATCH, reason)
    _describe(row, history)
    news = quality.rejected_findings(history.rejected)
    news += quality.differing_findings(row.id, history.bars, history.provider)
    history = without(after(history, last), prices.days_by_hand(db.session, row.id))
    first = history.bars.dates[0].item() if len(history.bars) else None
    before = restating.counted(row.id, first)
    change = prices.store_bars(db.session, {row.id: history.bars}, history.provider).get(row.id, prices.SeriesChange())
    rows = change.rows
    change |= store.store_splits(db.session, row.id, history.splits, history.provider, overrule=True)
    paid = {(dividend.date, dividend.currency): dividend.amount for dividend in history.dividends}
    change |= store.store_dividends(db.session, row.id, paid, history.provider)
    change |= quality.examine(row, news)
    touched = dirty.mark_by_instruments(db.session, {row.id: change.first_date} if change.first_date else {})
    restating.record(row.id, before, change.restated, touched, cause=cause, source=history.provider, first=first)
    edges = prices.edges(db.session, [row.id])[row.id]
    reason = remark(history.fallbacks)
    tell(row.symbol, history)
    outcome = RefreshOutcome(
        row.symbol, rows, edges.first_date, edges.last_date, reason=reason, left_out=left_out(history)
    )
    db.session.commit()
    return SeriesResult(outcome, frozenset(touched))


def _currency_conflict(row: InstrumentRow, history: History) -> str | None:
    """Why the prices cannot be taken: they are in another currency than what is already counted in this one."""
    if history.currency == row.currency:
        return None
    counted = store.is_traded(db.session, row.id) or store.has_prices(db.session, row.id)
    if not counted and "currency" not in row.edited:
        return None
    return (
        f"{history.provider} quotes {history.provider_symbol} in {history.currency}, but it is kept in {row.currency}: "
        "its prices were not taken over. Correct the currency of its transactions, or its symbol."
    )


def _describe(row: InstrumentRow, history: History) -> None:
    """Take over what the source says; what a person has filled in stays."""
    meta, edited = history.meta, set(row.edited)
    if not row.name and "asset_class" not in edited:
        row.asset_class = meta.asset_class
    for name in ("name", "exchange", "mic", "sector", "industry", "country"):
        if not getattr(row, name) and name not in edited:
            setattr(row, name, getattr(meta, name))
    row.currency = history.currency
    if "time_zone" not in edited:
        row.time_zone = meta.timezone
    if not stood_in(history) and ("provider" not in edited or row.provider == history.provider):
        # Else the next refresh asks the instrument's own provider first again.
        row.provider, row.provider_symbol = history.provider, history.provider_symbol
    if row.price_unit != PERCENT_UNIT and "price_unit" not in edited:
        row.price_unit = history.price_unit
    row.state = InstrumentState.ACTIVE
    row.problem_code, row.problem = problem(history)
    row.refreshed_at = row.asked_at
