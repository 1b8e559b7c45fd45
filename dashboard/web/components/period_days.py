"""The two days of a custom timeframe, and what is wrong with them."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.formatting import dates
from dashboard.web.state import Timeframe, ViewState


def boxes(view: ViewState, *, prefix: str = "tf") -> Component:
    """The boxes, shown for a custom timeframe alone."""
    return html.Div(
        [
            _box(f"{prefix}-from", "First day", view.start),
            html.Span("–", className="t3"),
            _box(f"{prefix}-to", "Last day", view.end),
            html.Span(id=f"{prefix}-hint", className="hint bad", role="status"),
        ],
        id=f"{prefix}-days",
        className="row-f tf-days",
        hidden=view.timeframe is not Timeframe.CUSTOM,
    )


def fault(search: str, today: date, first: date) -> str:
    """What is wrong with the days that the address names, and what is shown instead; "" where nothing is."""
    given = {name: values[-1].strip() for name, values in parse_qs(search.lstrip("?")).items()}
    days: dict[str, date] = {}
    for name in ("from", "to"):
        try:
            if given.get(name):
                days[name] = date.fromisoformat(given[name])
        except ValueError:
            return f"“{given[name][:20]}” is not a day. Write it as {today}."
    start, end = days.get("from"), days.get("to")
    if start and end and start > end:
        return "The first day is after the last: shown the other way round."
    if max(start or first, end or first) > today:
        return f"Later than today: shown up to {dates.day(today)}."
    return f"The first transaction is of {dates.day(first)}." if end and end < first else ""


def _box(id: str, label: str, value: date | None) -> Component:
    box = dcc.Input(
        id=id,
        type="text",
        value=value.isoformat() if value is not None else "",
        placeholder="YYYY-MM-DD",
        pattern="[0-9]{4}-[0-9]{2}-[0-9]{2}",
        maxLength=10,
        debounce=True,
        className="in sm day",
    )
    return html.Label([html.Span(label, className="sr"), box], title=label)
