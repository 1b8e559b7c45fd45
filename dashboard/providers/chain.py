"""Several providers in the order of the ``PROVIDERS`` setting: the first that knows an instrument answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import redis

from dashboard.errors import InstrumentNotFound, ProviderError, ProviderUnavailable
from dashboard.providers.base import Fallback, History, HistoryRequest, MarketDataProvider, Quote, SearchHit
from dashboard.providers.guard import GuardedProvider, LocalPauses, Pauses, SharedPauses
from dashboard.settings import Settings


class ProviderChain:
    """A provider that asks others in order and keeps the reason of each that did not answer."""

    def __init__(self, providers: Sequence[MarketDataProvider]) -> None:
        if not providers:
            raise ValueError("a chain needs a provider")
        self.providers = tuple(providers)
        self.name = self.providers[0].name if len(self.providers) == 1 else "chain"

    def history(self, request: HistoryRequest) -> History:
        """The history of the first that has it; ``fallbacks`` names those before it.

        Raises: InstrumentNotFound when all of them say so; else the first RateLimited or ProviderUnavailable.
        """
        return self._history([(provider, request) for provider in self.providers])

    def fx_history(self, base: str, quote: str, *, start: date | None = None, end: date | None = None) -> History:
        """Daily units of ``quote`` for 1 ``base``; each provider is asked by its own symbol. Raises: as history."""
        return self._history([(it, HistoryRequest(it.fx_symbol(base, quote), start, end)) for it in self.providers])

    def quotes(self, symbols: Sequence[str]) -> dict[str, Quote]:
        """Quotes of all that any provider knows.

        Raises: RateLimited, ProviderUnavailable when nothing is known because a provider failed.
        """
        quotes: dict[str, Quote] = {}
        failures: list[ProviderError] = []
        for provider in self.providers:
            missing = [symbol for symbol in symbols if symbol not in quotes]
            if not missing:
                break
            try:
                quotes |= provider.quotes(missing)
            except ProviderError as error:
                failures.append(error)
        if failures and not quotes:
            raise failures[0]
        return quotes

    def search(self, text: str) -> tuple[SearchHit, ...]:
        """The hits of every provider that answers, in order. Raises: the first failure when none answers."""
        hits: list[SearchHit] = []
        failures: list[ProviderError] = []
        for provider in self.providers:
            try:
                hits += provider.search(text)
            except ProviderError as error:
                failures.append(error)
        if len(failures) == len(self.providers):
            raise failures[0]
        return tuple(hits)

    def fx_symbol(self, base: str, quote: str) -> str:
        """The symbol that the first provider gives the pair."""
        return self.providers[0].fx_symbol(base, quote)

    def _history(self, attempts: Sequence[tuple[MarketDataProvider, HistoryRequest]]) -> History:
        failures: list[ProviderError] = []
        for provider, request in attempts:
            try:
                history = provider.history(request)
            except ProviderError as error:
                failures.append(error)
            else:
                reasons = tuple(Fallback(error.provider, error.code, error.message) for error in failures)
                return replace(history, fallbacks=reasons)
        raise next((error for error in failures if not isinstance(error, InstrumentNotFound)), failures[0])


def create_providers(settings: Settings, *, client: redis.Redis | None = None) -> ProviderChain:
    """The providers of the settings. Make them after a fork. ``client`` shares their pauses with other processes."""
    pauses = SharedPauses(client) if client is not None else LocalPauses()
    return ProviderChain([_create(name, settings, pauses) for name in settings.providers])


def _create(name: str, settings: Settings, pauses: Pauses) -> MarketDataProvider:
    # Imported when chosen: yfinance takes a second, exchange calendars half of one.
    if name == "simulated":
        from dashboard.providers.simulated import SimulatedProvider

        return SimulatedProvider()
    if name == "yahoo":
        from dashboard.providers.yahoo import YahooProvider

        cache = settings.dashboard_home / "cache" / "yahoo"
        return GuardedProvider(YahooProvider(cache_directory=cache, base_url=settings.yahoo_base_url), pauses)
    raise ProviderUnavailable(f"There is no provider {name}.", provider=name)
