"""What each group is worth and did: weight, value, gain in parts, returns and contribution."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.domain.groups import GroupFigures
from dashboard.domain.instruments import AssetClass
from dashboard.domain.lines import LineKind
from dashboard.domain.measures import Measure
from dashboard.figures.allocation import CLASS_NAMES
from dashboard.formatting import dates, numbers
from dashboard.results.breakdowns import BreakdownReport
from dashboard.web.components import basics
from dashboard.web.components.attributes import given

TITLES = ("Weight", "Value", "Price gain", "Currency", "Income", "Costs", "Total gain", "TWR", "MWR", "Contribution")


def card(report: BreakdownReport, choices: Sequence[tuple[str, str]]) -> Component:
    """The table, the largest group first, all of them together last."""
    control = basics.segmented("hp-by", choices, report.by.value, "Group by", class_name="sm scroll")
    head = html.Tr([html.Th("Group"), *(html.Th(title, className="r") for title in TITLES)])
    shown = [group for group in report.groups if _matters(group)]
    rows = [_row(group, _name(group)) for group in shown]
    total = _row(report.total, "Total", "semi")
    table = html.Table([html.Thead(head), html.Tbody([*rows, total])], className="tb den")
    sub = f"{report.currency}, {dates.day(report.period.start)} – {dates.day(report.period.end)}"
    box = basics.scrolling(table, "By group")
    return basics.card("By group", box, sub=sub, controls=[control], class_name="c12", padded=False)


def _matters(group: GroupFigures) -> bool:
    """Whether it was held or gained anything; a figure that is not known counts."""
    return group.gain.total != 0.0 or group.market_value.value != 0.0


def _name(group: GroupFigures) -> str:
    if group.kind is LineKind.CASH:
        return "Cash" if group.name.lower() == "cash" else f"Cash {group.name}"
    if group.kind is LineKind.COSTS:
        return "Standing costs"
    return CLASS_NAMES[AssetClass(group.name)] if group.name in set(AssetClass) else group.name or "Not classified"


def _row(group: GroupFigures, name: str, tone: str = "") -> Component:
    gain, returns = group.gain, group.returns
    figures = (
        _measure(group.weight, 1),
        _plain(group.market_value.value),
        _change(gain.price),
        _change(gain.currency),
        _change(gain.income),
        _change(-gain.fees - gain.taxes),
        _change(gain.total, strong=True),
        _measure(returns.time_weighted, signed=True),
        _measure(returns.money_weighted_period, signed=True),
        _measure(group.contribution, signed=True),
    )
    return html.Tr([html.Td(name, className=f"med {tone}".strip()), *figures])


def _plain(value: float | None) -> Component:
    return html.Td(numbers.number(value), className="r num med")


def _change(value: float, *, strong: bool = False) -> Component:
    text = numbers.number(value, signed=True)
    return html.Td(text, className=f"r num {numbers.direction(value) if strong else 't2'} {'med' * strong}".strip())


def _measure(measure: Measure, decimals: int = 2, *, signed: bool = False) -> Component:
    tone = numbers.direction(measure.value, 4) if signed else "t2"
    why = measure.reason if measure.value is None else ""
    return html.Td(
        numbers.percent(measure.value, decimals, signed=signed), className=f"r num {tone}", **given(title=why)
    )
