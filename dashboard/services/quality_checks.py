"""Checks of everything on demand: a worker makes them, and how one gets on is kept in Redis for the page.

Nothing is lost with it: findings are in PostgreSQL, and a check that Redis forgot can be asked for again.
"""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from datetime import UTC, datetime

from dashboard.domain.access import SYSTEM, Actor, Permission
from dashboard.errors import DashboardError, PermissionDenied
from dashboard.queue import JobName, enqueue
from dashboard.redis_store import cache_get, cache_set, key
from dashboard.results.quality_checks import CheckState, QualityCheck
from dashboard.runtime import redis_client
from dashboard.services import price_quality

WAITING_SECONDS, ENDED_SECONDS = 86_400.0, 7 * 86_400.0
# A worker tells at least this often; one that has been silent for so long has died.
SILENT_SECONDS, TELLING_SECONDS = 600.0, 1.0
KEPT_SECONDS = {CheckState.WAITING: WAITING_SECONDS, CheckState.RUNNING: SILENT_SECONDS}


def ask(actor: Actor) -> QualityCheck:
    """Have a worker check every stored series; one that is open is joined.

    Raises: PermissionDenied, ServiceUnavailable.
    """
    if not actor.may(Permission.ADMINISTER):
        raise PermissionDenied("Only an administrator has everything checked.")
    asked = state()
    if asked.state is CheckState.RUNNING:
        return asked
    if not asked.is_open:
        name = price_quality.SYSTEM_NAME if actor.is_system else actor.email
        asked = QualityCheck(CheckState.WAITING, name, datetime.now(UTC))
        _keep(asked)
    # One that waits already is not asked for twice; one whose job got lost is asked for again.
    enqueue(JobName.CHECK_PRICES, unique="quality-check")
    return asked


def state() -> QualityCheck:
    """How the last check gets on or ended. Raises: ServiceUnavailable."""
    kept = cache_get(redis_client(), _name())
    return _read(kept) if isinstance(kept, dict) else QualityCheck()


def run() -> QualityCheck:
    """Check everything, and tell how it gets on. A Redis that is away does not keep it from being done."""
    telling = _Telling(replace(_known(), state=CheckState.RUNNING, done=0, total=0))
    try:
        found = price_quality.check(SYSTEM, progress=telling.progress)
    except Exception as error:
        telling.tell(state=CheckState.FAILED, error=error.message if isinstance(error, DashboardError) else "stopped")
        raise
    return telling.tell(state=CheckState.DONE, findings=len(found), done=telling.told.total)


class _Telling:
    """What a running check has told so far."""

    def __init__(self, told: QualityCheck) -> None:
        self.told, self._last = told, 0.0
        self.tell()

    def progress(self, done: int, total: int) -> None:
        """So many series are done."""
        self.told = replace(self.told, done=done, total=total)
        if time.monotonic() - self._last >= TELLING_SECONDS:
            self.tell()

    def tell(self, **changed: object) -> QualityCheck:
        """Keep what has changed."""
        ended = {"ended_at": datetime.now(UTC)} if "state" in changed else {}
        self.told, self._last = replace(self.told, **changed, **ended), time.monotonic()  # type: ignore[arg-type]  # fields of it
        try:
            _keep(self.told)
        except DashboardError:
            return self.told  # the page knows no more than before
        return self.told


def _known() -> QualityCheck:
    try:
        return state()
    except DashboardError:
        return QualityCheck()


def _keep(told: QualityCheck) -> None:
    cache_set(redis_client(), _name(), asdict(told), ttl_seconds=KEPT_SECONDS.get(told.state, ENDED_SECONDS))


def _read(kept: dict[str, object]) -> QualityCheck:
    times = {name: _moment(kept[name]) for name in ("asked_at", "ended_at")}
    return QualityCheck(**{**kept, **times, "state": CheckState(str(kept["state"]))})  # type: ignore[arg-type]  # as kept


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None


def _name() -> str:
    return key("quality-check")
