"""Gains by day, week, month, quarter or year: the parts of each period's gain, in all and by holding, at once.

Each period is attributed by itself as :mod:`dashboard.domain.attribution` does: its price and currency effects take the
rates of its own ends, so that the parts of a period sum to its total, and totals of periods to that of all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from dashboard.domain.arrays import Floats, Ints
from dashboard.domain.attribution import Gain
from dashboard.domain.calendar import Period
from dashboard.domain.positions import PositionBooks, book_positions
from dashboard.domain.series import daily_returns
from dashboard.domain.valuation import PortfolioHistory

PARTS = ("price", "currency", "income", "fees", "taxes", "realized", "unrealized", "standing", "transferred")


class Granularity(StrEnum):
    """How long the periods are. A week ends on Sunday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class PeriodGain:
    """A period; money in the report's currency, NaN where a rate is missing; ``time_weighted`` NaN where undefined."""

    period: Period
    start_value: float
    market_value: float
    net_flows: float
    gain: Gain
    time_weighted: float


@dataclass(frozen=True, slots=True)
class GainTable:
    """n periods of a portfolio; ``parts`` hold the parts of the gains of I holdings, (n, I) each, by their name."""

    periods: tuple[PeriodGain, ...]
    symbols: tuple[str, ...]
    parts: Mapping[str, Floats]

    def holding(self, period: int, column: int) -> Gain:
        """The gain of one holding in one period."""
        found = {name: float(values[period, column]) for name, values in self.parts.items()}
        total = found["price"] + found["currency"] + found["income"] - found["fees"] - found["taxes"]
        return Gain(total=total, cash_currency=0.0, **found)


def sub_periods(period: Period, granularity: Granularity) -> tuple[Period, ...]:
    """The calendar periods in ``period``, oldest first; the first and the last may be cut."""
    found = []
    start = period.start
    while start <= period.end:
        end = min(_last_day(start, granularity), period.end)
        found.append(Period(start, end))
        start = end + timedelta(days=1)
    return tuple(found)


def gains_by_period(
    history: PortfolioHistory, period: Period, granularity: Granularity, books: PositionBooks | None = None
) -> GainTable:
    """The gain of each calendar period in ``period``; ``books`` are the lots of its end or of a later day."""
    periods = sub_periods(period, granularity)
    edges = np.array([history.position(periods[0].before), *(history.position(one.end) for one in periods)], np.intp)
    known = books if books is not None and books.as_of >= period.end else book_positions(history, period.end)
    return _Table(history, known, edges).table(period, periods)


def _last_day(day: date, granularity: Granularity) -> date:
    if granularity is Granularity.DAY:
        return day
    if granularity is Granularity.WEEK:
        return day + timedelta(days=6 - day.weekday())
    months = {Granularity.MONTH: 1, Granularity.QUARTER: 3, Granularity.YEAR: 12}[granularity]
    after = day.month - (day.month - 1) % months + months  # the month after the last one, from 2 to 13
    following = date(day.year + 1, 1, 1) if after == 13 else date(day.year, after, 1)
    return following - timedelta(days=1)


class _Table:
    """Sums over the entries of each period and instrument; the last column is of no instrument."""

    def __init__(self, history: PortfolioHistory, books: PositionBooks, edges: Ints) -> None:
        self._history, self._books, self._edges = history, books, edges
        self._count, self._width = len(edges) - 1, len(history.instruments) + 1

    def table(self, period: Period, periods: Sequence[Period]) -> GainTable:
        """The gains of all periods."""
        entries = self._history.entries
        price, currency = self._effects()
        sums = {
            "income": self._sums(entries.income),
            "fees": self._sums(entries.fees),
            "taxes": self._sums(entries.taxes),
            "realized": self._sums(self._books.realized),
            "standing": self._sums(entries.standing),
            "transferred": self._sums(self._books.transferred),
        }
        held = self._history.values[self._edges]
        unrealized = np.diff(held, axis=0) - self._sums(self._books.cost_change)[:, :-1]
        parts = {"price": price, "currency": currency, "unrealized": unrealized}
        parts |= {name: values[:, :-1] for name, values in sums.items()}
        whole = {name: parts[name].sum(axis=1) for name in ("price", "currency", "unrealized")}
        whole |= {name: values.sum(axis=1) for name, values in sums.items()}
        return GainTable(
            periods=self._portfolio(period, periods, whole),
            symbols=tuple(instrument.symbol for instrument in self._history.instruments),
            parts={name: parts[name] for name in PARTS},
        )

    def _portfolio(
        self, period: Period, periods: Sequence[Period], whole: Mapping[str, Floats]
    ) -> tuple[PeriodGain, ...]:
        history, edges = self._history, self._edges
        cash = self._cash_effects()
        flows = np.diff(np.cumsum(history.inflows - history.outflows)[edges])
        costs = np.diff(np.cumsum(history.standing_costs)[edges])
        totals = np.diff(history.value[edges]) - flows - costs
        growth = daily_returns(history, period).growth[edges - edges[0]]
        rates = growth[1:] / growth[:-1] - 1.0
        found = []
        for at, one in enumerate(periods):
            own = {name: float(values[at]) for name, values in whole.items()}
            own["currency"] += float(cash[at])
            found.append(
                PeriodGain(
                    period=one,
                    start_value=float(history.value[edges[at]]),
                    market_value=float(history.value[edges[at + 1]]),
                    net_flows=float(flows[at]),
                    gain=Gain(total=float(totals[at]), cash_currency=float(cash[at]), **own),
                    time_weighted=float(rates[at]),
                )
            )
        return tuple(found)

    def _sums(self, amounts: Floats) -> Floats:
        """Sums of entries by period and instrument, shape (n, I + 1)."""
        entries = self._history.entries
        columns = np.where(entries.instrument < 0, self._width - 1, entries.instrument)
        return self._scattered(entries.day, columns, amounts, self._width)

    def _scattered(self, days: Ints, columns: Ints, amounts: Floats, width: int) -> Floats:
        at = np.searchsorted(self._edges, days, "left") - 1
        inside = (at >= 0) & (at < self._count)
        cells = at[inside] * width + columns[inside]
        found = np.bincount(cells, amounts[inside], self._count * width).astype(np.float64, copy=False)
        return found.reshape(self._count, width)

    def _effects(self) -> tuple[Floats, Floats]:
        """Price and currency effects, (n, I) each."""
        history, edges = self._history, self._edges
        multipliers = np.array([float(instrument.multiplier) for instrument in history.instruments])
        local = _times(history.quantities[edges], history.prices[edges] * multipliers)
        names = [history.table.currencies[instrument.currency] for instrument in history.instruments]
        rates = history.table.matrix[edges][:, names]
        flows, worth = self._sums(history.entries.trade_local)[:, :-1], self._sums(history.entries.trade)[:, :-1]
        price = _times(local[1:] - local[:-1] - flows, rates[1:])
        currency = _times(local[:-1] + flows, rates[1:]) - history.values[edges[:-1]] - worth
        return price, currency

    def _cash_effects(self) -> Floats:
        """The currency effects of all balances, shape (n,)."""
        history, legs, edges = self._history, self._history.entries.cash, self._edges
        moved = self._scattered(legs.day, np.zeros(len(legs.day), np.intp), legs.value, 1)[:, 0]
        found: Floats = np.diff(_times(history.cash[edges], history.cash_rates[edges]).sum(axis=1)) - moved
        return found


def _times(amounts: Floats, rates: Floats) -> Floats:
    """Amounts × rates; nothing is 0 even where there is no rate."""
    return np.where(amounts == 0.0, 0.0, amounts * rates)
