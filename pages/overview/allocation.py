"""What the money is in: a treemap with its legend, by sector also through the funds that are held."""

from __future__ import annotations

from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashboard.domain.access import Actor
from dashboard.domain.exposure import ExposureBy
from dashboard.figures.allocation import Group, GroupBy, allocation_groups, treemap_of
from dashboard.figures.exposure import exposure_groups
from dashboard.formatting import dates, numbers
from dashboard.results.exposure import ExposureReport
from dashboard.results.holdings import HoldingsReport
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import exposures
from dashboard.web.components import basics
from dashboard.web.components.attributes import aria
from dashboard.web.components.data import graph
from dashboard.web.theme import current_theme

GROUPS = [(by.value, by.value.capitalize()) for by in GroupBy]
FUNDS = "funds"
HEIGHT = 236


def card(report: HoldingsReport, by: str, look: str, through: ExposureReport | None) -> Component:
    """The card; the callback redraws its body when the grouping changes. ``through`` as :func:`through_funds` says."""
    chosen = grouping(by)
    control = basics.segmented("by", GROUPS, chosen.value, "Group by", class_name="sm")
    looking = [FUNDS] if look == FUNDS else []
    switch = dbc.Checklist(
        id="look",
        options=[{"value": FUNDS, "label": "Look through funds"}],
        value=looking,
        switch=True,
        className="look xs",
    )
    return basics.card(
        "Allocation",
        [
            html.Div(switch, id="allocation-look", hidden=through is None),
            html.Div(body(report, chosen, through if looking else None), id="allocation-body"),
        ],
        controls=[control],
        class_name="c4",
    )


def grouping(by: str) -> GroupBy:
    """The grouping that the address names; by class where it names none that exists."""
    return GroupBy(by) if by in set(GroupBy) else GroupBy.CLASS


def through_funds(actor: Actor, portfolio: PortfolioRef, by: str) -> ExposureReport | None:
    """The sectors through funds; None where others are asked for, or no fund that is held has told any."""
    if grouping(by) is not GroupBy.SECTOR:
        return None
    found = exposures.look_through(actor, portfolio.id, ExposureBy.SECTOR)
    return found if found.exposure.funds else None


def body(report: HoldingsReport, by: GroupBy, through: ExposureReport | None = None) -> list[Component]:
    """The treemap and the weight of each group, ``through`` funds where they are looked through."""
    groups = allocation_groups(report, by) if through is None else exposure_groups(through, report)
    largest = ", ".join(f"{group.name} {numbers.percent(group.weight, 1)}" for group in groups[:3])
    figure = dict(treemap_of(groups, report.currency, theme=current_theme(), height=HEIGHT))
    return [
        graph("allocation-chart", figure, label=f"Allocation by {by.value}: {largest}", height=HEIGHT),
        html.Div(list(map(_legend, groups)), className="alloc-legend xs"),
        *([] if through is None else _remarks(through)),
    ]


def _legend(group: Group) -> Component:
    return html.Span(
        [
            html.I(className="key", style={"background": f"var(--{group.color})"}, **aria(hidden="true")),
            html.Span(group.name, className="t2 ell", title=group.name),
            html.Span(numbers.percent(group.weight, 1), className="end num med"),
        ],
        className="row-f gap6",
    )


def _remarks(through: ExposureReport) -> Sequence[Component]:
    """How old what the funds say is, how much they do not say, and what was scaled."""
    found = through.exposure
    days = {fund.as_of for fund in found.funds}
    said = f"Described on {dates.day(found.as_of)}{' or later' if len(days) > 1 else ''}" if found.as_of else ""
    rest = f"{numbers.percent(found.not_described_weight.value, 1)} is not described."
    texts = [f"{said}; {rest}" if said else rest, *(note.message for note in found.notes)]
    return [html.P(text, className="t3 xs look-note") for text in texts]
