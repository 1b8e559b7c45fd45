"""What keeps a provider in trouble from being asked: a pause after a refusal, and a circuit breaker.

A pause is what a provider that answered 429 asked for. It is kept in Redis, for all processes to observe; while that is
away, each process observes its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import redis

from dashboard import redis_store
from dashboard.domain.instruments import AssetClass
from dashboard.domain.intraday import BarInterval
from dashboard.errors import (
    NoPrices,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    RateLimited,
    ServiceUnavailable,
    UnreadableAnswer,
)
from dashboard.providers.base import History, HistoryRequest, MarketDataProvider, Quote, SearchHit
from dashboard.providers.budget import BudgetSpent
from dashboard.providers.circuits import Circuits, LocalCircuits
from dashboard.providers.descriptions import DescribingProvider, Description, described
from dashboard.providers.intraday import IntradayHistory, IntradayProvider, IntradayRequest, intervals_of

Answer = TypeVar("Answer")
Clock = Callable[[], float]


class Pauses(Protocol):
    """Where pauses are kept, by name."""

    def left(self, name: str) -> float:
        """The seconds until ``name`` may be asked again; 0 when it may."""
        ...

    def begin(self, name: str, seconds: float) -> None:
        """Nobody asks ``name`` for ``seconds``."""
        ...


class LocalPauses:
    """Pauses of this process."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._ends_at: dict[str, float] = {}

    def left(self, name: str) -> float:
        """The seconds until ``name`` may be asked again; 0 when it may."""
        return max(self._ends_at.get(name, 0.0) - self._clock(), 0.0)

    def begin(self, name: str, seconds: float) -> None:
        """Nobody in this process asks ``name`` for ``seconds``."""
        self._ends_at[name] = self._clock() + seconds


class SharedPauses:
    """Pauses of all processes, in Redis; those of this process while Redis does not answer."""

    def __init__(self, client: redis.Redis, local: LocalPauses | None = None) -> None:
        self._client = client
        self._local = local or LocalPauses()

    def left(self, name: str) -> float:
        """The seconds until ``name`` may be asked again; 0 when it may."""
        try:
            with redis_store.answering():
                milliseconds = int(self._client.pttl(self._key(name)))
        except ServiceUnavailable:
            return self._local.left(name)
        return max(milliseconds / 1000, self._local.left(name))

    def begin(self, name: str, seconds: float) -> None:
        """Nobody asks ``name`` for ``seconds``."""
        self._local.begin(name, seconds)
        if seconds <= 0:
            return
        try:
            with redis_store.answering():
                self._client.set(self._key(name), b"1", px=max(int(seconds * 1000), 1))
        except ServiceUnavailable:
            return  # this process observes it all the same

    @staticmethod
    def _key(name: str) -> str:
        return redis_store.key("provider-pause", name)


@dataclass(frozen=True, slots=True)
class Habits:
    """How a provider is to be treated. ``refusals`` in a row, of whatever symbol, pause all calls of the kind.

    Where a refusal is one of the key (``by_key``), it pauses all calls of every kind at once.
    """

    refusals: int = 2
    by_key: bool = False


