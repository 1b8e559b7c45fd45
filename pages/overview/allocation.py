"""What the money is in: a treemap with its legend."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.figures.allocation import GroupBy, allocation_groups, treemap_figure
from dashboard.formatting import numbers
from dashboard.results.holdings import HoldingsReport
from dashboard.web.components import basics
from dashboard.web.components.attributes import aria
from dashboard.web.components.data import graph
from dashboard.web.theme import current_theme

GROUPS = [(by.value, by.value.capitalize()) for by in GroupBy]
HEIGHT = 236


def card(report: HoldingsReport, by: str) -> Component:
    """The card; the callback redraws its body when the grouping changes."""
    chosen = grouping(by)
    control = basics.segmented("by", GROUPS, chosen.value, "Group by", class_name="sm")
    return basics.card(
        "Allocation",
        html.Div(body(report, chosen), id="allocation-body"),
        controls=[control],
        class_name="c4",
    )


def grouping(by: str) -> GroupBy:
    """The grouping that the address names; by class where it names none that exists."""
    return GroupBy(by) if by in set(GroupBy) else GroupBy.CLASS


def body(report: HoldingsReport, by: GroupBy) -> list[Component]:
    """The treemap and the weight of each group."""
    groups = allocation_groups(report, by)
    largest = ", ".join(f"{group.name} {numbers.percent(group.weight, 1)}" for group in groups[:3])
    figure = dict(treemap_figure(report, by=by, theme=current_theme(), height=HEIGHT))
    lines = [
        html.Span(
            [
                html.I(className="key", style={"background": f"var(--{group.color})"}, **aria(hidden="true")),
                html.Span(group.name, className="t2 ell", title=group.name),
                html.Span(numbers.percent(group.weight, 1), className="end num med"),
            ],
            className="row-f gap6",
        )
        for group in groups
    ]
    return [
        graph("allocation-chart", figure, label=f"Allocation by {by.value}: {largest}", height=HEIGHT),
        html.Div(lines, className="alloc-legend xs"),
    ]
