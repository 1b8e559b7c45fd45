"""A provider that answers as a test says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from dashboard.domain.instruments import AssetClass
from dashboard.errors import InstrumentNotFound, ProviderError
from dashboard.providers.base import (
    EVERYTHING,
    DailyBars,
    History,
    HistoryRequest,
    InstrumentMeta,
    MarketState,
    Quote,
    SearchHit,
)


@dataclass
class FakeProvider:
    """Knows ``symbols`` at a price of their place in the list, from 1; ``failure`` is raised in place of any answer."""

    name: str = "fake"
    symbols: tuple[str, ...] = ("ABC",)
    failure: Callable[[str | None], ProviderError] | None = None
    asked: list[str] = field(default_factory=list)
    asset_classes: frozenset[AssetClass] = EVERYTHING
    empty: bool = False

    def history(self, request: HistoryRequest) -> History:
        self._ask(request.provider_symbol)
        if request.provider_symbol not in self.symbols:
            raise InstrumentNotFound("unknown", provider=self.name, symbol=request.provider_symbol)
        close = np.array([self.symbols.index(request.provider_symbol) + 1.0])
        bars = DailyBars(np.array(["2024-03-01"], dtype="datetime64[D]"), close, close, close, close, close)
        bars = bars[:0] if self.empty else bars
        meta = InstrumentMeta("Fake", "USD", AssetClass.EQUITY)
        return History(self.name, request.provider_symbol, "USD", "USD", bars, (), (), meta)

    def quotes(self, symbols: Sequence[str]) -> dict[str, Quote]:
        self._ask(None)
        at = datetime(2024, 3, 1, 21, tzinfo=UTC)
        return {
            symbol: Quote(self.name, symbol, self.symbols.index(symbol) + 1.0, None, "USD", at, MarketState.OPEN)
            for symbol in symbols
            if symbol in self.symbols
        }

    def search(self, text: str) -> tuple[SearchHit, ...]:
        self._ask(None)
        found = (symbol for symbol in self.symbols if text in symbol)
        return tuple(SearchHit(self.name, symbol, symbol, AssetClass.EQUITY, "") for symbol in found)

    def fx_symbol(self, base: str, quote: str) -> str:
        return f"{self.name}:{base}{quote}"

    def _ask(self, symbol: str | None) -> None:
        self.asked.append(symbol or "*")
        if self.failure is not None:
            raise self.failure(symbol)
