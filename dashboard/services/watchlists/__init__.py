"""Watchlists: what a person follows, in lists of his own."""

from dashboard.services.watchlists.changing import MOST_SYMBOLS, add, arrange, create, remove, replace, set_note
from dashboard.services.watchlists.lists import (
    MOST_LISTS,
    delete,
    list_watchlists,
    place,
    rename,
    set_columns,
    watchlist,
    watchlist_at,
    watchlist_by_name,
)
from dashboard.services.watchlists.prices import watched

__all__ = [
    "MOST_LISTS",
    "MOST_SYMBOLS",
    "add",
    "arrange",
    "create",
    "delete",
    "list_watchlists",
    "place",
    "remove",
    "rename",
    "replace",
    "set_columns",
    "set_note",
    "watched",
    "watchlist",
    "watchlist_at",
    "watchlist_by_name",
]
