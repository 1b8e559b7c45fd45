"""Dash over the guarded Flask application: one a process, pages by explicit registration."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from urllib.parse import urlsplit

import dash
from dash import Dash
from dash._utils import to_json
from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from dashboard.errors import DashboardError, InvalidInput, NotFound
from dashboard.services import portfolios, watchlists
from dashboard.web import csrf, headers, live, shell
from dashboard.web.document import ASSETS, IGNORED, INDEX, theme_script_hash
from dashboard.web.identity import current_actor
from dashboard.web.page import BRAND, page_at, portfolio_path
from dashboard.web.problems import problem
from dashboard.web.values import body_of, fits, is_call

WATCHLIST = "watchlist_id"
DISPATCH = "/_dash-update-component"
LARGEST_CALL = 4 * 1024 * 1024
CONFIGURATION, PLACE = re.compile(r'<script id="_dash-config".*?</script>', re.DOTALL), "{%configuration%}"
_one_at_a_time = threading.Lock()


class GuardedDash(Dash):
    """Dash whose documents have the status that fits the address.

    Once every page is registered, scripts, styles and dependencies never change: they are written once a process.
    """

    _complete = False
    _written: dict[str, str]

    def complete(self) -> None:
        """Say that nothing will be registered any more."""
        self._written = {}
        self._complete = True

    def _once(self, name: str, write: Callable[[], str]) -> str:
        if not self._complete:
            return write()
        if name not in self._written:
            self._written[name] = write()
        return self._written[name]

    def _generate_scripts_html(self) -> str:
        return self._once("scripts", super()._generate_scripts_html)

    def _generate_css_dist_html(self) -> str:
        return self._once("styles", super()._generate_css_dist_html)

    def dependencies(self) -> AnyResponse:
        """What the browser must know of every callback."""
        return Response(self._once("dependencies", lambda: to_json(self._callback_list)), mimetype="application/json")

    def index(self, *_args: object, **_kwargs: object) -> AnyResponse:
        """The document of a page, 404 for an unknown address or another's portfolio; "/" leads to the first one."""
        if request.path == "/":
            owned = portfolios.list_portfolios(current_actor())
            if owned:
                return redirect(portfolio_path(owned[0].portfolio.slug))
        return Response(self.document(), _status(self.server), mimetype="text/html")

    def document(self) -> str:
        """The HTML of every page; of what is in it, Dash signs only the configuration for each load."""
        if not self._complete:
            return str(super().index())  # type: ignore[no-untyped-call]  # Dash's own method
        return self._once("document", self._template).replace(PLACE, self._generate_config_html(), 1)

    def _template(self) -> str:
        """The document with a mark where each load has its configuration."""
        document = str(super().index())  # type: ignore[no-untyped-call]  # Dash's own method
        return CONFIGURATION.sub(PLACE, document, count=1)


def make_dash(server: Flask, register: Callable[[Dash], None], *, secure: bool) -> Dash:
    """Put Dash on ``server`` and let ``register`` add the pages; then the content security policy is complete."""
    with _one_at_a_time:
        dash.page_registry.clear()
        app = GuardedDash(
            "dashboard",
            server=server,  # type: ignore[arg-type]  # a Flask application is what it wants
            use_pages=True,
            pages_folder="",
            assets_folder=str(ASSETS),
            assets_path_ignore=[IGNORED],
            serve_locally=True,
            suppress_callback_exceptions=True,
            include_pages_meta=False,
            index_string=INDEX,
            title=BRAND,
            update_title="",
            csrf_token_name=csrf.cookie(secure=secure),
            csrf_header_name=csrf.HEADER,
            add_log_handler=False,
        )
        shell.install(app)
        live.install(app)
        register(app)
        server.before_request(lambda: _check_call(app))
        _complete(app)
        headers.allow_scripts(server, [theme_script_hash(), *app.csp_hashes()])
        app.complete()
    return app


def _complete(app: Dash) -> None:
    """Let Dash do now what it does at the first request, so that every inline script is known."""
    with app.server.test_request_context("/healthz"):
        app.server.preprocess_request()


def _status(server: Flask) -> int:
    # As it was sent: a symbol may have a slash, which is one part of the address while it is escaped.
    sent = urlsplit(request.environ.get("RAW_URI") or request.path).path
    found = page_at(server, sent) or page_at(server, request.path)
    if found is None:
        return 404
    page, variables = found
    try:
        if page.of_portfolio:
            portfolios.portfolio_by_slug(current_actor(), variables["slug"])
        elif WATCHLIST in variables:
            watchlists.watchlist_at(current_actor(), variables[WATCHLIST])
    except NotFound:
        return 404
    return 200


def _check_call(app: Dash) -> AnyResponse | None:
    """Refuse a call of a callback that does not exist or that has no well-formed body."""
    if request.path != DISPATCH:
        return None
    request.max_content_length = LARGEST_CALL
    body = body_of(request)
    fault: DashboardError | None = None
    if not is_call(body):
        fault = InvalidInput("This is not a call of a callback.")
    elif "callback" not in app.callback_map.get(body["output"], {}):
        fault = NotFound("There is no such callback.")
    elif not fits(body, app.callback_map[body["output"]]):
        fault = InvalidInput("This is not a call of that callback.")
    return problem(fault) if fault else None
