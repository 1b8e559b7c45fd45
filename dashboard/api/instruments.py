"""Instruments: their prices."""

from __future__ import annotations

from dashboard.api.parameters import PricesParameters
from dashboard.api.resource import Answer, Resource
from dashboard.api.schemas import Prices
from dashboard.domain.access import Actor, Permission
from dashboard.results import market_wire
from dashboard.results.instruments import Bars
from dashboard.services import market_data


def prices(_actor: Actor, parameters: PricesParameters, symbol: str) -> Answer:
    """The daily bars of an instrument. Raises: NotFound."""

    def bars() -> Bars:
        return market_data.bars(symbol, start=parameters.start, end=parameters.end, adjusted=parameters.adjusted)

    return Answer(lambda: market_wire.bars(bars()), version=market_data.versions_for([symbol], ()))


RESOURCES = (
    Resource(
        "prices",
        "/instruments/<symbol>/prices",
        "Daily bars of an instrument",
        prices,
        Prices,
        Permission.INSTRUMENT_VIEW,
        PricesParameters,
        {"symbol": "string"},
    ),
)
