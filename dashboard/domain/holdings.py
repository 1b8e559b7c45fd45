"""What is held on a day: quantity, price, value, cost, gains, weight and lots of each holding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

import numpy as np

from dashboard.domain.arrays import Floats, date_of, summed
from dashboard.domain.instruments import AssetClass
from dashboard.domain.lots import Lot
from dashboard.domain.measures import Measure, Status
from dashboard.domain.notes import price_status
from dashboard.domain.positions import PositionBooks, book_positions
from dashboard.domain.prices import last_price_date
from dashboard.domain.transactions import ZERO
from dashboard.domain.valuation import PortfolioHistory
from dashboard.errors import InsufficientData


@dataclass(frozen=True, slots=True)
class HoldingLot:
    """An open lot of a holding; ``cost`` is its total in the report's currency."""

    account: str
    lot_id: str
    acquired: date
    quantity: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class HoldingFigures:
    """One holding; values, costs and gains in the report's currency, ``price`` in the quote's.

    ``realized`` and ``income`` (gross) are since the first transaction. ``day_change`` is the gain since the close
    before the day of the price. ``weight`` is of the market value with cash.
    """

    symbol: str
    name: str
    asset_class: AssetClass
    currency: str
    quantity: Decimal
    price: Measure
    price_date: date | None
    fx_rate: Measure
    market_value: Measure
    cost: Decimal
    average_cost: Decimal
    unrealized: Measure
    unrealized_pct: Measure
    realized: float
    income: float
    weight: Measure
    day_change: Measure
    day_change_pct: Measure
    lots: tuple[HoldingLot, ...]

    @property
    def price_status(self) -> Status:
        """How good the price is."""
        return self.price.status


def holdings(history: PortfolioHistory, as_of: date, books: PositionBooks | None = None) -> tuple[HoldingFigures, ...]:
    """The holdings at the close of ``as_of``, by symbol. Raises InsufficientData past the end of the valuation."""
    if np.datetime64(as_of, "D") > history.days[-1]:
        raise InsufficientData(f"The portfolio is valued up to {history.days[-1]} only.")
    if books is None or books.as_of != as_of:
        books = book_positions(history, as_of)
    day = history.position(as_of)
    lots, sums = _lots_by_symbol(books), _sums(history, books, day)
    held = np.flatnonzero(history.quantities[day]).tolist()
    figures = [_figures(history, lots.get(history.instruments[at].symbol, ()), sums, at, day) for at in held]
    return tuple(sorted(figures, key=lambda found: found.symbol))


def _sums(history: PortfolioHistory, books: PositionBooks, day: int) -> tuple[Floats, Floats]:
    """What each instrument has realised and paid up to ``day``, (I,) each."""
    entries, count = history.entries, len(history.instruments)
    own = (entries.instrument >= 0) & (entries.day <= day)
    columns = entries.instrument[own]
    return summed(columns, books.realized[own], count), summed(columns, entries.income[own], count)


def _figures(
    history: PortfolioHistory, lots: tuple[HoldingLot, ...], sums: tuple[Floats, Floats], column: int, day: int
) -> HoldingFigures:
    instrument = history.instruments[column]
    realized, income = sums
    status, reason = price_status(history, column, day)
    quantity = sum((lot.quantity for lot in lots), ZERO)
    cost = sum((lot.cost for lot in lots), ZERO)
    value = float(history.values[day, column])
    gain = value - float(cost)
    priced = last_price_date(history.market.prices.get(instrument.symbol), history.days[day])
    change, change_pct = _day_change(history, column, priced, day)
    total = float(history.value[day])
    figure = partial(_figure, status, reason)
    return HoldingFigures(
        symbol=instrument.symbol,
        name=instrument.name or instrument.symbol,
        asset_class=instrument.asset_class,
        currency=instrument.currency,
        quantity=quantity,
        price=_price(float(history.prices[day, column]), status, reason),
        price_date=None if np.isnat(priced) else date_of(priced),
        fx_rate=figure(history.rate_on(day, column)),
        market_value=figure(value),
        cost=cost,
        average_cost=cost / quantity,
        unrealized=figure(gain),
        unrealized_pct=figure(gain / abs(float(cost)) if cost else np.nan),
        realized=float(realized[column]),
        income=float(income[column]),
        weight=figure(value / total if total > 0.0 else np.nan),
        day_change=figure(change),
        day_change_pct=figure(change_pct),
        lots=lots,
    )


def _figure(status: Status, reason: str, number: float) -> Measure:
    return Measure(number, status, reason) if np.isfinite(number) else Measure.undefined(reason or "It is not known.")


def _price(price: float, status: Status, reason: str) -> Measure:
    """The price; a missing rate is no fault of it."""
    if not np.isfinite(price):
        return Measure.undefined(reason or "It is not known.")
    return Measure(price) if status is Status.UNDEFINED else Measure(price, status, reason)


def _lots_by_symbol(books: PositionBooks) -> dict[str, tuple[HoldingLot, ...]]:
    """The open lots of all accounts, oldest first."""
    found: dict[str, list[HoldingLot]] = {}
    for (account, symbol), book in books.books.items():
        found.setdefault(symbol, []).extend(_lot(account, lot) for lot in book.open_lots)
    return {symbol: tuple(sorted(lots, key=lambda lot: (lot.acquired, lot.account))) for symbol, lots in found.items()}


def _lot(account: str, lot: Lot) -> HoldingLot:
    return HoldingLot(account, lot.lot_id, lot.acquired, lot.quantity, lot.base_cost)


def _day_change(history: PortfolioHistory, column: int, priced: np.datetime64, day: int) -> tuple[float, float]:
    """The gain since the close before the day of the price, in money and of the value then and what came in."""
    if np.isnat(priced):
        return float("nan"), float("nan")
    before = max(int((priced - history.days[0]).astype(int)) - 1, 0)
    entries = history.entries
    since = slice(*np.searchsorted(entries.day, (before, day), "right").tolist())  # entries come in order of the days
    traded = entries.trade[since][entries.instrument[since] == column].sum()
    start = history.values[before, column]
    # Of a short, what more was sold is more at work.
    base = start + max(float(traded), 0.0) if start >= 0.0 else min(float(traded), 0.0) + start
    change = float(history.values[day, column] - start - traded)
    return change, float(change / abs(base)) if base else float("nan")
