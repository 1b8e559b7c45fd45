"""Server time of the overview: every request of one load, against a minimal Dash page with the same figure.

``python -m benchmarks.overview``: the demo's workspace in a home of its own, called in this process as a browser calls
it (document, layout, dependencies, page), without the files that browsers keep. Medians of five alternating runs, warm;
then cold: a process that has computed nothing and an empty Redis, with the shares of SQL, numbers and JSON in it.
Prints one JSON; exit 1 above the limit.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from dash import Dash, Input, Output, dcc, html
from dash.development.base_component import Component
from flask import Flask
from flask.testing import FlaskClient

from benchmarks.seams import SEAMS, clocks
from dashboard import embedded
from dashboard.app import create_app
from dashboard.db.schema import upgrade_for
from dashboard.domain.access import SYSTEM, Actor
from dashboard.figures.colors import Figure
from dashboard.figures.value import value_figure
from dashboard.results.portfolios import PortfolioRef
from dashboard.security.cookies import SESSION, cookie_name
from dashboard.services import accounts, memo, performance, portfolios, sessions, valuation
from dashboard.services.demo import EMAIL, load_demo
from dashboard.settings import Settings
from dashboard.web.state import ViewState

PORTFOLIO = "Long-term"
RUNS, LOADS = 5, 10
LIMIT = 3.0
HEADERS = {"Accept-Encoding": "gzip, deflate, br, zstd", "Accept": "text/html,*/*"}
ROUTER = ".._pages_content.children..._pages_store.data.."
Load = Callable[[], None]


def main() -> int:
    """Measure, print, and fail where the limit is missed."""
    with tempfile.TemporaryDirectory(prefix="basis-bench-") as home:
        asked = Settings.build(dashboard_home=Path(home), providers=("simulated",), log_level="WARNING")
        with embedded.services_for(asked) as settings:
            upgrade_for(settings)
            figures = _measure(settings)
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    return 0 if figures["ratio"] <= LIMIT else 1


def _measure(settings: Settings) -> dict[str, float]:
    server = create_app(settings).server
    assert isinstance(server, Flask)
    with server.app_context():
        load_demo(lambda _: None)
        actor = _person()
        portfolio = portfolios.portfolio_by_name(actor, PORTFOLIO)
        figure = _figure(actor, portfolio)
    ours = _overview(server, settings, portfolio.slug)
    cold = _cold(server, ours)
    loads = (ours, _minimal_page(figure), _bare_layout(figure))
    for load in loads * 2:
        load()
    times = [_milliseconds(loads) for _ in range(RUNS)]
    warm, minimal, bare = (median(column) for column in zip(*times, strict=True))
    return {
        "warm_ms": round(warm, 2),
        "minimal_page_ms": round(minimal, 2),
        "bare_layout_ms": round(bare, 2),
        "ratio": round(median(run[0] / run[1] for run in times), 2),
        "at_most": LIMIT,
        "ratio_to_bare_layout": round(median(run[0] / run[2] for run in times), 2),
        **cold,
    }


def _cold(server: Flask, load: Load) -> dict[str, float]:
    """The first load with everything that was computed before forgotten, and what of it each kind of work took."""
    load()  # what a process does once (connections, prepared statements, templates) is not what is measured
    runs = []
    for _ in range(RUNS):
        _forget(server)
        with clocks() as kinds:
            begun = time.perf_counter()
            load()
            whole = time.perf_counter() - begun
        runs.append({"total": whole, **{kind: clock.seconds for kind, clock in kinds.items()}})
    middle = sorted(runs, key=lambda run: run["total"])[RUNS // 2]
    shares = {f"cold_{kind}_share": round(middle[kind] / middle["total"], 3) for kind in SEAMS}
    return {"cold_ms": round(middle["total"] * 1000, 1), **shares}


def _forget(server: Flask) -> None:
    """Empty Redis and what this process keeps of results."""
    server.extensions["redis"].flushdb()
    memo.forget_all()


def _person() -> Actor:
    (found,) = (user for user in accounts.list_users(SYSTEM) if user.email == EMAIL)
    return Actor(found.id, found.email, found.role)


def _figure(actor: Actor, portfolio: PortfolioRef) -> Figure:
    """The figure that the overview draws at first."""
    period = ViewState().period(valuation.today_of(portfolio))
    return value_figure(performance.summary(actor, portfolio.id, start=period.start, end=period.end))


def _overview(server: Flask, settings: Settings, slug: str) -> Load:
    client = server.test_client()
    with server.app_context():
        token = sessions.open_session(_person(), address="127.0.0.1", agent="benchmark")
    client.set_cookie(cookie_name(SESSION, secure=settings.secure_cookies), token)
    path = f"/p/{slug}"

    def load() -> None:
        _get(client, path)
        _start(client)
        _open(client, path)

    return load


def _minimal_page(figure: Figure) -> Load:
    """The plainest Dash page: the same figure, had by the address as pages are, and compressed."""
    app = Dash("minimal", compress=True)
    app.layout = html.Div(
        [dcc.Location(id="_pages_location"), html.Div(id="_pages_content"), dcc.Store("_pages_store")]
    )

    def show(_path: str, _search: str) -> tuple[Component, dict[str, str]]:
        return html.Div(dcc.Graph(figure=figure)), {}

    outputs = Output("_pages_content", "children"), Output("_pages_store", "data")
    app.callback(*outputs, Input("_pages_location", "pathname"), Input("_pages_location", "search"))(show)
    client = app.server.test_client()

    def load() -> None:
        _get(client, "/")
        _start(client)
        _open(client, "/")

    return load


def _bare_layout(figure: Figure) -> Load:
    """Less than a page: the figure in a fixed layout, nothing compressed, no callback."""
    app = Dash("bare")
    app.layout = html.Div(dcc.Graph(figure=figure))
    client = app.server.test_client()

    def load() -> None:
        _get(client, "/")
        _start(client)

    return load


def _get(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers=HEADERS)
    assert response.status_code == 200, f"{path} answers {response.status_code}"


def _start(client: FlaskClient) -> None:
    _get(client, "/_dash-layout")
    _get(client, "/_dash-dependencies")


def _open(client: FlaskClient, path: str) -> None:
    """What the browser asks the router for the content of a page."""
    place = {"id": "_pages_location"}
    names = (("_pages_content", "children"), ("_pages_store", "data"))
    csrf = client.get_cookie("basis_csrf")
    response = client.post(
        "/_dash-update-component",
        json={
            "output": ROUTER,
            "outputs": [{"id": id, "property": name} for id, name in names],
            "inputs": [
                {**place, "property": "pathname", "value": path},
                {**place, "property": "search", "value": ""},
            ],
            "changedPropIds": ["_pages_location.pathname"],
        },
        headers={**HEADERS, **({"X-CSRFToken": csrf.value} if csrf else {})},
    )
    assert response.status_code == 200, f"the page answers {response.status_code}"


def _milliseconds(loads: Sequence[Load]) -> list[float]:
    """What each of ``loads`` takes: the median of some, called in turn so that what else goes on befalls all alike."""
    times: list[list[float]] = [[] for _ in loads]
    for _ in range(LOADS):
        for taken, load in zip(times, loads, strict=True):
            begun = time.perf_counter()
            load()
            taken.append((time.perf_counter() - begun) * 1000)
    return [median(taken) for taken in times]


if __name__ == "__main__":
    sys.exit(main())
