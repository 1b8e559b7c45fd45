"""The frame around every page: sidebar, portfolio switcher, top bar, theme, tabs on a phone, notices.

The links follow the address in the browser (``assets/40-shell.js``), without asking the server.
"""

from __future__ import annotations

import itertools

import dash
import dash_bootstrap_components as dbc
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, dcc, html, set_props
from dash.development.base_component import Component

from dashboard.domain.access import Actor, Permission
from dashboard.results.portfolios import PortfolioItem
from dashboard.runtime import settings
from dashboard.services import actions, portfolios, price_quality
from dashboard.web import csrf, notices
from dashboard.web.callback import permitted
from dashboard.web.components.attributes import aria, data
from dashboard.web.components.basics import chip, icon, icon_button
from dashboard.web.identity import actor_or_none
from dashboard.web.page import BRAND, LOCATION, Page, pages, portfolio_path
from dashboard.web.prepared import prepared

PORTFOLIO_STORE, COUNT = "portfolios", "nav-count-"
PRICES_WORDS = "Prices may be delayed; nothing here is investment advice."
SIMULATED_WORDS = "Simulated market: every name and every price is invented."
GROUPS = ("Portfolio", "Research", "Output", "Admin")


def install(app: Dash) -> None:
    """Give ``app`` its frame; the layout is made for each request, for the person who asks."""
    app.layout = lambda: _layout(app)
    app.clientside_callback(
        ClientsideFunction("shell", "follow"),
        Output({"nav": ALL, "place": ALL}, "href"),
        Output({"nav": ALL, "place": ALL}, "className"),
        Output("switcher-name", "children"),
        Output("switcher-sub", "children"),
        Output("switcher-mark", "children"),
        Output("tab-name", "children"),
        Output("breadcrumb", "children"),
        Input(LOCATION, "pathname"),
        Input(PORTFOLIO_STORE, "data"),
        State({"nav": ALL, "place": ALL}, "id"),
        State("page-list", "data"),
    )
    app.clientside_callback(
        ClientsideFunction("shell", "notify"), Output("notices", "title"), Input(notices.STORE, "data")
    )


def _layout(app: Dash) -> Component:
    if actor_or_none() is None:  # Dash asks once at start, when nobody does; the guard turns everybody else away
        return html.Div(dash.page_container)
    actor = permitted(Permission.PORTFOLIO_VIEW)
    owned = portfolios.list_portfolios(actor)
    counts = {"quality": price_quality.problems(actor), "income": actions.problems(actor)}
    key = f"shell|{actor}|{owned}|{counts}|{csrf.token()}"
    return html.Div(prepared(key, lambda: _frame(app, actor, owned, counts)))


def _frame(app: Dash, actor: Actor, owned: tuple[PortfolioItem, ...], counts: dict[str, int]) -> Component:
    known = [page for page in pages(app.server) if page.group and actor.may(page.permission)]
    content = html.Main(dash.page_container, id="main", className="page", tabIndex=-1)
    main = html.Div([_top(known), content, _foot()], className="main")
    return html.Div(
        [
            html.A("Skip to content", className="skip", href="#main"),
            dcc.Store(PORTFOLIO_STORE, data=[_option(item) for item in owned]),
            dcc.Store("page-list", data=[_known(page) for page in pages(app.server)]),
            dcc.Store(notices.STORE),
            dcc.Store(notices.ACTION_STORE),
            html.Div([_side(actor, known, owned, counts), main], className="shell"),
            html.Div(className="menu-scrim", **data(menu="close")),
            _tabs(known),
            html.Div(id="notices", className="notices", role="status", **aria(live="polite")),
        ]
    )


def _side(actor: Actor, known: list[Page], owned: tuple[PortfolioItem, ...], counts: dict[str, int]) -> Component:
    groups = itertools.groupby(sorted(known, key=lambda page: GROUPS.index(page.group)), key=lambda page: page.group)
    links = [
        part for group, members in groups for part in (_heading(group), *(_link(page, counts) for page in members))
    ]
    return html.Nav([_brand(), _switcher(owned), *links, _person(actor)], className="side", **aria(label="Main"))


def _brand() -> Component:
    mark = html.Span(className="mark", **aria(hidden="true"))
    return dcc.Link([mark, html.Span(BRAND, className="brand-name")], href="/", className="brand", title=BRAND)


def _switcher(owned: tuple[PortfolioItem, ...]) -> Component:
    label = [
        html.Span("–", className="sw-ic", id="switcher-mark", **aria(hidden="true")),
        html.Span([html.B("No portfolio", id="switcher-name"), html.Small("", id="switcher-sub")], className="grow"),
        icon("chevron-expand", "t3"),
    ]
    items = [dbc.DropdownMenuItem(_named(item), href=portfolio_path(item.portfolio.slug)) for item in owned]
    new = dbc.DropdownMenuItem([icon("plus-lg"), "New portfolio"], href="/new")
    parts = [*items, dbc.DropdownMenuItem(divider=True), new] if items else [new]
    menu: Component = dbc.DropdownMenu(
        parts, label=label, caret=False, toggleClassName="switcher", class_name="switch", align_end=False
    )
    return menu


