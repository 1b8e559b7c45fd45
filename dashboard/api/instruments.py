"""Instruments: their prices, and indicators over them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any  # Any: the parameters are made of the names that the registry of indicators has

from dashboard.api import cursors
from dashboard.api.analysis_parameters import IndicatorParameters
from dashboard.api.indicator_schemas import Indicator
from dashboard.api.parameters import BarsParameters, PricesParameters
from dashboard.api.resource import Answer, Resource
from dashboard.api.schemas import BarPage, Prices
from dashboard.domain.access import Actor, Permission
from dashboard.domain.indicators.registry import choose
from dashboard.domain.intraday import BarInterval
from dashboard.results import market_wire
from dashboard.results.indicators import indicator_series
from dashboard.results.instruments import Bars
from dashboard.services import indicators as service
from dashboard.services import market_data
from dashboard.services.market_data import bar_pages
from dashboard.services.market_data.bar_pages import BarRange

MOMENT = "%Y-%m-%dT%H:%M:%S"
NOT_OF_INDICATORS = {"name", "start", "end"}


def prices(_actor: Actor, parameters: PricesParameters, symbol: str) -> Answer:
    """The daily bars of an instrument. Raises: NotFound."""

    def bars() -> Bars:
        return market_data.bars(symbol, start=parameters.start, end=parameters.end, adjusted=parameters.adjusted)

    return Answer(lambda: market_wire.bars(bars()), version=market_data.versions_for([symbol], ()))


def bars(_actor: Actor, parameters: BarsParameters, symbol: str) -> Answer:
    """A page of bars of any length. Raises: NotFound, InvalidInput."""
    asked = BarRange(parameters.start, parameters.end, _resumed(parameters), parameters.limit)
    if parameters.interval == bar_pages.DAY:
        page = bar_pages.daily_page(symbol, asked, adjusted=parameters.adjusted)
    else:
        interval = BarInterval(parameters.interval)
        page = bar_pages.intraday_page(symbol, interval, asked, adjusted=parameters.adjusted)
    following = cursors.write(str(page.bars.dates[-1])) if page.more else None
    return Answer(lambda: market_wire.bar_page(page) | {"next_cursor": following})


def indicator(actor: Actor, parameters: Any, symbol: str) -> Answer:
    """An indicator over the daily bars of an instrument. Raises: NotFound, InvalidInput."""
    chosen = choose(parameters.name, parameters.model_dump(exclude=NOT_OF_INDICATORS, exclude_none=True))
    detail = market_data.instrument(actor, symbol)
    return Answer(
        lambda: indicator_series(service.indicator(actor, symbol, chosen, start=parameters.start, end=parameters.end)),
        version=f"{market_data.versions_for([symbol], ())}|{detail.currency}",
    )


def _resumed(parameters: BarsParameters) -> date | datetime | None:
    """Just after the bar that a cursor names by its day, or by when it begins."""
    if parameters.cursor is None:
        return None
    place = cursors.read(parameters.cursor)
    try:
        if parameters.interval == bar_pages.DAY:
            return date.fromisoformat(place) + timedelta(days=1)
        return datetime.strptime(place, MOMENT).replace(tzinfo=UTC) + timedelta(seconds=1)
    except (ValueError, OverflowError) as error:
        raise cursors.refused() from error


RESOURCES = (
    Resource(
        "prices",
        "/instruments/<path:symbol>/prices",
        "Daily bars of an instrument",
        prices,
        Prices,
        Permission.INSTRUMENT_VIEW,
        PricesParameters,
        {"symbol": "string"},
    ),
    Resource(
        "bars",
        "/instruments/<path:symbol>/bars",
        "Bars of an instrument, daily or within the day",
        bars,
        BarPage,
        Permission.INSTRUMENT_VIEW,
        BarsParameters,
        {"symbol": "string"},
    ),
    Resource(
        "indicators",
        "/instruments/<path:symbol>/indicators",
        "A technical indicator over the daily bars of an instrument",
        indicator,
        Indicator,
        Permission.INSTRUMENT_VIEW,
        IndicatorParameters,
        {"symbol": "string"},
    ),
)
