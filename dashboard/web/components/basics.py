"""The small pieces that every page is made of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.web.components.attributes import aria, data, given

Children = Component | str | Sequence[Component | str]
Id = str | dict[str, str]


def icon(name: str, class_name: str = "") -> Component:
    """An icon of the set in ``assets/05-icons.css``; decoration, so a reader is not told of it."""
    return html.I(className=f"bi bi-{name} {class_name}".strip(), **aria(hidden="true"))


def button(
    text: str, *, id: Id | None = None, mark: str = "", kind: str = "", href: str = "", **more: Any
) -> Component:
    """A button (a link where it has ``href``); ``kind`` adds ``pri``, ``gh``, ``dng``, ``sm`` or ``lg``."""
    parts: list[Component | str] = [icon(mark), text] if mark else [text]
    classes = f"b {kind}".strip()
    if href:
        return dcc.Link(parts, href=href, className=classes, **given(id=id), **more)
    return html.Button(parts, className=classes, type="button", **given(id=id), **more)


def icon_button(mark: str, label: str, *, id: Id | None = None, kind: str = "gh", **more: Any) -> Component:
    """A button that is an icon; ``label`` is what a reader hears."""
    classes = f"b ic {kind}".strip()
    return html.Button(
        icon(mark), className=classes, type="button", title=label, **aria(label=label), **given(id=id), **more
    )


def page_header(title: str, *, scope: Sequence[Component] = (), actions: Sequence[Component] = ()) -> Component:
    """The heading of a page: title, scope chips, then its actions with the one primary last."""
    return html.Div([html.H1(title), *scope, html.Span(className="end"), *actions], className="page-h")


def scrolling(table: Component, label: str) -> Component:
    """A table that may be wider than its card: it is scrolled with the keys, too."""
    focus: dict[str, Any] = {"tabIndex": "0"}  # Any: as Dash takes it
    return html.Div(table, className="hm-box", role="group", **focus, **aria(label=label))


def card(
    title: str,
    body: Children,
    *,
    sub: Children = "",
    controls: Sequence[Component] = (),
    class_name: str = "",
    id: Id | None = None,
    padded: bool = True,
) -> Component:
    """A card: 44 px head with title, sub and controls, then its body (edge to edge where not ``padded``)."""
    head = [html.H2(title), html.Span(sub, className="sub num"), html.Span(className="end"), *controls]
    content = html.Div(body, className="card-b" if padded else "card-edge")
    return html.Section(
        [html.Div(head, className="card-h wrap"), content],
        className=f"card-x {class_name}".strip(),
        **aria(label=title),
        **given(id=id),
    )


def kpi(
    label: str,
    value: Children,
    sub: Children = "",
    *,
    direction: str = "",
    id: Id | None = None,
    why: str = "",
    explained: str = "",
) -> Component:
    """A key figure; ``direction`` is up, down, flat or "", ``why`` says why a figure is missing.

    ``explained`` is the address of its working, which a button beside the label opens.
    """
    shown = html.Div(
        [html.Span(value), html.Span(why, className="sr")] if why else value,
        className=f"v num {direction}".strip(),
        **given(title=why),
    )
    names: list[Component | str] = [label, *([explain_button(label, explained)] if explained else [])]
    parts = [html.Div(names, className="l"), shown, html.Div(sub, className="s num")]
    return html.Div(parts, className="kpi", **given(id=id))


def explain_button(name: str, address: str) -> Component:
    """The button that opens how ``name`` was computed; ``assets/74-explain.js`` fetches ``address``."""
    label = f"How was {name} computed?"
    told = {**data(explain=address), **aria(label=label, haspopup="dialog")}
    return html.Button(icon("info-circle"), className="explain", type="button", title=label, **told)


def kpi_strip(*figures: Component, id: Id = "kpis") -> Component:
    """The strip of key figures."""
    return html.Section(list(figures), className="kpis", id=id, **aria(label="Key figures"))


def segmented(
    id: Id, options: Sequence[str | tuple[str, str]], value: str, label: str, *, class_name: str = ""
) -> Component:
    """One choice of a few: real radio buttons, so the arrow keys work. An option is its value, or value and text."""
    pairs = [(option, option) if isinstance(option, str) else option for option in options]
    choice = dbc.RadioItems(
        id=id,
        options=[{"value": one, "label": text} for one, text in pairs],
        value=value,
        inline=True,
        className="seg-items",
        inputClassName="btn-check",
        labelClassName="seg-btn",
    )
    return html.Div(choice, className=f"seg {class_name}".strip(), role="radiogroup", **aria(label=label))


def chip(text: str, tone: str = "", *, mark: str = "") -> Component:
    """A status in a word: ``tone`` is ok, warn, bad, info, acc, up, down or "" (neutral)."""
    return html.Span([icon(mark), text] if mark else text, className=f"chip {tone}".strip())


def _element(id: Id | None) -> str | None:
    """What the browser has as the id of a component with ``id``."""
    return json.dumps(id, sort_keys=True, separators=(",", ":")) if isinstance(id, dict) else id


def field(label: str, control: Component, *, hint: Children = "", id: Id | None = None) -> Component:
    """A labelled control of a form; ``id`` is that of the hint below it, where its error can be put."""
    known = getattr(control, "id", None)
    name = html.Label(label, className="lab", **given(htmlFor=_element(known)))
    return html.Div([name, control, html.Div(hint, className="hint", **given(id=id))])
