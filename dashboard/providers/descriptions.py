"""What an instrument is, as a provider describes it: names, sector, country, and what a fund holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from dashboard.errors import InstrumentNotFound
from dashboard.providers.base import MarketDataProvider


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a fund: an instrument or a sector, and how much of the fund it is (1 is all of it)."""

    name: str
    weight: float
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class Description:
    """What a provider says of an instrument; text that it does not give is empty. Shares are the largest first."""

    provider: str
    name: str = ""
    exchange: str = ""
    mic: str = ""
    sector: str = ""
    industry: str = ""
    country: str = ""
    holdings: tuple[Share, ...] = ()
    sectors: tuple[Share, ...] = ()


@runtime_checkable
class DescribingProvider(Protocol):
    """A provider that describes instruments. One that is none is passed over."""

    def describe(self, symbol: str) -> Description:
        """What ``symbol`` is.

        Raises: InstrumentNotFound, ProviderUnavailable, ProviderRefused, RateLimited.
        """
        ...


def described(provider: MarketDataProvider, symbol: str) -> Description:
    """What ``provider`` says of ``symbol``. Raises: as the protocol says; InstrumentNotFound also where it is none."""
    if not isinstance(provider, DescribingProvider):
        raise InstrumentNotFound(f"{provider.name} describes no instruments.", provider=provider.name, symbol=symbol)
    return provider.describe(symbol)
