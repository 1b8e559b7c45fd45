"""The callbacks of income: what is decided about proposals, and the rules for those to come."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from math import isfinite
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard.domain.access import Actor, Permission
from dashboard.domain.action_rules import ActionKind, ActionRule
from dashboard.domain.proposals import ProposalState
from dashboard.errors import InvalidInput
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.proposals import Decided
from dashboard.services import actions, portfolios
from dashboard.web import notices
from dashboard.web.callback import callback
from dashboard.web.page import ADDRESS_STORE, Page, add_page
from pages.income.layout import body, layout
from pages.income.proposals import ASKED, CHANGED, GRID, RULES

Address = dict[str, str]
Json = dict[str, Any]  # what a store of the page holds: nothing is known of it yet
UNDO = "actions:"
MOST_UNDONE = 500


def show(actor: Actor, _changed: object, address: Address) -> list[Component]:
    """The page as it is after a decision."""
    return body(actor, _portfolio(actor, address))


def decide(actor: Actor, asked: Json, changed: int | None, address: Address) -> int:
    """Accept or dismiss what was chosen, or take back what was dismissed."""
    portfolio = _portfolio(actor, address)
    if not isinstance(asked, dict):
        raise PreventUpdate  # nothing was chosen
    if asked.get("what") == "all":
        _tell("booked", actions.accept_all(actor, portfolio.id))
    elif asked.get("what") == "accept":
        _tell("booked", actions.accept(actor, portfolio.id, _ids(asked.get("ids"))))
    elif asked.get("what") == "restore":
        dismissed = actions.board(actor, portfolio.id).of([ProposalState.DISMISSED])
        done = actions.reopen(actor, portfolio.id, [one.id for one in dismissed])
        notices.show(f"{_counted(len(done.proposals))} to be decided again.", tone=notices.Tone.INFO)
    else:
        _tell("dismissed", actions.dismiss(actor, portfolio.id, _ids(asked.get("ids"))))
    return (changed or 0) + 1


def undo(actor: Actor, action: Json, changed: int | None, address: Address) -> int:
    """Take back what a notice offers to."""
    portfolio = _portfolio(actor, address)
    name = str(action.get("id", "")) if isinstance(action, dict) else ""
    if not name.startswith(UNDO):
        raise PreventUpdate
    done = actions.reopen(actor, portfolio.id, _ids(name.removeprefix(UNDO).split(",")))
    notices.show(f"{_counted(len(done.proposals))} to be decided again.", tone=notices.Tone.INFO)
    return (changed or 0) + 1


def set_rule(actor: Actor, chosen: str, changed: int | None, address: Address) -> int:
    """What happens with dividends from now on."""
    portfolio = _portfolio(actor, address)
    if chosen not in RULES:
        raise InvalidInput("There is no such rule.", field="rule")
    words, rule = RULES[chosen]
    known, _ = actions.rules_of(actor, portfolio.id)
    if rule == known.rules.get((ActionKind.DIVIDEND, None), ActionRule()):
        raise PreventUpdate  # the choice came onto the page: nobody has made it
    actions.set_rule(actor, portfolio.id, ActionKind.DIVIDEND, rule.rule, reinvest=rule.reinvest)
    notices.show(f"{portfolio.name}: {words[:1].lower()}{words[1:]}.", title="Rule changed")
    return (changed or 0) + 1


def set_withheld(actor: Actor, percent: float | None, changed: int | None, address: Address) -> int:
    """What is withheld of dividends that are proposed."""
    portfolio = _portfolio(actor, address)
    if isinstance(percent, bool) or (percent is not None and not isfinite(percent)):
        raise InvalidInput("That is no percentage.", field="withheld")
    rate = None if percent is None else round(Decimal(str(percent)) / 100, 8)
    _, known = actions.rules_of(actor, portfolio.id)
    if rate == known.rates.get((None, "")):
        raise PreventUpdate  # as with the rule
    actions.set_withholding(actor, portfolio.id, rate)
    return (changed or 0) + 1


def register(app: Dash) -> None:
    """Add the page and its callbacks."""
    page = Page("income", "/p/<slug>/income", "Income", layout, Permission.PORTFOLIO_VIEW, "Portfolio", "calendar3")
    add_page(app, page)
    _ask(app)
    _show_and_decide(app)


def _ask(app: Dash) -> None:
    """The browser knows which proposals are chosen, and asks for what its buttons say."""
    app.clientside_callback(
        ClientsideFunction("proposals", "chosen"),
        Output("actions-accept", "disabled"),
        Output("actions-dismiss", "disabled"),
        Input(GRID, "selectedRows"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("proposals", "ask"),
        Output(ASKED, "data"),
        Input("actions-all", "n_clicks"),
        Input("actions-accept", "n_clicks"),
        Input("actions-dismiss", "n_clicks"),
        State(GRID, "selectedRows"),
        prevent_initial_call=True,
    )
    app.clientside_callback(  # the button is there without the grid, too
        ClientsideFunction("proposals", "restore"),
        Output(ASKED, "data", allow_duplicate=True),
        Input("actions-restore", "n_clicks"),
        prevent_initial_call=True,
    )


def _show_and_decide(app: Dash) -> None:
    """Every decision is counted, and the body is drawn anew when it is."""
    address = State(ADDRESS_STORE, "data")
    callback(
        app,
        show,
        Output("income-body", "children"),
        Input(CHANGED, "data"),
        address,
        permission=Permission.PORTFOLIO_VIEW,
        prevent_initial_call=True,
    )
    writes: tuple[tuple[Callable[..., int], Input], ...] = (
        (decide, Input(ASKED, "data")),
        (undo, Input(notices.ACTION_STORE, "data")),
        (set_rule, Input("actions-rule", "value")),
        (set_withheld, Input("actions-withheld", "value")),
    )
    for write, source in writes:
        callback(
            app,
            write,
            Output(CHANGED, "data", allow_duplicate=True),
            source,
            State(CHANGED, "data"),
            address,
            permission=Permission.PORTFOLIO_EDIT,
            prevent_initial_call=True,
        )


def _portfolio(actor: Actor, address: Address) -> PortfolioRef:
    return portfolios.portfolio_by_slug(actor, str(address.get("slug", "")))


def _ids(given: object) -> list[str]:
    if not isinstance(given, list) or not given or not all(isinstance(one, str) for one in given):
        raise InvalidInput("Choose what to decide about.")
    return given


def _tell(done: str, found: Decided) -> None:
    """What was done, with a button that takes it back."""
    ids = [one.id for one in found.proposals]
    action, name = ("Undo", f"{UNDO}{','.join(ids)}") if 0 < len(ids) <= MOST_UNDONE else ("", "")
    notices.show(f"{_counted(len(ids))} {done}.", action=action, action_id=name)


def _counted(count: int) -> str:
    return f"{count} proposal{'' if count == 1 else 's'}"
