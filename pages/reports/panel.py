"""The panel that asks for a report."""

from __future__ import annotations

from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.results.portfolios import PortfolioItem
from dashboard.results.reports import ReportFormat, ReportKind
from dashboard.web.components.basics import button, field, segmented
from dashboard.web.components.days import day_box
from pages.reports.history import KINDS
from pages.reports.periods import NAMES, Span

FORMATS = [(ReportFormat.XLSX.value, "XLSX"), (ReportFormat.CSV.value, "CSV"), (ReportFormat.JSON.value, "JSON")]
ABOUT = {
    ReportFormat.XLSX: "A workbook with a sheet for each table.",
    ReportFormat.CSV: "One plain table, for other programs.",
    ReportFormat.JSON: "All of it, in the form that the API answers with.",
}
ABOUT_KINDS = {
    ReportKind.PERFORMANCE: "Value, returns, gains and risk over a period, and what is held at its end.",
    ReportKind.HOLDINGS: "What is held at the end of the period, with cost, gain and weight, and every open lot.",
    ReportKind.TRANSACTIONS: "Every row of the ledger in the period.",
    ReportKind.TAX: "Realised gains lot by lot and by tax year, income, fees and taxes.",
}
WORDS = {choice.value: text for choice, text in (*ABOUT.items(), *ABOUT_KINDS.items())}


def panel(owned: Sequence[PortfolioItem], slug: str, address: str, *, is_open: bool) -> Component:
    """The panel, open where the address is that of a new report; ``slug`` is chosen where it is one of ``owned``.

    The report can be mailed to ``address``, "" where there is no mail server.
    """
    slugs = [item.portfolio.slug for item in owned]
    chosen = slug if slug in slugs else (slugs[0] if slugs else None)
    choices = [{"label": item.portfolio.name, "value": item.portfolio.slug} for item in owned]
    form = [
        _kind(),
        field("Portfolio", dbc.Select(id="report-portfolio", options=choices, value=chosen, class_name="in")),
        field("Period", _period()),
        _days(),
        html.Div(
            [
                html.Span("Format", className="lab"),
                segmented("report-format", FORMATS, ReportFormat.XLSX.value, "Format"),
                html.Div(ABOUT[ReportFormat.XLSX], id="report-about", className="hint"),
            ]
        ),
        _mail(address),
        html.Div(id="report-error", className="hint bad", role="alert"),
    ]
    foot = html.Div(
        [
            button("Cancel", id="report-cancel", kind="gh"),
            html.Span(className="end"),
            button("Create report", id="report-create", kind="pri", disabled=not owned),
        ],
        className="panel-f",
    )
    shown: Component = dbc.Offcanvas(
        [html.Div(form, className="panel-bd"), foot],
        id="report-panel",
        title=html.Span("New report", id="report-panel-title"),
        labelledby="report-panel-title",
        placement="end",
        is_open=is_open,
        class_name="panel-x",
    )
    return shown


def _kind() -> Component:
    choices = [{"label": name, "value": kind.value} for kind, name in KINDS.items()]
    chosen = ReportKind.PERFORMANCE
    choice = dbc.Select(id="report-kind", options=choices, value=chosen.value, class_name="in")
    hint = html.Div(ABOUT_KINDS[chosen], id="report-kind-about", className="hint")
    return html.Div([field("Report", choice), hint, dcc.Store("report-words", data=WORDS)])


def _mail(address: str) -> Component:
    hint = f"To {address}, with the file attached." if address else "This installation has no mail server (SMTP_URL)."
    box = dbc.Checkbox(
        id="report-mail",
        label="Mail it to me when it is ready",
        value=False,
        disabled=not address,
        class_name="check",
        input_class_name="ck",
    )
    return html.Div([box, html.Div(hint, className="hint")])


def _period() -> Component:
    choices = [{"label": NAMES[span], "value": span.value} for span in Span]
    found: Component = dbc.Select(id="report-span", options=choices, value=Span.ALL.value, class_name="in")
    return found


def _days() -> Component:
    first, last = day_box("report-from"), day_box("report-to")
    return html.Div([field("From", first), field("To", last)], id="report-days", className="panel-two", hidden=True)
