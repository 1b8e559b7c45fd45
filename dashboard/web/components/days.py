"""The browser's own box for a day, with its calendar and the order of parts that the person is used to."""

from __future__ import annotations

from datetime import date

from dash import dcc, html
from dash.development.base_component import Component


def day_box(id: str | dict[str, str], value: date | None = None, *, class_name: str = "in") -> Component:
    """A box whose value is an ISO date, or "" while it is empty."""
    return dcc.Input(
        id=id,
        type="date",  # type: ignore[arg-type]  # the signature lists fewer types than the element takes
        value=value.isoformat() if value is not None else "",
        className=class_name,
    )


def named_day_box(
    id: str | dict[str, str], label: str, value: date | None = None, *, class_name: str = "in sm"
) -> Component:
    """A box for a toolbar or a line, there small; its label is for readers and on hover."""
    return html.Label([html.Span(label, className="sr"), day_box(id, value, class_name=class_name)], title=label)
