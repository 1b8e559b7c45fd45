"""The layout of an instrument: head, chart, beside it position, trades and facts, below it what a fund holds."""

from __future__ import annotations

from datetime import UTC, date, datetime

from dash import html
from dash.development.base_component import Component

from dashboard.domain.access import Actor
from dashboard.errors import DashboardError
from dashboard.results.instrument_positions import InstrumentPosition
from dashboard.results.instruments import InstrumentDetail, InstrumentProblem
from dashboard.services import instrument_positions, instruments, market_data, portfolios
from dashboard.web import instrument_panel
from dashboard.web.components.basics import card
from dashboard.web.components.states import error_title, failure
from dashboard.web.live import live_source
from dashboard.web.state import ViewState
from pages.instrument import chart, facts, following, funds, history, position
from pages.instrument.header import banner, header, why_no_prices


def layout(actor: Actor, view: ViewState, *, symbol: str) -> list[Component]:
    """The page of ``symbol``. Raises: NotFound."""
    detail = market_data.instrument(actor, symbol)
    positions, fault = _positions(actor, symbol)
    known = market_data.price_facts(symbol)
    problem = next(iter(market_data.problems_of([symbol])), None)
    held = any(found.holding is not None for found in positions)
    own = [_failed("My position", fault)] if fault else [position.position_card(positions)]
    trades = position.trades_card(positions, detail.asset_class.price_decimals)
    held_by_it = funds.fund_card(instruments.fund_holdings_of(symbol))
    side = html.Div([*own, *trades, facts.card(detail, known), history.history_card()], className="c3 px-side")
    return [
        header(
            detail,
            held=held,
            slug=_slug(actor, [found.portfolio.slug for found in positions]),
            today=_today(),
            following=following.menu(actor, symbol),
        ),
        *banner(detail, problem),
        html.Div(
            [_chart(detail, view, positions, problem, bool(known.splits)), side, *held_by_it],
            className="grid px-grid px-two" if held_by_it else "grid px-grid",
        ),
        live_source(symbols=[symbol]),
        instrument_panel.panel(),
    ]


def _positions(actor: Actor, symbol: str) -> tuple[tuple[InstrumentPosition, ...], DashboardError | None]:
    """What the actor has to do with it, or why that cannot be told; the price does not depend on it."""
    try:
        return instrument_positions.positions_in(actor, symbol), None
    except DashboardError as error:
        return (), error


def _chart(
    detail: InstrumentDetail,
    view: ViewState,
    positions: tuple[InstrumentPosition, ...],
    problem: InstrumentProblem | None,
    has_splits: bool,
) -> Component:
    if detail.last_date is None:
        return chart.without_prices(detail, why_no_prices(detail, problem))
    try:
        return chart.card(detail, view, positions, has_splits)
    except DashboardError as error:
        return _failed("Price chart", error, class_name="c9")


def _failed(title: str, error: DashboardError, class_name: str = "") -> Component:
    """A card that could not be made; the others stay."""
    again = html.A("Try again", href="", className="b")
    return card(title, failure(error_title(error), error.message, again), class_name=class_name)


def _slug(actor: Actor, trading: list[str]) -> str | None:
    """The portfolio that a trade would go to: one that has traded it, else the first."""
    slugs = trading or [item.portfolio.slug for item in portfolios.list_portfolios(actor)]
    return slugs[0] if slugs else None


def _today() -> date:
    return datetime.now(UTC).date()
