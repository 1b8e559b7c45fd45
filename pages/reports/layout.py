"""The layout of the reports: the history of runs, and the panel that asks for one."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.domain.access import Actor
from dashboard.results.portfolios import PortfolioItem
from dashboard.services import portfolios, report_mail, reports
from dashboard.web.components.basics import button, card, page_header, segmented
from dashboard.web.components.states import empty
from dashboard.web.state import ViewState
from pages.reports import history
from pages.reports.panel import panel

POLL_MS = 1500
SHOWN = [
    (history.Show.ALL.value, "All"),
    (history.Show.OPEN.value, "Running"),
    (history.Show.DONE.value, "Finished"),
    (history.Show.FAILED.value, "Failed"),
]


def layout(actor: Actor, view: ViewState) -> Sequence[Component]:
    """The history of runs."""
    return _page(actor, view, is_open=False)


def new_layout(actor: Actor, view: ViewState) -> Sequence[Component]:
    """The history of runs with the panel open."""
    return _page(actor, view, is_open=True)


def zone_of(owned: Sequence[PortfolioItem]) -> str:
    """The zone in which times are told: that of the person, which is that of his portfolios."""
    return owned[0].portfolio.time_zone if owned else "UTC"


def shown_state(value: str) -> history.Show:
    """Which runs the address asks for."""
    return history.Show(value) if value in set(history.Show) else history.Show.ALL


def _page(actor: Actor, view: ViewState, *, is_open: bool) -> Sequence[Component]:
    owned = portfolios.list_portfolios(actor)
    if not owned:
        return _without_portfolio()
    runs, show, zone = reports.list_runs(actor), shown_state(view.get("show")), zone_of(owned)
    new = button("New report", id={"report": "new", "place": "head"}, mark="plus-lg", kind="pri")
    filters = segmented("report-show", SHOWN, show.value, "Status", class_name="sm")
    table = html.Div(history.body(runs, show, zone, history.page_of(view)), id="report-history")
    kept = f"kept for {reports.KEPT_DAYS} days"
    times = html.Span(f"Times shown in {zone}", className="t3 only-d")
    return [
        page_header("Reports", scope=[times], actions=[new]),
        card("Run history", table, sub=kept, controls=[filters], padded=False),
        panel(owned, view.get("portfolio"), actor.email if report_mail.is_possible() else "", is_open=is_open),
        dcc.Interval("report-poll", interval=POLL_MS, disabled=not history.is_open(runs)),
        dcc.Store("report-changed"),
    ]


def _without_portfolio() -> list[Component]:
    begin = button("Create a portfolio", href="/new", mark="plus-lg", kind="pri")
    shown = empty("Start with a portfolio", "A report tells how one portfolio did over a period.", begin)
    return [page_header("Reports"), html.Div(shown, className="card-x page-empty")]
