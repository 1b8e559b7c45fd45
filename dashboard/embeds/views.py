"""The page of a view, and its figures for a bearer token."""

from __future__ import annotations

import orjson
from flask import Blueprint, Flask, Response, render_template, request

from dashboard.embeds import guard
from dashboard.errors import InsufficientData, NotShared
from dashboard.results import embeds as wire
from dashboard.results.embeds import EmbedKind
from dashboard.services import embeds

BEARER = "Bearer "
THEMES = ("light", "dark")
KINDS = frozenset(EmbedKind)

blueprint = Blueprint(guard.BLUEPRINT, __name__, template_folder="templates")


def install(server: Flask) -> None:
    """Add the views to ``server``, and their guard before every request to them."""
    server.register_blueprint(blueprint)
    guard.install(server)


@blueprint.get("/embed/<kind>/<key>")
def page(kind: str, key: str) -> Response:
    """The page: it has no figure and no name, and asks for them with the token of its fragment."""
    origins = embeds.origins_of(kind, key)
    given = request.args
    theme = given.get("theme", "")
    html = render_template(
        "embed.html",
        shown=bool(origins),
        origins=" ".join(origins),
        theme=theme if theme in THEMES else "auto",
        palette="cvd" if given.get("palette") == "cvd" else "",
        transparent=given.get("bg") == "transparent",
    )
    response = Response(html, 200 if origins else 404, mimetype="text/html")
    response.headers["Content-Security-Policy"] = guard.policy(origins)
    return response


@blueprint.get("/embed/<kind>/<key>/data")
def data(kind: str, key: str) -> Response:
    """The figures as JSON; every refusal is the same. Raises nothing that names the portfolio."""
    authorization = request.headers.get("Authorization", "")
    if kind not in KINDS or not authorization.startswith(BEARER):
        return _refused()
    try:
        found = embeds.kpi(key, authorization.removeprefix(BEARER))
    except (NotShared, InsufficientData):
        return _refused()
    return Response(orjson.dumps(wire.kpi(found)), mimetype="application/json")


def _refused() -> Response:
    error = NotShared()
    body = {"type": "about:blank", "title": error.message, "status": error.http_status, "code": error.code}
    return Response(orjson.dumps(body), error.http_status, mimetype="application/problem+json")
