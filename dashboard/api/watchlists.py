"""Watchlists: made, read with their prices, changed, deleted."""

from __future__ import annotations

from functools import partial

from dashboard.api import watchlist_schemas as schemas
from dashboard.api.parameters import Parameters
from dashboard.api.resource import Answer, Resource
from dashboard.domain.access import Actor, Permission
from dashboard.results import watchlists as wire
from dashboard.results.watchlists import WatchItem
from dashboard.services import watchlists as service

ONE = "/watchlists/<int:watchlist_id>"
ITEMS = f"{ONE}/items"
ITEM = f"{ITEMS}/<path:symbol>"
ID = {"watchlist_id": "integer"}
OF_ITEM = ID | {"symbol": "string"}


def listed(actor: Actor, _parameters: Parameters) -> Answer:
    """One's own lists."""
    found = service.list_watchlists(actor)
    return Answer(lambda: [wire.watchlist(one) for one in found])


def one(actor: Actor, _parameters: Parameters, watchlist_id: int) -> Answer:
    """A list with its prices. Raises: NotFound."""
    found = service.watchlist(actor, watchlist_id)
    return Answer(lambda: wire.watchlist_with_prices(found, service.watched(found)))


def create(actor: Actor, body: schemas.NewWatchlist) -> Answer:
    """Make a list. Raises: InvalidInput, Conflict."""
    made = service.create(actor, body.name, body.symbols)
    return Answer(lambda: wire.watchlist(made))


def change(actor: Actor, body: schemas.ChangedWatchlist, watchlist_id: int) -> Answer:
    """Change the name, the columns or the place of a list. Raises: NotFound, InvalidInput, Conflict."""
    found = service.watchlist(actor, watchlist_id)
    if body.columns is not None:
        found = service.set_columns(actor, watchlist_id, body.columns)
    if body.name is not None:
        found = service.rename(actor, watchlist_id, body.name)
    if body.position is not None:
        found = service.place(actor, watchlist_id, body.position)
    return Answer(lambda: wire.watchlist(found))


def delete(actor: Actor, _parameters: Parameters, watchlist_id: int) -> Answer:
    """Delete a list. Raises: NotFound."""
    service.delete(actor, watchlist_id)
    return Answer(lambda: {"id": watchlist_id})


def replace(actor: Actor, body: schemas.WatchlistItems, watchlist_id: int) -> Answer:
    """Put these on the list, in this order, with these notes. Raises: NotFound, InvalidInput."""
    items = [WatchItem(item.symbol, item.note) for item in body.items]
    found = service.replace(actor, watchlist_id, items)
    return Answer(lambda: wire.watchlist(found))


def add(actor: Actor, body: schemas.AddedSymbols, watchlist_id: int) -> Answer:
    """Put more on the list. Raises: NotFound, InvalidInput."""
    found = service.add(actor, watchlist_id, body.symbols)
    return Answer(lambda: wire.watchlist(found))


def note(actor: Actor, body: schemas.WatchlistNote, watchlist_id: int, symbol: str) -> Answer:
    """Note something beside an instrument. Raises: NotFound, InvalidInput."""
    found = service.set_note(actor, watchlist_id, symbol, body.note)
    return Answer(lambda: wire.watchlist(found))


def remove(actor: Actor, _parameters: Parameters, watchlist_id: int, symbol: str) -> Answer:
    """Take an instrument off the list. Raises: NotFound."""
    found = service.remove(actor, watchlist_id, symbol)
    return Answer(lambda: wire.watchlist(found))


_reading = partial(Resource, permission=Permission.WATCHLIST_VIEW)
_writing = partial(Resource, permission=Permission.WATCHLIST_EDIT, model=schemas.Watchlist, variables=ID)

RESOURCES = (
    _reading("watchlists", "/watchlists", "One's own watchlists in their order", listed, schemas.Watchlists),
    _reading("watchlist", ONE, "A watchlist with the prices of its instruments", one, schemas.WatchlistWithPrices,
             variables=ID),
    _writing("createWatchlist", "/watchlists", "Make a watchlist", create, variables={}, method="POST",
             body=schemas.NewWatchlist),
    _writing("changeWatchlist", ONE, "Change the name, the columns or the place of a watchlist", change,
             method="PATCH", body=schemas.ChangedWatchlist),
    _writing("deleteWatchlist", ONE, "Delete a watchlist", delete, model=schemas.DeletedWatchlist, method="DELETE"),
    _writing("putWatchlistItems", ITEMS, "Replace what is on a watchlist: symbols, their order and notes", replace,
             method="PUT", body=schemas.WatchlistItems),
    _writing("addWatchlistItems", ITEMS, "Put instruments on a watchlist", add, method="POST",
             body=schemas.AddedSymbols),
    _writing("noteWatchlistItem", ITEM, "Note something beside an instrument", note, variables=OF_ITEM,
             method="PATCH", body=schemas.WatchlistNote),
    _writing("removeWatchlistItem", ITEM, "Take an instrument off a watchlist", remove, variables=OF_ITEM,
             method="DELETE"),
)  # fmt: skip
