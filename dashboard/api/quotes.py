"""Quotes: the last prices that the live feed knows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from dashboard.api.parameters import Parameters, printable
from dashboard.api.resource import Answer, Resource
from dashboard.api.schemas import Described, Money
from dashboard.domain.access import Actor, Permission
from dashboard.domain.market_hours import MarketState
from dashboard.results import quotes as wire
from dashboard.results.quotes import Freshness
from dashboard.services import live_frames

LONGEST_WORD = 64


class QuoteParameters(Parameters):
    """Of which instruments."""

    symbols: Annotated[
        str, Field(max_length=live_frames.MOST_SYMBOLS * (LONGEST_WORD + 1)), AfterValidator(printable)
    ] = Field(description=f"1 to {live_frames.MOST_SYMBOLS} symbols with commas between them, or pairs (`fx:USD/EUR`).")


class Quote(Described):
    """The last price of an instrument, in its major currency."""

    symbol: str
    currency: str
    price: Money
    previous_close: Money
    open: Money = Field(description="Of the session of the price; null where its provider does not say.")
    high: Money
    low: Money
    at: datetime = Field(description="The time of the trade.")
    freshness: Freshness
    delayed_seconds: int
    market_state: MarketState


class Quotes(Described):
    """The quotes that are known."""

    quotes: list[Quote]


def quotes(_actor: Actor, parameters: QuoteParameters) -> Answer:
    """The quotes of some symbols, which the feed asks for from now on. Raises: InvalidInput, NotFound."""
    known, _ = live_frames.asked_symbols(parameters.symbols)
    found = live_frames.known_quotes(known)
    return Answer(lambda: {"quotes": [wire.quote(one) for one in found]})


RESOURCES = (
    Resource(
        "quotes",
        "/quotes",
        "The last prices that the live feed knows; one that nobody has asked for yet comes with a later answer",
        quotes,
        Quotes,
        Permission.INSTRUMENT_VIEW,
        QuoteParameters,
    ),
)
