"""The chain that the settings describe: which providers, in which order, at which addresses, with which limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

import redis

from dashboard.domain.instruments import AssetClass
from dashboard.errors import ProviderUnavailable
from dashboard.providers.base import ADDRESS, MarketDataProvider
from dashboard.providers.budget import Budget, Limit, LocalTokens, SharedTokens, Tokens
from dashboard.providers.chain import ProviderChain
from dashboard.providers.circuits import Circuits, LocalCircuits, SharedCircuits
from dashboard.providers.guard import GuardedProvider, Habits, LocalPauses, Pauses, SharedPauses
from dashboard.providers.retry import Retry
from dashboard.settings import Settings

if TYPE_CHECKING:
    from dashboard.providers.yahoo_stream import YahooStream

# What the real services take without being paid, as they say (Alpha Vantage) or as is polite. At an address of one's
# own there is no limit but the one that PROVIDER_LIMITS sets.
LIMITS = {"alphavantage": ((5, 60), (25, 86_400)), "yahoo": ((300, 60),)}


@dataclass(frozen=True, slots=True)
class Shared:
    """What all processes know of the providers together: what was asked, who refused, who fails."""

    tokens: Tokens
    pauses: Pauses
    circuits: Circuits


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one answer may take, and how often it is asked for; None: as each provider has it."""

    timeout_seconds: float | None = None
    retry: Retry | None = None


def create_providers(
    settings: Settings, *, client: redis.Redis | None = None, patience: Patience | None = None
) -> ProviderChain:
    """The providers of the settings. Make them after a fork.

    ``client`` shares limits, pauses and circuits with other processes.
    """
    orders: dict[AssetClass | None, Sequence[str]] = {None: settings.providers}
    orders |= {AssetClass(name): order for name, order in settings.provider_orders.items()}
    if client is None:
        shared = Shared(LocalTokens(), LocalPauses(), LocalCircuits())
    else:
        shared = Shared(SharedTokens(client), SharedPauses(client), SharedCircuits(client))
    second = settings.second_source or ""
    names = dict.fromkeys(name for order in orders.values() for name in order)
    alone = [second] if second and second not in names else []
    made = {name: _create(name, settings, shared, patience or Patience()) for name in (*names, *alone)}
    own = _create(ADDRESS, settings, shared, patience or Patience())
    return ProviderChain([made[name] for name in names], orders, [*(made[name] for name in alone), own], second)


def create_streams(settings: Settings) -> dict[str, YahooStream]:
    """The streams of the providers of the settings that have one, by the provider's name; not started."""
    names = {*settings.providers, *(name for order in settings.provider_orders.values() for name in order)}
    if "yahoo" not in names or not settings.yahoo_stream:
        return {}
    from dashboard.providers.yahoo_stream import YahooStream

    return {"yahoo": YahooStream(settings.yahoo_stream)}


def _create(name: str, settings: Settings, shared: Shared, patience: Patience) -> MarketDataProvider:
    # Imported when chosen: yfinance takes a second, exchange calendars half of one.
    if name == "simulated":
        from dashboard.providers.simulated import SimulatedProvider

        return SimulatedProvider()
    waits = _given(patience)
    if name == "yahoo":
        from dashboard.providers.yahoo import YahooProvider

        address = settings.yahoo_base_url
        cache = settings.dashboard_home / "cache" / "yahoo"
        budget = _budget(name, settings, shared.tokens, address)
        yahoo = YahooProvider(cache_directory=cache, base_url=address, budget=budget, **waits)
        return GuardedProvider(yahoo, shared.pauses, shared.circuits)
    if name == "alphavantage":
        from dashboard.providers.alphavantage import AlphaVantageProvider

        address, secret = settings.alphavantage_base_url, settings.alphavantage_api_key
        key = secret.get_secret_value() if secret else None
        budget = _budget(name, settings, shared.tokens, address)
        alphavantage = AlphaVantageProvider(api_key=key, base_url=address, budget=budget, **waits)
        return GuardedProvider(alphavantage, shared.pauses, shared.circuits, Habits(by_key=True))
    if name == "ecb":
        from dashboard.providers.ecb import EcbProvider

        budget = _budget(name, settings, shared.tokens, None)
        ecb = EcbProvider(cache_directory=settings.dashboard_home / "cache" / "ecb", budget=budget, **waits)
        return GuardedProvider(ecb, shared.pauses, shared.circuits)
    if name == ADDRESS:
        from dashboard.providers.address import AddressProvider, Means

        cache = settings.dashboard_home / "cache" / "url"
        means = Means(cache, settings.named_headers, settings.url_provider_allow_private, **waits)
        return AddressProvider(means, tokens=shared.tokens, pauses=shared.pauses, circuits=shared.circuits)
    raise ProviderUnavailable(f"There is no provider {name}.", provider=name)


class Waits(TypedDict, total=False):
    """What every provider takes of a patience."""

    timeout_seconds: float
    retry: Retry


def _given(patience: Patience) -> Waits:
    waits: Waits = {}
    if patience.timeout_seconds is not None:
        waits["timeout_seconds"] = patience.timeout_seconds
    if patience.retry is not None:
        waits["retry"] = patience.retry
    return waits


def _budget(name: str, settings: Settings, tokens: Tokens, address: str | None) -> Budget:
    set_ = settings.limits_of(name)
    limits = set_ if set_ is not None else LIMITS.get(name, ()) if address is None else ()
    return Budget(name, [Limit(requests, seconds) for requests, seconds in limits], tokens)
