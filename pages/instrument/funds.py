"""What a fund holds: its largest holdings and its sectors, as its provider said."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.formatting import dates, numbers
from dashboard.results.instrument_editing import FundHoldings, FundShare
from dashboard.web.components import basics

SHOWN = 10


def fund_card(found: FundHoldings | None) -> list[Component]:
    """The card; nothing where nobody has said what it holds."""
    if found is None:
        return []
    parts = [part for title, shares in (("Largest holdings", found.holdings), ("Sectors", found.sectors))
             for part in _table(title, shares)]  # fmt: skip
    body, told = html.Div(parts, className="fund-parts"), f"said on {dates.day(found.as_of)}"
    return [basics.card("In the fund", body, sub=told, class_name="c9", padded=False)]


def _table(title: str, shares: Sequence[FundShare]) -> list[Component]:
    if not shares:
        return []
    total = sum(share.weight for share in shares)
    rows = [
        html.Tr([html.Td([share.name, *_symbol(share)], className="fund-name"),
                 html.Td(numbers.percent(share.weight, 1), className="r num")])
        for share in shares[:SHOWN]
    ]  # fmt: skip
    head = html.Tr([html.Th(title), html.Th(numbers.percent(total, 1), className="r num")])
    return [html.Table([html.Thead(head), html.Tbody(rows)], className="tb den")]


def _symbol(share: FundShare) -> list[Component]:
    return [html.Span(f" {share.symbol}", className="t3 xs")] if share.symbol and share.symbol != share.name else []
