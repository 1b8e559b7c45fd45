"""Instruments, their bars and what happened to a refresh."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from dashboard.domain.instruments import AssetClass, InstrumentState, Split
from dashboard.domain.measures import Status


@dataclass(frozen=True, slots=True)
class InstrumentDetail:
    """One instrument with its master data and how fresh its prices are."""

    id: int
    symbol: str
    name: str
    asset_class: AssetClass
    currency: str
    exchange: str = ""
    isin: str | None = None
    sector: str = ""
    industry: str = ""
    country: str = ""
    provider: str = ""
    provider_symbol: str = ""
    state: InstrumentState = InstrumentState.UNRESOLVED
    problem_code: str = ""
    problem: str = ""
    refreshed_at: datetime | None = None
    first_date: date | None = None
    last_date: date | None = None
    last_close: float | None = None
    previous_close: float | None = None
    price_status: Status = Status.OK
    mic: str = ""
    time_zone: str = ""
    multiplier: Decimal = Decimal(1)
    price_unit: str = ""
    stale_after_days: int | None = None
    delisted_on: date | None = None
    edited: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bars:
    """Daily bars of one instrument, all arrays of one length. NaN where a source gave no open, high, low or volume."""

    symbol: str
    currency: str
    dates: NDArray[np.datetime64]
    open: NDArray[np.float64]
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    close: NDArray[np.float64]
    volume: NDArray[np.float64]
    splits: tuple[Split, ...] = ()
    adjusted: bool = False

    def part(self, chosen: slice) -> Bars:
        """Some of the bars."""
        arrays = {name: getattr(self, name)[chosen] for name in ("dates", "open", "high", "low", "close", "volume")}
        return replace(self, **arrays)


@dataclass(frozen=True, slots=True)
class InstrumentPage:
    """Some of the instruments that fit, and how many fit in all."""

    rows: tuple[InstrumentDetail, ...]
    total: int


@dataclass(frozen=True, slots=True)
class PriceFacts:
    """What the bars of the last year say, in units of today; None where a source gave no such figure."""

    year_low: float | None = None
    year_high: float | None = None
    last_volume: float | None = None
    average_volume: float | None = None
    splits: tuple[Split, ...] = ()


class RefreshState(StrEnum):
    """How the refresh of a series ended: with all of it, with some of it, or with nothing."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RefreshOutcome:
    """What a refresh did for one series. ``code`` is "" unless it failed, then it is an error's stable code.

    ``left_out`` names what the source sent and was not taken over, and what it did not send of what was asked for.
    """

    symbol: str
    rows: int
    first_date: date | None = None
    last_date: date | None = None
    code: str = ""
    reason: str = ""
    left_out: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether the series now holds all that its provider has and can be used."""
        return not self.code

    @property
    def state(self) -> RefreshState:
        """How it ended."""
        if self.code:
            return RefreshState.FAILED
        return RefreshState.PARTIAL if self.left_out else RefreshState.COMPLETE


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What a refresh did, series by series (instruments, then currency pairs such as EURUSD)."""

    started_at: datetime
    finished_at: datetime
    outcomes: tuple[RefreshOutcome, ...]

    @property
    def complete(self) -> bool:
        """Whether every series is complete."""
        return all(outcome.complete for outcome in self.outcomes)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """An instrument that a search found, here or at a provider."""

    symbol: str
    name: str
    asset_class: AssetClass
    currency: str
    exchange: str
    source: str


@dataclass(frozen=True, slots=True)
class FileFault:
    """Why a row of a file (or, with ``row`` None, a whole series in it) was left out."""

    reason: str
    row: int | None = None
    column: str = ""
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """What a file of market data did. ``rows`` could be read, ``changed`` of them were new or different.

    ``faults`` are what was left out, ``remarks`` what was taken over and is odd.
    """

    kind: str
    rows: int
    changed: int
    series: tuple[str, ...]
    faults: tuple[FileFault, ...] = ()
    remarks: tuple[FileFault, ...] = ()


@dataclass(frozen=True, slots=True)
class InstrumentProblem:
    """Why an instrument's figures cannot be trusted in full: a state or an error's code, a sentence, and since when."""

    symbol: str
    code: str
    message: str
    since: date | None = None
