"""What is known of the instrument: range of the year, volume, where its prices come from."""

from __future__ import annotations

from datetime import UTC, datetime

from dash import html
from dash.development.base_component import Component

from dashboard.figures.allocation import CLASS_NAMES
from dashboard.formatting import dates, numbers
from dashboard.results.instruments import InstrumentDetail, PriceFacts
from dashboard.web.components import basics
from dashboard.web.components.attributes import aria
from pages.instrument.position import definitions


def card(detail: InstrumentDetail, facts: PriceFacts) -> Component:
    """The card; what is not known is left out."""
    known = [(name, text, "") for name, text in _facts(detail, facts) if text]
    return basics.card("Key facts", [*_range(detail, facts), definitions(known)])


def _facts(detail: InstrumentDetail, facts: PriceFacts) -> list[tuple[str, str]]:
    return [
        ("Volume", numbers.compact(facts.last_volume, digits=4) if facts.last_volume else ""),
        ("Average volume, 30 d", numbers.compact(facts.average_volume, digits=4) if facts.average_volume else ""),
        ("Class", CLASS_NAMES[detail.asset_class]),
        ("Sector", detail.sector),
        ("Industry", detail.industry),
        ("Country", detail.country),
        ("ISIN", detail.isin or ""),
        ("First price", dates.day(detail.first_date) if detail.first_date else ""),
        ("Last price", dates.day(detail.last_date) if detail.last_date else ""),
        ("Last split", _split(facts)),
        ("Provider", detail.provider.capitalize()),
        ("Last refresh", dates.age(detail.refreshed_at, datetime.now(UTC)) if detail.refreshed_at else ""),
    ]


def _split(facts: PriceFacts) -> str:
    if not facts.splits:
        return ""
    last = facts.splits[-1]
    return f"{numbers.quantity(last.ratio)} for 1, {dates.day(last.date)}"


def _range(detail: InstrumentDetail, facts: PriceFacts) -> list[Component]:
    """Where the last close stands between the lowest and the highest price of 52 weeks."""
    low, high, last = facts.year_low, facts.year_high, detail.last_close
    if low is None or high is None or last is None:
        return []
    place = min(1.0, max(0.0, (last - low) / (high - low))) if high > low else 0.5
    decimals = detail.asset_class.price_decimals
    shown = [numbers.price(value, detail.currency, min_decimals=decimals) for value in (low, high)]
    ends = [html.Span(text, className="num") for text in shown]
    words = f"The last close is {numbers.percent(place, 0)} of the way from the year’s low to its high"
    return [
        html.Div([ends[0], html.Span("52-week range"), ends[1]], className="row-f sb xs t3"),
        html.Div(html.I(style={"left": f"{place:.1%}"}), className="px-range", role="img", **aria(label=words)),
    ]
