"""The findings of a report as a table: one row for those of one kind and one instrument."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from urllib.parse import quote

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.domain.instruments import AssetClass
from dashboard.domain.quality import FindingKind
from dashboard.formatting import dates, numbers
from dashboard.results.price_quality import UNDECIDED, FindingGroup, FindingItem, FindingState, QualityReport
from dashboard.web.components.basics import button, chip, kpi, kpi_strip
from dashboard.web.components.states import empty

ROWS = 200
NAMES = {
    FindingKind.SCALE: "Wrong unit",
    FindingKind.INVERSE: "Turned round",
    FindingKind.SPLIT: "Split",
    FindingKind.DIVIDEND: "Distribution",
    FindingKind.ZERO: "No price",
    FindingKind.SPIKE: "Spike",
    FindingKind.FROZEN: "Frozen",
    FindingKind.GAP: "Gap",
    FindingKind.STALE: "Stale",
    FindingKind.FUTURE: "Future",
    FindingKind.CURRENCY: "Currency",
    FindingKind.DISAGREEMENT: "Disagreement",
}
STATES = {
    FindingState.QUARANTINED: ("Quarantined", "bad"),
    FindingState.OPEN: ("Open", "warn"),
    FindingState.REPAIRED: ("Repaired", "ok"),
    FindingState.ACCEPTED: ("Accepted", ""),
}
COLUMNS = (
    ("name", "Instrument"), ("issue", "Issue"), ("days", "Since"), ("value", "Stored"), ("suggested", "Suggested"),
    ("state", "State"), ("decide", "Decision"),
)  # fmt: skip
HIDDEN = "decide"
"""A head that only a screen reader needs: the column's buttons say what they do."""
RIGHT = frozenset({"value", "suggested", "decide"})


class Show(StrEnum):
    """Which findings are listed."""

    UNDECIDED = "undecided"
    DECIDED = "decided"
    ALL = "all"


def figures(report: QualityReport) -> Component:
    """How many instruments there are, and how many values of each sort are in doubt."""
    stale = report.count(FindingKind.STALE)
    missing = report.count(FindingKind.GAP, FindingKind.ZERO)
    decided = sum(len(group.items) for group in report.groups if group.first.state not in UNDECIDED)
    doubtful = report.count(*FindingKind) - report.quarantined - stale - missing
    return kpi_strip(
        kpi("Instruments", numbers.number(report.instruments, 0), "checked"),
        _waiting("Quarantined", report.quarantined, "held back"),
        _waiting("Stale", stale, "over 5 sessions"),
        _waiting("Gaps", missing, "without a price"),
        _waiting("Doubtful", max(doubtful, 0), "worth a look"),
        kpi("Decided", numbers.number(decided, 0), "accepted, repaired"),
        id="quality-figures",
    )


def _waiting(label: str, count: int, what: str) -> Component:
    return kpi(label, numbers.number(count, 0), what, direction="warn" if count else "")


def shown(report: QualityReport, show: Show) -> list[FindingGroup]:
    """The groups that are asked for: what is held back first."""
    wanted = {
        Show.UNDECIDED: UNDECIDED,
        Show.DECIDED: frozenset(FindingState) - UNDECIDED,
        Show.ALL: frozenset(FindingState),
    }
    fitting = [group for group in report.groups if group.first.state in wanted[show]]
    order = list(FindingState)
    return sorted(fitting, key=lambda group: (order.index(group.first.state), group.first.symbol, group.first.kind))


def body(report: QualityReport, show: Show) -> list[Component]:
    """The table, on a phone a block for each row; or that nothing is wrong."""
    groups = shown(report, show)
    if not groups:
        return [_nothing(show)]
    head = html.Thead(
        html.Tr(
            [
                html.Th(
                    html.Span(name, className="sr") if key == HIDDEN else name, className="r" if key in RIGHT else ""
                )
                for key, name in COLUMNS
            ]
        )
    )
    rows = [_row(group, decides=report.may_decide) for group in groups[:ROWS]]
    more = (
        [html.P(f"{len(groups) - ROWS} more are not shown.", className="t3 quality-more")] if len(groups) > ROWS else []
    )
    return [html.Div(html.Table([head, html.Tbody(rows)], className="tb quality"), className="runs-wide"), *more]


