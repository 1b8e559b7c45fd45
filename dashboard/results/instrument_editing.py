"""What changing instruments gives: plans of merges, prices by hand, where prices are fetched from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from dashboard.results.instruments import InstrumentDetail, SearchResult


@dataclass(frozen=True, slots=True)
class DifferingPrice:
    """A day on which two instruments have different closes; that of the kept one stays."""

    date: date
    dropped: float
    kept: float


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What merging ``double`` into ``kept`` does (``merged``: has done).

    Of ``prices`` those of days that the kept one lacks are ``added``; ``differing`` are the days on which both have a
    price, and not the same.
    """

    double: str
    kept: str
    currency: str
    transactions: int
    portfolios: tuple[str, ...]
    prices: int
    added: int
    splits: int
    dividends: int
    findings: int
    differing: tuple[DifferingPrice, ...]
    merged: bool = False


@dataclass(frozen=True, slots=True)
class ManualPrice:
    """A price that a person has entered."""

    date: date
    price: float


@dataclass(frozen=True, slots=True)
class PriceAddress:
    """Where an instrument's prices are fetched from, and where in the answer they are."""

    url: str
    format: str
    date_path: str
    close_path: str
    currency_path: str = ""
    date_format: str = ""
    headers: str = ""


@dataclass(frozen=True, slots=True)
class DescribeOutcome:
    """Whether a description changed what is known of an instrument; ``code`` is "" unless there was none."""

    symbol: str
    changed: bool
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FundShare:
    """A part of a fund; ``weight`` is a fraction of it."""

    name: str
    symbol: str
    weight: float


@dataclass(frozen=True, slots=True)
class FundHoldings:
    """What a fund holds, as its provider said on ``as_of``: its largest holdings, and its sectors."""

    as_of: date
    holdings: tuple[FundShare, ...]
    sectors: tuple[FundShare, ...]


@dataclass(frozen=True, slots=True)
class SearchFailure:
    """Why a provider could not be searched."""

    provider: str
    code: str
    message: str


HitKey = tuple[str, str]
"""A hit of a search: the provider, and what it calls the instrument."""


@dataclass(frozen=True, slots=True)
class Twin:
    """An instrument with the ISIN of a hit: ``double`` in its currency too; ``joins`` where the hit can be added."""

    symbol: str
    currency: str
    double: bool
    joins: bool


@dataclass(frozen=True, slots=True)
class ProviderSearch:
    """What the providers know by ``text``. ``answered`` is False while they are still asked.

    Each hit is of one provider; ``stored`` are the symbols of the instruments that hits are already, and ``twins`` the
    instruments that have the ISIN of other hits.
    """

    text: str
    answered: bool
    hits: tuple[SearchResult, ...] = ()
    failures: tuple[SearchFailure, ...] = ()
    stored: Mapping[HitKey, str] = field(default_factory=dict)
    twins: Mapping[HitKey, Twin] = field(default_factory=dict)

    def instrument_of(self, hit: SearchResult) -> str | None:
        """The symbol of the instrument that a hit is already."""
        return self.stored.get((hit.source, hit.symbol))

    def twin_of(self, hit: SearchResult) -> Twin | None:
        """The instrument that has the ISIN of a hit, and is another."""
        return self.twins.get((hit.source, hit.symbol))


@dataclass(frozen=True, slots=True)
class EditableInstrument:
    """An instrument with all that can be changed of it, and whether the person who asks may."""

    detail: InstrumentDetail
    may_edit: bool
    may_administer: bool
    symbols: dict[str, str]
    former: tuple[str, ...]
    same_isin: tuple[str, ...]
    prices_by_hand: tuple[ManualPrice, ...] = ()
    address: PriceAddress | None = None
