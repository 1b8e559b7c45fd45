"""The layout of an instrument: head, chart, and beside it position, trades and facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from dash import html
from dash.development.base_component import Component

from dashboard.domain.access import Actor
from dashboard.errors import DashboardError
from dashboard.results.instruments import InstrumentDetail, InstrumentProblem
from dashboard.services import instrument_positions, market_data, portfolios
from dashboard.web.components.basics import card
from dashboard.web.components.states import error_card
from dashboard.web.live import live_source
from dashboard.web.state import ViewState
from pages.instrument import chart, facts, position
from pages.instrument.header import banner, header, why_no_prices


def layout(actor: Actor, view: ViewState, *, symbol: str) -> list[Component]:
    """The page of ``symbol``. Raises: NotFound."""
    detail = market_data.instrument(actor, symbol)
    positions = instrument_positions.positions_in(actor, symbol)
    known = market_data.price_facts(symbol)
    problem = next(iter(market_data.problems_of([symbol])), None)
    held = any(found.holding is not None for found in positions)
    side = [
        _card("My position", lambda: position.position_card(positions)),
        _card("My trades", lambda: position.trades_card(positions)),
        _card("Key facts", lambda: facts.card(detail, known)),
    ]
    return [
        header(detail, held=held, slug=_slug(actor, [found.portfolio.slug for found in positions]), today=_today()),
        *banner(detail, problem),
        html.Div(
            [
                _chart(detail, problem, lambda: chart.card(detail, view, positions, bool(known.splits))),
                html.Div([part for part in side if part is not None], className="c3 px-side"),
            ],
            className="grid px-grid",
        ),
        live_source(symbol=symbol),
    ]


def _chart(detail: InstrumentDetail, problem: InstrumentProblem | None, make: Callable[[], Component]) -> Component:
    if detail.last_date is None:
        return chart.without_prices(detail, why_no_prices(detail, problem))
    try:
        return make()
    except DashboardError as error:
        return card("Price chart", error_card(error), class_name="c9")


def _card(title: str, make: Callable[[], Component | None]) -> Component | None:
    try:
        return make()
    except DashboardError as error:
        return card(title, error_card(error))


def _slug(actor: Actor, trading: list[str]) -> str | None:
    """The portfolio that a trade would go to: one that has traded it, else the first."""
    slugs = trading or [item.portfolio.slug for item in portfolios.list_portfolios(actor)]
    return slugs[0] if slugs else None


def _today() -> date:
    return datetime.now(UTC).date()
