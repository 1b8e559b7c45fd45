"""The runs of reports: where each stands, how long it took, and its file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum

from dash import html
from dash.development.base_component import Component

from dashboard.formatting import dates, numbers
from dashboard.results.reports import MailState, ReportFormat, ReportKind, ReportRunItem, RunState
from dashboard.web.components.attributes import aria
from dashboard.web.components.basics import button, chip, icon
from dashboard.web.components.states import empty
from dashboard.web.state import ViewState

KINDS = {
    ReportKind.PERFORMANCE: "Performance",
    ReportKind.HOLDINGS: "Holdings",
    ReportKind.TRANSACTIONS: "Transactions",
    ReportKind.TAX: "Tax",
}
OPEN = frozenset({RunState.QUEUED, RunState.RUNNING})
WORDS = {
    RunState.QUEUED: ("Waiting", "", "hourglass-split"),
    RunState.RUNNING: ("Running", "info", "arrow-clockwise"),
    RunState.DONE: ("Finished", "ok", "check-lg"),
    RunState.FAILED: ("Failed", "bad", "x-lg"),
}
MAILS = {
    MailState.WAITING: "mail waits",
    MailState.SENT: "mailed",
    MailState.FAILED: "not mailed",
    MailState.OFF: "not mailed",
}
MARKS = {ReportFormat.CSV: "filetype-csv", ReportFormat.XLSX: "filetype-xlsx", ReportFormat.JSON: "filetype-json"}
RIGHT = frozenset({"took", "file"})
PAGE = 25
COLUMNS = (
    ("kind", "Report"), ("portfolio", "Portfolio"), ("period", "Period"), ("started", "Started"), ("took", "Took"),
    ("status", "Status"), ("detail", "Detail"), ("file", "Download"),
)  # fmt: skip


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
    """Whether any run may still change soon, so that it is worth asking again: one that is made, or mailed at once."""
    return any(run.state in OPEN or _is_mailed_soon(run) for run in runs)


def _is_mailed_soon(run: ReportRunItem) -> bool:
    return run.state is RunState.DONE and run.mail is MailState.WAITING and not run.mail_error


def body(runs: Sequence[ReportRunItem], show: Show, zone: str, page: int = 1) -> list[Component]:
    """A page of the table; on a phone each row is a block. Or why there is nothing in it."""
    if not runs:
        text = "A report puts a portfolio’s value, returns, risk and holdings into a file. Each one made stays here."
        action = button("New report", id={"report": "new", "place": "empty"}, mark="plus-lg", kind="pri")
        return [empty("No reports yet", text, action)]
    fitting = [run for run in runs if run.state in STATES[show]]
    if not fitting:
        return [html.P("No runs match.", className="t3 runs-none")]
    last = -(-len(fitting) // PAGE)
    number = min(max(page, 1), last)
    shown, now = fitting[(number - 1) * PAGE : number * PAGE], datetime.now(UTC)
    head = html.Thead(html.Tr([_head(key, name) for key, name in COLUMNS]))
    table = html.Table([head, html.Tbody([_row(run, zone, now) for run in shown])], className="tb runs")
    return [html.Div(table, className="runs-wide"), *_pager(number, last, len(fitting), show)]


def page_of(view: ViewState) -> int:
    """Which page of the history the address asks for."""
    given = view.get("page", "1")
    return int(given) if given.isdecimal() and len(given) < 6 else 1


def _pager(number: int, last: int, count: int, show: Show) -> list[Component]:
    if last == 1:
        return []
    ends = f"{(number - 1) * PAGE + 1}–{min(number * PAGE, count)} of {numbers.number(count, 0)}"
    newer = button("Newer", href=f"/reports?show={show}&page={number - 1}", kind="sm") if number > 1 else None
    older = button("Older", href=f"/reports?show={show}&page={number + 1}", kind="sm") if number < last else None
    links = [link for link in (newer, older) if link is not None]
    return [html.Div([html.Span(ends, className="num"), html.Span(className="end"), *links], className="card-f")]


def _head(key: str, name: str) -> Component:
    if key == "started":
        return html.Th([name, icon("arrow-down")], className="sorted", **aria(sort="descending"))
    return html.Th(name, className="r" if key in RIGHT else "")


def period_of(run: ReportRunItem) -> str:
    """The days that the report is about."""
    if run.period_from is None and run.period_to is None:
        return "Since the first transaction"
    start = dates.day(run.period_from) if run.period_from else "First transaction"
    return f"{start} – {dates.day(run.period_to) if run.period_to else 'now'}"


def _row(run: ReportRunItem, zone: str, now: datetime) -> Component:
    cells: dict[str, tuple[Component | str, str]] = {
        "kind": (KINDS[run.kind], "med"),
        "portfolio": (html.Span(run.portfolio_name, className="ell runs-name", title=run.portfolio_name), ""),
        "period": (period_of(run), "t2 num"),
        "started": (_started(run, zone), "num t2"),
        "took": (_took(run, now), "r num t2"),
        "status": (_status(run), ""),
        "detail": (_detail(run), "t2"),
        "file": (_action(run), "r"),
    }
    return html.Tr(
        [html.Td(part, className=f"runs-{key} {tone}".strip()) for key, (part, tone) in cells.items()], key=str(run.id)
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
    rows = f"{numbers.number(run.rows, 0)} rows" if run.rows is not None else ""
    mail = MAILS.get(run.mail)
    return html.Span([rows, " · ", html.Span(mail, title=run.mail_error)]) if mail else rows


def _progress(run: ReportRunItem) -> Component:
    share = f"{round(run.progress * 100)}%"
    words = aria(valuenow=str(round(run.progress * 100)), valuemin="0", valuemax="100", label=run.stage or "Running")
    bar = html.Span(html.I(style={"width": share}), className="runs-bar", role="progressbar", **words)
    return html.Span(
        [bar, html.Span(f"{share} · {run.stage}" if run.stage else share, className="num")], className="row-f"
    )


def _action(run: ReportRunItem) -> Component:
    label = run.format.value.upper()
    if run.state is RunState.DONE:
        return html.A(
            [icon(MARKS[run.format]), label],
            href=f"/reports/runs/{run.id}/file",
            className="b sm",
            download=run.filename,
            **aria(label=f"Download {label}"),
        )
    if run.state is RunState.FAILED:
        return button("Run again", id={"report": "again", "run": str(run.id)}, mark="arrow-clockwise", kind="sm")
    return chip(label)
