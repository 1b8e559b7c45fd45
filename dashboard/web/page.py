"""Pages: where each lives, who may see it, and how its layout is had."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

import dash
from dash import Dash, ctx, dcc, html
from dash.development.base_component import Component
from flask import Flask

from dashboard.domain.access import Actor, Permission
from dashboard.errors import NotFound
from dashboard.web import state, values
from dashboard.web.callback import guarded
from dashboard.web.components.states import page_error

PAGES = "basis_pages"
VIEW_STORE = "view"
ADDRESS_STORE = values.ADDRESS_STORE
LOCATION = values.LOCATION
BRAND = "Basis"


Layout = Callable[..., Component | Sequence[Component]]
"""Called with who looks, the state of the view, and the variables of the path by name."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page. ``path`` has its variables in angle brackets; without a ``group`` it is not in the menu.

    ``parent`` is the key of the page in the menu that it belongs to.
    """

    key: str
    path: str
    title: str
    layout: Layout
    permission: Permission
    group: str = ""
    icon: str = ""
    tab: str = ""
    parent: str = ""

    @property
    def pattern(self) -> re.Pattern[str]:
        """What an address of this page looks like."""
        literal = (re.escape(part) if index % 2 == 0 else f"(?P<{part}>[^/]+)" for index, part in self._parts())
        return re.compile("".join(literal))

    @property
    def of_portfolio(self) -> bool:
        """Whether the page shows one portfolio, named by ``<slug>``."""
        return "<slug>" in self.path

    def _parts(self) -> list[tuple[int, str]]:
        return list(enumerate(re.split(r"[<>]", self.path)))

    def variables(self, pathname: str) -> dict[str, str] | None:
        """The variables in an address of this page, None where it is another page's."""
        match = self.pattern.fullmatch(pathname.rstrip("/") or "/")
        return None if match is None else {name: unquote(value) for name, value in match.groupdict().items()}


def add_page(app: Dash, page: Page) -> None:
    """Make a page known to the router and to the menu. Its layout is had by the permitted alone."""
    pages(app.server).append(page)
    dash.register_page(
        f"pages.{page.key}",
        path=page.path if "<" not in page.path else None,
        path_template=page.path if "<" in page.path else None,
        title=f"{page.title} · {BRAND}",
        order=-page.path.count("/") * 10 + page.path.count("<"),
        layout=_guarded_layout(page),
    )


def pages(server: Flask) -> list[Page]:
    """The pages of an application, in the order in which they were added."""
    found: list[Page] = server.extensions.setdefault(PAGES, [])
    return found


def page_at(server: Flask, pathname: str) -> tuple[Page, dict[str, str]] | None:
    """Which page an address means, and its variables."""
    for page in sorted(pages(server), key=lambda page: page.path.count("<")):
        variables = page.variables(pathname)
        if variables is not None:
            return page, variables
    return None


def _guarded_layout(page: Page) -> Callable[..., Component]:
    def show(actor: Actor, *_: object, **__: object) -> Component:
        pathname, search = _address()
        variables = page.variables(pathname)
        if variables is None:
            raise NotFound("There is no page at this address.")
        view = state.parse(search)
        stores = [dcc.Store(VIEW_STORE, data=search), dcc.Store(ADDRESS_STORE, data={"path": pathname, **variables})]
        return html.Div(
            [*stores, html.Div(page.layout(actor, view, **variables), className="page-body")], className="page-root"
        )

    show.__qualname__ = f"layout.{page.key}"
    return guarded(show, page.permission, page_error)


def _address() -> tuple[str, str]:
    """The address that the router was asked for; what it passes as arguments mixes path and query."""
    values = ctx.inputs
    return str(values.get(f"{LOCATION}.pathname") or "/"), str(values.get(f"{LOCATION}.search") or "")


def portfolio_path(slug: str, page: str = "") -> str:
    """The address of a portfolio's page."""
    return f"/p/{slug}/{page}".rstrip("/")
