"""Whether the installation can serve."""

from __future__ import annotations

from dashboard.api.parameters import Parameters
from dashboard.api.resource import Answer, Resource
from dashboard.api.schemas import Health
from dashboard.domain.access import Actor, Permission
from dashboard.results import accounts_wire
from dashboard.services import health as service


def health(_actor: Actor, _parameters: Parameters) -> Answer:
    """What ``/readyz`` answers: 503 where something is missing."""
    found = service.readiness()
    return Answer(lambda: accounts_wire.readiness(found), status=200 if found.ready else 503)


RESOURCES = (
    Resource(
        "health", "/health", "Whether requests can be served, and what is missing", health, Health, Permission.PUBLIC
    ),
)
