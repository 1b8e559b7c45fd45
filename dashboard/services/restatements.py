"""Restatements: what they did to a portfolio, found out when a worker values it again, and the log of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import numpy as np

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow, RestatedValue, Restatement, RestatementEffect
from dashboard.db.repositories import fx
from dashboard.db.repositories import instruments as store
from dashboard.db.repositories import restatements as rows
from dashboard.db.repositories.restatements import Wanted
from dashboard.domain.access import SYSTEM, Actor, Permission, PortfolioId
from dashboard.domain.instruments import Split
from dashboard.domain.ledger_state import LedgerState
from dashboard.domain.restatements import Undo, effect_of, undone
from dashboard.errors import InsufficientData, NotFound
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.restatements import PortfolioEffect, RestatementItem, ValueChange
from dashboard.results.visits import LastVisit
from dashboard.runtime import settings
from dashboard.services import portfolios, valuation, visits

MOST_ENTRIES = 500


def record_effects(portfolio_id: PortfolioId) -> int:
    """Find out what each restatement did that a portfolio has not been valued with yet; returns how many there were.

    The ledger of now is valued with the market of now, and then with each restatement undone in turn, the latest first:
    the difference is the restatement's alone, whatever else has changed since.
    """
    waiting = rows.waiting(db.session, portfolio_id)
    if not waiting:
        return 0
    portfolio = portfolios.portfolio_by_id(SYSTEM, portfolio_id)
    try:
        _record(portfolio, _undos(waiting), valuation.state(portfolio))
    except InsufficientData:  # an emptied ledger
        rows.drop_waiting(db.session, portfolio_id)
    rows.forget_undo(db.session, [row.id for row in waiting])
    db.session.commit()
    return len(waiting)


def log(
    actor: Actor,
    symbol: str | None = None,
    *,
    since: date | None = None,
    portfolio: PortfolioRef | None = None,
    limit: int = MOST_ENTRIES,
) -> tuple[RestatementItem, ...]:
    """What was restated, the latest ``limit`` first: of an instrument or a pair, since a day, of a portfolio.

    An administrator sees all of it, anybody else what touched portfolios of his; what it did is shown to a portfolio's
    owner alone. Raises: NotFound.
    """
    own = [portfolio.id] if portfolio else [item.portfolio.id for item in portfolios.list_portfolios(actor)]
    keys = None if portfolio is None and actor.may(Permission.ADMINISTER) else own
    instruments, pairs = _series(symbol)
    moment = datetime.combine(since, time.min, UTC) if since is not None else None
    return _items(Wanted(instruments, pairs, moment, keys), own, limit)


def latest(portfolio: PortfolioRef, visit: LastVisit) -> int | None:
    """What :func:`news` rests on: the newest restatement since the last visit; None without one."""
    return rows.latest(portfolio.id, visit.since)


def news(portfolio: PortfolioRef, visit: LastVisit) -> tuple[RestatementItem, ...]:
    """What moved a value of the portfolio by more than a hundredth of a per cent, found out since the last visit."""
    found = _items(Wanted(portfolio_ids=[portfolio.id], recorded_since=visit.since), [portfolio.id])
    return tuple(item for item in found if any(effect.worth_a_word for effect in item.effects))


def forget_old(now: datetime | None = None) -> int:
    """Delete the entries that are older than ``RESTATEMENT_DAYS`` (0: none is); returns how many.

    One whose effect on a portfolio was not found out yet stays, as does one that its owner has not seen and would be
    told of on the next visit.
    """
    moment, days = now or datetime.now(UTC), settings().restatement_days
    gone = rows.forget_before(db.session, moment - timedelta(days=days), moment - visits.LONGEST) if days else 0
    db.session.commit()
    return gone


def _record(portfolio: PortfolioRef, undos: Sequence[tuple[int, Undo]], after: LedgerState) -> None:
    for key, undo in reversed(undos):
        before = _without(after, undo)
        rows.record(db.session, key, portfolio.id, portfolio.base_currency, effect_of(before.history, after.history))
        after = before


def _undos(waiting: Sequence[Restatement]) -> list[tuple[int, Undo]]:
    values = rows.values_of(db.session, [row.id for row in waiting])
    symbols = rows.symbols_of(db.session, waiting)
    return [(row.id, _undo(row, symbols, values[row.id])) for row in waiting]


def _undo(row: Restatement, symbols: Mapping[int, str], values: Sequence[RestatedValue]) -> Undo:
    series = (row.base or "", row.quote or "") if row.instrument_id is None else symbols[row.instrument_id]
    splits = tuple(
        (one.date, None if one.old_value is None else Split(one.date, Decimal(str(one.old_value))))
        for one in values
        if one.field == "split"
    )
    days = np.array(row.undo_days or [], dtype="datetime64[D]")
    return Undo(series, days, np.array(row.undo_values or [], dtype=np.float64), splits)


def _without(state: LedgerState, undo: Undo) -> LedgerState:
    """The ledger valued as if a restatement had not been."""
    history = state.history
    market = undone(history.market, undo)
    if isinstance(undo.series, str):
        held = any(instrument.symbol == undo.series for instrument in history.instruments)
        return state.repriced(market, [undo.series]) if held else state
    return LedgerState.of(
        state.transactions,
        market,
        base_currency=history.base_currency,
        end=state.books.as_of,
        cash_tracked=history.cash_tracked,
        method=history.method,
        allow_shorts=history.allow_shorts,
    )


def _series(symbol: str | None) -> tuple[list[int] | None, list[tuple[str, str]] | None]:
    """The instrument and the pair of a name; None for all. Raises: NotFound."""
    if symbol is None:
        return None, None
    row = store.by_symbol(db.session, [symbol]).get(symbol)
    pairs = [pair for pair in fx.known(db.session) if "".join(pair) == symbol.upper()]
    if row is None and not pairs:
        raise NotFound(f"There is no instrument {symbol}.")
    return [row.id] if row is not None else [], pairs


def _items(wanted: Wanted, shown: Collection[int], limit: int = MOST_ENTRIES) -> tuple[RestatementItem, ...]:
    found = rows.listed(db.session, wanted, limit)
    ids = [row.id for row, _ in found]
    values, effects = rows.values_of(db.session, ids), rows.effects_of(db.session, ids, shown)
    return tuple(_item(row, instrument, values[row.id], effects[row.id]) for row, instrument in found)


def _item(
    row: Restatement,
    instrument: InstrumentRow | None,
    values: Sequence[RestatedValue],
    effects: Sequence[tuple[RestatementEffect, str, str]],
) -> RestatementItem:
    return RestatementItem(
        id=row.id,
        symbol=instrument.symbol if instrument is not None else f"{row.base}{row.quote}",
        name=instrument.name if instrument is not None else f"{row.base}/{row.quote}",
        currency=instrument.currency if instrument is not None else row.quote or "",
        is_pair=instrument is None,
        cause=row.cause,
        source=row.source,
        previous_source=row.previous_source,
        first_date=row.first_date,
        last_date=row.last_date,
        count=row.count,
        at=row.at,
        values=tuple(ValueChange(one.date, one.field, one.old_value, one.new_value) for one in values),
        effects=tuple(_effect(*effect) for effect in effects),
    )


def _effect(row: RestatementEffect, name: str, slug: str) -> PortfolioEffect:
    return PortfolioEffect(
        portfolio_id=row.portfolio_id,
        portfolio=name,
        slug=slug,
        currency=row.currency,
        date=row.date,
        day_before=row.day_before,
        day_after=row.day_after,
        value_before=row.value_before,
        value_after=row.value_after,
        gain_before=row.gain_before,
        gain_after=row.gain_after,
        recorded_at=row.recorded_at,
    )
