"""Mark what is held to live quotes: the value now and its change since the close before the current session.

The snapshot carries two closes, since a quote may belong to the last stored session or to the one after it:
``previous`` is the close before the stored session, ``last`` is the stored session's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from dashboard.domain.arrays import date_of
from dashboard.domain.positions import PositionBooks
from dashboard.domain.valuation import PortfolioHistory


@dataclass(frozen=True, slots=True)
class ReferenceValue:
    """A value at a close and the net flows since then, both in the base currency."""

    value: float
    flows: float


@dataclass(frozen=True, slots=True)
class SnapshotPosition:
    """What is held of one instrument: its stored price, and both reference values in the base currency."""

    symbol: str
    currency: str
    quantity: float
    multiplier: float
    price: float | None
    cost: float
    previous: ReferenceValue
    last: ReferenceValue


@dataclass(frozen=True, slots=True)
class PortfolioSnapshot:
    """A portfolio as the stored prices leave it. ``rates`` are base currency per 1 of each currency."""

    portfolio_id: int
    base_currency: str
    session: date
    positions: tuple[SnapshotPosition, ...]
    cash: Mapping[str, float]
    rates: Mapping[str, float]
    previous: ReferenceValue
    last: ReferenceValue


@dataclass(frozen=True, slots=True)
class Mark:
    """One price or rate that is newer than the stored one; ``rates`` use the currency as their symbol."""

    price: float
    at: datetime


@dataclass(frozen=True, slots=True)
class MarkedPosition:
    """A position at its newest price; money in the base currency."""

    symbol: str
    price: float
    market_value: float
    day_change: float
    day_change_pct: float | None
    unrealized: float
    unrealized_pct: float | None
    weight: float | None


@dataclass(frozen=True, slots=True)
class MarkedPortfolio:
    """A portfolio at its newest prices; money in the base currency, percentages as fractions."""

    portfolio_id: int
    market_value: float
    day_change: float
    day_change_pct: float | None
    session: date
    positions: tuple[MarkedPosition, ...]
    unpriced: tuple[str, ...]


def mark(snapshot: PortfolioSnapshot, prices: Mapping[str, Mark], rates: Mapping[str, Mark]) -> MarkedPortfolio:
    """Value ``snapshot`` at ``prices`` (by symbol) and ``rates`` (by currency), the stored ones where there is none.

    The change is value − reference − flows; its fraction is of reference + inflows, None where that is not positive.
    """
    session = max([snapshot.session, *(found.at.date() for found in prices.values())])
    is_new = session > snapshot.session
    now = {**snapshot.rates, **{currency: found.price for currency, found in rates.items()}}
    drafts, unpriced = [], []
    for position in snapshot.positions:
        found = prices.get(position.symbol)
        price = found.price if found is not None else position.price
        rate = now.get(position.currency)
        if price is None or rate is None:
            unpriced.append(position.symbol)
            continue
        drafts.append((position, price, position.quantity * position.multiplier * price * rate))
    cash = sum(amount * now[currency] for currency, amount in snapshot.cash.items() if currency in now)
    total = cash + sum(value for _, _, value in drafts)
    change, change_pct = _change(total, snapshot.last if is_new else snapshot.previous)
    return MarkedPortfolio(
        portfolio_id=snapshot.portfolio_id,
        market_value=total,
        day_change=change,
        day_change_pct=change_pct,
        session=session,
        positions=tuple(_marked(position, price, value, total, is_new) for position, price, value in drafts),
        unpriced=tuple(unpriced),
    )


def _marked(position: SnapshotPosition, price: float, value: float, total: float, is_new: bool) -> MarkedPosition:
    change, change_pct = _change(value, position.last if is_new else position.previous)
    gain = value - position.cost
    return MarkedPosition(
        symbol=position.symbol,
        price=price,
        market_value=value,
        day_change=change,
        day_change_pct=change_pct,
        unrealized=gain,
        unrealized_pct=gain / position.cost if position.cost > 0 else None,
        weight=value / total if total > 0 else None,
    )


def _change(value: float, reference: ReferenceValue) -> tuple[float, float | None]:
    change = value - reference.value - reference.flows
    base = reference.value + max(reference.flows, 0.0)
    return change, change / base if base > 0 else None


def snapshot_of(history: PortfolioHistory, books: PositionBooks, portfolio_id: int) -> PortfolioSnapshot:
    """What ``history`` leaves at the close of ``books.as_of``; its session is the last day with a bar of a holding.

    Positions without a price or a rate stay in, with a price of None or without a rate.
    """
    day = history.position(books.as_of)
    bars = np.flatnonzero(history.has_bar[: day + 1])
    session = int(bars[-1]) if len(bars) else day
    before = max(session - 1, 0)
    held = np.flatnonzero(history.quantities[day]).tolist()
    net = history.inflows - history.outflows
    return PortfolioSnapshot(
        portfolio_id=portfolio_id,
        base_currency=history.currency,
        session=date_of(history.days[session]),
        positions=tuple(_position(history, books, column, before, session, day) for column in held),
        cash={
            name: float(amount)
            for name, amount in zip(history.cash_currencies, history.cash[day], strict=True)
            if amount != 0.0
        },
        rates={
            name: float(history.table.matrix[day, at])
            for name, at in history.table.currencies.items()
            if np.isfinite(history.table.matrix[day, at])
        },
        previous=ReferenceValue(float(history.value[before]), float(net[before + 1 : day + 1].sum())),
        last=ReferenceValue(float(history.value[session]), float(net[session + 1 : day + 1].sum())),
    )


def _position(
    history: PortfolioHistory, books: PositionBooks, column: int, before: int, session: int, day: int
) -> SnapshotPosition:
    instrument, entries = history.instruments[column], history.entries
    own = entries.instrument == column

    def reference(close: int) -> ReferenceValue:
        traded = entries.trade[own & (entries.day > close) & (entries.day <= day)].sum()
        return ReferenceValue(float(history.values[close, column]), float(traded))

    price = float(history.prices[day, column])
    return SnapshotPosition(
        symbol=instrument.symbol,
        currency=instrument.currency,
        quantity=float(history.quantities[day, column]),
        multiplier=float(instrument.multiplier),
        price=price if np.isfinite(price) else None,
        cost=float(sum(lot.base_cost for book in books.of(instrument.symbol) for lot in book.open_lots)),
        previous=reference(before),
        last=reference(session),
    )
