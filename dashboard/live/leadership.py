"""Whether some feed leads, as its lease in Redis tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from redis import Redis

from dashboard.errors import ServiceUnavailable
from dashboard.redis_store import Json
from dashboard.services.live_board import seconds_since_renewal

DOWN_AFTER = timedelta(seconds=6)


@dataclass(slots=True)
class Leadership:
    """The feed is down where no lease has been renewed for six seconds, as far as this process has seen."""

    is_up: bool = True
    since: datetime | None = None
    _renewed_at: datetime | None = None

    @property
    def is_known(self) -> bool:
        """Whether anything can be said yet: a feed that has just been started has six seconds to lead."""
        return self.since is not None

    def look(self, client: Redis, now: datetime) -> bool:
        """Look at the lease; returns whether that makes a change. Without Redis nobody is known to lead."""
        try:
            ago_seconds = seconds_since_renewal(client)
        except ServiceUnavailable:
            ago_seconds = None
        return self.see(ago_seconds, now)

    def see(self, ago_seconds: float | None, now: datetime) -> bool:
        """Take note that the lease was renewed ``ago_seconds`` ago (None: there is none); whether that changes it."""
        if ago_seconds is not None:
            self._renewed_at = now - timedelta(seconds=ago_seconds)
        elif self._renewed_at is None:
            self._renewed_at = now
            return False
        is_up = now - self._renewed_at < DOWN_AFTER
        if is_up and ago_seconds is None and not self.is_known:
            return False
        if self.is_known and is_up is self.is_up:
            return False
        self.is_up, self.since = is_up, now if is_up else self._renewed_at
        return True

    def to_json(self) -> dict[str, Json]:
        """The data of the ``feed`` event."""
        return {
            "state": "ok" if self.is_up else "down",
            "since": self.since.isoformat() if self.since is not None else None,
        }
