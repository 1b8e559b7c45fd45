"""Who acts: the actor that every service call is made for, and what a role may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

UserId = NewType("UserId", int)
PortfolioId = NewType("PortfolioId", int)


class Role(StrEnum):
    """Roles of an installation."""

    ADMIN = "admin"
    USER = "user"


class Permission(StrEnum):
    """What can be asked of a service; each Dash callback and each route declares one."""

    PUBLIC = "public"
    PORTFOLIO_VIEW = "portfolio.view"
    PORTFOLIO_EDIT = "portfolio.edit"
    INSTRUMENT_VIEW = "instrument.view"
    INSTRUMENT_EDIT = "instrument.edit"
    WATCHLIST_VIEW = "watchlist.view"
    WATCHLIST_EDIT = "watchlist.edit"
    REPORT_RUN = "report.run"
    ADMINISTER = "administer"


GRANTS: dict[Role, frozenset[Permission]] = {
    Role.USER: frozenset(Permission) - {Permission.ADMINISTER},
    Role.ADMIN: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """The person (or the system: ``user_id`` None) for whom something is done, and where the request came from."""

    user_id: UserId | None
    email: str = "system"
    role: Role = Role.ADMIN
    address: str = ""

    @property
    def is_system(self) -> bool:
        """Whether the command line or a job acts, not a person."""
        return self.user_id is None

    def may(self, permission: Permission) -> bool:
        """Whether the actor's role grants ``permission`` (ownership is checked where the object is read)."""
        return self.is_system or permission in GRANTS[self.role]


SYSTEM = Actor(user_id=None)
