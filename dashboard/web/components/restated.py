"""A quiet line on a portfolio's pages: the past was restated, and what that moved."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.formatting import dates, numbers
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.restatements import PortfolioEffect, RestatementItem
from dashboard.results.visits import LastVisit
from dashboard.web.components.attributes import data
from dashboard.web.components.basics import icon, icon_button


def line(portfolio: PortfolioRef, items: Sequence[RestatementItem], visit: LastVisit) -> list[Component]:
    """The line, which ``assets/76-restated.js`` lets a person dismiss; nothing where nothing is worth a word.

    ``items`` are those that moved a value since the last ``visit``, the latest first.
    """
    found = [(item, effect) for item in items for effect in item.effects if effect.worth_a_word]
    if not found:
        return []
    item, effect = max(found, key=lambda pair: abs(pair[1].day_share or 0.0))
    since = "since your last visit" if visit.ended_at is not None else ""
    words = f"{len(found)} restatements {since or 'this week'}, the largest of {item.symbol}: "
    if len(found) == 1:
        words = f"{_subject(item)} restated{f' {since}' if since else ''}: "
    address = f"/admin/data-quality?portfolio={portfolio.slug}"
    mark = f"{portfolio.id}-{max(one.id for one, _ in found)}"
    parts: list[Component | str] = [
        icon("clock-history"),
        html.Span(
            [words, *_moved(effect), dcc.Link("See what changed", href=address)],
            className="grow",
            title=f"Since {dates.moment(visit.since)}",
        ),
        icon_button("x-lg", "Dismiss", kind="gh sm"),
    ]
    return [html.Div(parts, className="restated-line xs t2", role="status", **data(restated=mark))]


def _subject(item: RestatementItem) -> str:
    if item.count > 1 and len({one.date for one in item.values}) > 1:
        return f"{item.count} values of {item.symbol} were"
    return f"{item.symbol} of {dates.day(item.last_date)} was"


def _moved(effect: PortfolioEffect) -> list[Component | str]:
    day = f" ({numbers.percent(effect.day_share, signed=True)}) on {dates.day(effect.date)}, "
    today = [_money(effect.value_change, effect), " today. "] if effect.value_change else ["nothing today. "]
    return [_money(effect.day_change, effect), day, *today]


def _money(amount: float | None, effect: PortfolioEffect) -> Component:
    """An amount that no line breaks between its sign and its currency."""
    return html.Span(numbers.money(amount, effect.currency or "", signed=True), className="nowrap num")
