"""Who asks."""

from __future__ import annotations

from dashboard.api.parameters import Parameters
from dashboard.api.resource import Answer, Resource
from dashboard.api.schemas import User
from dashboard.domain.access import Actor, Permission
from dashboard.results import accounts_wire
from dashboard.services import accounts


def me(actor: Actor, _parameters: Parameters) -> Answer:
    """The user whose session it is."""
    found = accounts.me(actor)
    return Answer(lambda: accounts_wire.user(found))


RESOURCES = (Resource("me", "/me", "The user whose session it is", me, User, Permission.PORTFOLIO_VIEW),)
