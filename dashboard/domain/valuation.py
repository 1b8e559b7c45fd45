"""The daily valuation of a ledger: Decimal per transaction, float64 matrices of day × instrument, no loop over days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from dashboard.domain.arrays import Days, Floats, Mask, day_of, summed
from dashboard.domain.calendar import calendar_days
from dashboard.domain.cash_balances import cash_matrix, running_balances
from dashboard.domain.cash_flows import LedgerEntries, post_ledger
from dashboard.domain.fx import Rates
from dashboard.domain.holding_matrices import HoldingMatrices, value_holdings
from dashboard.domain.instruments import Instrument, Split
from dashboard.domain.ledger import CheckedLedger, LedgerFault, checked_ledger
from dashboard.domain.prices import MarketData
from dashboard.domain.receivables import receivable_legs
from dashboard.domain.row_money import RateTable
from dashboard.domain.transactions import LotMethod, Transaction


@dataclass(frozen=True, slots=True)
class PortfolioHistory:
    """A ledger's value on every calendar day; T days, I instruments, C currencies of cash.

    ``days`` runs from the day before the first transaction; ``held`` are the matrices of the holdings, (T, I) each.
    ``cash`` (own currency) and ``cash_rates`` are (T, C). ``value``, ``inflows``, ``outflows`` (of the day's netted
    external flow) and ``standing_costs`` (paid from outside) are (T,).
    """

    method: LotMethod
    cash_tracked: bool
    allow_shorts: bool
    market: MarketData
    days: Days
    instruments: tuple[Instrument, ...]
    held: HoldingMatrices
    cash_currencies: tuple[str, ...]
    cash: Floats
    cash_rates: Floats
    value: Floats
    inflows: Floats
    outflows: Floats
    standing_costs: Floats
    entries: LedgerEntries
    table: RateTable
    ledger: CheckedLedger

    @property
    def currency(self) -> str:
        """The currency of the report."""
        return self.table.currency

    @property
    def base_currency(self) -> str:
        """The currency of the portfolio, in which its rows give their rates."""
        return self.table.base_currency

    @property
    def splits(self) -> Mapping[str, tuple[Split, ...]]:
        """The splits that apply, by symbol."""
        return self.ledger.splits

    @property
    def faults(self) -> tuple[LedgerFault, ...]:
        """Ledger rows that were left out, and why."""
        return self.ledger.faults

    @property
    def quantities(self) -> Floats:
        """Units held, (T, I)."""
        return self.held.quantities

    @property
    def prices(self) -> Floats:
        """Prices in the quote currency, (T, I); NaN before the first."""
        return self.held.prices

    @property
    def estimated(self) -> Mask:
        """Where a price is that of the last trade, (T, I)."""
        return self.held.estimated

    @property
    def values(self) -> Floats:
        """Values of the holdings in the report's currency, (T, I); NaN where a rate is missing."""
        return self.held.values

    @property
    def has_bar(self) -> Mask:
        """The days that the series shows, (T,)."""
        return self.held.has_bar

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

    def rate_on(self, day: int, column: int) -> float:
        """The report's currency per 1 of an instrument's at a calendar position; NaN where unknown."""
        return float(self.table.matrix[day, self.table.currencies[self.instruments[column].currency]])

    @property
    def receivables(self) -> Floats:
        """What of ``cash`` is due and not yet paid: dividends until they settle, accrued interest bought; (T, C)."""
        count = len(self.days)
        running = running_balances(receivable_legs(self.entries, self.days), count)
        found = [running.get(self.table.currencies[name]) for name in self.cash_currencies]
        columns = [np.zeros(count) if balance is None else balance.closing for balance in found]
        return np.array(columns).reshape(len(columns), count).T

    @property
    def cash_value(self) -> Floats:
        """All cash in the report's currency, shape (T,)."""
        total: Floats = times(self.cash, self.cash_rates).sum(axis=1)
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
    allow_shorts: bool = False,
) -> PortfolioHistory:
    """Value a ledger on each day up to ``end``, in ``currency`` (default: the base currency).

    Rows after ``end`` and rows that the ledger cannot hold (``faults``) are left out.
    """
    ledger = checked_ledger(transactions, market.splits, until=end, allow_shorts=allow_shorts)
    first = ledger.transactions[0].date if ledger.transactions else end
    days = calendar_days(first - timedelta(days=1), end)
    instruments = instruments_of(ledger, market)
    names = currencies_of(ledger, instruments)
    table = _rate_table(names, market, days, currency or base_currency, base_currency)
    return value_ledger(
        ledger, instruments, market, days, table, cash_tracked=cash_tracked, method=method, allow_shorts=allow_shorts
    )


