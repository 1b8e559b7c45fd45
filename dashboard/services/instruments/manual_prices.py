"""Prices by hand, for what nobody quotes and for days that nobody has: no refresh overwrites them."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime

import numpy as np

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.db.repositories import dirty, prices
from dashboard.db.repositories.prices import BarArrays, SeriesChange
from dashboard.domain.access import Actor
from dashboard.domain.instruments import InstrumentState
from dashboard.errors import InvalidInput, NotFound
from dashboard.providers.base import MANUAL
from dashboard.providers.normalise import FIRST_DAY, LARGEST_PRICE
from dashboard.results.instrument_editing import ManualPrice
from dashboard.services import audit
from dashboard.services.instruments import permits
from dashboard.services.market_data import quality, restating, revaluation
from dashboard.services.market_data.restating import Cause, Counted


def prices_by_hand(symbol: str) -> tuple[ManualPrice, ...]:
    """What has been entered for an instrument, the newest first. Raises: NotFound."""
    row = permits.found(symbol)
    days = prices.days_by_hand(db.session, row.id)
    if not len(days):
        return ()
    bars = prices.read_bars(db.session, row.id, start=days[0].item(), end=days[-1].item())
    mine = np.isin(bars.dates, days)
    closes = zip(bars.dates[mine].tolist(), bars.close[mine].tolist(), strict=True)
    return tuple(ManualPrice(day, close) for day, close in reversed(list(closes)))


def set_price(actor: Actor, symbol: str, day: date, price: float) -> ManualPrice:
    """Enter the price of a day, in place of any other. What no provider knows is priced by hand from then on.

    Raises: NotFound, PermissionDenied, InvalidInput.
    """
    _require_possible(day, price)
    row = permits.editable(actor, symbol)
    if row.state in {InstrumentState.UNRESOLVED, InstrumentState.NOT_FOUND}:
        row.state, row.provider, row.problem_code, row.problem = InstrumentState.ACTIVE.value, MANUAL, "", ""
        row.edited = sorted({*row.edited, "provider"})
    before = restating.counted(row.id, day)
    prices.claim(db.session, row.id, day)
    nothing = np.array([np.nan])
    bar = BarArrays(np.array([day], dtype="datetime64[D]"), nothing, nothing, nothing, np.array([price]), nothing)
    change = prices.store_bars(db.session, {row.id: bar}, prices.BY_HAND).get(row.id, SeriesChange())
    _commit(actor, "price.set", row, change, before, {"date": str(day), "price": price})
    return ManualPrice(day, price)


def unset_price(actor: Actor, symbol: str, day: date) -> None:
    """Take back a price that was entered. Raises: NotFound where none was, PermissionDenied."""
    row = permits.editable(actor, symbol)
    if not np.isin(np.datetime64(day, "D"), prices.days_by_hand(db.session, row.id)):
        raise NotFound(f"No price of {symbol} was entered for {day}.")
    before = restating.counted(row.id, day)
    change = prices.remove_bar(db.session, row.id, day)
    _commit(actor, "price.unset", row, change, before, {"date": str(day)})


def _require_possible(day: date, price: float) -> None:
    """Raises: InvalidInput."""
    if not math.isfinite(price) or not 0 < price < LARGEST_PRICE:
        raise InvalidInput("A price is a number greater than 0.", field="price")
    if not FIRST_DAY <= day <= datetime.now(UTC).date():
        raise InvalidInput(f"{day} is in the future, or long before any market.", field="date")


def _commit(
    actor: Actor,
    action: str,
    row: InstrumentRow,
    change: SeriesChange,
    before: Counted,
    details: dict[str, str | float],
) -> None:
    db.session.flush()
    change |= quality.examine(row)
    touched = dirty.mark_by_instruments(db.session, {row.id: change.first_date} if change.first_date else {})
    restating.record(row.id, before, change.restated, touched, cause=Cause.CORRECTED, source=prices.BY_HAND)
    audit.record(actor, action, object_type="instrument", object_id=row.id, details={"symbol": row.symbol, **details})
    db.session.commit()
    if touched:
        revaluation.ask()
