"""Several providers in order: the first that knows an instrument answers, and the reason of each before it is kept.

An instrument's own provider is asked first, then those of the order for its asset class (``PROVIDER_ORDERS``), else
those of ``PROVIDERS``. One that has no prices of that class is left out. What one says is held against a second one:
that of ``SECOND_SOURCE``, else the next in the order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import structlog

from dashboard.domain.instruments import AssetClass
from dashboard.errors import InstrumentNotFound, NoPrices, ProviderError, UnreadableAnswer
from dashboard.providers.base import ALONE, Fallback, History, HistoryRequest, MarketDataProvider, Quote, SearchHit
from dashboard.providers.currency_pairs import pair_of
from dashboard.providers.descriptions import Description, described
from dashboard.providers.intraday import IntradayHistory, IntradayProvider, IntradayRequest
from dashboard.providers.normalise import CURRENCY

log = structlog.get_logger(__name__)

Attempt = tuple[MarketDataProvider, HistoryRequest]


@dataclass(frozen=True, slots=True)
class Histories:
    """What several providers say of one instrument, in their order, and why others said nothing."""

    histories: tuple[History, ...]
    failures: tuple[Fallback, ...] = ()


class ProviderChain:
    """A provider that asks others in order. ``orders`` names them by asset class; without one theirs is the order.

    ``alone`` are asked for the instruments that have them as their own, and for nothing else.
    """

    name: str
    asset_classes: frozenset[AssetClass]

    def __init__(
        self,
        providers: Sequence[MarketDataProvider],
        orders: Mapping[AssetClass | None, Sequence[str]] | None = None,
        alone: Sequence[MarketDataProvider] = (),
        second: str = "",
    ) -> None:
        if not providers:
            raise ValueError("a chain needs a provider")
        self.providers = tuple(providers)
        self.name = self.providers[0].name if len(self.providers) == 1 else "chain"
        self.asset_classes = frozenset().union(*(provider.asset_classes for provider in self.providers))
        self._by_name = {provider.name: provider for provider in (*self.providers, *alone)}
        names = tuple(provider.name for provider in self.providers)
        self._orders: dict[AssetClass | None, Sequence[str]] = {None: names, **(orders or {})}
        self._second = second

    def order(self, asset_class: AssetClass | None, own: str = "") -> tuple[MarketDataProvider, ...]:
        """The providers of an instrument in the order in which they are asked; ``own`` is its own one's name."""
        others = () if own in ALONE else self._orders.get(asset_class, self._orders[None])
        names = dict.fromkeys((own, *others))
        known = [self._by_name[name] for name in names if name in self._by_name]
        wanted = asset_class or AssetClass.EQUITY
        return tuple(provider for provider in known if wanted in provider.asset_classes or provider.name == own)

    def second(self, asset_class: AssetClass | None, first: str) -> MarketDataProvider | None:
        """The provider that what ``first`` says is held against; None where there is no other for the class."""
        if first in ALONE:
            return None
        chosen = self._by_name.get(self._second)
        named = [chosen] if chosen is not None and (asset_class or AssetClass.EQUITY) in chosen.asset_classes else []
        return next((one for one in (*named, *self.order(asset_class)) if one.name != first), None)

    def history(self, request: HistoryRequest) -> History:
        """The history of the first that has it; ``fallbacks`` names those before it.

        Raises: InstrumentNotFound when all of them say so; else the first other failure, with the reasons of all.
        """
        return self._first(list(self._attempts(request)), request.provider_symbol)

    def histories(self, request: HistoryRequest, count: int = 2) -> Histories:
        """The histories of the first ``count`` that have one, so that a caller can compare them."""
        return self._several(list(self._attempts(request)), count)

    def intraday(self, request: IntradayRequest) -> IntradayHistory:
        """The bars within a day of the first that has them; ``fallbacks`` names those before it.

        Raises: as history. A provider without such bars is passed over, which is its reason.
        """
        failures: list[ProviderError] = []
        for provider in self.order(request.of.asset_class, request.of.provider):
            try:
                found = _asked_within_days(provider, request.asked_of(provider.name))
            except ProviderError as error:
                failures.append(error)
            else:
                return replace(found, fallbacks=_reasons(failures))
        raise _worst(failures, request.provider_symbol)

    def fx_history(self, base: str, quote: str, *, start: date | None = None, end: date | None = None) -> History:
        """Daily units of ``quote`` for 1 ``base``; each provider is asked by its own symbol. Raises: as history."""
        return self._first(list(self._fx_attempts(base, quote, start, end)), f"{base}{quote}")

    def describe(self, request: HistoryRequest) -> Description:
        """What the first that describes an instrument says of it. Raises: as history."""
        failures: list[ProviderError] = []
        for provider, asked in self._attempts(request):
            try:
                return described(provider, asked.provider_symbol)
            except ProviderError as error:
                failures.append(error)
        raise _worst(failures, request.provider_symbol)

    def quotes(self, symbols: Sequence[str]) -> dict[str, Quote]:
        """Quotes of all that any provider knows.

        Raises: the first failure when nothing is known because a provider failed.
        """
        pairs = {symbol: pair for symbol in symbols if (pair := pair_of(symbol)) is not None}
        quotes: dict[str, Quote] = {}
        failures: list[ProviderError] = []
        for provider in self.order(AssetClass.CURRENCY) if pairs else ():
            wanted = {provider.fx_symbol(*pair): symbol for symbol, pair in pairs.items() if symbol not in quotes}
            quotes |= _quoted(provider, wanted, failures)
        for provider in self.order(None):
            wanted = {symbol: symbol for symbol in symbols if symbol not in quotes and symbol not in pairs}
            quotes |= _quoted(provider, wanted, failures)
        if failures and not quotes:
            raise failures[0]
        return quotes

    def search(self, text: str) -> tuple[SearchHit, ...]:
        """The hits of every provider that answers, in order. Raises: the first failure when none answers."""
        hits, failures = self.search_all(text)
        if len(failures) == len(self.providers):
            raise failures[0]
        return hits

    def search_all(self, text: str) -> tuple[tuple[SearchHit, ...], tuple[ProviderError, ...]]:
        """The hits of every provider that answers, in order, and why each other one did not."""
        hits: list[SearchHit] = []
        failures: list[ProviderError] = []
        for provider in self.providers:
            try:
                hits += provider.search(text)
            except ProviderError as error:
                log.info("providers.search_failed", provider=error.provider, code=error.code, reason=error.message)
                failures.append(error)
        return tuple(hits), tuple(failures)

    def fx_symbol(self, base: str, quote: str) -> str:
        """The symbol that the first provider of currencies gives the pair."""
        return (self.order(AssetClass.CURRENCY) or self.providers)[0].fx_symbol(base, quote)

    def _attempts(self, request: HistoryRequest) -> Iterator[Attempt]:
        """Each provider with what it is asked for."""
        for provider in self.order(request.asset_class, request.provider):
            yield provider, _of_provider(request, provider)

    def _fx_attempts(self, base: str, quote: str, start: date | None, end: date | None) -> Iterator[Attempt]:
        for provider in self.order(AssetClass.CURRENCY):
            symbol = provider.fx_symbol(base, quote)
            yield provider, HistoryRequest(symbol, start, end, asset_class=AssetClass.CURRENCY)

    @staticmethod
    def history_of(provider: MarketDataProvider, request: HistoryRequest) -> History:
        """The history that one of the providers gives.

        Raises: InstrumentNotFound, NoPrices, ProviderUnavailable, ProviderRefused, RateLimited, UnreadableAnswer.
        """
        return _asked(provider, _of_provider(request, provider))

    @staticmethod
    def _first(attempts: Sequence[Attempt], symbol: str) -> History:
        failures: list[ProviderError] = []
        for provider, request in attempts:
            try:
                return replace(_asked(provider, request), fallbacks=_reasons(failures))
            except ProviderError as error:
                failures.append(error)
        raise _worst(failures, symbol)

    @staticmethod
    def _several(attempts: Sequence[Attempt], count: int) -> Histories:
        histories: list[History] = []
        failures: list[ProviderError] = []
        for provider, request in attempts:
            if len(histories) == count:
                break
            try:
                histories.append(_asked(provider, request))
            except ProviderError as error:
                failures.append(error)
        return Histories(tuple(histories), _reasons(failures))


