"""What operators and load balancers ask: alive, ready, metrics."""

from __future__ import annotations

import time

import orjson
from flask import Blueprint, Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST

from dashboard.observability.metrics import REQUEST_SECONDS, exposition
from dashboard.results import accounts_wire
from dashboard.services import health, job_figures

blueprint = Blueprint("ops", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Whether the process is alive; asks nothing of anybody."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Whether requests can be served, and if not, what is missing."""
    answer = health.readiness()
    return Response(
        orjson.dumps(accounts_wire.readiness(answer)), 200 if answer.ready else 503, mimetype="application/json"
    )


@blueprint.get("/metrics")
def metrics() -> Response:
    """Prometheus' text form."""
    return Response(exposition() + job_figures.exposition(), content_type=CONTENT_TYPE_LATEST)


def install(server: Flask) -> None:
    """Answer the three, and time every request."""
    server.register_blueprint(blueprint)
    server.before_request(_start)
    server.after_request(_observe)


def _start() -> None:
    g.started = time.perf_counter()


def _observe(response: Response) -> Response:
    if "started" in g:
        route = request.url_rule.rule if request.url_rule else "unmatched"
        seconds = time.perf_counter() - g.started
        REQUEST_SECONDS.labels(request.method, route, str(response.status_code)).observe(seconds)
    return response
