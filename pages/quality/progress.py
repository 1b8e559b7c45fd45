"""How the check of everything gets on, in a line."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.errors import ServiceUnavailable
from dashboard.formatting import dates, numbers
from dashboard.results.quality_checks import CheckState, QualityCheck
from dashboard.services import quality_checks


def known() -> QualityCheck:
    """The last check; none where Redis does not answer."""
    try:
        return quality_checks.state()
    except ServiceUnavailable:
        return QualityCheck()


def line(found: QualityCheck) -> list[Component]:
    """Where it stands, who asked for it and when; nothing where none is known of."""
    words = _words(found)
    asked = found.ended_at or found.asked_at
    if not words or asked is None:
        return []
    moment = html.Time(dates.moment(asked), dateTime=asked.isoformat())
    return [html.Span(f"{words} · "), moment, html.Span(f" · {found.asked_by}" if found.asked_by else "")]


def _words(found: QualityCheck) -> str:
    if found.state is CheckState.WAITING:
        return "The check waits for a worker"
    if found.state is CheckState.RUNNING:
        return f"Checking: {numbers.number(found.done, 0)} of {numbers.number(found.total, 0)} series"
    if found.state is CheckState.FAILED:
        return f"The check has failed: {found.error}"
    if found.state is CheckState.DONE:
        series, findings = numbers.number(found.total, 0), numbers.number(found.findings or 0, 0)
        return f"Checked {series} series, {findings} findings"
    return ""
