"""Refresh one pair of currencies, or, where nobody quotes it, the two pairs through the dollar that give it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from dashboard.db.engine import db
from dashboard.db.repositories import dirty, fx
from dashboard.db.repositories.fx import Pair
from dashboard.errors import InstrumentNotFound, ProviderError, ProviderUnavailable
from dashboard.providers.base import History
from dashboard.providers.chain import ProviderChain
from dashboard.results.instruments import RefreshOutcome
from dashboard.services.market_data import needs, quality, restating
from dashboard.services.market_data.outcome import (
    SeriesResult,
    after,
    closed_bars,
    failed,
    left_out,
    problem,
    remark,
    tell,
)
from dashboard.services.market_data.restating import Cause
from dashboard.services.market_data.targets import OVERLAP_DAYS


def name_of(pair: Pair) -> str:
    """``EURUSD``, as a report of a refresh calls it."""
    return "".join(pair)


def refresh_pair(chain: ProviderChain, pair: Pair, start: date | None = None) -> SeriesResult:
    """Bring one pair up to date; commits by itself."""
    row = fx.ensure(db.session, [pair])[pair]
    _, last = fx.ends(db.session, pair)
    if start is None and row.refreshed_at is not None and last is not None:
        start = last - timedelta(days=OVERLAP_DAYS)
    else:
        last = None
    db.session.commit()
    try:
        history = closed_bars(chain.fx_history(*pair, start=start))
    except ProviderError as error:
        return _record_failure(pair, error)
    return _record_rates(pair, after(history, last))


def crosses(pair: Pair, result: SeriesResult) -> list[Pair]:
    """The pairs to ask for in place of one that no provider knows."""
    return needs.through_pivot(pair) if result.outcome.code == InstrumentNotFound.code else []


def _record_failure(pair: Pair, error: ProviderError) -> SeriesResult:
    row = fx.ensure(db.session, [pair])[pair]
    row.asked_at = datetime.now(UTC)
    row.problem_code, row.problem = error.code, error.message
    quality.examine_rates(pair)
    db.session.commit()
    return failed(name_of(pair), error.code, error.message)


def _record_rates(pair: Pair, history: History) -> SeriesResult:
    if history.currency != pair[1]:
        return _record_failure(pair, _wrong_quote(pair, history))
    first = history.bars.dates[0].item() if len(history.bars) else None
    before = restating.counted(pair, first)
    change = fx.store_rates(db.session, pair, history.bars.dates, history.bars.close, history.provider)
    row = fx.ensure(db.session, [pair])[pair]
    row.provider, row.provider_symbol = history.provider, history.provider_symbol
    row.refreshed_at = row.asked_at = datetime.now(UTC)
    row.problem_code, row.problem = problem(history)
    rows = change.rows
    change |= quality.examine_rates(pair, quality.rejected_findings(history.rejected))
    touched = dirty.mark_by_pair(db.session, *pair, change.first_date) if change.first_date else set()
    cause, source = Cause.CORRECTED, history.provider
    restating.record(pair, before, change.restated, touched, cause=cause, source=source, first=first)
    first, last = fx.ends(db.session, pair)
    db.session.commit()
    tell(name_of(pair), history)
    outcome = RefreshOutcome(
        name_of(pair), rows, first, last, reason=remark(history.fallbacks), left_out=left_out(history)
    )
    return SeriesResult(outcome, frozenset(touched))


def _wrong_quote(pair: Pair, history: History) -> ProviderError:
    return ProviderUnavailable(
        f"{history.provider} gave {history.provider_symbol} in {history.currency}, not in {pair[1]}.",
        provider=history.provider,
        symbol=history.provider_symbol,
    )
