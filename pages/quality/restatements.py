"""What was changed of the past, from which value to which, and what that did to portfolios."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.domain.instruments import AssetClass
from dashboard.formatting import dates, numbers
from dashboard.results.restatements import PortfolioEffect, RestatementItem, ValueChange
from dashboard.web.components.basics import chip

ROWS, VALUES = 50, 3
COLUMNS = (("when", "Changed"), ("name", "Series"), ("values", "From and to"), ("cause", "Cause"), ("effect", "Effect"))
CAUSES = {"corrected": "Corrected", "reloaded": "Loaded anew", "repaired": "Repaired", "accepted": "Accepted"}


def body(items: Sequence[RestatementItem]) -> list[Component]:
    """The latest first; on a phone a block for each."""
    if not items:
        return [html.P("Nothing that was stored has been changed since.", className="t3 quality-more")]
    head = html.Thead(html.Tr([html.Th(name) for _, name in COLUMNS]))
    table = html.Table([head, html.Tbody([_row(item) for item in items[:ROWS]])], className="tb quality restated")
    rest = [html.P("Earlier ones: dashboard prices log.", className="t3 quality-more")] if len(items) > ROWS else []
    return [html.Div(table, className="runs-wide"), *rest]


def _row(item: RestatementItem) -> Component:
    source = (
        item.source
        if item.source == item.previous_source or not item.previous_source
        else (f"{item.source}, before {item.previous_source}")
    )
    cells: dict[str, Component | Sequence[Component | str] | str] = {
        "when": [dates.day(item.at.date()), html.Small(dates.clock(item.at), className="t3 block")],
        "name": _series(item),
        "values": _values(item),
        "cause": [chip(CAUSES[item.cause]), html.Small(source, className="t3 block")],
        "effect": _effects(item.effects),
    }
    parts = [
        html.Td(part, className=f"restated-{name}{' num t2' if name == 'when' else ''}") for name, part in cells.items()
    ]
    return html.Tr(parts, key=str(item.id))


def _series(item: RestatementItem) -> Component:
    name = item.name or item.symbol
    link: Component = dcc.Link(name, href=f"/i/{quote(item.symbol, safe='')}", className="med ell")
    shown = html.Span(name, className="med ell") if item.is_pair else link
    return html.Span([shown, html.Small(item.symbol, className="t3 ell")], className="quality-who")


def _values(item: RestatementItem) -> list[Component | str]:
    shown: list[Component | str] = [_value(item, one) for one in item.values[:VALUES]]
    left = item.count - min(len(item.values), VALUES)
    if left > 0:
        days = f"{dates.day(item.first_date)} to {dates.day(item.last_date)}"
        shown.append(html.Small(f"and {numbers.number(left, 0)} more, {days}", className="t3 block"))
    return shown


def _value(item: RestatementItem, one: ValueChange) -> Component:
    figures = f"{_figure(item, one.field, one.old)} → {_figure(item, one.field, one.new)}"
    name = html.Span(f"{one.field.capitalize()} of {dates.day(one.date)} ", className="t2")
    return html.Span([name, html.Span(figures, className="num")], className="block")


def _figure(item: RestatementItem, field: str, value: float | None) -> str:
    if value is None:
        return "none"
    if field in ("split", "volume"):
        return numbers.number(value, 0 if field == "volume" else 2)
    if item.is_pair:
        return numbers.number(value, AssetClass.CURRENCY.price_decimals)
    return numbers.price(value, item.currency)


def _effects(effects: Sequence[PortfolioEffect]) -> list[Component | str]:
    return [_effect(one) for one in effects] or [
        html.Span(numbers.MISSING, className="t3", title="In no portfolio of yours")
    ]


def _effect(one: PortfolioEffect) -> Component:
    name = dcc.Link(one.portfolio, href=f"/p/{one.slug}", className="t2")
    if not one.known:
        return html.Span([name, html.Span(" not valued again yet", className="t3")], className="block")
    return html.Span([name, " ", html.Span(told(one), className="num")], className="block")


def told(one: PortfolioEffect) -> str:
    """What a restatement did to a portfolio, in a few words."""
    if numbers.direction(one.day_change) not in ("up", "down") or one.date is None or one.currency is None:
        return "value not known" if one.value_change is None else "no change"
    day = f"{numbers.money(one.day_change, one.currency, signed=True)} on {dates.day(one.date)}"
    if numbers.direction(one.gain_change) not in ("up", "down"):
        return day
    return f"{day}, gain {numbers.money(one.gain_change, one.currency, signed=True)}"
