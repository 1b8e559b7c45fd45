"""Mark what is held to live quotes: the value now, and the change of each position since its previous close.

The previous close is the instrument's own: markets close on different days, and each quote belongs to a session of its
market. A position therefore carries two references, since a quote may belong to the last stored session or to a later
one: ``previous`` is the close before the stored session, ``last`` the stored session's own. A position whose price is
stale has no change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from dashboard.domain.arrays import date_of
from dashboard.domain.calendar import is_stale
from dashboard.domain.measures import Status
from dashboard.domain.open_day import OpenDay, open_day
from dashboard.domain.positions import PositionBooks
from dashboard.domain.prices import last_price_date
from dashboard.domain.valuation import PortfolioHistory


@dataclass(frozen=True, slots=True)
class ReferenceValue:
    """A value at a close and the net flows since then, both in the base currency."""

    value: float
    flows: float


@dataclass(frozen=True, slots=True)
class SnapshotPosition:
    """What is held of one instrument: its stored price of ``session``, and both references in the base currency.

    ``market`` is where it trades: its exchange, or else what it is. ``is_estimated``: the price is of a last trade.
    """

    symbol: str
    currency: str
    quantity: float
    multiplier: float
    price: float | None
    session: date | None
    cost: float
    previous: ReferenceValue | None
    last: ReferenceValue | None
    market: str = ""
    is_estimated: bool = False


@dataclass(frozen=True, slots=True)
class PortfolioSnapshot:
    """A portfolio as the stored prices leave it. ``rates`` are base currency per 1 of each currency.

    ``day`` is what its time-weighted return is made of, None where that is not known.
    """

    portfolio_id: int
    base_currency: str
    positions: tuple[SnapshotPosition, ...]
    cash: Mapping[str, float]
    rates: Mapping[str, float]
    day: OpenDay | None = None


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
    day_change: float | None
    day_change_pct: float | None
    unrealized: float
    unrealized_pct: float | None
    weight: float | None


@dataclass(frozen=True, slots=True)
class MarkedPortfolio:
    """A portfolio at its newest prices; money in the base currency, percentages as fractions.

    ``day_change`` is the sum over positions, its percentage of their references and the cash; ``session`` is the
    newest. ``unrealized`` is the sum over the priced positions, its percentage of their cost. ``growth`` is as
    :meth:`OpenDay.growth`; it is estimated where a price is that of a last trade, or not known.
    """

    portfolio_id: int
    market_value: float
    unrealized: float
    unrealized_pct: float | None
    day_change: float
    day_change_pct: float | None
    session: date | None
    positions: tuple[MarkedPosition, ...]
    unpriced: tuple[str, ...]
    growth: float | None = None
    growth_status: Status = Status.OK


def mark(snapshot: PortfolioSnapshot, prices: Mapping[str, Mark], rates: Mapping[str, Mark]) -> MarkedPortfolio:
    """Value ``snapshot`` at ``prices`` (by symbol) and ``rates`` (by currency), the stored ones where there is none.

    A price that is older than the stored one's session is not used.

    A position's change is value − reference − flows since; its fraction is of reference + what flowed in.
    """
    now = {**snapshot.rates, **{currency: found.price for currency, found in rates.items()}}
    cash = sum(amount * now[currency] for currency, amount in snapshot.cash.items() if currency in now)
    drafts = [_draft(position, prices.get(position.symbol), now) for position in snapshot.positions]
    priced = [draft for draft in drafts if draft is not None]
    total = cash + sum(draft.value for draft in priced)
    changed = [draft for draft in priced if draft.change is not None]
    change = sum(draft.change for draft in changed if draft.change is not None)
    base = cash + sum(draft.base for draft in changed)
    cost = sum(draft.position.cost for draft in priced)
    gain = sum(draft.value for draft in priced) - cost
    is_estimated = len(priced) < len(drafts) or any(draft.is_estimated for draft in priced)
    day = snapshot.day
    return MarkedPortfolio(
        portfolio_id=snapshot.portfolio_id,
        market_value=total,
        unrealized=gain,
        unrealized_pct=gain / cost if cost > 0 else None,
        day_change=change,
        day_change_pct=change / base if base > 0 else None,
        session=max((draft.session for draft in priced if draft.session is not None), default=None),
        positions=tuple(draft.marked(total) for draft in priced),
        unpriced=tuple(
            position.symbol for position, draft in zip(snapshot.positions, drafts, strict=True) if draft is None
        ),
        growth=None if day is None else day.growth(total),
        growth_status=Status.ESTIMATED if is_estimated or (day is not None and day.is_estimated) else Status.OK,
    )


@dataclass(frozen=True, slots=True)
class _Draft:
    """A position at its newest price, before the total is known. ``base`` is what the change is a fraction of."""

    position: SnapshotPosition
    price: float
    value: float
    session: date | None
    change: float | None
    base: float
    is_estimated: bool

    def marked(self, total: float) -> MarkedPosition:
        cost = self.position.cost
        gain = self.value - cost
        return MarkedPosition(
            symbol=self.position.symbol,
            price=self.price,
            market_value=self.value,
            day_change=self.change,
            day_change_pct=self.change / abs(self.base) if self.change is not None and self.base else None,
            unrealized=gain,
            unrealized_pct=gain / abs(cost) if cost else None,
            weight=self.value / total if total > 0 else None,
        )


def _draft(position: SnapshotPosition, found: Mark | None, rates: Mapping[str, float]) -> _Draft | None:
    rate = rates.get(position.currency)
    session = position.session
    if found is not None and session is not None and found.at.date() < session:
        found = None
    price = found.price if found is not None else position.price
    if price is None or rate is None:
        return None
    is_new = found is not None and (session is None or found.at.date() > session)
    reference = position.last if is_new else position.previous
    value = position.quantity * position.multiplier * price * rate
    return _Draft(
        position=position,
        price=price,
        value=value,
        session=found.at.date() if found is not None and is_new else session,
        change=None if reference is None else value - reference.value - reference.flows,
        base=0.0 if reference is None else _at_work(reference),
        is_estimated=found is None and position.is_estimated,
    )


def _at_work(reference: ReferenceValue) -> float:
    """The value that a change is a fraction of, with what came in since; negative of a short."""
    if reference.value < 0.0:
        return reference.value + min(reference.flows, 0.0)
    return reference.value + max(reference.flows, 0.0)


def snapshot_of(history: PortfolioHistory, books: PositionBooks, portfolio_id: int) -> PortfolioSnapshot:
    """What ``history`` leaves at the close of ``books.as_of``.

    A position without a price stays in, with a price of None; a currency without a rate is not in ``rates``.
    """
    day = history.position(books.as_of)
    held = np.flatnonzero(history.quantities[day]).tolist()
    return PortfolioSnapshot(
        portfolio_id=portfolio_id,
        base_currency=history.currency,
        positions=tuple(_position(history, books, column, day) for column in held),
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
        day=open_day(history, day) if day > 0 else None,
    )


def _position(history: PortfolioHistory, books: PositionBooks, column: int, day: int) -> SnapshotPosition:
    instrument = history.instruments[column]
    price = float(history.prices[day, column])
    priced = last_price_date(history.market.prices.get(instrument.symbol), history.days[day])
    sessions = history.market.sessions_of(instrument)
    fresh = not np.isnat(priced) and not is_stale(priced, history.days[day], sessions)
    at = int((priced - history.days[0]).astype(int)) if fresh else -1
    return SnapshotPosition(
        symbol=instrument.symbol,
        currency=instrument.currency,
        quantity=float(history.quantities[day, column]),
        multiplier=float(instrument.multiplier),
        price=price if np.isfinite(price) else None,
        session=None if np.isnat(priced) else date_of(priced),
        cost=float(sum(lot.base_cost for book in books.of(instrument.symbol) for lot in book.open_lots)),
        previous=_reference(history, column, at - 1, day),
        last=_reference(history, column, at, day),
        market=instrument.exchange or instrument.asset_class.value,
        is_estimated=bool(history.estimated[day, column]),
    )


def _reference(history: PortfolioHistory, column: int, close: int, day: int) -> ReferenceValue | None:
    """The value at calendar position ``close`` and the trades since; None where there is no such close."""
    if close < 0 or not np.isfinite(history.values[close, column]):
        return None
    entries = history.entries
    since = (entries.instrument == column) & (entries.day > close) & (entries.day <= day)
    return ReferenceValue(float(history.values[close, column]), float(entries.trade[since].sum()))