def value_ledger(
    ledger: CheckedLedger,
    instruments: tuple[Instrument, ...],
    market: MarketData,
    days: Days,
    table: RateTable,
    *,
    cash_tracked: bool = True,
    method: LotMethod = LotMethod.FIFO,
    allow_shorts: bool = False,
) -> PortfolioHistory:
    """Value a checked ledger on ``days``, which begin before its first row; ``table`` has its currencies."""
    entries = post_ledger(ledger, instruments, table, days, cash_tracked, market)
    held = value_holdings(instruments, ledger, market, days, table, entries)
    cash, used = cash_matrix(running_balances(entries.cash, len(days)), table, len(days))
    cash_rates = table.matrix[:, [table.currencies[name] for name in used]]
    net = summed(entries.day, entries.external, len(days))
    return PortfolioHistory(
        method=method,
        cash_tracked=cash_tracked,
        allow_shorts=allow_shorts,
        market=market,
        days=days,
        instruments=instruments,
        held=held,
        cash_currencies=used,
        cash=cash,
        cash_rates=cash_rates,
        value=held.total + times(cash, cash_rates).sum(axis=1),
        inflows=np.maximum(net, 0.0),
        outflows=np.maximum(-net, 0.0),
        standing_costs=summed(entries.day, entries.outside, len(days)),
        entries=entries,
        table=table,
        ledger=ledger,
    )


def times(amounts: Floats, rates: Floats) -> Floats:
    """Amounts × rates; exactly 0 where there is nothing, whatever the rate."""
    return np.where(amounts == 0.0, 0.0, amounts * rates)


def instruments_of(ledger: CheckedLedger, market: MarketData) -> tuple[Instrument, ...]:
    """The instruments of the ledger's rows; one that is not known is taken in the currency of its first row."""
    symbols = dict.fromkeys(row.symbol for row in ledger.transactions)
    symbols |= dict.fromkeys(row.target_symbol for row in ledger.transactions if row.target_symbol)
    found = {symbol: market.instruments.get(symbol) for symbol in symbols if symbol}
    if None in found.values():
        for row in reversed(ledger.transactions):
            for symbol in (row.symbol, row.target_symbol):
                if symbol and symbol not in market.instruments:
                    found[symbol] = Instrument(symbol, row.currency)
    return tuple(instrument for instrument in found.values() if instrument is not None)


def currencies_of(ledger: CheckedLedger, instruments: Iterable[Instrument]) -> dict[str, None]:
    """The currencies of instruments and of the ledger's rows."""
    names = dict.fromkeys(instrument.currency for instrument in instruments)
    for row in ledger.transactions:
        names[row.currency] = None
        if row.cash_currency:
            names[row.cash_currency] = None
        if row.target_currency:
            names[row.target_currency] = None
        if row.fee_currency:
            names[row.fee_currency] = None
    return names


def _rate_table(names: Iterable[str], market: MarketData, days: Days, currency: str, base_currency: str) -> RateTable:
    names = dict.fromkeys([base_currency, currency, *names])
    rates = Rates(market.rates)
    matrix = np.array([rates.on(name, currency, days) for name in names]).T
    return RateTable(currency, base_currency, {name: at for at, name in enumerate(names)}, matrix)
