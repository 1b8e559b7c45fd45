"""The daily valuation of a ledger: Decimal per transaction, float64 matrices of day × instrument, no loop over days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate

import numpy as np

from dashboard.domain.arrays import Days, Floats, Ints, Mask, day_of, floats_of
from dashboard.domain.calendar import as_of_positions, calendar_days
from dashboard.domain.cash_flows import CashLegs, LedgerEntries, RateTable, post_ledger
from dashboard.domain.fx import Rates
from dashboard.domain.instruments import Instrument, Split
from dashboard.domain.ledger import CheckedLedger, LedgerFault, SplitEvent, checked_ledger, walk
from dashboard.domain.prices import MarketData, carried
from dashboard.domain.transactions import ZERO, LotMethod, Transaction, TransactionType


@dataclass(frozen=True, slots=True)
class PortfolioHistory:
    """A ledger's value on every calendar day; T days, I instruments, C currencies of cash.

    ``days`` runs from the day before the first transaction. ``quantities``, ``prices`` (quote currency), ``rates``
    (report's currency per 1 of the quote's) and ``values`` (report's currency) are (T, I); NaN where a rate is missing.
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
    rates: Floats
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

    @property
    def cash_value(self) -> Floats:
        """All cash in the report's currency, shape (T,)."""
        return _product(self.cash, self.cash_rates).sum(axis=1)


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
    quantities = _quantities(ledger, instruments, len(days), origin)
    prices, estimated, has_bar = _prices(instruments, market, ledger.splits, days, quantities, entries)
    rates = table.matrix[:, [table.currencies[instrument.currency] for instrument in instruments]]
    multipliers = np.array([float(instrument.multiplier) for instrument in instruments])
    values = _product(quantities, prices, rates)
    if (multipliers != 1.0).any():
        values *= multipliers
    cash, used = _balances(entries.cash, table, len(days))
    cash_rates = table.matrix[:, [table.currencies[name] for name in used]]
    net = np.bincount(entries.day, entries.external, len(days))
    return PortfolioHistory(
        currency=table.currency,
        base_currency=base_currency,
        method=method,
        cash_tracked=cash_tracked,
        market=market,
        splits=ledger.splits,
        days=days,
        instruments=instruments,
        quantities=quantities,
        prices=prices,
        estimated=estimated,
        rates=rates,
        values=values,
        cash_currencies=used,
        cash=cash,
        cash_rates=cash_rates,
        value=values.sum(axis=1) + _product(cash, cash_rates).sum(axis=1),
        inflows=np.maximum(net, 0.0),
        outflows=np.maximum(-net, 0.0),
        standing_costs=np.bincount(entries.day, entries.outside, len(days)),
        has_bar=has_bar,
        entries=entries,
        table=table,
        faults=ledger.faults,
    )


def _product(quantities: Floats, *factors: Floats) -> Floats:
    """The product of (T, n) matrices; exactly 0 where nothing is held, whatever the price or the rate."""
    product = quantities.copy()
    for factor in factors:
        product *= factor
    product[quantities == 0.0] = 0.0
    return product


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
    matrix = np.column_stack([rates.on(name, currency, days) for name in names])
    return RateTable(currency, base_currency, {name: at for at, name in enumerate(names)}, matrix)


def _quantities(ledger: CheckedLedger, instruments: Sequence[Instrument], count: int, origin: int) -> Floats:
    """Units held at the close of each day, (T, I): running sums in Decimal, so that nothing held is exactly 0."""
    events: dict[str, list[tuple[int, Decimal]]] = {instrument.symbol: [] for instrument in instruments}
    held = dict.fromkeys(events, ZERO)
    for item in walk(ledger.transactions, ledger.splits):
        if isinstance(item, SplitEvent):
            symbol, day = item.symbol, item.split.date.toordinal() - origin
            if not held.get(symbol) or day >= count:
                continue
            held[symbol] *= item.split.ratio
        elif item.type is TransactionType.BUY and item.symbol:
            symbol, day = item.symbol, item.date.toordinal() - origin
            held[symbol] += item.quantity
        elif item.type is TransactionType.SELL and item.symbol:
            symbol, day = item.symbol, item.date.toordinal() - origin
            held[symbol] = max(held[symbol] - item.quantity, ZERO)
        else:
            continue
        events[symbol].append((day, held[symbol]))
    matrix = np.zeros((count, len(instruments)), order="F")
    for column, found in enumerate(events.values()):
        if found:
            matrix[:, column] = _stepwise([day for day, _ in found], [value for _, value in found], count)
    return matrix


def _stepwise(days: Sequence[int], values: Sequence[Decimal], count: int) -> Floats:
    """The last of ``values`` at or before each of ``count`` days, 0 before the first, shape (count,)."""
    positions = np.cumsum(np.bincount(np.array(days, np.intp), minlength=count))
    steps: Floats = np.concatenate(([0.0], floats_of(values)))[positions]
    return steps


def _balances(legs: CashLegs, table: RateTable, count: int) -> tuple[Floats, tuple[str, ...]]:
    """Cash balances at the close of each day, (T, C), and their currencies; running sums in Decimal."""
    names = {at: name for name, at in table.currencies.items()}
    used = [at for at in names if (legs.currency == at).any()]
    matrix = np.zeros((count, len(used)))
    for column, at in enumerate(used):
        chosen = np.flatnonzero(legs.currency == at)
        running = list(accumulate(legs.local[position] for position in chosen))
        matrix[:, column] = _stepwise(legs.day[chosen].tolist(), running, count)
    return matrix, tuple(names[at] for at in used)


def _prices(
    instruments: Sequence[Instrument],
    market: MarketData,
    splits: Mapping[str, tuple[Split, ...]],
    days: Days,
    quantities: Floats,
    entries: LedgerEntries,
) -> tuple[Floats, Mask, Mask]:
    """Prices (T, I), where they are those of a last trade (T, I), and the days with a bar of something held (T,)."""
    prices = np.full(quantities.shape, np.nan, order="F")
    estimated = np.zeros(quantities.shape, np.bool_, order="F")
    has_bar = np.zeros(len(days), np.bool_)
    for column, instrument in enumerate(instruments):
        held = quantities[:, column] != 0.0
        series = market.prices.get(instrument.symbol)
        events = splits.get(instrument.symbol, ())
        if series is not None and len(series.dates):
            positions = as_of_positions(series.dates, days)
            prices[:, column] = carried(series.closes, series.dates, positions, days, events)
            has_bar |= _bars(positions, held)
        missing = held & np.isnan(prices[:, column])
        if missing.any():
            prices[missing, column] = _traded(column, instrument, entries, events, days)[missing]
            estimated[missing, column] = True
    return prices, estimated, has_bar


def _bars(positions: Ints, held: Mask) -> Mask:
    """Days with a bar of an instrument that is held that day or was the day before, shape (T,)."""
    mask = np.zeros(len(positions), np.bool_)
    mask[1:] = (positions[1:] != positions[:-1]) & (held[1:] | held[:-1])
    return mask


def _traded(column: int, instrument: Instrument, entries: LedgerEntries, splits: Sequence[Split], days: Days) -> Floats:
    """The price of the last trade at or before each day, in the instrument's currency, shape (T,)."""
    chosen = np.flatnonzero((entries.instrument == column) & (entries.trade != 0.0))
    units = floats_of([entries.transactions[at].quantity for at in chosen]) * float(instrument.multiplier)
    unit_prices = np.abs(entries.trade_local[chosen]) / units
    dates = days[entries.day[chosen]]
    return carried(unit_prices, dates, as_of_positions(dates, days), days, splits)