def _named(item: PortfolioItem) -> Component:
    return html.Span([html.B(item.portfolio.name), html.Small(_sub(item))], className="switch-item")


def _sub(item: PortfolioItem) -> str:
    accounts = sum(1 for name in item.accounts if name)
    counted = {0: "", 1: "1 account · "}.get(accounts, f"{accounts} accounts · ")
    return f"{counted}{item.portfolio.base_currency}"


def _heading(group: str) -> Component:
    return html.Div(group, className="nav-g")


def _link(page: Page, counts: dict[str, int]) -> Component:
    """A link of the menu; ``counts`` says of how many things on a page somebody should know."""
    count = counts.get(page.key)
    badge = [html.Span(_count(count), id=f"{COUNT}{page.key}", className="cnt-box")] if count is not None else []
    return dcc.Link(
        [icon(page.icon), html.Span(page.title, className="nav-t"), *badge],
        id={"nav": page.key, "place": "side"},
        href=page.path,
        className="nav-i",
        title=page.title,
    )


def show_count(page: str, count: int) -> None:
    """Show in the menu how many things on a page somebody should know, from within a callback of that page."""
    set_props(f"{COUNT}{page}", {"children": _count(count)})


def _count(count: int) -> list[Component]:
    words = [html.Span(str(count), **aria(hidden="true")), html.Span(f"{count} problems", className="sr")]
    return [html.Span(words, className="cnt warn num")] if count else []


def _person(actor: Actor) -> Component:
    words = [html.Span(actor.email.partition("@")[0], className="med ell"), html.Span(actor.role, className="t3 micro")]
    form = html.Form(
        [
            dcc.Input(type="hidden", name=csrf.FIELD, value=csrf.token(), id="sign-out-token"),
            html.Button([icon("box-arrow-right"), "Sign out"], type="submit", className="dropdown-item", id="sign-out"),
        ],
        action="/sign-out",
        method="POST",
    )
    menu = dbc.DropdownMenu(
        [html.Div(actor.email, className="menu-head"), form],
        label=[icon("three-dots"), html.Span("Account menu", className="sr")],
        caret=False,
        direction="up",
        align_end=True,
        toggleClassName="b gh ic sm",
        toggle_style={},
        id="person-menu",
    )
    avatar = html.Span(actor.email[:2].upper(), className="avatar", **aria(hidden="true"))
    return html.Div([avatar, html.Span(words, className="grow person"), menu], className="side-foot")


def _top(known: list[Page]) -> Component:
    mark = html.Span(className="mark", **aria(hidden="true"))
    mobile = html.Button(
        [mark, html.B("", id="tab-name", className="semi ell"), icon("chevron-down", "t3 micro")],
        className="only-m row-f top-name",
        type="button",
        title="Portfolios and pages",
        **data(menu="open"),
    )
    crumb = html.Nav(id="breadcrumb", className="crumb only-d", **aria(label="Breadcrumb"))
    live = html.Span(
        [html.Span(className="dot", id="live-dot", **aria(hidden="true")), html.Span("", id="live-text")],
        id="live-status",
        className="row-f xs t2 nowrap live",
    )
    simulated = [chip("Simulated", "info")] if settings().providers == ("simulated",) else []
    theme = icon_button("moon", "Switch theme", id="theme-toggle")
    return html.Header([mobile, crumb, html.Span(className="end"), *simulated, live, theme], className="top")


def _tabs(known: list[Page]) -> Component:
    tabs: list[Component] = [
        dcc.Link([icon(page.icon), page.tab], id={"nav": page.key, "place": "tab"}, href=page.path)
        for page in known
        if page.tab
    ]
    tabs.append(html.Button([icon("list"), "More"], type="button", **data(menu="open")))
    return html.Nav(tabs, className="mtab", **aria(label="Main, on a phone"))


def _foot() -> Component:
    words = [PRICES_WORDS]
    if settings().providers == ("simulated",):
        words.insert(0, SIMULATED_WORDS)
    return html.Footer(" ".join(words), className="foot", id="foot")


def _option(item: PortfolioItem) -> dict[str, str]:
    portfolio = item.portfolio
    return {
        "slug": portfolio.slug,
        "name": portfolio.name,
        "currency": portfolio.base_currency,
        "sub": _sub(item),
    }


def _known(page: Page) -> dict[str, str]:
    return {"key": page.key, "path": page.path, "title": page.title, "group": page.group, "parent": page.parent}