class GuardedProvider:
    """A provider behind pauses and circuits, for each kind of call by itself: refused quotes do not stop histories.

    A first refusal pauses its own symbol; a second in a row, of whatever symbol, pauses all calls of the kind.
    """

    def __init__(
        self,
        provider: MarketDataProvider,
        pauses: Pauses | None = None,
        circuits: Circuits | None = None,
        habits: Habits | None = None,
    ) -> None:
        self._provider = provider
        self._pauses = pauses or LocalPauses()
        self._circuits = circuits or LocalCircuits()
        self._habits = habits or Habits()
        self._refused: dict[str, int] = {}

    @property
    def name(self) -> str:
        """The name of the provider behind the guard."""
        return self._provider.name

    @property
    def asset_classes(self) -> frozenset[AssetClass]:
        """Those of the provider behind the guard."""
        return self._provider.asset_classes

    def history(self, request: HistoryRequest) -> History:
        """See the provider. Raises: RateLimited, ProviderUnavailable also without asking it."""
        return self._call("history", request.provider_symbol, lambda: self._provider.history(request))

    @property
    def intervals(self) -> frozenset[BarInterval]:
        """Those of the provider behind the guard; none where it has no bars within a day."""
        return intervals_of(self._provider)

    def intraday(self, request: IntradayRequest) -> IntradayHistory:
        """See the provider. Raises: RateLimited, ProviderUnavailable, NoPrices also without asking it."""
        provider = self._provider
        if not isinstance(provider, IntradayProvider):
            message = f"{self.name} has no bars within a day."
            raise NoPrices(message, provider=self.name, symbol=request.provider_symbol)
        return self._call("intraday", request.provider_symbol, lambda: provider.intraday(request))

    def quotes(self, symbols: Sequence[str]) -> dict[str, Quote]:
        """See the provider. Raises: RateLimited, ProviderUnavailable also without asking it."""
        return self._call("quotes", None, lambda: self._provider.quotes(symbols))

    def search(self, text: str) -> tuple[SearchHit, ...]:
        """See the provider. Raises: RateLimited, ProviderUnavailable also without asking it."""
        return self._call("search", None, lambda: self._provider.search(text))

    def describe(self, symbol: str) -> Description:
        """See the provider. Raises: RateLimited, ProviderUnavailable, InstrumentNotFound also without asking it."""
        if not isinstance(self._provider, DescribingProvider):
            return described(self._provider, symbol)
        return self._call("describe", symbol, lambda: described(self._provider, symbol))

    def fx_symbol(self, base: str, quote: str) -> str:
        """See the provider."""
        return self._provider.fx_symbol(base, quote)

    def _call(self, kind: str, symbol: str | None, call: Callable[[], Answer]) -> Answer:
        operation = f"{self.name}:{kind}"
        self._refuse_to_wait(operation, symbol)
        try:
            answer = call()
        except BudgetSpent:
            raise  # nobody was asked
        except RateLimited as refusal:
            self._pause(operation, symbol, refusal.retry_after_seconds)
            raise
        except UnreadableAnswer:
            raise  # it says something about this answer, and nothing about the next
        except (ProviderUnavailable, ProviderRefused) as failure:
            self._circuits.failed(operation, failure.message)
            raise
        except ProviderError:
            self._answered(operation)
            raise
        self._answered(operation)
        return answer

    def _refuse_to_wait(self, operation: str, symbol: str | None) -> None:
        """Raises: RateLimited during a pause, ProviderUnavailable while the circuit is open."""
        names = {self.name, operation, f"{operation}:{symbol}" if symbol else operation}
        if (left := max(self._pauses.left(name) for name in names)) > 0:
            message = f"{self.name} takes no more requests for now; try again in {left:.0f} seconds."
            raise RateLimited(message, provider=self.name, symbol=symbol, retry_after_seconds=left)
        if (admission := self._circuits.admit(operation)).wait_seconds > 0:
            last = f" ({admission.reason.rstrip('.')})" if admission.reason else ""
            message = f"{self.name} failed several times in a row{last} and is left alone for a while."
            raise ProviderUnavailable(message, provider=self.name, symbol=symbol)

    def _pause(self, operation: str, symbol: str | None, seconds: float) -> None:
        self._refused[operation] = self._refused.get(operation, 0) + 1
        if self._habits.by_key:
            name = self.name
        elif symbol and self._refused[operation] < self._habits.refusals:
            name = f"{operation}:{symbol}"
        else:
            name = operation
        self._pauses.begin(name, seconds)

    def _answered(self, operation: str) -> None:
        """The provider gave an answer, if only that it does not know the symbol."""
        self._refused.pop(operation, None)
        self._circuits.succeeded(operation)
