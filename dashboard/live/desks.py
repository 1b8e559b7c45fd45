"""A desk for each provider: what it is asked for, when it is due again, and how it is left alone while it fails."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from dashboard.providers.base import MarketDataProvider
from dashboard.services.live_quotes import Sources

LONGEST_PAUSE_SECONDS = 300.0
LACKING_SECONDS = 900.0
"""For how long a provider that had no quote of a symbol is not asked for it again, where another one may be."""
ROUND_SECONDS = {"simulated": 1.0, "alphavantage": 300.0, "ecb": 900.0}
DEFAULT_ROUND_SECONDS = 15.0


@dataclass(slots=True)
class Desk:
    """One provider as the feed asks it. Times are those of the feed's clock, in seconds."""

    provider: MarketDataProvider
    failures: int = 0
    due_at: float = 0.0
    is_asking: bool = False
    _is_round: bool = False
    _asked: frozenset[str] = frozenset()
    _lacking: dict[str, float] = field(default_factory=dict)

    @property
    def round_seconds(self) -> float:
        """From one round to the next while all is well."""
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
        self._end(now + self.round_seconds if self._is_round else self.due_at)

    def failed(self, now: float, retry_after_seconds: float | None = None) -> None:
        """It gave no answer: it is asked again later, and later still each time; a refusal says itself when."""
        self.failures += 1
        pause = self.round_seconds * 2.0**self.failures
        if retry_after_seconds is not None:
            pause = max(retry_after_seconds, self.round_seconds)
        self._end(now + min(pause, LONGEST_PAUSE_SECONDS))

    def _end(self, due_at: float) -> None:
        self.is_asking, self.due_at = False, due_at


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
