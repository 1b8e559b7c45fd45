"""What is shown in place of content: nothing yet, a failure, loading."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.errors import DashboardError
from dashboard.web.components.attributes import aria
from dashboard.web.components.basics import Children, icon
from dashboard.web.problems import TITLES, reference


def empty(title: str, text: str, *actions: Component, picture: str = "", alone: bool = False) -> Component:
    """Nothing is here yet: what will be, and the fastest way to it. ``alone`` where the page has no other heading."""
    buttons = [html.Div(list(actions), className="row-f wrap empty-actions")] if actions else []
    art = [html.Div(className="empty-art", **aria(hidden="true"))] if picture == "steps" else []
    heading = html.H1(title, className="h3") if alone else html.H2(title, className="h3")
    return html.Div([*art, heading, html.P(text), *buttons], className="empty")


def failure(title: str, text: str, *actions: Component) -> Component:
    """A card's content could not be made; the rest of the page is not affected."""
    mark = html.Span(icon("exclamation-triangle"), className="empty-mark")
    quoted = f"ref {reference()}" if reference() else ""
    return html.Div(
        [
            mark,
            html.H2(title, className="h3"),
            html.P(text),
            html.Div(list(actions), className="row-f empty-actions"),
            html.Span(quoted, className="micro t3 mono"),
        ],
        className="empty failed",
        role="alert",
    )


def error_card(error: DashboardError) -> Component:
    """A failure inside the card that it befell; fits ``callback(..., on_error=error_card)`` for children."""
    return failure(TITLES.get(error.http_status, "This could not be shown"), error.message)


def page_error(error: DashboardError) -> Component:
    """A failure that leaves a page with nothing to show."""
    home = html.A("Go to the overview", href="/", className="b")
    shown = not_found() if error.http_status == 404 else failure(error_title(error), error.message, home)
    return html.Div(shown, className="card-x page-error")


def not_found() -> Component:
    """There is no such page, or it is another's."""
    home = html.A("Go to the overview", href="/", className="b")
    return empty(
        "There is nothing at this address", "It may have been removed, or the address is mistyped.", home, alone=True
    )


def error_title(error: DashboardError) -> str:
    """A heading for a failure."""
    return TITLES.get(error.http_status, "This page could not be shown")


def note(
    children: Children, *, tone: str = "info", mark: str = "info-circle", action: Component | None = None
) -> Component:
    """A banner that pushes the content down: ``tone`` is info, ok, warn or bad."""
    parts: Sequence[Component] = [icon(mark), html.Span(children, className="grow")]
    return html.Div([*parts, *([action] if action else [])], className=f"note {tone}", role="status")


def skeleton(width: str, height: int = 12) -> Component:
    """A grey place that a figure will take."""
    return html.Span(className="sk", style={"width": width, "height": f"{height}px"})