def _of_provider(request: HistoryRequest, provider: MarketDataProvider) -> HistoryRequest:
    """What a provider is asked for."""
    return replace(request, provider_symbol=request.asking(provider.name))


def _asked_within_days(provider: MarketDataProvider, request: IntradayRequest) -> IntradayHistory:
    """The provider's bars. Raises: NoPrices where it has none of the interval, UnreadableAnswer as for a history."""
    if not isinstance(provider, IntradayProvider) or request.interval not in provider.intervals:
        message = f"{provider.name} has no bars of {request.interval}."
        raise NoPrices(message, provider=provider.name, symbol=request.provider_symbol)
    found = provider.intraday(request)
    _require_currency(found.currency, provider, request.provider_symbol)
    return found


def _require_currency(currency: str, provider: MarketDataProvider, symbol: str) -> None:
    """Raises: UnreadableAnswer."""
    if not CURRENCY.fullmatch(currency):
        message = f"The answer of {provider.name} cannot be read: it is in {currency[:8]!r}, which is no currency."
        raise UnreadableAnswer(message, provider=provider.name, symbol=symbol)


def _asked(provider: MarketDataProvider, request: HistoryRequest) -> History:
    """The provider's history.

    Raises: NoPrices where it should begin at the beginning and is empty, UnreadableAnswer where it is in no currency.
    """
    history = provider.history(request)
    _require_currency(history.currency, provider, request.provider_symbol)
    if request.start is None and not len(history.bars):
        first = next((f" ({bar.date}: {bar.reason})" for bar in history.rejected), "")
        message = f"{provider.name} knows {request.provider_symbol} but has no price of it{first}."
        raise NoPrices(message, provider=provider.name, symbol=request.provider_symbol)
    return history


def _quoted(provider: MarketDataProvider, wanted: Mapping[str, str], failures: list[ProviderError]) -> dict[str, Quote]:
    """The provider's quotes of what it calls ``wanted``, by our names of those; a failure is added to ``failures``."""
    try:
        found = provider.quotes(tuple(wanted)) if wanted else {}
    except ProviderError as error:
        failures.append(error)
        return {}
    return {wanted[symbol]: quote for symbol, quote in found.items() if symbol in wanted}


def _reasons(failures: Sequence[ProviderError]) -> tuple[Fallback, ...]:
    return tuple(Fallback(error.provider, error.code, error.message) for error in failures)


def _worst(failures: Sequence[ProviderError], symbol: str) -> ProviderError:
    """What to say when nobody answered: the first that is more than "not known", and the reasons of all."""
    if not failures:
        return InstrumentNotFound(f"No provider has prices of what {symbol} is.", provider="chain", symbol=symbol)
    chosen = next((error for error in failures if not isinstance(error, InstrumentNotFound)), failures[0])
    if len(failures) > 1:
        chosen.message = "; ".join(f"{error.provider}: {error.message}" for error in failures)
        chosen.args = (chosen.message,)
    return chosen
