"""Instruments: what can be held, and in which unit it is quoted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class AssetClass(StrEnum):
    """The asset classes of the canonical files."""

    EQUITY = "equity"
    ETF = "etf"
    FUND = "fund"
    BOND = "bond"
    CRYPTO = "crypto"
    CURRENCY = "currency"
    COMMODITY = "commodity"
    INDEX = "index"
    OPTION = "option"
    FUTURE = "future"
    CASH = "cash"
    OTHER = "other"

    @property
    def price_decimals(self) -> int:
        """How many decimals a price has at the least where that is more than money has: pairs go by 0.0001."""
        return 4 if self is AssetClass.CURRENCY else 0


class InstrumentState(StrEnum):
    """Whether a provider knows the instrument: not asked yet, known, asked and unknown, or traded no more."""

    UNRESOLVED = "unresolved"
    ACTIVE = "active"
    NOT_FOUND = "not_found"
    DELISTED = "delisted"


@dataclass(frozen=True, slots=True)
class Instrument:
    """One thing that can be held. ``currency`` is the major currency of its stored prices (GBP, never GBp).

    From the day ``delisted`` on no price of it is expected. A price may be ``stale_after_days`` calendar days old, or
    (None) as old as one of its exchange may be.
    """

    symbol: str
    currency: str
    name: str = ""
    asset_class: AssetClass = AssetClass.EQUITY
    exchange: str = ""
    multiplier: Decimal = Decimal(1)
    sector: str = ""
    industry: str = ""
    country: str = ""
    stale_after_days: int | None = None
    delisted: date | None = None


@dataclass(frozen=True, slots=True, order=True)
class Split:
    """From ``date`` on, one old unit is ``ratio`` new ones (5 for a 5-for-1 split)."""

    date: date
    ratio: Decimal


@dataclass(frozen=True, slots=True, order=True)
class Dividend:
    """``amount`` of ``currency`` a unit, as held on the ex-date ``date``."""

    date: date
    amount: float
    currency: str
