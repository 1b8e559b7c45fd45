"""What each holding was worth, took in, gave back, gained and realised on each day: matrices, no loop over days.

With a holding's local values L0 and L1 at two closes, rates fx0 and fx1, and the day's local trades F (without fees)
worth B in the report's currency: ``price = (L1 − L0 − F)·fx1`` and ``currency = L0·(fx1 − fx0) + (F·fx1 − B)``. The
parts of a day sum to its gain, and gains of days to that of a period; a period's price and currency effects are not
the sums of its days', as :mod:`dashboard.domain.attribution` takes the rates of the period's ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.domain.arrays import Days, Floats, Ints, Mask
from dashboard.domain.cash_flows import LedgerEntries
from dashboard.domain.instruments import Instrument
from dashboard.domain.positions import PositionBooks
from dashboard.domain.returns import LEAST_AT_WORK
from dashboard.domain.transactions import TransactionType
from dashboard.domain.valuation import PortfolioHistory

STANDING = frozenset({TransactionType.FEE, TransactionType.TAX})


@dataclass(frozen=True, slots=True)
class HoldingSeries:
    """Every holding on every day, (T, I) each with contiguous columns, in the report's currency; NaN without a rate.

    ``value`` at the close; ``inflow`` and ``outflow`` of the day's netted flow (what was bought, with its costs, less
    proceeds and net income); ``gain = value − value₋₁ − inflow + outflow − standing costs``, which is equally
    ``price_effect + currency_effect + income − costs``. ``income`` is gross, ``costs`` are all fees and taxes, and
    ``realized`` is what sales realised. The first day, before the first transaction, is 0.
    """

    days: Days
    instruments: tuple[Instrument, ...]
    value: Floats
    inflow: Floats
    outflow: Floats
    gain: Floats
    price_effect: Floats
    currency_effect: Floats
    income: Floats
    costs: Floats
    realized: Floats


def holding_series(history: PortfolioHistory, books: PositionBooks) -> HoldingSeries:
    """The series of all holdings of ``history``; ``books`` are those of its last day."""
    entries = history.entries
    rows = np.flatnonzero(entries.instrument >= 0)
    scatter = _Scatter(history, rows)
    costs = entries.fees[rows] + entries.taxes[rows]
    standing = _standing(entries, rows, costs)
    traded, income = entries.trade[rows], entries.income[rows]
    flow = traded - income + np.where(standing, 0.0, costs)
    revalued = _revalued(history, rows)

    change, currency, gain, inflow, outflow, *sums = scatter.zeros(8)
    _changes(history, change, currency)
    np.copyto(gain, change)
    scatter.subtract(gain, flow + np.where(standing, costs, 0.0))
    # What is left of the change of value once trades and rates are out of it.
    change -= currency
    scatter.subtract(change, revalued)
    scatter.subtract(currency, traded - revalued)
    scatter.sides(flow, inflow, outflow)
    for matrix, amounts in zip(sums, (income, costs, books.realized[rows]), strict=True):
        scatter.add(matrix, amounts)
    return HoldingSeries(
        days=history.days,
        instruments=history.instruments,
        value=history.values,
        inflow=inflow,
        outflow=outflow,
        gain=gain,
        price_effect=change,
        currency_effect=currency,
        income=sums[0],
        costs=sums[1],
        realized=sums[2],
    )


def holding_returns(series: HoldingSeries) -> Floats:
    """The time-weighted return of each holding and day, (T, I): ``gain / (value₋₁ + inflow)``, 0 on the first day.

    0 with less than one unit of the currency at work; NaN where all or more is lost, or where the denominator is not
    positive although there is value at work, as in :func:`dashboard.domain.returns.time_weighted_returns`.
    """
    start = series.inflow.copy(order="F")
    start[1:] += series.value[:-1]
    found = np.zeros(start.shape, order="F")
    np.divide(series.gain, start, out=found, where=~(start < LEAST_AT_WORK))
    small = np.nonzero(start <= 0.0)
    before = np.where(small[0] > 0, series.value[small[0] - 1, small[1]], 0.0)
    found[small] = np.where(np.abs(before) + series.inflow[small] >= LEAST_AT_WORK, np.nan, 0.0)
    found[found <= -1.0] = np.nan
    found[np.isnan(series.gain)] = np.nan
    return found


class _Scatter:
    """Puts what rows of the ledger did into their cells of a (T, I) matrix with contiguous columns."""

    def __init__(self, history: PortfolioHistory, rows: Ints) -> None:
        self._shape = len(history.days), len(history.instruments)
        self._cells: Ints = history.entries.instrument[rows] * self._shape[0] + history.entries.day[rows]

    def zeros(self, count: int) -> list[Floats]:
        """Matrices in one block of memory, which the system backs with few large pages."""
        days, columns = self._shape
        return [one.T for one in np.zeros((count, columns, days))]

    def add(self, matrix: Floats, amounts: Floats) -> None:
        """Add ``amounts`` to ``matrix``, in place."""
        np.add.at(matrix.reshape(-1, order="F"), self._cells, amounts)

    def subtract(self, matrix: Floats, amounts: Floats) -> None:
        """Take ``amounts`` out of ``matrix``, in place."""
        np.subtract.at(matrix.reshape(-1, order="F"), self._cells, amounts)

    def sides(self, amounts: Floats, coming: Floats, going: Floats) -> None:
        """Fill in what the sums of ``amounts`` bring in and what they take out."""
        self.add(going, amounts)
        flat = going.reshape(-1, order="F")
        net = flat[self._cells]
        coming.reshape(-1, order="F")[self._cells] = np.maximum(net, 0.0)
        flat[self._cells] = np.maximum(-net, 0.0)


def _changes(history: PortfolioHistory, change: Floats, currency: Floats) -> None:
    """Fill in the change of each value since the close before, and what rates did to what was held then."""
    values = history.values
    np.subtract(values[1:], values[:-1], out=change[1:])
    foreign = {one.currency for one in history.instruments if one.currency != history.currency}
    shifts = {name: _shift(history, name) for name in foreign}
    known = {name: not np.isnan(shift).any() for name, shift in shifts.items()}
    for column, instrument in enumerate(history.instruments):
        shift = shifts.get(instrument.currency)
        if shift is not None:
            held, effect = values[:-1, column], currency[1:, column]
            if known[instrument.currency]:
                np.multiply(held, shift, out=effect)
            else:  # nothing has no effect, even without a rate
                np.multiply(held, shift, out=effect, where=held != 0.0)


def _shift(history: PortfolioHistory, currency: str) -> Floats:
    """What a rate did since the close before, as a fraction, shape (T − 1,); NaN where it is not known."""
    rate = np.ascontiguousarray(history.table.matrix[:, history.table.currencies[currency]])
    shift: Floats = rate[1:] / rate[:-1] - 1.0
    return shift


def _standing(entries: LedgerEntries, rows: Ints, costs: Floats) -> Mask:
    """Which of ``rows`` are standing costs, which are no flows."""
    standing = np.zeros(len(rows), np.bool_)
    for at in np.flatnonzero(entries.standing[rows] != 0.0).tolist():
        standing[at] = entries.transactions[rows[at]].type in STANDING
    return standing


def _revalued(history: PortfolioHistory, rows: Ints) -> Floats:
    """Local trades at the close's rate; nothing is worth nothing, even where there is no rate."""
    entries, table = history.entries, history.table
    columns = np.array([table.currencies[instrument.currency] for instrument in history.instruments], np.intp)
    local = entries.trade_local[rows]
    rates = table.matrix[entries.day[rows], columns[entries.instrument[rows]]]
    return np.where(local == 0.0, 0.0, local * rates)
