"""Bars within a day: what a provider that has them is asked and answers, and what is made of what a source sent.

Prices are as traded and in the major currency, as those of a day. A bar counts when its time is over: the running one
is left out until it is, and a later answer replaces an earlier one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Protocol, runtime_checkable
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from dashboard.domain.instruments import Split
from dashboard.domain.intraday import BarInterval, IntradayBars, local_times
from dashboard.providers.base import DailyBars, Fallback, HistoryRequest, Issue, RejectedBar
from dashboard.providers.normalise import applied_splits, major_unit, split_factors, storable, without_bad_ranges

MINUTE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class IntradayRequest:
    """Bars of ``interval`` that begin at ``start`` (aware) or later, up to now, of the instrument that ``of`` names."""

    of: HistoryRequest
    interval: BarInterval
    start: datetime

    @property
    def provider_symbol(self) -> str:
        """What the provider is asked for."""
        return self.of.provider_symbol

    def asked_of(self, provider: str) -> IntradayRequest:
        """The same by the symbol that ``provider`` has for it."""
        return replace(self, of=replace(self.of, provider_symbol=self.of.asking(provider)))


@dataclass(frozen=True, slots=True)
class IntradayHistory:
    """The answer to an :class:`IntradayRequest`; ``timezone`` is the exchange's, ``shortened`` why it is not all."""

    provider: str
    provider_symbol: str
    interval: BarInterval
    currency: str
    price_unit: str
    timezone: str
    bars: IntradayBars
    rejected: tuple[RejectedBar, ...] = ()
    shortened: str = ""
    fallbacks: tuple[Fallback, ...] = ()


@runtime_checkable
class IntradayProvider(Protocol):
    """A provider that has bars within a day. One that is none is passed over."""

    @property
    def intervals(self) -> frozenset[BarInterval]:
        """The intervals that it has."""
        ...

    def intraday(self, request: IntradayRequest) -> IntradayHistory:
        """Bars of one of its intervals.

        Raises: InstrumentNotFound, NoPrices, ProviderUnavailable, ProviderRefused, RateLimited.
        """
        ...


@dataclass(frozen=True, slots=True)
class RawIntraday:
    """What a source sent, in its own order and unit: ``at`` in whole seconds since 1970 (UTC), NaN for null."""

    at: NDArray[np.int64]
    open: NDArray[np.float64]
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    close: NDArray[np.float64]
    volume: NDArray[np.float64]


def intervals_of(provider: object) -> frozenset[BarInterval]:
    """The intervals that a provider has bars of; none where it has no bars within a day."""
    return provider.intervals if isinstance(provider, IntradayProvider) else frozenset()


def as_traded_within_days(
    raw: RawIntraday,
    unit: str,
    zone: ZoneInfo,
    request: IntradayRequest,
    *,
    now: datetime,
    listed_splits: Sequence[Split] | None = (),
) -> tuple[IntradayBars, tuple[RejectedBar, ...]]:
    """Clean, un-adjust and convert what a source sent; ``listed_splits`` None: it is as traded already."""
    bars, rejected = _valid(raw, zone, request.interval, now)
    # Splits are looked for by the exchange's own clock: there a session never begins on the day before.
    local = DailyBars(local_times(bars.at, zone.key), bars.open, bars.high, bars.low, bars.close, bars.volume)
    factors = np.ones(len(bars))
    if listed_splits is not None:
        today = now.astimezone(zone).date()
        listed = [split for split in listed_splits if split.date <= today]  # nothing is adjusted for what is announced
        applied, _ = applied_splits(local, listed, request.of.known_splits)
        factors = split_factors(local.dates, applied)
    scale = factors / major_unit(unit)[1]
    with np.errstate(over="ignore", under="ignore"):
        prices = (local.open * scale, local.high * scale, local.low * scale, local.close * scale)
        traded, unusable = storable(DailyBars(bars.at, *prices, local.volume / factors))
    found = IntradayBars(traded.dates, traded.open, traded.high, traded.low, traded.close, traded.volume)
    start = np.datetime64(int(request.start.timestamp()), "s")
    return found[found.at >= start], (*rejected, *(_on_its_day(bar, zone) for bar in unusable))


def _valid(
    raw: RawIntraday, zone: ZoneInfo, interval: BarInterval, now: datetime
) -> tuple[IntradayBars, list[RejectedBar]]:
    """Bars in order, one a moment (the last one sent wins), with a usable close; those whose time is over."""
    order = np.argsort(raw.at, kind="stable")
    columns = (raw.open, raw.high, raw.low, raw.close, raw.volume)
    at, (opening, high, low, close, volume) = raw.at[order], (column[order] for column in columns)
    present = int(now.timestamp())
    running = (at <= present) & (at + 60 * interval.minutes > present)
    future, off_grid, missing = at > present, at % MINUTE_SECONDS != 0, np.isnan(close)
    negative = ~missing & ~(np.isfinite(close) & (close > 0))
    bad = running | future | off_grid | missing | negative
    repeated = np.zeros(len(at), dtype=np.bool_)
    repeated[:-1] = (at[:-1] == at[1:]) & ~bad[1:]
    faults = (
        (future, Issue.FUTURE, "its time has not come yet"),
        (off_grid & ~future & ~running, Issue.OFF_GRID, "it does not begin with a minute"),
        (missing & ~(future | off_grid | running), Issue.MISSING_CLOSE, "no close was given that is a number"),
        (negative & ~(future | off_grid | running), Issue.NOT_POSITIVE, "the close is not a positive number"),
        (repeated & ~bad, Issue.DUPLICATE, "a later bar of the same time replaces it"),
    )
    rejected = [
        RejectedBar(_local_day(moment, zone), issue, reason)
        for mask, issue, reason in faults
        for moment in at[mask].tolist()
    ]
    good = ~(bad | repeated)
    clean = without_bad_ranges(
        DailyBars(at[good].astype("datetime64[s]"), opening[good], high[good], low[good], close[good], volume[good])
    )
    return IntradayBars(clean.dates, clean.open, clean.high, clean.low, clean.close, clean.volume), rejected


def _on_its_day(bar: RejectedBar, zone: ZoneInfo) -> RejectedBar:
    """The bar with the exchange's own day in the place of a moment (UTC)."""
    assert isinstance(bar.date, datetime)  # noqa: S101  # as numpy gives datetime64[s]
    return replace(bar, date=bar.date.replace(tzinfo=UTC).astimezone(zone).date())


def _local_day(moment: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(moment, zone).date()
