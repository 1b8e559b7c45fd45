"""Providers for tests of what is asked, and with which symbol."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dashboard.domain.instruments import AssetClass
from dashboard.errors import InstrumentNotFound
from dashboard.providers.base import EVERYTHING, DailyBars, History, HistoryRequest, InstrumentMeta, Quote, SearchHit


class RecordingProvider:
    """Two closes in euros of whatever it is asked for (nothing, unless it ``knows``), and a list of what that was."""

    asset_classes = EVERYTHING

    def __init__(self, name: str, *, knows: bool = True, hits: Sequence[SearchHit] = ()) -> None:
        self.name, self.knows, self.hits = name, knows, tuple(hits)
        self.asked: list[str] = []

    def history(self, request: HistoryRequest) -> History:
        """The closes 11 and 12 of 2024-01-03 and 2024-01-04."""
        self.asked.append(request.provider_symbol)
        if not self.knows:
            raise InstrumentNotFound("It is not known here.", provider=self.name, symbol=request.provider_symbol)
        days = np.array(["2024-01-03", "2024-01-04"], dtype="datetime64[D]")
        nothing = np.full(2, np.nan)
        bars = DailyBars(days, nothing, nothing, nothing, np.array([11.0, 12.0]), nothing)
        meta = InstrumentMeta("Theirs", "EUR", AssetClass.EQUITY, sector="Metals", industry="Steel tubes")
        return History(self.name, request.provider_symbol, "EUR", "EUR", bars, (), (), meta)

    def quotes(self, symbols: Sequence[str]) -> dict[str, Quote]:
        """None."""
        return {}

    def search(self, text: str) -> tuple[SearchHit, ...]:
        """The hits that it was made with."""
        self.asked.append(text)
        return self.hits

    def fx_symbol(self, base: str, quote: str) -> str:
        """The pair as a symbol."""
        return f"{base}{quote}"
