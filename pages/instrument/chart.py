"""The chart of the price: interval, candles or line, timeframes, one's own trades, and the same bars as a table."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from math import prod
from urllib.parse import quote

from dash import html
from dash.development.base_component import Component

from dashboard.domain.instruments import InstrumentState, Split
from dashboard.domain.transactions import TransactionType
from dashboard.figures.instrument import Style, price_figure
from dashboard.figures.intervals import Interval
from dashboard.figures.states import empty_figure
from dashboard.figures.trades import TradeMark
from dashboard.formatting import dates, numbers
from dashboard.results.instrument_positions import InstrumentPosition
from dashboard.results.instruments import InstrumentDetail
from dashboard.web.components import basics
from dashboard.web.components.attributes import aria
from dashboard.web.components.data import Json, graph
from dashboard.web.components.days import named_day_box
from dashboard.web.components.states import empty
from dashboard.web.state import Timeframe, ViewState
from dashboard.web.theme import Width, current_theme, current_width
from pages.instrument import indicator_menu, table
from pages.instrument.series import ADJUSTED, AS_TRADED, Shown, chosen, shown

HEIGHT = 560
TIMEFRAMES = [(frame.value, frame.value) for frame in Timeframe if frame is not Timeframe.CUSTOM] + [
    (Timeframe.CUSTOM.value, "Custom")
]
INTERVALS = [(interval.value, interval.value) for interval in Interval]
STYLES = [(Style.CANDLES.value, "Candles"), (Style.LINE.value, "Line")]
ADJUSTMENTS = [(ADJUSTED, "Split-adjusted"), (AS_TRADED, "As traded")]
FORMS = [("chart", "Chart"), ("table", "Table")]
TO_DO = "Edit asks for it by another symbol, merges it into another instrument, or takes prices by hand."
NARROW = (Width.PHONE, Width.NARROW)
TRADES = {TransactionType.BUY: True, TransactionType.SELL: False}
Drawn = tuple[Json, str, list[Component], list[Component], str, str, str]


def card(
    detail: InstrumentDetail, view: ViewState, positions: Sequence[InstrumentPosition], has_splits: bool
) -> Component:
    """The card; the callback redraws its figure, its change and its table when the view changes."""
    figure, label, change, rows, csv, panes, count = drawn(detail, view, positions)
    tabular = view.get("as") == "table"
    chart = graph("px-chart", figure, label=label, label_id="px-label")
    return html.Section(
        [
            _toolbar(view, csv, count),
            html.Div(html.Div(chart, className="px-figure"), id="px-figure", className=panes, hidden=tabular),
            html.Div(rows, id="px-table", className="px-table", hidden=not tabular, tabIndex=0, **aria(label="Prices")),
            _foot(view, change, has_splits),
        ],
        className="card-x c9 px-card",
        **aria(label="Price chart"),
    )


def without_prices(detail: InstrumentDetail, why: str) -> Component:
    """The card of an instrument that has no price yet, and why it has none."""
    mark = "hourglass-split" if detail.state is InstrumentState.UNRESOLVED else "exclamation-triangle"
    shown_mark = html.Span(basics.icon(mark), className="empty-mark quiet")
    said = f"{why} {TO_DO}" if detail.state is InstrumentState.NOT_FOUND else why
    body = html.Div([shown_mark, empty("No prices yet", said)], className="px-none")
    return html.Section(body, className="card-x c9 px-card", **aria(label="Price chart"))


def drawn(detail: InstrumentDetail, view: ViewState, positions: Sequence[InstrumentPosition]) -> Drawn:
    """Figure, what it shows in words, change over it, rows of the table, address of the file, panes, indicators."""
    found = shown(detail, view)
    theme = current_theme()
    if found.why_empty:
        figure = empty_figure(found.why_empty, theme=theme, height=HEIGHT)
    else:
        marks = trade_marks(positions, found.bars.splits if found.bars.adjusted else ())
        cost = average_cost(positions, detail.currency) if found.bars.adjusted else None
        figure = price_figure(
            found.bars,
            trades=marks,
            style=found.style,
            theme=theme,
            narrow=current_width() in NARROW,
            height=HEIGHT,
            average_cost=cost,
            indicators=found.indicators,
            min_decimals=detail.asset_class.price_decimals,
            live=found.interval if found.ends_now(detail) else None,
        )
    figure["layout"].pop("height", None)  # the page's own height, lower on a phone
    rows = table.rows(found.bars, detail.asset_class.price_decimals) if view.get("as") == "table" else []
    panes, count = indicator_menu.panes(found.indicators), indicator_menu.count(found.indicators)
    csv = csv_path(detail.symbol, view, found)
    return figure, finding(detail, found), _change(view, found), rows, csv, panes, count


def trade_marks(positions: Sequence[InstrumentPosition], splits: Sequence[Split]) -> tuple[TradeMark, ...]:
    """The purchases and sales of all portfolios, in units of after ``splits``."""
    facts = [row.transaction for position in positions for row in position.rows if row.transaction.type in TRADES]
    return tuple(
        TradeMark(
            fact.date,
            TRADES[fact.type],
            fact.quantity * prod((split.ratio for split in splits if split.date > fact.date), start=Decimal(1)),
        )
        for fact in facts
    )


def average_cost(positions: Sequence[InstrumentPosition], currency: str) -> float | None:
    """The average cost as a price of the chart: where one portfolio holds it, and counts in its currency."""
    held = [position for position in positions if position.holding is not None]
    if len(held) != 1 or held[0].holding is None or held[0].portfolio.base_currency != currency:
        return None
    return held[0].holding.average_cost


def finding(detail: InstrumentDetail, found: Shown) -> str:
    """What the chart shows, for those who cannot see it."""
    name = detail.name or detail.symbol
    if found.why_empty:
        return f"{name}: {found.why_empty}"
    first, last = (dates.day(found.bars.dates[index].item()) for index in (0, -1))
    moved = numbers.percent(found.change, signed=True)
    close = numbers.price(found.bars.close[-1], detail.currency, min_decimals=detail.asset_class.price_decimals)
    said = f"{name} from {first} to {last}: {moved}, last close {close}"
    return "; ".join([said, *(indicator_menu.words(one, found.bars.dates[-1]) for one in found.indicators)])


def csv_path(symbol: str, view: ViewState, found: Shown) -> str:
    """The address of the file with the bars that are shown."""
    period = f"from={found.period.start}&to={found.period.end}&tf=custom"
    if found.within is not None:
        return f"/i/{quote(symbol, safe='')}/intraday.csv?{period}&iv={found.within}"
    return f"/i/{quote(symbol, safe='')}/prices.csv?{period}&adj={view.get('adj', ADJUSTED)}&iv={found.interval}"


def _toolbar(view: ViewState, csv: str, count: str) -> Component:
    download = html.A(
        [basics.icon("download"), html.Span("CSV", className="only-d")],
        href=csv,
        id="px-csv",
        className="b gh sm",
        download="",
        title="Download CSV",
    )
    parts: list[Component] = [
        basics.segmented("px-interval", INTERVALS, _choice(view, "iv", INTERVALS), "Interval"),
        basics.segmented("px-style", STYLES, _choice(view, "style", STYLES), "Drawn as"),
        indicator_menu.menu(chosen(view), count),
        html.Span(className="end"),
        basics.segmented("px-as", FORMS, _choice(view, "as", FORMS), "Show as"),
        download,
    ]
    return html.Div(parts, className="row-f wrap px-bar")


def _foot(view: ViewState, change: list[Component], has_splits: bool) -> Component:
    frames = basics.segmented("px-tf", TIMEFRAMES, view.timeframe.value, "Timeframe", class_name="scroll timeframes")
    adjust = basics.segmented("px-adjust", ADJUSTMENTS, _choice(view, "adj", ADJUSTMENTS), "Prices before a split")
    days = html.Div(
        [
            named_day_box("px-from", "First day", view.start),
            html.Span("–", className="t3"),
            named_day_box("px-to", "Last day", view.end),
        ],
        id="px-days",
        className="row-f px-days",
        hidden=view.timeframe is not Timeframe.CUSTOM,
    )
    return html.Div(
        [
            frames,
            days,
            html.Span(change, id="px-change", className="row-f xs px-change"),
            html.Span(className="end"),
            html.Div(adjust, hidden=not has_splits),
        ],
        className="row-f wrap px-foot",
    )


def _change(view: ViewState, found: Shown) -> list[Component]:
    """How much it moved, and what the bars are where it is not plain from the interval."""
    note: list[Component] = [html.Span(found.note, className="t3 px-note")] if found.note else []
    if found.why_empty or found.change is None:
        return note
    moved = numbers.percent(found.change, signed=True)
    tone = numbers.direction(found.change, 4)
    name = "In this range" if view.timeframe is Timeframe.CUSTOM else f"Over {view.timeframe.value}"
    return [html.Span(name, className="t3"), html.Span(moved, className=f"num med {tone}"), *note]


def _choice(view: ViewState, name: str, options: list[tuple[str, str]]) -> str:
    given = view.get(name)
    return given if given in dict(options) else options[0][0]
