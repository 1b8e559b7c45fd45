"""What an address without a page shows."""

from __future__ import annotations

import dash
from dash import Dash, html
from dash.development.base_component import Component

from dashboard.domain.access import Actor, Permission
from dashboard.web.callback import guarded, keep_status
from dashboard.web.components.states import not_found, page_error
from dashboard.web.page import BRAND


def register(_app: Dash) -> None:
    """Let the router fall back to it."""
    show = guarded(layout, Permission.PORTFOLIO_VIEW, page_error)
    dash.register_page("pages.not_found_404", path="/not-found", title=f"Not found · {BRAND}", layout=show, order=1_000)


def layout(_actor: Actor, *_: object, **__: object) -> Component:
    """The way back."""
    keep_status(404)
    return html.Div(not_found(), className="card-x page-error")
