"""People who may sign in, and how ready the installation is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboard.domain.access import Role, UserId


@dataclass(frozen=True, slots=True)
class UserItem:
    """A line of the list of users."""

    id: UserId
    email: str
    name: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a request needs: each is "" where it is well, else what is wrong."""

    database: str
    redis: str
    migrations: str

    @property
    def ready(self) -> bool:
        """Whether requests can be served."""
        return not (self.database or self.redis or self.migrations)
