"""REST v1: the results of services as the JSON that the command line prints, behind a guard of its own.

Every address is a :class:`~dashboard.api.resource.Resource` in :data:`RESOURCES`: its parameters, its answer and its
permission. The OpenAPI document is made from the same list.
"""

from __future__ import annotations

from flask import Blueprint, Flask

from dashboard.api import (
    account,
    actions,
    analyses,
    exposure,
    guard,
    health,
    instrument_editing,
    instruments,
    openapi,
    portfolios,
    quality,
    quotes,
    watchlists,
)
from dashboard.api.resource import Resource, view

__all__ = ["RESOURCES", "install"]

PREFIX = "/api/v1"
RESOURCES: tuple[Resource, ...] = (
    *health.RESOURCES,
    *account.RESOURCES,
    *portfolios.RESOURCES,
    *actions.RESOURCES,
    *analyses.RESOURCES,
    *exposure.RESOURCES,
    *instruments.RESOURCES,
    *instrument_editing.RESOURCES,
    *quality.RESOURCES,
    *quotes.RESOURCES,
    *watchlists.RESOURCES,
)


def install(server: Flask) -> None:
    """Add the addresses of the API to ``server``, and its guard before every request to them."""
    blueprint = Blueprint(guard.BLUEPRINT, __name__)
    for resource in RESOURCES:
        blueprint.add_url_rule(PREFIX + resource.path, resource.name, view(resource), methods=[resource.method])
    document = openapi.document(PREFIX, RESOURCES)
    blueprint.add_url_rule(guard.DOCUMENT, "openapi", lambda: openapi.answer(document), methods=["GET"])
    server.register_blueprint(blueprint)
    guard.install(server, {f"{PREFIX}{resource.path}" for resource in RESOURCES if resource.is_open})
