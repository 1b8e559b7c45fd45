"""The holdings of today through a window of the past: each by its own prices and rates between the two closes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from dashboard.domain.arrays import Floats, day_of
from dashboard.domain.corporate_actions import split_factors
from dashboard.domain.fx import Rates
from dashboard.domain.instruments import AssetClass
from dashboard.domain.measures import Measure, Status
from dashboard.domain.prices import MarketData, PriceSeries
from dashboard.domain.scenarios.exposures import Exposure, ScenarioOutcome, outcome
from dashboard.domain.scenarios.windows import StressWindow

OLDEST = np.timedelta64(10, "D")  # a close that is older than this is not that of the day


@dataclass(frozen=True, slots=True)
class Proxies:
    """Whose return stands in where a holding has no prices in the window: by asset class, else ``benchmark``."""

    by_class: Mapping[AssetClass, str] = field(default_factory=dict)
    benchmark: str | None = None

    def of(self, asset_class: AssetClass) -> str | None:
        """The symbol that stands in, None for nothing."""
        return self.by_class.get(asset_class, self.benchmark)


NO_PROXIES = Proxies()


def stress(
    exposures: Sequence[Exposure],
    window: StressWindow,
    market: MarketData,
    currency: str,
    proxies: Proxies = NO_PROXIES,
) -> ScenarioOutcome:
    """Each exposure's return over ``window`` in ``currency``: (1 + price return) · (1 + change of the rate) − 1.

    Price returns are of closes adjusted for splits, without dividends. Cash changes with its rate alone. A holding
    without a close at an end of the window (within 10 days) has no return, unless a proxy stands in: ``estimated``.
    """
    return outcome(exposures, _Replay(window, market, currency, proxies).returns, currency)


class _Replay:
    """The market between the two closes."""

    def __init__(self, window: StressWindow, market: MarketData, currency: str, proxies: Proxies) -> None:
        self._window, self._market, self._currency, self._proxies = window, market, currency, proxies
        self._rates = Rates(market.rates)

    def returns(self, exposure: Exposure) -> Measure:
        """The return of one exposure in the report's currency."""
        if exposure.asset_class is AssetClass.CASH and exposure.symbol == exposure.currency:
            return self._with_rate(Measure(0.0), exposure.currency)
        own = self._price_return(exposure.symbol)
        if own.value is not None:
            return self._with_rate(own, exposure.currency)
        return self._stand_in(exposure, own)

    def _stand_in(self, exposure: Exposure, own: Measure) -> Measure:
        """The proxy's return in the report's currency, where one is asked for and known."""
        symbol = self._proxies.of(exposure.asset_class)
        if symbol is None or symbol == exposure.symbol:
            return own
        known = self._market.instruments.get(symbol)
        found = self._price_return(symbol)
        if known is not None and found.value is not None:
            found = self._with_rate(found, known.currency)
        if known is None or found.value is None:
            return Measure(None, own.status, f"{own.reason} {symbol} cannot stand in: {found.reason}")
        return Measure(found.value, Status.ESTIMATED, f"{own.reason} The return of {symbol} stands in.")

    def _price_return(self, symbol: str) -> Measure:
        series = self._market.prices.get(symbol)
        if series is None:
            return Measure.insufficient(f"{symbol} has no prices.")
        days = (day_of(self._window.start), day_of(self._window.end))
        places = [_as_of(series, day) for day in days]
        for place, day in zip(places, days, strict=True):
            if place is None:
                return Measure.insufficient(f"{symbol} has no close of {day}: its prices are from {_span(series)}.")
        adjusted = _adjusted(series, self._market, symbol)
        first, last = (float(adjusted[place]) for place in places if place is not None)
        return Measure(last / first - 1.0)

    def _with_rate(self, returns: Measure, currency: str) -> Measure:
        if currency == self._currency:
            return returns
        ends = [day_of(self._window.start), day_of(self._window.end)]
        rates = [float(self._rates.on(currency, self._currency, np.array([day]))[0]) for day in ends]
        if not np.isfinite(rates).all():
            missing = next(day for day, rate in zip(ends, rates, strict=True) if not np.isfinite(rate))
            return Measure.insufficient(f"There is no rate of {currency} in {self._currency} on {missing}.")
        return Measure((1.0 + (returns.value or 0.0)) * rates[1] / rates[0] - 1.0, returns.status, returns.reason)


def _as_of(series: PriceSeries, day: np.datetime64) -> int | None:
    """The place of the last close at or before ``day``; None where it is too old to be that of the day."""
    place = int(np.searchsorted(series.dates, day, "right")) - 1
    return place if place >= 0 and day - series.dates[place] <= OLDEST else None


def _adjusted(series: PriceSeries, market: MarketData, symbol: str) -> Floats:
    splits = market.splits.get(symbol, ())
    adjusted: Floats = series.closes * split_factors(series.dates, splits) if splits else series.closes
    return adjusted


def _span(series: PriceSeries) -> str:
    return f"{series.dates[0]} to {series.dates[-1]}" if len(series.dates) else "no day"
