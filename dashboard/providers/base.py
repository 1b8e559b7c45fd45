"""What a market data provider is asked, what it answers, and what it may raise.

Prices are as traded and in the major currency of the quote (GBP, never GBp), whatever the source sends. Every method
may raise ``ProviderUnavailable`` (trying again may help), ``RateLimited`` (trying again later will) and
``ProviderRefused`` (it will not before the settings change); ``history`` also raises ``InstrumentNotFound`` and
``NoPrices``. No other exception leaves a provider.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dashboard.domain.instruments import AssetClass, Split
from dashboard.domain.market_hours import MarketState as MarketState
from dashboard.domain.session_range import NOT_TOLD, SessionRange


class Issue(StrEnum):
    """What was wrong with a bar or an event that a provider sent."""

    MISSING_CLOSE = "missing_close"
    NOT_POSITIVE = "not_positive"
    FUTURE = "future"
    DUPLICATE = "duplicate"
    OFF_GRID = "off_grid"
    OTHER_UNIT = "other_unit"
    BAD_SPLIT = "bad_split"
    BAD_DIVIDEND = "bad_dividend"
    ANNOUNCED = "announced"
    SPLIT_NOT_APPLIED = "split_not_applied"
    SPLIT_NOT_LISTED = "split_not_listed"
    SPLIT_APPLIED = "split_applied"


@dataclass(frozen=True, slots=True)
class RejectedBar:
    """A bar, a dividend or a split that was left out, and why."""

    date: date
    issue: Issue
    reason: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something odd that was seen and handled; nothing was left out."""

    date: date
    issue: Issue
    reason: str


# Providers of what nobody else quotes: by hand, and an address of the instrument's own. No other is asked for it.
MANUAL, ADDRESS = "manual", "url"
ALONE = frozenset({MANUAL, ADDRESS})


@dataclass(frozen=True, slots=True)
class AddressSource:
    """An address that has an instrument's prices, and where in its answer they are.

    Paths are dotted keys with ``[*]`` and ``[0]`` (JSON), or names of columns (CSV). ``currency`` is what the prices
    are in where no path names it. ``headers`` names an entry of the setting ``URL_HEADERS``.
    """

    url: str
    format: str
    date_path: str
    close_path: str
    currency: str
    currency_path: str = ""
    date_format: str = ""
    headers: str = ""


@dataclass(frozen=True, slots=True)
class HistoryRequest:
    """Daily bars of ``provider_symbol`` from ``start`` (None: the first) to ``end`` (None: today), both included.

    ``known_splits`` are those already stored: a source whose answer leaves one out is checked against the prices.
    An incremental request begins some days before the last stored bar, because a source may still correct those.
    ``price_unit`` and ``asset_class`` are what is known already ("" and None: nothing), for sources that do not say.
    ``provider`` names the one that knows the instrument by ``provider_symbol`` ("": all do); others ask for what
    ``symbols`` says that they call it, else for ``symbol``. ``source`` is for the provider of addresses.
    """

    provider_symbol: str
    start: date | None = None
    end: date | None = None
    known_splits: tuple[Split, ...] = ()
    price_unit: str = ""
    asset_class: AssetClass | None = None
    provider: str = ""
    symbol: str = ""
    symbols: Mapping[str, str] = field(default_factory=dict)
    source: AddressSource | None = None

    def asking(self, provider: str) -> str:
        """What ``provider`` is asked for."""
        if provider == self.provider:
            return self.provider_symbol
        return self.symbols.get(provider, self.symbol if self.provider and self.symbol else self.provider_symbol)


@dataclass(frozen=True, slots=True)
class DailyBars:
    """Daily bars in the order of their dates, all arrays of one length, one bar a day.

    ``close`` is finite and positive; ``open``, ``high``, ``low`` and ``volume`` are NaN where the source gave none.
    """

    dates: NDArray[np.datetime64]
    open: NDArray[np.float64]
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    close: NDArray[np.float64]
    volume: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.dates)

    def __getitem__(self, index: slice | NDArray[np.bool_] | NDArray[np.intp]) -> DailyBars:
        return DailyBars(
            self.dates[index],
            self.open[index],
            self.high[index],
            self.low[index],
            self.close[index],
            self.volume[index],
        )


@dataclass(frozen=True, slots=True)
class Dividend:
    """A distribution of ``amount`` for each unit as held on the ex-date, in a major currency."""

    date: date
    amount: float
    currency: str


@dataclass(frozen=True, slots=True)
class InstrumentMeta:
    """What the source says about an instrument; text that it does not give is empty."""

    name: str
    currency: str
    asset_class: AssetClass
    exchange: str = ""
    mic: str = ""
    timezone: str = "UTC"
    sector: str = ""
    industry: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Fallback:
    """A provider that was asked before the one that answered, and why it did not."""

    provider: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class History:
    """The answer to a :class:`HistoryRequest`.

    ``currency`` is the major one of every price; ``price_unit`` is the quote's own (GBp where the source quotes pence).
    From ``provisional_from`` on, the session has not ended and the bar may still change. ``shortened`` says why the
    answer is not all that was asked for.
    """

    provider: str
    provider_symbol: str
    currency: str
    price_unit: str
    bars: DailyBars
    splits: tuple[Split, ...]
    dividends: tuple[Dividend, ...]
    meta: InstrumentMeta
    rejected: tuple[RejectedBar, ...] = ()
    notices: tuple[Notice, ...] = ()
    provisional_from: date | None = None
    shortened: str = ""
    fallbacks: tuple[Fallback, ...] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """The last price in the major currency; ``at`` is the time of the trade, not of the request.

    ``session`` is what the source says of the session of that trade; it need not hold the price.
    """

    provider: str
    provider_symbol: str
    price: float
    previous_close: float | None
    currency: str
    at: datetime
    market_state: MarketState
    delayed_seconds: int = 0
    session: SessionRange = NOT_TOLD


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One instrument that a search found."""

    provider: str
    provider_symbol: str
    name: str
    asset_class: AssetClass
    exchange: str
    currency: str = ""
    sector: str = ""
    industry: str = ""


EVERYTHING = frozenset(AssetClass)


class MarketDataProvider(Protocol):
    """A source of prices."""

    @property
    def name(self) -> str:
        """The name in the ``PROVIDERS`` setting and beside each stored price."""
        ...

    @property
    def asset_classes(self) -> frozenset[AssetClass]:
        """What it has prices of; it is not asked for anything else."""
        ...

    def history(self, request: HistoryRequest) -> History:
        """Daily bars, splits and dividends.

        Raises: InstrumentNotFound, NoPrices, ProviderUnavailable, ProviderRefused, RateLimited.
        """
        ...

    def quotes(self, symbols: Sequence[str]) -> dict[str, Quote]:
        """The last prices by provider symbol; a symbol without one is absent.

        Raises: ProviderUnavailable, ProviderRefused, RateLimited.
        """
        ...

    def search(self, text: str) -> tuple[SearchHit, ...]:
        """Instruments whose symbol or name fits ``text``, best first.

        Raises: ProviderUnavailable, ProviderRefused, RateLimited.
        """
        ...

    def fx_symbol(self, base: str, quote: str) -> str:
        """The symbol of the series "units of ``quote`` for 1 ``base``"."""
        ...
