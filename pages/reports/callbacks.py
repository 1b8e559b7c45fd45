"""The reports' callbacks: ask for one, ask again, and see how those that are open get on."""

from __future__ import annotations

from datetime import date

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard.domain.access import Actor, Permission
from dashboard.errors import DashboardError, InvalidInput, NotFound
from dashboard.results.reports import MailState
from dashboard.services import portfolios, report_mail, reports
from dashboard.web import notices, state
from dashboard.web.callback import callback
from dashboard.web.components.states import error_card
from dashboard.web.page import VIEW_STORE, Page, add_page
from dashboard.web.view import Control, bind_view
from pages.reports import history
from pages.reports.layout import layout, new_layout, shown_state, zone_of
from pages.reports.periods import Span, days_of

RUN = Permission.REPORT_RUN
NEW = {"report": "new", "place": ALL}
AGAIN = {"report": "again", "run": ALL}


def refresh(actor: Actor, _ticks: int, _changed: object, search: str) -> tuple[list[Component], bool]:
    """The history as it is now, and whether there is nothing left to wait for."""
    runs = reports.list_runs(actor)
    zone = zone_of(portfolios.list_portfolios(actor))
    view = state.parse(search)
    body = history.body(runs, shown_state(view.get("show")), zone, history.page_of(view))
    return body, not history.is_open(runs)


def create(
    actor: Actor,
    _clicks: int,
    slug: str,
    kind: str,
    span: str,
    first: str | None,
    last: str | None,
    file_format: str,
    mail: bool | None,
) -> tuple[object, str, object]:
    """Ask for the report; what is wrong is said in the panel, which then stays open."""
    try:
        portfolio = portfolios.portfolio_by_slug(actor, slug or "")
        today = portfolios.today_in(portfolio)
        start, end = days_of(_span(span), today, _day(first), _day(last))
        run = reports.request_report(
            actor, portfolio.id, kind or "", file_format, start=start, end=end, mail=bool(mail)
        )
    except InvalidInput as error:
        return no_update, error.message, no_update
    return False, "", run.id


def again(actor: Actor, _clicks: list[int | None]) -> int:
    """Ask for a failed report once more."""
    if not ctx.triggered_id or not any(item["value"] for item in ctx.triggered):
        raise PreventUpdate  # the buttons came onto the page: nobody has clicked
    failed = reports.run(actor, _number(ctx.triggered_id["run"]))
    asked = reports.request_report(
        actor,
        portfolios.portfolio_by_id(actor, failed.portfolio_id).id,
        failed.kind,
        failed.format,
        start=failed.period_from,
        end=failed.period_to,
        mail=failed.mail is not MailState.NONE and report_mail.is_possible(),
    )
    notices.show(
        f"{history.KINDS[failed.kind]} of {failed.portfolio_name}: the report is being made again.",
        tone=notices.Tone.INFO,
    )
    return asked.id


def failed(error: DashboardError) -> tuple[list[Component], bool]:
    """The failure in the place of the history; it is not asked for again by itself."""
    return [error_card(error)], True


def register(app: Dash) -> None:
    """Add the pages and their callbacks."""
    add_page(app, Page("reports", "/reports", "Reports", layout, RUN, "Output", "file-earmark-text"))
    add_page(app, Page("reports_new", "/reports/new", "New report", new_layout, RUN, parent="reports"))
    bind_view(app, {"show": Control("report-show", history.Show.ALL.value)})
    _history(app)
    _orders(app)
    _panel(app)


def _history(app: Dash) -> None:
    """What was made is listed anew while something is being made, and when the view changes."""
    callback(
        app,
        refresh,
        Output("report-history", "children"),
        Output("report-poll", "disabled"),
        Input("report-poll", "n_intervals"),
        Input("report-changed", "data"),
        Input(VIEW_STORE, "data"),
        permission=RUN,
        on_error=failed,
        prevent_initial_call=True,
    )


def _orders(app: Dash) -> None:
    """A report is made, or made again."""
    callback(
        app,
        create,
        Output("report-panel", "is_open"),
        Output("report-error", "children"),
        Output("report-changed", "data"),
        Input("report-create", "n_clicks"),
        State("report-portfolio", "value"),
        State("report-kind", "value"),
        State("report-span", "value"),
        State("report-from", "value"),
        State("report-to", "value"),
        State("report-format", "value"),
        State("report-mail", "value"),
        permission=RUN,
        prevent_initial_call=True,
    )
    callback(
        app,
        again,
        Output("report-changed", "data", allow_duplicate=True),
        Input(AGAIN, "n_clicks"),
        permission=RUN,
        prevent_initial_call=True,
    )


def _panel(app: Dash) -> None:
    """The browser opens the panel, and says what is chosen in it."""
    app.clientside_callback(
        ClientsideFunction("reports", "panel"),
        Output("report-panel", "is_open", allow_duplicate=True),
        Output("report-portfolio", "value"),
        Input(NEW, "n_clicks"),
        Input("report-cancel", "n_clicks"),
        State("portfolios", "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("reports", "choose"),
        Output("report-days", "hidden"),
        Output("report-about", "children"),
        Output("report-kind-about", "children"),
        Input("report-span", "value"),
        Input("report-format", "value"),
        Input("report-kind", "value"),
        State("report-words", "data"),
        prevent_initial_call=True,
    )


def _span(value: str) -> Span:
    if value not in set(Span):
        raise InvalidInput("Choose a period.", field="period")
    return Span(value)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InvalidInput(f"{text} is not a date.", field="from") from error


def _number(text: object) -> int:
    if not isinstance(text, str) or not text.isdecimal():
        raise NotFound("There is no such report.")
    return int(text)
