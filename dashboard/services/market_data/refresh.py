"""Refresh prices and rates: every series of a ledger or a benchmark, each by itself, each with its outcome."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime
from functools import partial
from itertools import combinations

from dashboard.db.engine import db
from dashboard.db.repositories import fx
from dashboard.db.repositories import instruments as store
from dashboard.db.repositories.fx import Pair
from dashboard.domain.access import Actor
from dashboard.errors import InvalidInput
from dashboard.providers.chain import ProviderChain
from dashboard.results.instruments import RefreshOutcome, RefreshReport
from dashboard.runtime import redis_client
from dashboard.services.market_data import due, pairs, quality, revaluation, series, targets
from dashboard.services.market_data.flights import Flights
from dashboard.services.market_data.outcome import SeriesResult
from dashboard.services.market_data.sessions import refresh_sessions
from dashboard.services.market_data.sources import providers
from dashboard.services.market_data.targets import Target

# What is stored is read for so many at a time: ten thousand symbols take no more memory than these.
BATCH = 500

# How many series are done, how many there are, and the next one's symbol; False stops before that one.
Progress = Callable[[int, int, str], "bool | None"]
Told = Callable[[RefreshOutcome], None]


def refresh(
    actor: Actor,
    symbols: Sequence[str] | None = None,
    *,
    start: date | None = None,
    progress: Progress | None = None,
    told: Told | None = None,
    fresh_seconds: float = 0.0,
    chain: ProviderChain | None = None,
) -> RefreshReport:
    """Bring prices and rates up to date, from ``start`` on or where each series ends.

    Without ``symbols``: every instrument of a ledger or a benchmark, and a pair for every currency that a portfolio
    uses beside its own; with them, those instruments, and the pairs that are used and were never fetched, since a
    price in a currency without a rate counts for nothing. A series that fails does not stop the others; what was
    stored of it stays. One that another process is fetching is waited for and not fetched again, nor is one that came
    in up to ``fresh_seconds`` ago. ``told`` hears of each series that is done. Raises: InvalidInput.
    """
    if start is not None and start > datetime.now(UTC).date():
        raise InvalidInput(f"{start} is still to come: nothing has a price of it.", field="start")
    run = _Run(chain or providers(), start, progress, told, fresh_seconds)
    run.instruments(symbols)
    run.pairs(fx.needed(db.session) if symbols is None else fx.lacking(db.session))
    refresh_sessions(run.started_at.date())
    quality.forget_unneeded()
    return run.report()


def refresh_due(
    actor: Actor,
    *,
    now: datetime | None = None,
    progress: Progress | None = None,
    fresh_seconds: float = 0.0,
    chain: ProviderChain | None = None,
) -> RefreshReport:
    """Bring up to date what is due: the series whose exchange has closed since they were last asked for.

    A refresh that was missed is made up for by the next one, since what is due follows from what is stored.
    """
    moment = now or datetime.now(UTC)
    quality.forget_unneeded()
    symbols, wanted = due.instruments_due(moment), due.pairs_due(moment)
    db.session.rollback()
    run = _Run(chain or providers(), None, progress, fresh_seconds=fresh_seconds)
    if symbols or wanted:
        run.instruments(symbols)
        run.pairs(wanted)
        refresh_sessions(moment.date())
    return run.report()


def refresh_rates(
    actor: Actor, currencies: Collection[str], *, start: date | None = None, chain: ProviderChain | None = None
) -> RefreshReport:
    """Bring the rates between the given currencies up to date, used or not."""
    run = _Run(chain or providers(), start)
    run.pairs({fx.conventional(one, other) for one, other in combinations(sorted(set(currencies)), 2)})
    return run.report()


class _Run:
    """One refresh: what it asks, whom it tells, and what has come of it so far."""

    def __init__(
        self,
        source: ProviderChain,
        start: date | None = None,
        progress: Progress | None = None,
        told: Told | None = None,
        fresh_seconds: float = 0.0,
    ) -> None:
        self.started_at = datetime.now(UTC)
        self._source, self._start, self._progress, self._told = source, start, progress, told
        self._flights = Flights(redis_client(), fresh_seconds)
        self._outcomes: list[RefreshOutcome] = []
        self._changed = self._stopped = False

    def instruments(self, symbols: Sequence[str] | None) -> None:
        """Refresh the instruments of ``symbols``, known or not, or all that are needed."""
        needed = (row.symbol for row in store.needed(db.session)) if symbols is None else symbols
        names = list(dict.fromkeys(needed))
        for first in range(0, len(names), BATCH):
            batch = targets.names_of_today(names[first : first + BATCH])
            known = {
                target.symbol: target
                for target in targets.stored_targets(list(store.by_symbol(db.session, batch).values()))
            }
            for done, name in enumerate(batch, start=first):
                if not self._goes_on(done, len(names), name):
                    return
                self._keep(self._flights.share(name, self._start, partial(self._instrument, name, known.get(name))))

    def pairs(self, wanted: Collection[Pair]) -> None:
        """Refresh pairs of currencies, and those through the dollar for what nobody quotes."""
        waiting = sorted(wanted)
        db.session.rollback()
        asked: set[Pair] = set()
        while waiting:
            pair = waiting.pop(0)
            if pair in asked:
                continue
            if not self._goes_on(len(asked), len(asked) + len(waiting) + 1, pairs.name_of(pair)):
                return
            asked.add(pair)
            work = partial(pairs.refresh_pair, self._source, pair, self._start)
            result = self._flights.share(f"fx:{pairs.name_of(pair)}", self._start, work)
            waiting += pairs.crosses(pair, result)
            self._keep(result)

    def report(self) -> RefreshReport:
        """Ask for the revaluation of what changed, once, and say how it went."""
        if self._changed:
            revaluation.ask()
        return RefreshReport(self.started_at, datetime.now(UTC), tuple(self._outcomes))

    def _instrument(self, symbol: str, target: Target | None) -> SeriesResult:
        if target is None:
            return series.refresh_unknown(self._source, symbol, self._start)
        return series.refresh_instrument(self._source, target, self._start)

    def _goes_on(self, done: int, total: int, name: str) -> bool:
        if self._progress is not None and self._progress(done, total, name) is False:
            self._stopped = True
        return not self._stopped

    def _keep(self, result: SeriesResult) -> None:
        self._outcomes.append(result.outcome)
        self._changed |= bool(result.portfolios)
        if self._told is not None:
            self._told(result.outcome)
