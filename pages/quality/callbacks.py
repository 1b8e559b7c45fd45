"""The page of data quality, and the callbacks that check, accept and repair."""

from __future__ import annotations

from collections.abc import Sequence

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard.domain.access import Actor, Permission
from dashboard.errors import DashboardError, NotFound
from dashboard.services import portfolios, price_quality, quality_checks, restatements
from dashboard.web import notices, shell, state
from dashboard.web.callback import callback
from dashboard.web.components.attributes import aria
from dashboard.web.components.basics import button, card, page_header, segmented
from dashboard.web.components.states import error_card
from dashboard.web.page import VIEW_STORE, Page, add_page
from dashboard.web.state import ViewState
from dashboard.web.view import Control, bind_view
from pages.quality import by_portfolio, findings, progress
from pages.quality import restatements as restated
from pages.quality.findings import Show

PATH = "/admin/data-quality"
SHOWN = [(Show.UNDECIDED.value, "To decide"), (Show.DECIDED.value, "Decided"), (Show.ALL.value, "All")]
CONTROLS = {
    "show": Control("quality-show", Show.UNDECIDED.value),
    "portfolio": Control("quality-portfolio", by_portfolio.ALL),
}
CHANGED = "quality-changed"
POLL_MS = 1_000
DECIDED = {"accept": "as stored", "repair": "as suggested"}


def layout(actor: Actor, view: ViewState) -> Sequence[Component]:
    """Key figures, the filter and the findings."""
    report, show, checked = price_quality.report(actor), chosen(view), progress.known()
    slug = _slug(view)
    own = report.of_portfolio(slug)
    check = button("Check now", id="quality-check", mark="arrow-clockwise", kind="pri", disabled=checked.is_open)
    bar = html.Div(
        [
            segmented("quality-show", SHOWN, show.value, "Show"),
            by_portfolio.choice(report, slug),
            html.Span(className="end"),
            html.Span(findings.counted(own, show), id="quality-count", className="num t3 xs", **aria(live="polite")),
        ],
        className="row-f wrap list-bar",
    )
    table = html.Div(findings.body(own, show), id="quality-body", className="card-edge")
    line = progress.line(checked) if report.may_decide else []  # it counts what others have, and names who asked
    told = html.Span(line, id="quality-progress", className="t2 xs", **aria(live="polite"))
    return [
        page_header("Data quality", scope=[told], actions=[check] if report.may_decide else []),
        dcc.Store(id=CHANGED),
        dcc.Interval("quality-poll", interval=POLL_MS, disabled=not (checked.is_open and report.may_decide)),
        html.Div(findings.figures(own), id="quality-figures-box"),
        html.Section([bar, table], className="card-x", **aria(label="Findings")),
        card(
            "By portfolio",
            html.Div(by_portfolio.body(report), id="quality-by-portfolio"),
            id="quality-portfolios",
            padded=False,
        ),
        card(
            "Restatements",
            html.Div(_restated(actor, slug), id="quality-restated"),
            sub="what of the past changed, and its effect",
            id="quality-log",
            padded=False,
        ),
    ]


def chosen(view: ViewState) -> Show:
    """Which findings the address asks for."""
    given = view.get("show")
    return Show(given) if given in set(Show) else Show.UNDECIDED


def refresh(
    actor: Actor, search: str, _changed: object
) -> tuple[list[Component], str, Component, list[Component], list[Component]]:
    """The findings and the log as they are now; the menu counts them anew too."""
    view = state.parse(search)
    every, show = price_quality.report(actor), chosen(view)
    own = every.of_portfolio(_slug(view))
    shown = (findings.body(own, show), findings.counted(own, show), findings.figures(own))
    shell.show_count("quality", price_quality.problems(actor))
    return *shown, by_portfolio.body(every), _restated(actor, _slug(view))


def check(actor: Actor, _clicks: int) -> tuple[list[Component], bool, bool]:
    """Have a worker check everything anew."""
    asked = quality_checks.ask(actor)
    return progress.line(asked), True, False


