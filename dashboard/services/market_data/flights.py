"""One download a series at a time, over all processes: who comes while one is under way waits for it and shares it.

The rights and the landings are in Redis. While it does not answer, everybody asks for himself: that costs requests, and
nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

import redis
import structlog

from dashboard.errors import ServiceUnavailable
from dashboard.redis_store import Json, Lease, answering, cache_get, cache_set, key
from dashboard.results.instruments import RefreshOutcome
from dashboard.services import leases
from dashboard.services.market_data.outcome import SeriesResult

# How long ago a series may have come in for a scheduled or a queued refresh to take it as it is.
FRESH_SECONDS = 30.0
LANDED_SECONDS = 120.0
LOOK_SECONDS = 0.05

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Landing:
    """How a download ended: what came, when by the clock of Redis, and the first day it was asked for from."""

    outcome: RefreshOutcome
    at: float
    start: date | None

    def answers(self, start: date | None, since: float, fresh_seconds: float) -> bool:
        """Whether it is what somebody who came at ``since`` wants; a failure counts for those who waited for it."""
        wanted = self.start is None if start is None else self.start is not None and self.start <= start
        return wanted and self.at > (since - fresh_seconds if self.outcome.complete else since)


@dataclass(frozen=True, slots=True)
class Flights:
    """Downloads of one kind of request. What landed up to ``fresh_seconds`` ago is not asked for again."""

    client: redis.Redis
    fresh_seconds: float = 0.0

    def share(self, name: str, start: date | None, work: Callable[[], SeriesResult]) -> SeriesResult:
        """The result of ``work``, or that of another who was at it when we came."""
        right = Lease(self.client, key("refreshing", name), leases.LEASE_SECONDS)
        try:
            landing = self._landing_or_right(right, name, start)
        except ServiceUnavailable:
            return work()
        if landing is not None:
            log.info("prices.shared", symbol=name, code=landing.outcome.code)
            return SeriesResult(landing.outcome)
        try:
            with leases.kept(partial(_kept, right)):
                result = work()
            self._land(name, start, result.outcome)
        finally:
            _give_back(right)
        return result

    def _landing_or_right(self, right: Lease, name: str, start: date | None) -> Landing | None:
        """Wait for a landing that answers, or for the right to fly (None). Raises: ServiceUnavailable."""
        since = self._now()
        while True:
            taken = right.acquire()
            landing = self._landing(name)
            if landing is not None and landing.answers(start, since, self.fresh_seconds):
                if taken:
                    right.release()
                return landing
            if taken:
                return None
            time.sleep(LOOK_SECONDS)

    def _now(self) -> float:
        with answering():
            seconds, microseconds = self.client.time()
        return float(seconds) + microseconds / 1e6

    def _landing(self, name: str) -> Landing | None:
        kept = cache_get(self.client, key("refreshed", name))
        if not isinstance(kept, dict):
            return None
        return Landing(_outcome(kept["outcome"]), float(str(kept["at"])), _day(kept["start"]))

    def _land(self, name: str, start: date | None, outcome: RefreshOutcome) -> None:
        try:
            landed: dict[str, Json] = {"outcome": _plain(outcome), "at": self._now(), "start": str(start or "")}
            cache_set(self.client, key("refreshed", name), landed, ttl_seconds=LANDED_SECONDS)
        except ServiceUnavailable as error:
            log.info("prices.not_shared", symbol=name, reason=error.message)


def _kept(right: Lease) -> bool:
    """Whether it is still ours; while Redis is away the next turn tries again."""
    try:
        return right.renew()
    except ServiceUnavailable:
        return True


def _give_back(right: Lease) -> None:
    try:
        right.release()
    except ServiceUnavailable:
        log.info("prices.right_left_to_expire", right=right.name)


def _plain(outcome: RefreshOutcome) -> dict[str, Json]:
    return {
        "symbol": outcome.symbol,
        "rows": outcome.rows,
        "first_date": str(outcome.first_date or ""),
        "last_date": str(outcome.last_date or ""),
        "code": outcome.code,
        "reason": outcome.reason,
        "left_out": list(outcome.left_out),
    }


def _outcome(kept: object) -> RefreshOutcome:
    assert isinstance(kept, dict)  # noqa: S101  # as `_plain` has written it
    return RefreshOutcome(
        str(kept["symbol"]),
        int(kept["rows"]),
        _day(kept["first_date"]),
        _day(kept["last_date"]),
        str(kept["code"]),
        str(kept["reason"]),
        tuple(map(str, kept["left_out"])),
    )


def _day(text: object) -> date | None:
    return date.fromisoformat(str(text)) if text else None
