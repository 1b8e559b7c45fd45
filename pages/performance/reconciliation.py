"""Why the four returns of one period differ, in money, and what they are before and after costs."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.formatting import numbers
from dashboard.results.return_variants import MoneyLine, VariantReport, VariantReturns
from dashboard.web.components import basics
from dashboard.web.components.attributes import given
from dashboard.web.components.states import empty


def reconciliation_card(report: VariantReport) -> Component:
    """The capital behind each return, then the steps from one to the other, which sum to the gain."""
    found, currency = report.reconciliation, report.currency
    head = html.Tr([html.Th("Return"), html.Th("Capital", className="r"), html.Th("Rate", className="r")])
    rows = [
        html.Tr(
            [
                html.Td(line.label, className="t2"),
                html.Td(numbers.money(line.capital, currency), className="r num"),
                html.Td(numbers.percent(line.rate, signed=True), className="r num med"),
            ]
        )
        for line in found.capitals
    ]
    steps: Component = (
        _sum(found.steps, found.gain, currency) if found.steps else empty("Not known", found.steps_reason)
    )
    body = [html.Table([html.Thead(head), html.Tbody(rows)], className="tb den pf-variants"), steps]
    sub = f"one gain of {numbers.money(found.gain, currency, signed=True)}"
    return basics.card("Why the returns differ", body, sub=sub, class_name="c6", padded=False)


def _sum(lines: Sequence[MoneyLine], gain: float, currency: str) -> Component:
    rows = [
        html.Tr(
            [
                html.Td(line.label, className="t2"),
                html.Td(numbers.money(line.amount, currency, signed=True), className="r num"),
            ]
        )
        for line in lines
    ]
    total = html.Tr(
        [
            html.Td("Total gain", className="semi"),
            html.Td(numbers.money(gain, currency, signed=True), className="r num semi"),
        ]
    )
    head = html.Tr([html.Th("From one to the other"), html.Th("Amount", className="r")])
    return html.Table([html.Thead(head), html.Tbody([*rows, total])], className="tb den pf-variants")


def variants_card(report: VariantReport) -> Component:
    """A row for each variant of the returns."""
    names = ("Time-weighted", "Money-weighted", "Modified Dietz", "Simple")
    head = html.Tr([html.Th("Variant"), *(html.Th(name, className="r") for name in names)])
    rows = [_variant(one) for one in report.variants]
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="tb den pf-variants")
    return basics.card(
        "Before and after costs", basics.scrolling(table, "Before and after costs"), class_name="c6", padded=False
    )


def _variant(found: VariantReturns) -> Component:
    returns = found.returns
    measures = (returns.time_weighted, returns.money_weighted_period, returns.modified_dietz, returns.simple)
    cells = [
        html.Td(
            numbers.percent(one.value, signed=True),
            className="r num",
            **given(title=one.reason if one.value is None else ""),
        )
        for one in measures
    ]
    return html.Tr([html.Td(found.variant.description, className="t2"), *cells])
