"""The runs of reports: where each stands, how long it took, and its file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum

from dash import html
from dash.development.base_component import Component

from dashboard.formatting import dates, numbers
from dashboard.results.reports import ReportFormat, ReportKind, ReportRunItem, RunState
from dashboard.web.components.attributes import aria
from dashboard.web.components.basics import button, chip, icon
from dashboard.web.components.states import empty

KINDS = {ReportKind.PERFORMANCE: "Performance"}
OPEN = frozenset({RunState.QUEUED, RunState.RUNNING})
WORDS = {
    RunState.QUEUED: ("Waiting", "", "hourglass-split"),
    RunState.RUNNING: ("Running", "info", "arrow-clockwise"),
    RunState.DONE: ("Finished", "ok", "check-lg"),
    RunState.FAILED: ("Failed", "bad", "x-lg"),
}
MARKS = {ReportFormat.CSV: "filetype-csv", ReportFormat.XLSX: "filetype-xlsx"}
HEADS = (
    ("Report", ""),
    ("Portfolio", ""),
    ("Period", ""),
    ("Started", "sorted"),
    ("Took", "r"),
    ("Status", ""),
    ("Detail", ""),
)


class Show(StrEnum):
    """Which runs are listed."""

    ALL = "all"
    OPEN = "open"
    DONE = "done"
    FAILED = "failed"


STATES = {
    Show.ALL: frozenset(RunState),
    Show.OPEN: OPEN,
    Show.DONE: frozenset({RunState.DONE}),
    Show.FAILED: frozenset({RunState.FAILED}),
}


def is_open(runs: Sequence[ReportRunItem]) -> bool:
    """Whether any run may still change, so that it is worth asking again."""
    return any(run.state in OPEN for run in runs)


def body(runs: Sequence[ReportRunItem], show: Show, zone: str) -> list[Component]:
    """The table and, for a phone, the list; or why there is nothing in them."""
    if not runs:
        text = "A report puts a portfolio’s value, returns, risk and holdings into a file. Each one made stays here."
        action = button("New report", id={"report": "new", "place": "empty"}, mark="plus-lg", kind="pri")
        return [empty("No reports yet", text, action)]
    shown = [run for run in runs if run.state in STATES[show]]
    if not shown:
        return [html.P("No runs match.", className="t3 runs-none")]
    now = datetime.now(UTC)
    head = html.Tr([*(_head(name, tone) for name, tone in HEADS), html.Th("Download", className="r")])
    table = html.Table([html.Thead(head), html.Tbody([_row(run, zone, now) for run in shown])], className="tb runs")
    phone = html.Div([_line(run, zone, now) for run in shown], className="only-m")
    return [html.Div(table, className="only-d runs-wide"), phone]


def _head(name: str, tone: str) -> Component:
    if tone != "sorted":
        return html.Th(name, className=tone)
    return html.Th([name, icon("arrow-down")], className=tone, **aria(sort="descending"))


def period_of(run: ReportRunItem) -> str:
    """The days that the report is about."""
    if run.period_from is None and run.period_to is None:
        return "Since the first transaction"
    start = dates.day(run.period_from) if run.period_from else "First transaction"
    return f"{start} – {dates.day(run.period_to) if run.period_to else 'now'}"


def _row(run: ReportRunItem, zone: str, now: datetime) -> Component:
    return html.Tr(
        [
            html.Td(KINDS[run.kind], className="med"),
            html.Td(html.Span(run.portfolio_name, className="ell runs-name", title=run.portfolio_name)),
            html.Td(period_of(run), className="t2 num"),
            html.Td(_started(run, zone), className="num t2"),
            html.Td(_took(run, now), className="r num t2"),
            html.Td(_status(run)),
            html.Td(_detail(run), className="t2"),
            html.Td(html.Span(_actions(run, "row"), className="runs-act"), className="r"),
        ],
        key=str(run.id),
    )


def _line(run: ReportRunItem, zone: str, now: datetime) -> Component:
    name = html.Div(
        [html.B(KINDS[run.kind], className="med"), html.Span(run.portfolio_name, className="t2 ell")], className="row-f"
    )
    took = _took(run, now)
    when = html.Div(f"{_started(run, zone)}{f' · {took}' if run.finished_at else ''}", className="xs t3 num")
    status = html.Div([_status(run), html.Span(_detail(run), className="xs t2 runs-detail")], className="row-f wrap")
    return html.Div(
        [
            html.Div([name, when, status], className="runs-words"),
            html.Span(_actions(run, "line"), className="runs-act"),
        ],
        className="runs-line",
        key=str(run.id),
    )


def _started(run: ReportRunItem, zone: str) -> str:
    return dates.moment(run.started_at or run.created_at, zone)


def _took(run: ReportRunItem, now: datetime) -> str:
    if run.started_at is None:
        return "–"
    return dates.duration(max(0.0, ((run.finished_at or now) - run.started_at).total_seconds()))


def _status(run: ReportRunItem) -> Component:
    word, tone, mark = WORDS[run.state]
    return chip(word, tone, mark=mark)


def _detail(run: ReportRunItem) -> Component | str:
    if run.state is RunState.RUNNING:
        return _progress(run)
    if run.state is RunState.QUEUED:
        return run.error or "Waits for a worker"
    if run.state is RunState.FAILED:
        attempts = f", {run.attempts} attempts" if run.attempts > 1 else ""
        return html.Span(f"{run.error.rstrip('.')}{attempts}", title=run.error)
    return f"{numbers.number(run.rows, 0)} rows" if run.rows is not None else ""


def _progress(run: ReportRunItem) -> Component:
    share = f"{round(run.progress * 100)}%"
    words = aria(valuenow=str(round(run.progress * 100)), valuemin="0", valuemax="100", label=run.stage or "Running")
    bar = html.Span(html.I(style={"width": share}), className="runs-bar", role="progressbar", **words)
    return html.Span(
        [bar, html.Span(f"{share} · {run.stage}" if run.stage else share, className="num")], className="row-f"
    )


def _actions(run: ReportRunItem, place: str) -> list[Component]:
    if run.state is RunState.DONE:
        label = run.format.value.upper()
        link = html.A(
            [icon(MARKS[run.format]), label],
            href=f"/reports/runs/{run.id}/file",
            className="b sm",
            download=run.filename,
            **aria(label=f"Download {label}"),
        )
        return [link]
    if run.state is RunState.FAILED:
        again = {"report": "again", "run": str(run.id), "place": place}
        return [button("Run again", id=again, mark="arrow-clockwise", kind="sm")]
    return [chip(run.format.value.upper())]
