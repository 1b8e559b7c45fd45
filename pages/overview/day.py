"""The chart of one day: what is held now, at the bars within the session."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.figures.day_value import day_value_figure
from dashboard.figures.value import Mode
from dashboard.formatting import dates, numbers
from dashboard.results.day_value import DayValue
from dashboard.web.components.data import graph
from dashboard.web.components.legends import legend_entry
from dashboard.web.theme import current_theme


def drawn(found: DayValue, mode: Mode, *, narrow: bool, height: int) -> tuple[list[Component], Component]:
    """The legend with what the line rests on, and the plot labelled with a sentence."""
    change = float(found.values[-1] / found.values[0] - 1.0) if found.values[0] > 0 else None
    figure = dict(day_value_figure(found, mode=mode, theme=current_theme(), narrow=narrow))
    place = found.timezone.rpartition("/")[2].replace("_", " ")
    day = dates.day(found.session) if found.session else ""
    count = f"{found.followed} of {found.count} holdings" if found.followed < found.count else "every holding"
    words = f"{place} time, {count}"
    why = f"{day}, by the bars of {count}; the others, cash and rates stand as at their last close"
    note = html.Span(words, className="t3", title=why)
    label = f"What is held was worth {numbers.percent(change, signed=True)} on {day}, {words}"
    return [legend_entry("Portfolio", change, "line"), note], graph("value-chart", figure, label=label, height=height)


def why_not(found: DayValue) -> Component:
    """Why there is no line of the day, beside the closes that are drawn for it."""
    return html.Span("Closes: no bars within the day", className="t3", title=found.why_empty)
