"""What a reader must know before the figures: old prices and their age, and every other remark."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.domain.measures import Status
from dashboard.formatting import dates, numbers
from dashboard.results.holdings import Holding, HoldingsReport
from dashboard.results.performance import PerformanceSummary
from dashboard.web.components.basics import button, icon
from dashboard.web.components.states import note

REFRESH = "ov-fetch"


def banner(report: HoldingsReport, summary: PerformanceSummary) -> list[Component]:
    """At most one banner: the age of the prices first, then each remark once, the longer list folded."""
    remarks = list(dict.fromkeys(dates.said(item.message) for item in (*report.status, *summary.status)))
    lead = _stale(report)
    if not lead and not remarks:
        return []
    first: list[Component | str] = lead or [remarks.pop(0)]
    if remarks:
        word = "Details" if lead else f"and {len(remarks)} more"
        first.append(html.Details([html.Summary(word), html.Ul([html.Li(text) for text in remarks])]))
    action = button("Refresh prices", id=REFRESH, mark="arrow-clockwise", kind="sm") if lead else None
    return [note(first, tone="warn", mark="clock-history", action=action)]


def stale(report: HoldingsReport) -> list[Holding]:
    """What has an old price."""
    return [
        row
        for row in report.holdings
        if row.price_status is Status.STALE and row.price_date is not None and row.price_date < report.as_of
    ]


def _stale(report: HoldingsReport) -> list[Component | str]:
    """How many prices are old, and how old the oldest is."""
    days = [row.price_date for row in stale(report) if row.price_date is not None]
    if not days:
        return []
    oldest = min(days)
    age = (report.as_of - oldest).days
    return [
        html.B(f"{len(days)} of {len(report.holdings)} prices {'is' if len(days) == 1 else 'are'} old. "),
        f"The oldest is of {dates.day(oldest)}, {numbers.number(age, 0)} days ago. Figures marked ",
        icon("clock-history", "warn"),
        " use the last good price.",
    ]
