"""The daily valuation of a ledger: Decimal per transaction, float64 matrices of day × instrument, no loop over days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate

import numpy as np

from dashboard.domain.arrays import Days, Floats, Ints, Mask, date_of, day_of, floats_of, summed
from dashboard.domain.calendar import Layouts, calendar_days, layout_of
from dashboard.domain.cash_flows import CashLegs, LedgerEntries, RateTable, post_ledger
from dashboard.domain.fx import Rates
from dashboard.domain.instruments import Instrument, Split
from dashboard.domain.ledger import CheckedLedger, LedgerFault, Steps, checked_ledger
from dashboard.domain.prices import MarketData, PriceSeries, carried
from dashboard.domain.transactions import LotMethod, Transaction


@dataclass(frozen=True, slots=True)
class PortfolioHistory:
    """A ledger's value on every calendar day; T days, I instruments, C currencies of cash.

    ``days`` runs from the day before the first transaction. ``quantities``, ``prices`` (quote currency) and ``values``
    (report's currency) are (T, I); NaN where a rate is missing.
    ``estimated`` marks prices taken from the last trade. ``cash`` (own currency) and ``cash_rates`` are (T, C).
    ``value``, ``inflows``, ``outflows`` (of the day's netted external flow) and ``standing_costs`` (paid from outside)
    are (T,); ``has_bar`` marks the days that the series shows. ``faults`` are ledger rows that were left out.
    """

    currency: str
    base_currency: str
    method: LotMethod
    cash_tracked: bool
    market: MarketData
    splits: Mapping[str, tuple[Split, ...]]
    days: Days
    instruments: tuple[Instrument, ...]
    quantities: Floats
    prices: Floats
    estimated: Mask
    values: Floats
    cash_currencies: tuple[str, ...]
    cash: Floats
    cash_rates: Floats
    value: Floats
    inflows: Floats
    outflows: Floats
    standing_costs: Floats
    has_bar: Mask
    entries: LedgerEntries
    table: RateTable
    faults: tuple[LedgerFault, ...]

    def position(self, day: date) -> int:
        """The position of ``day`` on the calendar, clamped to it."""
        return int(np.clip((day_of(day) - self.days[0]).astype(int), 0, len(self.days) - 1))

    def column(self, symbol: str) -> int:
        """The column of an instrument; KeyError when the ledger never had it."""
        for position, instrument in enumerate(self.instruments):
            if instrument.symbol == symbol:
                return position
        raise KeyError(symbol)

    def rates_on(self, day: int) -> Floats:
        """The report's currency per 1 of each instrument's at a calendar position, shape (I,); NaN where unknown."""
        columns = [self.table.currencies[instrument.currency] for instrument in self.instruments]
        return self.table.matrix[day, columns]

    @property
    def cash_value(self) -> Floats:
        """All cash in the report's currency, shape (T,)."""
        total: Floats = _product(self.cash, self.cash_rates).sum(axis=1)
        return total


def value_portfolio(
    transactions: Iterable[Transaction],
    market: MarketData,
    *,
    base_currency: str,
    end: date,
    cash_tracked: bool = True,
    method: LotMethod = LotMethod.FIFO,
    currency: str | None = None,
) -> PortfolioHistory:
    """Value a ledger on each day up to ``end``, in ``currency`` (default: the base currency).

    Rows after ``end`` and rows that the ledger cannot hold (``faults``) are left out.
    """
    ledger = checked_ledger([row for row in transactions if row.date <= end], market.splits)
    first = min((row.date for row in ledger.transactions), default=end)
    days = calendar_days(first - timedelta(days=1), end)
    instruments = _instruments(ledger, market)
    table = _rate_table(ledger, instruments, market, days, currency or base_currency, base_currency)
    origin = (first - timedelta(days=1)).toordinal()
    entries = post_ledger(ledger.transactions, instruments, table, origin, cash_tracked)
    held = _value_holdings(instruments, ledger, market, days, table, entries)
    cash, used = _balances(entries.cash, table, len(days))
    cash_rates = table.matrix[:, [table.currencies[name] for name in used]]
    net = summed(entries.day, entries.external, len(days))
    return PortfolioHistory(
        currency=table.currency,
        base_currency=base_currency,
        method=method,
        cash_tracked=cash_tracked,
        market=market,
        splits=ledger.splits,
        days=days,
        instruments=instruments,
        quantities=held.quantities,
        prices=held.prices,
        estimated=held.estimated,
        values=held.values,
        cash_currencies=used,
        cash=cash,
        cash_rates=cash_rates,
        value=held.total + _product(cash, cash_rates).sum(axis=1),
        inflows=np.maximum(net, 0.0),
        outflows=np.maximum(-net, 0.0),
        standing_costs=summed(entries.day, entries.outside, len(days)),
        has_bar=held.has_bar,
        entries=entries,
        table=table,
        faults=ledger.faults,
    )


def _product(amounts: Floats, rates: Floats) -> Floats:
    """Amounts × rates; exactly 0 where there is nothing, whatever the rate."""
    return np.where(amounts == 0.0, 0.0, amounts * rates)


def _instruments(ledger: CheckedLedger, market: MarketData) -> tuple[Instrument, ...]:
    """The instruments of the ledger's rows; one that is not known is taken in the currency of its first row."""
    found: dict[str, Instrument] = {}
    for row in ledger.transactions:
        if row.symbol and row.symbol not in found:
            found[row.symbol] = market.instruments.get(row.symbol) or Instrument(row.symbol, row.currency)
    return tuple(found.values())


def _rate_table(
    ledger: CheckedLedger,
    instruments: Sequence[Instrument],
    market: MarketData,
    days: Days,
    currency: str,
    base_currency: str,
) -> RateTable:
    names = dict.fromkeys([base_currency, currency, *(instrument.currency for instrument in instruments)])
    for row in ledger.transactions:
        names[row.currency] = None
        if row.cash_currency:
            names[row.cash_currency] = None
        if row.target_currency:
            names[row.target_currency] = None
    rates = Rates(market.rates)
    matrix = np.array([rates.on(name, currency, days) for name in names]).T
    return RateTable(currency, base_currency, {name: at for at, name in enumerate(names)}, matrix)


def _stepwise(days: Ints, values: Sequence[Decimal], count: int) -> Floats:
    """The last of ``values`` (of ascending ``days``) at or before each of ``count`` days, 0 before the first."""
    return layout_of(days, count).spread(floats_of(values), 0.0)


def _balances(legs: CashLegs, table: RateTable, count: int) -> tuple[Floats, tuple[str, ...]]:
    """Cash balances at the close of each day, (T, C), and their currencies; running sums in Decimal."""
    names = {at: name for name, at in table.currencies.items()}
    used: list[int] = []
    columns: list[Floats] = []
    for at in names:
        chosen = np.flatnonzero(legs.currency == at)
        local = [legs.local[position] for position in chosen.tolist()]
        if any(local):
            used.append(at)
            columns.append(_stepwise(legs.day[chosen], list(accumulate(local)), count))
    return np.array(columns).reshape(len(used), count).T, tuple(names[at] for at in used)


@dataclass(frozen=True, slots=True)
class _Holdings:
    """The matrices of what is held, filled column by column."""

    quantities: Floats
    prices: Floats
    values: Floats
    estimated: Mask
    total: Floats
    has_bar: Mask

    @classmethod
    def empty(cls, days: int, instruments: int) -> _Holdings:
        """Nothing held; columns are contiguous."""
        quantities, prices, values = (np.zeros((days, instruments), order="F") for _ in range(3))
        estimated = np.zeros((days, instruments), np.bool_, order="F")
        return cls(quantities, prices, values, estimated, np.zeros(days), np.zeros(days, np.bool_))


def _value_holdings(
    instruments: Sequence[Instrument],
    ledger: CheckedLedger,
    market: MarketData,
    days: Days,
    table: RateTable,
    entries: LedgerEntries,
) -> _Holdings:
    """Quantity, price and value of each instrument on each day: a pass an instrument, none over days."""
    found = _Holdings.empty(len(days), len(instruments))
    origin = date_of(days[0]).toordinal()
    rates = np.ascontiguousarray(table.matrix.T)
    layouts = Layouts(days)
    steps: dict[str, list[Steps]] = {}
    for (_, symbol), changes in ledger.steps.items():
        steps.setdefault(symbol, []).append(changes)
    for column, instrument in enumerate(instruments):
        splits = ledger.splits.get(instrument.symbol, ())
        quantity = _units(steps.get(instrument.symbol, ()), origin, len(days))
        held = quantity != 0.0
        price = _prices(market.prices.get(instrument.symbol), splits, layouts, held, found.has_bar)
        missing = held & np.isnan(price)
        if missing.any():
            price = np.where(missing, _traded(column, instrument, entries, splits, days), price)
            found.estimated[:, column] = missing
        value = found.values[:, column]
        np.multiply(quantity, price, out=value)
        value *= rates[table.currencies[instrument.currency]]
        if instrument.multiplier != 1:
            value *= float(instrument.multiplier)
        value[~held] = 0.0
        found.total[:] += value
        found.quantities[:, column], found.prices[:, column] = quantity, price
    return found


def _units(steps: Iterable[Steps], origin: int, count: int) -> Floats:
    """Units that all accounts hold at the close of each day: exactly 0 where none does, as the steps are Decimal."""
    total = np.zeros(count)
    for ordinals, (_, *held) in steps:
        days = np.array(ordinals, np.intp) - origin
        inside = int(np.searchsorted(days, count))  # a split may be known that is later than the valuation
        total += _stepwise(days[:inside], held[:inside], count)
    return total


def _prices(series: PriceSeries | None, splits: Sequence[Split], layouts: Layouts, held: Mask, has_bar: Mask) -> Floats:
    """The as-of price of each day, NaN before the first, shape (T,); marks the bars of days held in ``has_bar``.

    A bar counts on a day at whose close, or at the close before it, the instrument was held.
    """
    if series is None or not len(series.dates):
        return np.full(len(held), np.nan)
    known = layouts.of(series.dates)
    bars = known.offsets[1:] if len(known.offsets) and known.offsets[0] == 0 else known.offsets
    has_bar[bars] |= held[bars] | held[bars - 1]
    return carried(series.closes, series.dates, layouts.days, splits, known)


def _traded(column: int, instrument: Instrument, entries: LedgerEntries, splits: Sequence[Split], days: Days) -> Floats:
    """The price of the last trade at or before each day, in the instrument's currency, shape (T,)."""
    chosen = np.flatnonzero((entries.instrument == column) & (entries.trade != 0.0))
    units = floats_of([entries.transactions[at].quantity for at in chosen]) * float(instrument.multiplier)
    unit_prices = np.abs(entries.trade_local[chosen]) / units
    dates = days[entries.day[chosen]]
    last = np.flatnonzero(np.diff(entries.day[chosen], append=len(days)))
    return carried(unit_prices[last], dates[last], days, splits)
