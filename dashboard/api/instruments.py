"""Instruments: their prices, and indicators over them."""

from __future__ import annotations

from typing import Any  # Any: the parameters are made of the names that the registry of indicators has

from dashboard.api.analysis_parameters import IndicatorParameters
from dashboard.api.analysis_schemas import Indicator
from dashboard.api.parameters import PricesParameters
from dashboard.api.resource import Answer, Resource
from dashboard.api.schemas import Prices
from dashboard.domain.access import Actor, Permission
from dashboard.domain.indicators.registry import choose
from dashboard.results import market_wire
from dashboard.results.indicators import indicator_series
from dashboard.results.instruments import Bars
from dashboard.services import indicators as service
from dashboard.services import market_data

NOT_OF_INDICATORS = {"name", "start", "end"}


def prices(_actor: Actor, parameters: PricesParameters, symbol: str) -> Answer:
    """The daily bars of an instrument. Raises: NotFound."""

    def bars() -> Bars:
        return market_data.bars(symbol, start=parameters.start, end=parameters.end, adjusted=parameters.adjusted)

    return Answer(lambda: market_wire.bars(bars()), version=market_data.versions_for([symbol], ()))


def indicator(actor: Actor, parameters: Any, symbol: str) -> Answer:
    """An indicator over the daily bars of an instrument. Raises: NotFound, InvalidInput."""
    chosen = choose(parameters.name, parameters.model_dump(exclude=NOT_OF_INDICATORS, exclude_none=True))
    detail = market_data.instrument(actor, symbol)
    return Answer(
        lambda: indicator_series(service.indicator(actor, symbol, chosen, start=parameters.start, end=parameters.end)),
        version=f"{market_data.versions_for([symbol], ())}|{detail.currency}",
    )


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
