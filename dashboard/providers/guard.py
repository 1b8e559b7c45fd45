"""What keeps a provider in trouble from being asked: a pause after a refusal, and a circuit breaker.

A pause is what a provider that answered 429 asked for. It is kept in Redis, for all processes to observe; while that is
away, each process observes its own. The breaker opens after several failures in a row, and then lets one call through
now and then to see whether the provider is back.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import redis

from dashboard import redis_store
from dashboard.domain.instruments import AssetClass
from dashboard.errors import InstrumentNotFound, ProviderUnavailable, RateLimited, ServiceUnavailable
from dashboard.providers.base import History, HistoryRequest, MarketDataProvider, Quote, SearchHit

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


class Breaker:
    """Closed until ``failures`` calls in a row failed; then open, with one trial every ``rest_seconds``."""

    def __init__(self, *, failures: int = 6, rest_seconds: float = 30.0, clock: Clock = time.monotonic) -> None:
        self._most = failures
        self._rest_seconds = rest_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._next_trial_at = 0.0

    def admits(self) -> bool:
        """Whether a call may go out now; a trial counts at once, so that only one goes out."""
        with self._lock:
            if self._failed < self._most:
                return True
            if self._clock() < self._next_trial_at:
                return False
            self._next_trial_at = self._clock() + self._rest_seconds
            return True

    def succeeded(self) -> None:
        """The provider answered."""
        with self._lock:
            self._failed = 0

    def failed(self) -> None:
        """The provider did not answer."""
        with self._lock:
            self._failed += 1
            if self._failed >= self._most:
                self._next_trial_at = self._clock() + self._rest_seconds


class _Operation:
    """One kind of call: its name, its breaker, and the refusals in a row."""

    def __init__(self, name: str, breaker: Breaker) -> None:
        self.name = name
        self.breaker = breaker
        self.refused = 0

    def answered(self) -> None:
        """The provider gave an answer, if only that it does not know the symbol."""
        self.refused = 0
        self.breaker.succeeded()


class GuardedProvider:
    """A provider behind pauses and breakers, for each kind of call by itself: refused quotes do not stop histories.

    A first refusal pauses its own symbol; a second in a row, of whatever symbol, pauses all calls of the kind.
    """

    def __init__(
        self, provider: MarketDataProvider, pauses: Pauses, make_breaker: Callable[[], Breaker] = Breaker
    ) -> None:
        self._provider = provider
        self._pauses = pauses
        self._operations = {
            kind: _Operation(f"{provider.name}:{kind}", make_breaker()) for kind in ("history", "quotes", "search")
        }

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

    def quotes(self, symbols: Sequence[str]) -> dict[str, Quote]:
        """See the provider. Raises: RateLimited, ProviderUnavailable also without asking it."""
        return self._call("quotes", None, lambda: self._provider.quotes(symbols))

    def search(self, text: str) -> tuple[SearchHit, ...]:
        """See the provider. Raises: RateLimited, ProviderUnavailable also without asking it."""
        return self._call("search", None, lambda: self._provider.search(text))

    def fx_symbol(self, base: str, quote: str) -> str:
        """See the provider."""
        return self._provider.fx_symbol(base, quote)

    def _call(self, kind: str, symbol: str | None, call: Callable[[], Answer]) -> Answer:
        operation = self._operations[kind]
        own_name = f"{operation.name}:{symbol}" if symbol else operation.name
        if (left := max(self._pauses.left(name) for name in {operation.name, own_name})) > 0:
            message = f"{self.name} takes no more requests for now; try again in {left:.0f} seconds."
            raise RateLimited(message, provider=self.name, symbol=symbol, retry_after_seconds=left)
        if not operation.breaker.admits():
            message = f"{self.name} failed several times in a row and is left alone for a while."
            raise ProviderUnavailable(message, provider=self.name, symbol=symbol)
        try:
            answer = call()
        except RateLimited as refusal:
            operation.refused += 1
            self._pauses.begin(own_name if operation.refused == 1 else operation.name, refusal.retry_after_seconds)
            raise
        except ProviderUnavailable:
            operation.breaker.failed()
            raise
        except InstrumentNotFound:
            operation.answered()
            raise
        operation.answered()
        return answer