def counted(report: QualityReport, show: Show) -> str:
    """How many rows and values are listed."""
    groups = shown(report, show)
    values = sum(len(group.items) for group in groups)
    return f"{numbers.number(len(groups), 0)} problems, {numbers.number(values, 0)} findings" if groups else ""


def _row(group: FindingGroup, *, decides: bool) -> Component:
    item = group.first
    word, tone = STATES[item.state]
    cells: dict[str, tuple[Component | str | Sequence[Component | str], str]] = {
        "name": (_instrument(group), ""),
        "issue": (
            [html.B(NAMES[item.kind], className="med"), html.Small(_reason(item), className="t2 quality-why")],
            "",
        ),
        "days": (_days(group), "num t2"),
        "value": (_price(item, item.value), "r num"),
        "suggested": (_price(item, item.suggested), "r num"),
        "state": ([chip(word, tone), _decided(group)], ""),
        "decide": (_buttons(group) if decides else "", "r"),
    }
    parts = [html.Td(part, className=f"quality-{key} {style}".strip()) for key, (part, style) in cells.items()]
    return html.Tr(parts, key=f"{item.symbol}|{item.kind}|{item.state}")


def _reason(item: FindingItem) -> str:
    """The reason as a sentence, with days as the page writes them."""
    said = dates.said(item.reason)
    return said[:1].upper() + said[1:]


def _instrument(group: FindingGroup) -> Component:
    item = group.first
    place = ", ".join(group.portfolios) or "In no portfolio"
    name = item.name or item.symbol
    link: Component = dcc.Link(name, href=f"/i/{quote(item.symbol, safe='')}", className="med ell")
    if item.is_pair:
        link = html.Span(name, className="med ell")
    return html.Span(
        [link, html.Small(f"{item.symbol} · {place}", className="t3 ell", title=place)], className="quality-who"
    )


def _days(group: FindingGroup) -> list[Component | str]:
    if len(group.items) == 1:
        return [dates.day(group.first.date)]
    until = f"{len(group.items)} days to {dates.day(group.last.date)}"
    return [dates.day(group.first.date), html.Small(until, className="t3 block")]


def _price(item: FindingItem, value: float | None) -> str:
    if value is None:
        return numbers.MISSING
    if item.is_pair:
        return numbers.number(value, AssetClass.CURRENCY.price_decimals)
    return numbers.price(value, item.currency)


def _decided(group: FindingGroup) -> Component:
    item = group.last
    words = f"{item.decided_by}, {dates.unbroken(item.decided_at.date())}" if item.decided_at is not None else ""
    return html.Small(words, className="t3 block", hidden=not words)


def _buttons(group: FindingGroup) -> Component | str:
    """What may be decided; of what was decided, the other decision."""
    state = group.first.state
    found = [_accept(group)] if state is not FindingState.ACCEPTED else []
    if group.repairable and state is not FindingState.REPAIRED:
        found.append(_repair(group))
    return html.Span(found, className="row-f quality-buttons") if found else ""


def _accept(group: FindingGroup) -> Component:
    return _button("accept", "Accept", group, f"Count{_every(group)} as stored: {_what(group)}")


def _repair(group: FindingGroup) -> Component:
    return _button("repair", "Repair", group, f"Count what is suggested for{_every(group)}: {_what(group)}")


def _button(what: str, word: str, group: FindingGroup, title: str) -> Component:
    return button(word, id={"finding": what, "number": str(group.first.id)}, kind="sm", title=title)


def _every(group: FindingGroup) -> str:
    return f" all {len(group.items)}" if len(group.items) > 1 else ""


def _what(group: FindingGroup) -> str:
    return f"{NAMES[group.first.kind]} of {group.first.symbol}"


def _nothing(show: Show) -> Component:
    everything = button("Show all findings", href="/admin/data-quality?show=all")
    if show is Show.DECIDED:
        return empty("Nothing was decided yet", "What is accepted or repaired is kept here.", everything)
    text = "Every stored price was checked when it came: none is missing, out of scale, or out of line with the others."
    return empty("No problems with prices", text, everything) if show is Show.UNDECIDED else empty("No findings", text)
