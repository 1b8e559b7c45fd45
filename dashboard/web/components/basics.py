"""The small pieces that every page is made of."""

from __future__ import annotations

from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

Children = Component | str | Sequence[Component | str]


def icon(name: str, class_name: str = "") -> Component:
    """An icon of the set in ``assets/05-icons.css``; decoration, so a reader is not told of it."""
    return html.I(className=f"bi bi-{name} {class_name}".strip(), **{"aria-hidden": "true"})


def button(
    text: str, *, id: str | dict[str, str] | None = None, mark: str = "", kind: str = "", href: str = "", **more: object
) -> Component:
    """A button (a link where it has ``href``); ``kind`` adds ``pri``, ``gh``, ``dng``, ``sm`` or ``lg``."""
    parts = [icon(mark), text] if mark else [text]
    named = {"id": id} if id is not None else {}
    if href:
        return dbc.NavLink(parts, href=href, className=f"b {kind}".strip(), **named, **more)
    return html.Button(parts, className=f"b {kind}".strip(), type="button", **named, **more)


def icon_button(
    mark: str, label: str, *, id: str | dict[str, str] | None = None, kind: str = "gh", **more: object
) -> Component:
    """A button that is an icon; ``label`` is what a reader hears."""
    named = {"id": id} if id is not None else {}
    words = {"aria-label": label}
    return html.Button(icon(mark), className=f"b ic {kind}", type="button", title=label, **words, **named, **more)


def page_header(title: str, *, scope: Sequence[Component] = (), actions: Sequence[Component] = ()) -> Component:
    """The heading of a page: title, scope chips, then its actions with the one primary last."""
    return html.Div([html.H1(title), *scope, html.Span(className="end"), *actions], className="page-h")


def card(
    title: str,
    body: Children,
    *,
    sub: Children = "",
    controls: Sequence[Component] = (),
    class_name: str = "",
    id: str | None = None,
    padded: bool = True,
) -> Component:
    """A card: 44 px head with title, sub and controls, then its body (edge to edge where not ``padded``)."""
    head = [html.H2(title), html.Span(sub, className="sub num"), html.Span(className="end"), *controls]
    named = {"id": id} if id is not None else {}
    content = html.Div(body, className="card-b" if padded else "card-edge")
    return html.Section(
        [html.Div(head, className="card-h wrap"), content],
        className=f"card-x {class_name}".strip(),
        **{"aria-label": title},
        **named,
    )


def kpi(
    label: str, value: Children, sub: Children = "", *, direction: str = "", id: str | None = None, why: str = ""
) -> Component:
    """A key figure; ``direction`` is up, down, flat or "", ``why`` says why a figure is missing."""
    named = {"id": id} if id is not None else {}
    hint = {"title": why} if why else {}
    shown = html.Div([value, html.Span(why, className="sr")] if why else value, className=f"v num {direction}", **hint)
    return html.Div([html.Div(label, className="l"), shown, html.Div(sub, className="s num")], className="kpi", **named)


def kpi_strip(*figures: Component, id: str = "kpis") -> Component:
    """The strip of key figures."""
    return html.Section(list(figures), className="kpis", id=id, **{"aria-label": "Key figures"})


def segmented(
    id: str | dict[str, str], options: Sequence[str | tuple[str, str]], value: str, label: str, *, class_name: str = ""
) -> Component:
    """One choice of a few: real radio buttons, so the arrow keys work. An option is its value, or value and text."""
    pairs = [(option, option) if isinstance(option, str) else option for option in options]
    return html.Div(
        dbc.RadioItems(
            id=id,
            options=[{"value": one, "label": text} for one, text in pairs],
            value=value,
            inline=True,
            className="seg-items",
            inputClassName="btn-check",
            labelClassName="seg-btn",
        ),
        className=f"seg {class_name}".strip(),
        role="radiogroup",
        **{"aria-label": label},
    )


def chip(text: str, tone: str = "", *, mark: str = "") -> Component:
    """A status in a word: ``tone`` is ok, warn, bad, info, acc, up, down or "" (neutral)."""
    return html.Span([icon(mark), text] if mark else text, className=f"chip {tone}".strip())


def field(label: str, control: Component, *, hint: str = "", id: str | None = None) -> Component:
    """A labelled control of a form with its hint or error below it."""
    named = {"htmlFor": control.id} if isinstance(getattr(control, "id", None), str) else {}
    below = {"id": id} if id is not None else {}
    return html.Div([html.Label(label, className="lab", **named), control, html.Div(hint, className="hint", **below)])