def follow(_actor: Actor, _ticks: int, changed: int | None) -> tuple[list[Component], bool, bool, object]:
    """How the check gets on; its findings are shown once it has ended."""
    found = quality_checks.state()
    return progress.line(found), found.is_open, not found.is_open, no_update if found.is_open else (changed or 0) + 1


def decide(actor: Actor, _clicks: list[int | None], changed: int | None) -> int:
    """Accept or repair the findings of a row."""
    if not ctx.triggered_id or not any(item["value"] for item in ctx.triggered):
        raise PreventUpdate  # the buttons came onto the page: nobody has clicked
    what, number = ctx.triggered_id.get("finding"), _number(ctx.triggered_id.get("number"))
    act = price_quality.repair if what == "repair" else price_quality.accept
    decided = act(actor, number, alike=True)
    counts = "1 value counts" if len(decided) == 1 else f"{len(decided)} values count"
    words = f"{decided[0].symbol}: {counts} {DECIDED['repair' if what == 'repair' else 'accept']}."
    notices.show(words, tone=notices.Tone.INFO)
    return (changed or 0) + 1


def failed(
    error: DashboardError,
) -> tuple[list[Component], str, list[Component], list[Component], list[Component]]:
    """The failure in the place of the findings."""
    return [error_card(error)], "", [], [], []


def register(app: Dash) -> None:
    """Add the page and its callbacks."""
    view, administer = Permission.INSTRUMENT_VIEW, Permission.ADMINISTER
    add_page(app, Page("quality", PATH, "Data quality", layout, view, "Admin", "shield-check"))
    bind_view(app, CONTROLS)
    callback(
        app,
        refresh,
        Output("quality-body", "children"),
        Output("quality-count", "children"),
        Output("quality-figures-box", "children"),
        Output("quality-by-portfolio", "children"),
        Output("quality-restated", "children"),
        Input(VIEW_STORE, "data"),
        Input(CHANGED, "data"),
        permission=view,
        on_error=failed,
        prevent_initial_call=True,
    )
    callback(
        app,
        check,
        Output("quality-progress", "children"),
        Output("quality-check", "disabled"),
        Output("quality-poll", "disabled"),
        Input("quality-check", "n_clicks"),
        permission=administer,
        prevent_initial_call=True,
    )
    callback(
        app,
        follow,
        Output("quality-progress", "children", allow_duplicate=True),
        Output("quality-check", "disabled", allow_duplicate=True),
        Output("quality-poll", "disabled", allow_duplicate=True),
        Output(CHANGED, "data"),
        Input("quality-poll", "n_intervals"),
        State(CHANGED, "data"),
        permission=administer,
        prevent_initial_call=True,
    )
    callback(
        app,
        decide,
        Output(CHANGED, "data", allow_duplicate=True),
        Input({"finding": ALL, "number": ALL}, "n_clicks"),
        State(CHANGED, "data"),
        permission=administer,
        prevent_initial_call=True,
    )


def _restated(actor: Actor, slug: str) -> list[Component]:
    """The log, of the portfolio ``slug`` or (empty) of all that the actor may see."""
    portfolio = portfolios.portfolio_by_slug(actor, slug) if slug in _slugs(actor) else None
    if slug and portfolio is None:
        return restated.body(())
    return restated.body(restatements.log(actor, portfolio=portfolio, limit=restated.ROWS + 1))


def _slug(view: ViewState) -> str:
    """The portfolio that the address asks for; empty for all."""
    given = view.get("portfolio")
    return "" if given == by_portfolio.ALL else given


def _slugs(actor: Actor) -> set[str]:
    return {item.portfolio.slug for item in portfolios.list_portfolios(actor)}


def _number(text: object) -> int:
    if not isinstance(text, str) or not text.isdecimal() or len(text) > 18:
        raise NotFound("There is no such finding.")
    return int(text)
