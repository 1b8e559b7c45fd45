"""The chain that the settings describe: which providers, in which order, at which addresses, with which limits."""

from __future__ import annotations

from collections.abc import Sequence

import redis

from dashboard.domain.instruments import AssetClass
from dashboard.errors import ProviderUnavailable
from dashboard.providers.base import MarketDataProvider
from dashboard.providers.budget import Budget, Limit, LocalTokens, SharedTokens, Tokens
from dashboard.providers.chain import ProviderChain
from dashboard.providers.guard import GuardedProvider, LocalPauses, Pauses, SharedPauses
from dashboard.providers.retry import Retry
from dashboard.settings import Settings

# What the real services take without being paid, as they say (Alpha Vantage) or as is polite. At an address of one's
# own there is no limit but the one that PROVIDER_LIMITS sets.
LIMITS = {"alphavantage": ((5, 60), (25, 86_400)), "yahoo": ((300, 60),)}


def create_providers(
    settings: Settings, *, client: redis.Redis | None = None, retry: Retry | None = None
) -> ProviderChain:
    """The providers of the settings. Make them after a fork.

    ``client`` shares limits and pauses with other processes; ``retry`` is in place of each provider's own patience.
    """
    orders: dict[AssetClass | None, Sequence[str]] = {None: settings.providers}
    orders |= {AssetClass(name): order for name, order in settings.provider_orders.items()}
    names = dict.fromkeys(name for order in orders.values() for name in order)
    pauses = SharedPauses(client) if client is not None else LocalPauses()
    tokens = SharedTokens(client) if client is not None else LocalTokens()
    providers = [_create(name, settings, pauses, tokens, retry) for name in names]
    return ProviderChain(providers, orders)


def _create(name: str, settings: Settings, pauses: Pauses, tokens: Tokens, retry: Retry | None) -> MarketDataProvider:
    # Imported when chosen: yfinance takes a second, exchange calendars half of one.
    if name == "simulated":
        from dashboard.providers.simulated import SimulatedProvider

        return SimulatedProvider()
    if name == "yahoo":
        from dashboard.providers.yahoo import YahooProvider

        cache = settings.dashboard_home / "cache" / "yahoo"
        budget = _budget(name, settings, tokens, settings.yahoo_base_url)
        provider = YahooProvider(cache_directory=cache, base_url=settings.yahoo_base_url, retry=retry, budget=budget)
        return GuardedProvider(provider, pauses)
    if name == "alphavantage":
        from dashboard.providers.alphavantage import AlphaVantageProvider

        key = settings.alphavantage_api_key
        budget = _budget(name, settings, tokens, settings.alphavantage_base_url)
        return GuardedProvider(
            AlphaVantageProvider(
                api_key=key.get_secret_value() if key else None,
                base_url=settings.alphavantage_base_url,
                retry=retry,
                budget=budget,
            ),
            pauses,
        )
    raise ProviderUnavailable(f"There is no provider {name}.", provider=name)


def _budget(name: str, settings: Settings, tokens: Tokens, address: str | None) -> Budget:
    set_ = settings.limits_of(name)
    limits = set_ if set_ is not None else LIMITS.get(name, ()) if address is None else ()
    return Budget(name, [Limit(requests, seconds) for requests, seconds in limits], tokens)
