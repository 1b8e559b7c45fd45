"""Histories on demand: a worker fetches them, and how it gets on is kept in Redis for whoever asked.

Nothing is lost with it: what has come in is in PostgreSQL, and a request that Redis forgot can be made again.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from hashlib import blake2b

from dashboard.domain.access import SYSTEM, Actor
from dashboard.errors import DashboardError, InvalidInput
from dashboard.queue import JobName, enqueue
from dashboard.redis_store import cache_get, cache_set, key
from dashboard.results.back_fills import BackFill, BackFillState, SeriesFailure
from dashboard.results.instruments import RefreshOutcome, RefreshReport
from dashboard.runtime import redis_client
from dashboard.services import market_data

# The first day that any source has a price of.
BEGINNING = date(1927, 12, 30)
WAITING_SECONDS = 86_400.0
# A worker tells after each series; one that has not for so long has died.
SILENT_SECONDS = 600.0
ENDED_SECONDS = 3600.0
# A worker is kept no longer than this from what is more urgent.
SLICE_SECONDS = 120.0
NAMED_FAILURES = 20
KEPT_SECONDS = {BackFillState.WAITING: WAITING_SECONDS, BackFillState.RUNNING: SILENT_SECONDS}


def ask(actor: Actor, symbols: Sequence[str], start: date = BEGINNING) -> BackFill:
    """Have a worker fetch the histories of ``symbols`` from ``start`` on; an equal request that is open is joined.

    Raises: InvalidInput, ServiceUnavailable.
    """
    wanted = sorted(set(symbols))
    if not wanted:
        raise InvalidInput("Name at least one symbol.", field="symbols")
    name = key("back-fill-of", blake2b("\0".join((str(start), *wanted)).encode(), digest_size=12).hexdigest())
    known = cache_get(redis_client(), name)
    if isinstance(known, str) and (found := progress(known)) is not None and found.is_open:
        return found
    asked = BackFill(secrets.token_hex(8), total=len(wanted))
    _keep(asked)
    cache_set(redis_client(), name, asked.id, ttl_seconds=WAITING_SECONDS)
    enqueue(JobName.FETCH_HISTORY, asked.id, wanted, start.isoformat())
    return asked


def progress(back_fill_id: str) -> BackFill | None:
    """How a request gets on; None where nothing is known of it (any more). Raises: ServiceUnavailable."""
    kept = cache_get(redis_client(), _name(back_fill_id))
    return _read(kept) if isinstance(kept, dict) else None


def cancel(actor: Actor, back_fill_id: str) -> None:
    """Stop before the next series; what has come in stays. Raises: ServiceUnavailable."""
    found = progress(back_fill_id)
    if found is None or not found.is_open:
        return
    cache_set(redis_client(), _cancelled_name(back_fill_id), True, ttl_seconds=WAITING_SECONDS)
    if found.state is BackFillState.WAITING:
        _keep(replace(found, state=BackFillState.CANCELLED))


def run(
    back_fill_id: str, symbols: Sequence[str], start: date, *, slice_seconds: float = SLICE_SECONDS
) -> RefreshReport | None:
    """Fetch what was asked for, and tell how it gets on; None where it was cancelled before.

    What is left after ``slice_seconds`` is a job of its own, behind whatever has become more urgent meanwhile.
    """
    begun = progress(back_fill_id) or BackFill(back_fill_id, total=len(symbols))
    telling = _Telling(replace(begun, state=BackFillState.RUNNING), time.monotonic() + slice_seconds)
    if telling.is_cancelled():
        return None
    try:
        report = market_data.refresh(
            SYSTEM,
            symbols,
            start=start,
            progress=telling.next,
            told=telling.ended,
            fresh_seconds=market_data.FRESH_SECONDS,
        )
    except DashboardError as error:
        telling.fail(error)
        raise
    if rest := list(symbols[telling.begun :]) if telling.is_paused else []:
        enqueue(JobName.FETCH_HISTORY, back_fill_id, rest, start.isoformat())
    else:
        telling.end()
    return report


class _Telling:
    """What a running request has told so far. A Redis that is away does not keep the prices away."""

    def __init__(self, told: BackFill, paused_at: float) -> None:
        self._told, self._paused_at = told, paused_at
        self.begun, self.is_paused = 0, False

    def next(self, done: int, total: int, symbol: str) -> bool:
        """A series begins; False where it is not wanted any more, or not now."""
        if self.is_cancelled():
            self._tell(replace(self._told, state=BackFillState.CANCELLED, current=""))
            return False
        self.is_paused = self.begun > 0 and time.monotonic() >= self._paused_at
        if self.is_paused:
            self._tell(replace(self._told, current=""))
            return False
        self.begun += 1
        self._tell(replace(self._told, current=symbol))
        return True

    def ended(self, outcome: RefreshOutcome) -> None:
        """A series is done."""
        told = replace(self._told, done=self._told.done + 1, rows=self._told.rows + outcome.rows)
        self._told = replace(told, total=max(told.total, told.done))
        if outcome.code or (outcome.reason and not outcome.rows):
            failure = SeriesFailure(outcome.symbol, outcome.code, outcome.reason)
            failures = (*self._told.failures, failure)[:NAMED_FAILURES]
            self._told = replace(self._told, failed=self._told.failed + bool(outcome.code), failures=failures)

    def end(self) -> None:
        """Nothing more comes."""
        if self._told.state is BackFillState.RUNNING:
            self._tell(replace(self._told, state=BackFillState.DONE, current=""))

    def fail(self, error: DashboardError) -> None:
        """It could not be gone on with."""
        failures = (SeriesFailure("", error.code, error.message), *self._told.failures)[:NAMED_FAILURES]
        self._tell(replace(self._told, state=BackFillState.FAILED, current="", failures=failures))

    def is_cancelled(self) -> bool:
        """Whether somebody has stopped it."""
        try:
            return cache_get(redis_client(), _cancelled_name(self._told.id)) is True
        except DashboardError:
            return False

    def _tell(self, told: BackFill) -> None:
        self._told = told
        try:
            _keep(told)
        except DashboardError:
            return  # the next series tells again


def _keep(told: BackFill) -> None:
    cache_set(redis_client(), _name(told.id), asdict(told), ttl_seconds=KEPT_SECONDS.get(told.state, ENDED_SECONDS))


def _read(kept: dict[str, object]) -> BackFill:
    fields = {**kept, "state": BackFillState(str(kept["state"]))}
    failures = kept["failures"]
    assert isinstance(failures, list)  # noqa: S101  # as `_keep` has written it
    return BackFill(**{**fields, "failures": tuple(SeriesFailure(**failure) for failure in failures)})  # type: ignore[arg-type]  # as above


def _name(back_fill_id: str) -> str:
    return key("back-fill", back_fill_id)


def _cancelled_name(back_fill_id: str) -> str:
    return key("back-fill-cancelled", back_fill_id)
