"""Refresh prices and rates: every series of a ledger or a benchmark, each by itself, each with its outcome."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import combinations

from dashboard.db.engine import db
from dashboard.db.repositories import fx
from dashboard.db.repositories import instruments as store
from dashboard.db.repositories.fx import Pair
from dashboard.domain.access import Actor
from dashboard.providers.chain import ProviderChain
from dashboard.results.instruments import RefreshReport
from dashboard.services.market_data import due, pairs, revaluation, series
from dashboard.services.market_data.outcome import SeriesResult
from dashboard.services.market_data.sessions import refresh_sessions
from dashboard.services.market_data.sources import providers

Progress = Callable[[int, int, str], None]


def refresh(
    actor: Actor,
    symbols: Sequence[str] | None = None,
    *,
    start: date | None = None,
    progress: Progress | None = None,
    chain: ProviderChain | None = None,
) -> RefreshReport:
    """Bring prices and rates up to date, from ``start`` on or where each series ends.

    Without ``symbols``: every instrument of a ledger or a benchmark, and a pair for every currency that a portfolio
    uses beside its own; with them, those instruments, and the pairs that are used and were never fetched, since a
    price in a currency without a rate counts for nothing. A series that fails does not stop the others; what was
    stored of it stays. ``progress`` is told how many series are done, how many there are, and the next one's symbol.
    """
    started_at = datetime.now(UTC)
    source = chain or providers()
    results = list(_instruments(source, symbols, start, progress))
    wanted = fx.needed(db.session) if symbols is None else fx.lacking(db.session)
    results += _pairs(source, wanted, start, progress)
    refresh_sessions(started_at.date())
    return _report(started_at, results)


def refresh_due(
    actor: Actor,
    *,
    now: datetime | None = None,
    progress: Progress | None = None,
    chain: ProviderChain | None = None,
) -> RefreshReport:
    """Bring up to date what is due: the series whose exchange has closed since they were last asked for.

    A refresh that was missed is made up for by the next one, since what is due follows from what is stored.
    """
    started_at = datetime.now(UTC)
    moment = now or started_at
    symbols, wanted = due.instruments_due(moment), due.pairs_due(moment)
    db.session.rollback()
    if not symbols and not wanted:
        return _report(started_at, ())
    source = chain or providers()
    results = [*_instruments(source, symbols, None, progress), *_pairs(source, wanted, None, progress)]
    refresh_sessions(moment.date())
    return _report(started_at, results)


def refresh_rates(
    actor: Actor, currencies: Collection[str], *, start: date | None = None, chain: ProviderChain | None = None
) -> RefreshReport:
    """Bring the rates between the given currencies up to date, used or not."""
    started_at = datetime.now(UTC)
    wanted = {fx.conventional(one, other) for one, other in combinations(sorted(set(currencies)), 2)}
    return _report(started_at, list(_pairs(chain or providers(), wanted, start, None)))


def _report(started_at: datetime, results: Sequence[SeriesResult]) -> RefreshReport:
    """Ask for the revaluation of what changed, once, and say how it went."""
    if any(result.portfolios for result in results):
        revaluation.ask()
    return RefreshReport(started_at, datetime.now(UTC), tuple(result.outcome for result in results))


def _instruments(
    source: ProviderChain, symbols: Sequence[str] | None, start: date | None, progress: Progress | None
) -> Iterator[SeriesResult]:
    if symbols is None:
        known = store.needed(db.session)
        unknown: list[str] = []
    else:
        found = store.by_symbol(db.session, symbols)
        known = [found[symbol] for symbol in dict.fromkeys(symbols) if symbol in found]
        unknown = [symbol for symbol in dict.fromkeys(symbols) if symbol not in found]
    targets = series.targets(known)
    total = len(targets) + len(unknown)
    for done, target in enumerate(targets):
        _tell(progress, done, total, target.symbol)
        yield series.refresh_instrument(source, target, start)
    for done, symbol in enumerate(unknown, start=len(targets)):
        _tell(progress, done, total, symbol)
        yield series.refresh_unknown(source, symbol, start)


def _pairs(
    source: ProviderChain, wanted: Collection[Pair], start: date | None, progress: Progress | None
) -> Iterator[SeriesResult]:
    waiting = sorted(wanted)
    db.session.rollback()
    asked: set[Pair] = set()
    while waiting:
        pair = waiting.pop(0)
        if pair in asked:
            continue
        _tell(progress, len(asked), len(asked) + len(waiting) + 1, pairs.name_of(pair))
        asked.add(pair)
        result = pairs.refresh_pair(source, pair, start)
        waiting += pairs.crosses(pair, result)
        yield result


def _tell(progress: Progress | None, done: int, total: int, symbol: str) -> None:
    if progress is not None:
        progress(done, total, symbol)
