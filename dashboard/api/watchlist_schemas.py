"""Models of watchlists: the bodies of writes, and the answers."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, RootModel

from dashboard.api.parameters import Body, Word, printable
from dashboard.api.schemas import Amount, Described, Money, Share

MOST = 200
Text = Annotated[str, Field(max_length=500), AfterValidator(printable)]
Symbols = Annotated[tuple[Word, ...], Field(max_length=MOST)]


class NewWatchlist(Body):
    """A list, and what is on it from the beginning."""

    name: Word = Field(description="Its name; each person's are different.")
    symbols: Symbols = Field((), description="What is on it, in this order.")


class ChangedWatchlist(Body):
    """What is changed of a list; what is not named stays."""

    name: Word | None = Field(None, description="Its new name.")
    columns: tuple[Word, ...] | None = Field(None, max_length=20, description="The columns that its page shows.")
    position: int | None = Field(None, ge=0, le=100, description="Its place among the lists; 0 is the first.")


class WatchlistEntry(Body):
    """An instrument on a list, and a note beside it."""

    symbol: Word
    note: Text = ""


class WatchlistItems(Body):
    """All that is on a list, in its order."""

    items: tuple[WatchlistEntry, ...] = Field(max_length=MOST)


class AddedSymbols(Body):
    """What is added to a list."""

    symbols: Symbols = Field(min_length=1, description="A symbol that is not known yet becomes an instrument.")


class WatchlistNote(Body):
    """A note beside an instrument."""

    note: Text = Field(description="An empty one is none.")


class ListedWatchlistItem(Described):
    """An instrument on a list."""

    symbol: str
    note: str


class Watchlist(Described):
    """A list with its symbols and notes."""

    id: int
    name: str
    owner: str
    columns: list[str]
    items: list[ListedWatchlistItem]


class Watchlists(RootModel[list[Watchlist]]):
    """Lists in their order."""


class WatchedItem(ListedWatchlistItem):
    """An instrument on a list with its stored prices; those of the past are in units of today."""

    name: str
    currency: str
    exchange: str
    last_close: Money
    last_date: date | None
    price_status: str
    change: Money
    change_pct: Share
    low_52_weeks: Money = Field(description="The lowest close of 52 weeks.")
    high_52_weeks: Money
    market_state: str | None = Field(description="open, pre, post or closed; null where it is not known.")
    closes: list[Amount] = Field(description="The last 90 closes at the most, the newest last.")
    problem: str | None


class WatchlistWithPrices(Watchlist):
    """A list with the prices of its instruments."""

    items: list[WatchedItem]  # type: ignore[assignment]  # more of each


class DeletedWatchlist(Described):
    """It is deleted."""

    id: int
