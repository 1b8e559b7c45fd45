"""A desk for each provider: what it is asked for, when it is due again, and how it is left alone while it fails."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from dashboard.providers.base import MarketDataProvider, Quote
from dashboard.services.live_quotes import Sources

LONGEST_PAUSE_SECONDS = 300.0
LACKING_SECONDS = 900.0
"""For how long a provider that had no quote of a symbol is not asked for it again, where another one may be."""
ROUND_SECONDS = {"simulated": 1.0, "alphavantage": 300.0, "ecb": 900.0}
DEFAULT_ROUND_SECONDS = 15.0
STREAMING_ROUND_SECONDS = 60.0
"""While prices come by themselves: closes, previous closes and what is seldom traded still have to be asked for."""


class QuoteStream(Protocol):
    """A source whose prices come by themselves."""

    @property
    def is_heard(self) -> bool:
        """Whether a price came a short while ago."""
        ...

    def want(self, units: Mapping[str, str]) -> None:
        """Have the prices of these symbols come, each in its unit ("": not known), and of no others."""
        ...

    def take(self) -> dict[str, Quote]:
        """The latest quote of each symbol that has had one since this was last asked."""
        ...


@dataclass(slots=True)
class Desk:
    """One provider as the feed asks it. Times are those of the feed's clock, in seconds."""

    provider: MarketDataProvider
    stream: QuoteStream | None = None
    failures: int = 0
    _ended_at: float = -math.inf
    _pause_seconds: float = 0.0
    is_asking: bool = False
    _is_round: bool = False
    _asked: frozenset[str] = frozenset()
    _lacking: dict[str, float] = field(default_factory=dict)

    @property
    def due_at(self) -> float:
        """When the next round may begin; sooner where a stream has just been lost."""
        return self._ended_at + (self._pause_seconds if self.failures else self.round_seconds)

    @property
    def is_streaming(self) -> bool:
        """Whether prices come by themselves."""
        return self.stream is not None and self.stream.is_heard

    @property
    def round_seconds(self) -> float:
        """From one round to the next while all is well."""
        if self.is_streaming:
            return STREAMING_ROUND_SECONDS
        return ROUND_SECONDS.get(self.provider.name, DEFAULT_ROUND_SECONDS)

    def serves(self, symbol: str, now: float) -> bool:
        """Whether it can be relied on for ``symbol``: it does not fail, and had a quote of it when it was asked."""
        return self.failures == 0 and self._lacking.get(symbol, 0.0) <= now

    def due(self, wanted: Mapping[str, str], now: float) -> dict[str, str]:
        """What to ask for at ``now`` of ``wanted`` (our symbol: its own): all when it is due, what is new at once."""
        if self.is_asking or not wanted:
            return {}
        if now >= self.due_at:
            return dict(wanted)
        if self.failures:
            return {}
        return {symbol: name for symbol, name in wanted.items() if symbol not in self._asked}

    def begin(self, symbols: Iterable[str], now: float) -> None:
        """It is being asked for these from ``now`` on."""
        self._is_round = now >= self.due_at
        self._asked = frozenset(symbols) if self._is_round else self._asked | frozenset(symbols)
        self.is_asking = True

    def answered(self, asked: Iterable[str], found: Collection[str], now: float) -> None:
        """It had quotes of ``found``."""
        self.failures = 0
        self._lacking = {symbol: until for symbol, until in self._lacking.items() if symbol not in found}
        self._lacking |= {symbol: now + LACKING_SECONDS for symbol in asked if symbol not in found}
        self.is_asking = False
        if self._is_round:
            self._ended_at = now

    def failed(self, now: float, retry_after_seconds: float | None = None) -> None:
        """It gave no answer: it is asked again later, and later still each time; a refusal says itself when."""
        self.failures += 1
        pause = self.round_seconds * 2.0**self.failures
        if retry_after_seconds is not None:
            pause = max(retry_after_seconds, self.round_seconds)
        self.is_asking, self._ended_at, self._pause_seconds = False, now, min(pause, LONGEST_PAUSE_SECONDS)


def share(desk: Desk, desks: Mapping[str, Desk], sources: Iterable[Sources], now: float) -> dict[str, str]:
    """What ``desk`` is to be asked for (our symbol: its own): what it is the first for of those that can be relied on.

    One that fails keeps what it would have, so that it is tried again when it is due.
    """
    found = {}
    for wanted in sources:
        for name, symbol in wanted.named:
            if name == desk.provider.name:
                found[wanted.symbol] = symbol
            if name == desk.provider.name or (name in desks and desks[name].serves(wanted.symbol, now)):
                break
    return found
