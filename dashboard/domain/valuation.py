"""The daily valuation of a ledger: Decimal per transaction, float64 matrices of day × instrument, no loop over days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

import numpy as np

from dashboard.domain.arrays import Days, Floats, Mask, day_of, summed
from dashboard.domain.calendar import calendar_days
from dashboard.domain.cash_flows import CashLegs, LedgerEntries, RateTable, post_ledger
from dashboard.domain.fx import Rates
from dashboard.domain.holding_matrices import stepwise, value_holdings
from dashboard.domain.instruments import Instrument, Split
from dashboard.domain.ledger import CheckedLedger, LedgerFault, checked_ledger
from dashboard.domain.prices import MarketData
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
    held = value_holdings(instruments, ledger, market, days, table, entries)
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
            columns.append(stepwise(legs.day[chosen], list(accumulate(local)), count))
    return np.array(columns).reshape(len(used), count).T, tuple(names[at] for at in used)
