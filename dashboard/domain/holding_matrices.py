"""Quantity, price and value of each instrument on each day: one pass an instrument, none over days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from dashboard.domain.arrays import Days, Floats, Ints, Mask, date_of, floats_of
from dashboard.domain.calendar import Layout, Layouts, layout_of
from dashboard.domain.cash_flows import LedgerEntries, units_traded
from dashboard.domain.instruments import Instrument, Split
from dashboard.domain.ledger import CheckedLedger, Steps
from dashboard.domain.prices import MarketData, carried
from dashboard.domain.row_money import RateTable


@dataclass(frozen=True, slots=True)
class HoldingMatrices:
    """What is held, (T, I) each with contiguous columns, and its total and the days with a bar, (T,) each."""

    quantities: Floats
    prices: Floats
    values: Floats
    estimated: Mask
    total: Floats
    has_bar: Mask


def value_holdings(
    instruments: Sequence[Instrument],
    ledger: CheckedLedger,
    market: MarketData,
    days: Days,
    table: RateTable,
    entries: LedgerEntries,
) -> HoldingMatrices:
    """Value what the ledger holds on each day."""
    valuer = _Valuer(ledger, market, days, table, entries, len(instruments))
    for column, instrument in enumerate(instruments):
        valuer.fill(column, instrument)
    return valuer.matrices()


def stepwise(days: Ints, values: Sequence[Decimal], count: int) -> Floats:
    """The last of ``values`` (of ascending ``days``) at or before each of ``count`` days, 0 before the first."""
    return layout_of(days, count).spread(floats_of(values), 0.0)


class Bars:
    """The days with a bar that counts: at whose close, or at the close before, its instrument was held."""

    def __init__(self, days: Days) -> None:
        self._layouts = Layouts(days)
        self._held: dict[int, tuple[Layout, Mask]] = {}

    def add(self, dates: Days, held: Mask) -> Layout:
        """An instrument with bars on ``dates``, and when it was ``held``; the layout of the dates."""
        known = self._layouts.of(dates)
        _, any_held = self._held.setdefault(id(known), (known, np.zeros(len(held), np.bool_)))
        any_held |= held
        return known

    def shown(self) -> Mask:
        """The days, shape (T,)."""
        found = np.zeros(len(self._layouts.days), np.bool_)
        for known, held in self._held.values():
            near = held.copy()
            near[1:] |= held[:-1]
            found[known.offsets] |= near[known.offsets]
        return found


@dataclass(frozen=True, slots=True)
class _Rate:
    """The rate of one currency on each day, from which day on it is known, and whether it is 1 throughout."""

    values: Floats
    known_from: int
    is_one: bool

    @classmethod
    def of(cls, values: Floats) -> _Rate:
        known = ~np.isnan(values)
        first = int(known.argmax()) if known.any() else len(values)
        return cls(np.ascontiguousarray(values), first, bool((values == 1.0).all()))


class _Valuer:
    """Fills the matrices column by column, each while it is in the processor's cache."""

    def __init__(
        self,
        ledger: CheckedLedger,
        market: MarketData,
        days: Days,
        table: RateTable,
        entries: LedgerEntries,
        columns: int,
    ) -> None:
        self._ledger, self._market, self._days, self._table, self._entries = ledger, market, days, table, entries
        # One block, so that the system backs it with few large pages.
        self._quantities, self._prices, self._values = (one.T for one in np.empty((3, columns, len(days))))
        self._estimated = np.zeros((len(days), columns), np.bool_, order="F")
        self._total = np.zeros(len(days))
        self._held = np.empty(len(days), np.bool_)
        self._rates = {name: _Rate.of(table.matrix[:, at]) for name, at in table.currencies.items()}
        self._bars = Bars(days)
        self._steps: dict[str, list[Steps]] = {}
        for (_, symbol), changes in ledger.steps.items():
            self._steps.setdefault(symbol, []).append(changes)

    def fill(self, column: int, instrument: Instrument) -> None:
        """Quantity, price and value of one instrument; exactly 0 where nothing is held, whatever price and rate."""
        quantity, price, value = self._quantities[:, column], self._prices[:, column], self._values[:, column]
        quantity[:] = units_held(self._steps.get(instrument.symbol, ()), self._days)
        held = np.not_equal(quantity, 0.0, out=self._held)
        priced_from = self._price(instrument, held, price)
        if held[:priced_from].any():
            self._estimate(column, instrument)
        rate = self._rates[instrument.currency]
        np.multiply(quantity, price, out=value)
        if not rate.is_one:
            value *= rate.values
        if instrument.multiplier != 1:
            value *= float(instrument.multiplier)
        unknown = max(priced_from, rate.known_from)
        np.copyto(value[:unknown], 0.0, where=~held[:unknown])
        self._total += value

    def matrices(self) -> HoldingMatrices:
        """What was filled."""
        return HoldingMatrices(
            self._quantities, self._prices, self._values, self._estimated, self._total, self._bars.shown()
        )

    def _price(self, instrument: Instrument, held: Mask, out: Floats) -> int:
        """Fill in the as-of price of each day, NaN before the first; the first day that has one."""
        series = self._market.prices.get(instrument.symbol)
        if series is None or not len(series.dates):
            out.fill(np.nan)
            return len(held)
        known = self._bars.add(series.dates, held)
        out[:] = carried(series.closes, series.dates, self._days, self._splits(instrument), known)
        return 0 if known.inside.start else int(known.spans[0])

    def _estimate(self, column: int, instrument: Instrument) -> None:
        """Price what is held before the first close as it was last traded."""
        price = self._prices[:, column]
        missing = self._held & np.isnan(price)
        np.copyto(price, self._traded(column, instrument), where=missing)
        self._estimated[:, column] = missing

    def _splits(self, instrument: Instrument) -> Sequence[Split]:
        return self._ledger.splits.get(instrument.symbol, ())

    def _traded(self, column: int, instrument: Instrument) -> Floats:
        """The price of the last trade at or before each day, in the instrument's currency, shape (T,)."""
        entries = self._entries
        units = np.zeros(len(entries.day))
        own = np.flatnonzero(entries.instrument == column).tolist()
        units[own] = floats_of([units_traded(entries, at) for at in own]) * float(instrument.multiplier)
        chosen = np.flatnonzero(units)
        last = chosen[np.flatnonzero(np.diff(entries.day[chosen], append=len(self._days)))]
        prices = np.abs(entries.trade_local[last]) / units[last]
        return carried(prices, self._days[entries.day[last]], self._days, self._splits(instrument))


def units_held(steps: Iterable[Steps], days: Days) -> Floats:
    """Units that all accounts hold at the close of each day: exactly 0 where none does, as the steps are Decimal."""
    origin, count = date_of(days[0]).toordinal(), len(days)
    found: list[Floats] = []
    for ordinals, (_, *held) in steps:
        offsets = np.array(ordinals, np.intp) - origin
        inside = int(np.searchsorted(offsets, count))  # a split may be known that is later than the valuation
        found.append(stepwise(offsets[:inside], held[:inside], count))
    if len(found) == 1:
        return found[0]
    return np.sum(found, axis=0, dtype=np.float64) if found else np.zeros(count)
