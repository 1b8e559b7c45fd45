"""From the value before the period to its end: flows, the price gains of each group, income, currencies, costs."""

from __future__ import annotations

from collections.abc import Sequence

from dash.development.base_component import Component

from dashboard.domain.instruments import AssetClass
from dashboard.figures.allocation import CLASS_NAMES
from dashboard.figures.waterfall import Bridge, Change, waterfall_figure
from dashboard.formatting import numbers
from dashboard.results.breakdowns import BreakdownReport
from dashboard.results.performance import PerformanceSummary
from dashboard.web.components import basics
from dashboard.web.components.data import graph
from dashboard.web.components.states import empty
from dashboard.web.theme import Width, current_theme, current_width
from pages.performance.charts import explained

HEIGHT = 250
MOST_GROUPS, MOST_ON_PHONE = 8, 3
LEAST = 0.005


def bridge_card(
    summary: PerformanceSummary, report: BreakdownReport, choices: Sequence[tuple[str, str]], by: str
) -> Component:
    """The waterfall; an axis that does not begin at 0 says so."""
    control = basics.segmented("pf-by", choices, by, "Group by", class_name="sm")
    bridge = bridge_of(summary, report)
    button = explained(summary, "gain", "the gain")
    if bridge is None:
        body: Component = empty("Not known", "A price or an exchange rate is missing.")
        return basics.card("Change in value", body, controls=[control, button], class_name="c12")
    floor = f", axis from {numbers.compact(bridge.floor, summary.currency)}" if bridge.floor > 0.0 else ""
    chart = graph(
        "pf-bridge",
        waterfall_figure(bridge, theme=current_theme(), narrow=current_width() is Width.PHONE, height=HEIGHT),
        label=f"From {_money(bridge, bridge.start_value)} to {_money(bridge, bridge.end_value)}",
        height=HEIGHT,
    )
    return basics.card(
        "Change in value", chart, sub=f"{summary.currency}{floor}", controls=[control, button], class_name="c12"
    )


def _money(bridge: Bridge, amount: float) -> str:
    return numbers.money(amount, bridge.currency)


def bridge_of(summary: PerformanceSummary, report: BreakdownReport) -> Bridge | None:
    """The steps, which lead from the start value to the end value exactly; None where one of them is not known."""
    gain = summary.gain
    outside = summary.market_value - summary.start_value - summary.net_flows - gain.total
    ordered = sorted(
        ((_name(group.name), group.gain.price) for group in report.groups if abs(group.gain.price) >= LEAST),
        key=lambda entry: -abs(entry[1]),
    )
    most = MOST_ON_PHONE if current_width() is Width.PHONE else MOST_GROUPS
    shown, rest = ordered[:most], ordered[most:]
    shown.sort(key=lambda entry: -entry[1])
    other = gain.price - sum(amount for _, amount in shown)
    changes = [
        ("Net flows", summary.net_flows),
        *shown,
        ("Other" if rest else "Rounding", other if rest else 0.0),
        ("Income", gain.income),
        ("Currency", gain.currency),
        ("Taxes", -gain.taxes),
        ("Fees", -gain.fees),
        ("Paid outside", outside),
    ]
    kept = tuple(Change(name, amount) for name, amount in changes if not abs(amount) < LEAST)
    amounts = [summary.start_value, summary.market_value, *(change.amount for change in kept)]
    if any(amount != amount for amount in amounts):
        return None
    return Bridge(summary.start_value, kept, summary.market_value, summary.currency)


def _name(name: str) -> str:
    return CLASS_NAMES[AssetClass(name)] if name in set(AssetClass) else name
