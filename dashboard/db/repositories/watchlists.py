"""Watchlists as rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow, User, WatchlistEntry, WatchlistRow
from dashboard.domain.access import UserId
from dashboard.results.watchlists import WatchColumn, WatchItem, Watchlist

POSSIBLE_KEYS = range(1, 2**63)


@dataclass(frozen=True, slots=True)
class OwnedWatchlist:
    """A list and whose it is."""

    found: Watchlist
    owner_id: UserId


class NameTakenError(Exception):
    """The owner has a list of that name."""


def by_id(watchlist_id: int) -> OwnedWatchlist | None:
    """The list ``watchlist_id``; any number may be asked for."""
    if watchlist_id not in POSSIBLE_KEYS:
        return None
    return next(iter(_found(WatchlistRow.id == watchlist_id)), None)


def named(name: str) -> tuple[OwnedWatchlist, ...]:
    """Every person's list that is called ``name`` in any case."""
    return _found(func.lower(WatchlistRow.name) == name.strip().lower()) if name.isprintable() else ()


def items(owner_id: UserId | None, *, everyone: bool) -> tuple[Watchlist, ...]:
    """The lists of a person, or everyone's, in their order."""
    conditions = () if everyone else (WatchlistRow.owner_id == owner_id,)
    return tuple(owned.found for owned in _found(*conditions))


def insert_list(owner_id: UserId, name: str, columns: Sequence[str]) -> int:
    """Add an empty list after the person's others. Raises: NameTakenError."""
    last = select(func.coalesce(func.max(WatchlistRow.position) + 1, 0)).where(WatchlistRow.owner_id == owner_id)
    row = WatchlistRow(owner_id=owner_id, name=name, columns=list(columns), position=db.session.scalar(last) or 0)
    db.session.add(row)
    _flush()
    return row.id


def lock(watchlist_id: int) -> None:
    """Hold back every other writer of the list until the transaction ends."""
    db.session.scalar(select(WatchlistRow.id).where(WatchlistRow.id == watchlist_id).with_for_update(key_share=True))


def lock_owner(owner_id: UserId) -> None:
    """Hold back whoever else adds a list for this person until the transaction ends."""
    db.session.scalar(select(User.id).where(User.id == owner_id).with_for_update(key_share=True))


def rename(watchlist_id: int, name: str) -> None:
    """Give the list another name. Raises: NameTakenError."""
    _change(watchlist_id, name=name)


def set_columns(watchlist_id: int, columns: Sequence[str]) -> None:
    """Show these columns."""
    _change(watchlist_id, columns=list(columns))


def place_lists(ids: Sequence[int]) -> None:
    """Put lists in this order."""
    for position, key in enumerate(ids):
        _change(key, position=position)


def remove(watchlist_id: int) -> None:
    """Delete a list with what is on it."""
    db.session.execute(delete(WatchlistRow).where(WatchlistRow.id == watchlist_id))


def replace(watchlist_id: int, entries: Sequence[tuple[int, str]]) -> None:
    """Put these instruments (ids) with their notes on the list, in this order, in place of what is on it."""
    db.session.execute(delete(WatchlistEntry).where(WatchlistEntry.watchlist_id == watchlist_id))
    rows = [
        {"watchlist_id": watchlist_id, "instrument_id": key, "position": position, "note": note}
        for position, (key, note) in enumerate(entries)
    ]
    if rows:
        db.session.execute(insert(WatchlistEntry), rows)


def set_note(watchlist_id: int, symbol: str, note: str) -> None:
    """Note this beside an instrument of the list."""
    key = select(InstrumentRow.id).where(InstrumentRow.symbol == symbol).scalar_subquery()
    entry = (WatchlistEntry.watchlist_id == watchlist_id, WatchlistEntry.instrument_id == key)
    db.session.execute(update(WatchlistEntry).where(*entry).values(note=note))


def _change(watchlist_id: int, **values: object) -> None:
    try:
        db.session.execute(update(WatchlistRow).where(WatchlistRow.id == watchlist_id).values(**values))
    except IntegrityError:
        db.session.rollback()
        raise NameTakenError from None


def _flush() -> None:
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise NameTakenError from None


def _found(*conditions: ColumnElement[bool]) -> tuple[OwnedWatchlist, ...]:
    query = select(WatchlistRow, User.email).join(User, User.id == WatchlistRow.owner_id).where(*conditions)
    rows = db.session.execute(query.order_by(WatchlistRow.owner_id, WatchlistRow.position, WatchlistRow.id)).all()
    entries = _entries([row.id for row, _ in rows])
    return tuple(
        OwnedWatchlist(
            Watchlist(row.id, row.name, email, _columns(row.columns), tuple(entries.get(row.id, ()))),
            UserId(row.owner_id),
        )
        for row, email in rows
    )


def _entries(ids: Sequence[int]) -> dict[int, list[WatchItem]]:
    query = (
        select(WatchlistEntry.watchlist_id, InstrumentRow.symbol, WatchlistEntry.note)
        .join(InstrumentRow, InstrumentRow.id == WatchlistEntry.instrument_id)
        .where(WatchlistEntry.watchlist_id.in_(ids))
        .order_by(WatchlistEntry.position, InstrumentRow.symbol)
    )
    found: dict[int, list[WatchItem]] = {}
    for key, symbol, note in db.session.execute(query) if ids else ():
        found.setdefault(key, []).append(WatchItem(symbol, note))
    return found


def _columns(names: Sequence[str]) -> tuple[WatchColumn, ...]:
    """Those that there are (still)."""
    return tuple(WatchColumn(name) for name in names if name in set(WatchColumn))
