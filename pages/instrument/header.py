"""The head of the page: who it is, the last price and its age, and what keeps it from being newer."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from dash import html
from dash.development.base_component import Component

from dashboard.domain.instruments import InstrumentState
from dashboard.domain.measures import Status
from dashboard.formatting import dates, numbers
from dashboard.results.instruments import InstrumentDetail, InstrumentProblem
from dashboard.web.components.attributes import aria, data
from dashboard.web.components.basics import button, chip
from dashboard.web.components.states import note
from dashboard.web.page import portfolio_path
from pages.instrument.series import previous_close

ARROWS = {"up": "▲ ", "down": "▼ "}
BADGE_LENGTH = 4


def header(detail: InstrumentDetail, *, held: bool, slug: str | None, today: date, following: Component) -> Component:
    """Badge, name, chips, price; ``slug`` is the portfolio that a trade would go to, ``following`` the lists' menu."""
    name = detail.name or detail.symbol
    letters = "".join(letter for letter in detail.symbol if letter.isalnum())[:BADGE_LENGTH]
    chips = [chip(text) for text in (detail.exchange, detail.currency) if text]
    title = html.Div(
        [html.H1(name, title=name), *chips, *([chip("Held", "acc")] if held else [])], className="row-f wrap px-name"
    )
    below = " · ".join(text for text in (detail.symbol, detail.sector, detail.industry, detail.isin) if text)
    record = f"{portfolio_path(slug, 'transactions')}?add=1&symbol={quote(detail.symbol, safe='')}" if slug else ""
    actions = [
        following,
        button("Edit", id="px-edit", mark="pencil", value=detail.symbol),
        *([button("Record trade", href=record, mark="plus-lg", kind="pri")] if record else []),
    ]
    return html.Div(
        [
            html.Span(letters, className="px-badge", **aria(hidden="true")),
            html.Div([title, html.Div(below, className="t3 xs")], className="px-title"),
            *_price(detail, today),
            html.Div(actions, className="row-f px-actions"),
        ],
        className="page-h px-page-h",
    )


def banner(detail: InstrumentDetail, problem: InstrumentProblem | None) -> list[Component]:
    """Why the prices are missing or old, in a sentence."""
    if problem is not None and detail.last_date is not None:
        return [note(dates.said(problem.message), tone="warn", mark="exclamation-triangle")]
    if detail.price_status is Status.STALE:
        text = f"The last price is of {dates.day(detail.last_date)}. Later ones have not come in."
        return [note(text, tone="warn", mark="clock-history")]
    return []


def why_no_prices(detail: InstrumentDetail, problem: InstrumentProblem | None) -> str:
    """Why there is no price at all."""
    if problem is not None:
        return problem.message
    if detail.state is InstrumentState.NOT_FOUND:
        return f"No provider knows {detail.symbol}."
    return f"No provider has sent a price of {detail.symbol} yet. The next refresh asks again."


def _price(detail: InstrumentDetail, today: date) -> list[Component]:
    if detail.last_close is None:
        return []
    before = previous_close(detail, today)
    decimals = detail.asset_class.price_decimals
    attributes = data(
        symbol=detail.symbol, currency=detail.currency, decimals=str(decimals), zone=detail.time_zone or "UTC"
    ) | {"data-previous-close": "" if before is None else repr(before)}
    price = html.Span(
        numbers.price(detail.last_close, detail.currency, min_decimals=decimals),
        id="live-price",
        className="num px-price",
        **attributes,
    )
    change = None if detail.previous_close is None else detail.last_close - detail.previous_close
    moved = html.Span(
        _moved(detail, change), id="live-price-change", className=f"num med px-moved {numbers.direction(change, 8)}"
    )
    stale = detail.price_status is Status.STALE
    age = html.Span(chip("Stale", "warn", mark="clock-history"), id="live-price-stale", hidden=not stale)
    state = data(state="stale" if stale else "known")
    when = html.Span(
        [
            html.Span(className="dot", id="live-price-dot", **state, **aria(hidden="true")),
            html.Span(f"Close of {dates.day(detail.last_date)}", id="live-price-when"),
            age,
        ],
        className="row-f gap6 xs t3 num",
    )
    return [html.Div([price, moved, when], className="px-last")]


def _moved(detail: InstrumentDetail, change: float | None) -> str:
    if change is None or not detail.previous_close:
        return ""
    arrow = ARROWS.get(numbers.direction(change, 8), "")
    shown = numbers.price(detail.last_close, detail.currency, min_decimals=detail.asset_class.price_decimals)
    by = numbers.money(change, detail.currency, len(shown.partition(".")[2]), signed=True)
    return f"{arrow}{by} ({numbers.percent(change / detail.previous_close, signed=True)})"
