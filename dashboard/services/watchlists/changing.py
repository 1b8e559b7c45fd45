"""What is on a list: added, removed, put in order, noted. A symbol that is not known yet becomes an instrument."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dashboard.db.engine import db
from dashboard.db.repositories import instrument_symbols
from dashboard.db.repositories import instruments as store
from dashboard.db.repositories import watchlists as rows
from dashboard.domain.access import Actor
from dashboard.errors import InvalidInput, NotFound
from dashboard.results.watchlists import WatchItem, Watchlist
from dashboard.services import audit, market_data, portfolios
from dashboard.services.instruments import fields
from dashboard.services.live_frames import MOST_SYMBOLS
from dashboard.services.watchlists.lists import begin, watchlist

__all__ = ["MOST_SYMBOLS"]

NOTE_LENGTH = 500
FALLBACK_CURRENCY = "USD"


def create(actor: Actor, name: str, symbols: Sequence[str] = (), *, owner_email: str | None = None) -> Watchlist:
    """Make a list with ``symbols`` on it for the actor; for the system, of ``owner_email`` or the only administrator.

    Raises: InvalidInput, NotFound (no such owner), Conflict where he has one of that name.
    """
    notes = _checked(WatchItem(symbol) for symbol in symbols)
    return _put(actor, begin(actor, name, owner_email), notes)


def add(actor: Actor, watchlist_id: int, symbols: Sequence[str]) -> Watchlist:
    """Put ``symbols`` after what is on the list; one that is on it already stays where it is.

    What is not known yet is looked up by a worker, and says on the list what came of it.

    Raises: NotFound, InvalidInput for what is no symbol, and for more than fit.
    """
    found = _held(actor, watchlist_id)
    notes = _checked(WatchItem(symbol) for symbol in symbols)
    return _put(actor, found, notes | _checked(found.items), order=(*found.symbols, *notes))


def remove(actor: Actor, watchlist_id: int, symbol: str) -> Watchlist:
    """Take an instrument off the list. Raises: NotFound, where it is not on it too."""
    found = _held(actor, watchlist_id)
    _require(found, symbol)
    return _put(actor, found, {item.symbol: item.note for item in found.items if item.symbol != symbol})


def replace(actor: Actor, watchlist_id: int, items: Sequence[WatchItem]) -> Watchlist:
    """Put ``items`` on the list in this order, in place of what is on it. Raises: NotFound, InvalidInput."""
    return _put(actor, _held(actor, watchlist_id), _checked(items))


def arrange(actor: Actor, watchlist_id: int, symbols: Sequence[str]) -> Watchlist:
    """Put the list in the order of ``symbols``; what they do not name stays behind them. Raises: NotFound."""
    found = _held(actor, watchlist_id)
    notes = {item.symbol: item.note for item in found.items}
    return _put(actor, found, notes, order=[symbol for symbol in (*symbols, *notes) if symbol in notes])


def set_note(actor: Actor, watchlist_id: int, symbol: str, note: str) -> Watchlist:
    """Note something beside an instrument; an empty note is none. Raises: NotFound, InvalidInput."""
    found = _held(actor, watchlist_id)
    _require(found, symbol)
    rows.set_note(found.id, symbol, _valid_note(note))
    db.session.commit()
    return watchlist(actor, found.id)


def _held(actor: Actor, watchlist_id: int) -> Watchlist:
    """The list, while nobody else changes it. Raises: NotFound."""
    found = watchlist(actor, watchlist_id)
    rows.lock(found.id)
    return watchlist(actor, found.id)


def _put(actor: Actor, found: Watchlist, notes: dict[str, str], order: Iterable[str] = ()) -> Watchlist:
    """Have ``notes`` by symbol on the list and nothing else, in ``order`` where it is given."""
    notes = {symbol: notes[symbol] for symbol in order} or notes
    if len(notes) > MOST_SYMBOLS:
        raise InvalidInput(f"A watchlist has room for {MOST_SYMBOLS} instruments.", field="symbols")
    ids = market_data.ensure_instruments(dict.fromkeys(notes, _currency(actor)))
    rows.replace(found.id, [(ids[symbol], note) for symbol, note in notes.items()])
    new = sorted(set(notes) - set(found.symbols))
    gone = sorted(set(found.symbols) - set(notes))
    if new or gone:
        details = {"added": " ".join(new), "removed": " ".join(gone)}
        audit.record(actor, "watchlist.change", object_type="watchlist", object_id=found.id, details=details)
    db.session.commit()
    if new:
        market_data.ask_for_missing(new, rates=False)
    return watchlist(actor, found.id)


def _checked(items: Iterable[WatchItem]) -> dict[str, str]:
    """The notes by the symbols that instruments have here, each once. Raises: InvalidInput."""
    notes = {fields.symbol_of("symbol", item.symbol): _valid_note(item.note) for item in items}
    if any("," in symbol for symbol in notes):
        raise InvalidInput("A symbol has no comma in it.", field="symbols")
    names = {*notes, *map(str.upper, notes)}
    former, stored = instrument_symbols.former(db.session, names), store.by_symbol(db.session, names)

    def known(symbol: str) -> str:
        upper = symbol.upper()
        return symbol if symbol in stored else former.get(symbol) or former.get(upper) or upper

    return {known(symbol): note for symbol, note in notes.items()}


def _require(found: Watchlist, symbol: str) -> None:
    if symbol not in found.symbols:
        raise NotFound(f"{symbol} is not on the watchlist {found.name}.")


def _currency(actor: Actor) -> str:
    """What an instrument is in until its provider says."""
    owned = portfolios.list_portfolios(actor)
    return owned[0].portfolio.base_currency if owned else FALLBACK_CURRENCY


def _valid_note(note: str) -> str:
    note = " ".join(note.split())
    if len(note) > NOTE_LENGTH:
        raise InvalidInput(f"The note has {len(note)} characters; {NOTE_LENGTH} can be kept.", field="note")
    if not note.isprintable():
        raise InvalidInput("The note has a character that cannot be shown.", field="note")
    return note
