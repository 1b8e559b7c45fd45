"""A real PostgreSQL and a real Redis (Valkey) from pip, for one machine; with both addresses given nothing is started.

``start`` gives the calling process a share in the services of a home, starting what is down; the last share that is
released stops them. This module is light: what supervises is imported when a service is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dashboard.embedded.supervisor import Share
    from dashboard.settings import Settings

APPLICATION_ROLE = "basis_app"
OWNER_ROLE = "basis_owner"
ADMIN_ROLE = "postgres"
DATABASE = "basis"


class EmbeddedServices(AbstractContextManager["EmbeddedServices"]):
    """The addresses of the database and of Redis, and this process's share in keeping them up."""

    def __init__(self, *, database_url: str, migration_url: str, redis_url: str, share: Share) -> None:
        self.database_url = database_url
        self.migration_url = migration_url
        self.redis_url = redis_url
        self._share: Share | None = share

    def environment(self) -> dict[str, str]:
        """The settings that make a child process use these services and supervise nothing."""
        return {
            "DATABASE_URL": self.database_url,
            "DATABASE_MIGRATION_URL": self.migration_url,
            "REDIS_URL": self.redis_url,
        }

    def completed(self, settings: Settings) -> Settings:
        """``settings`` with an address of ours in the place of each that is missing."""
        missing = {name.lower(): value for name, value in self.environment().items() if value}
        if settings.database_url is not None:
            missing.pop("database_migration_url", None)
        return type(settings).build(**{**dict(settings), **missing})

    def database_address(self, database: str, role: str) -> str:
        """The SQLAlchemy address of a database of the embedded server. Raises: RuntimeError after release."""
        if self._share is None:
            raise RuntimeError("the services were released")
        return self._share.postgres.address(database, role)

    def ensure(self) -> None:
        """Start again a service that has died since; a supervising command calls this now and then.

        Raises: EmbeddedServiceError.
        """
        if self._share is not None:
            self._share.ensure()

    def release(self) -> None:
        """Give the share back, stopping the services when it was the last; calling it again does nothing."""
        share, self._share = self._share, None
        if share is not None:
            share.release()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()


def start(home: Path, *, database: bool = True, redis: bool = True) -> EmbeddedServices:
    """Take a share in the services of ``home``, starting what is down.

    Raises: EmbeddedServiceError, which says what is wrong, where, and what to do.
    """
    from dashboard.embedded.supervisor import take_share

    share = take_share(home, database=database, redis=redis)
    return EmbeddedServices(
        database_url=share.postgres.address(DATABASE, APPLICATION_ROLE) if database else "",
        migration_url=share.postgres.address(DATABASE, OWNER_ROLE) if database else "",
        redis_url=share.valkey.address() if redis else "",
        share=share,
    )


@contextmanager
def services_for(settings: Settings) -> Iterator[Settings]:
    """The settings with both addresses, keeping an embedded service up for each that was missing while the block lasts.

    Raises: EmbeddedServiceError, which says what is wrong, where, and what to do.
    """
    if not settings.embedded:
        yield settings
        return
    with start(settings.dashboard_home, database=not settings.database_url, redis=not settings.redis_url) as services:
        yield services.completed(settings)


def child_environment(settings: Settings) -> dict[str, str]:
    """What makes a child process use the services of ``settings`` and never supervise any itself."""
    addresses = {
        "DATABASE_URL": settings.database_url,
        "DATABASE_MIGRATION_URL": settings.database_migration_url or settings.database_url,
        "REDIS_URL": settings.redis_url,
    }
    return {name: address.get_secret_value() for name, address in addresses.items() if address is not None}
