"""What services say of watchlists, and its one JSON form."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dashboard.domain.market_hours import MarketState
from dashboard.domain.measures import Status
from dashboard.results.instruments import InstrumentDetail
from dashboard.results.scalars import Json, amount, day, ratio


class WatchColumn(StrEnum):
    """The columns that can be chosen; name and price are always there."""

    TREND_30 = "trend_30"
    TREND_90 = "trend_90"
    CHANGE = "change"
    CHANGE_PCT = "change_pct"
    DAY_RANGE = "day_range"
    YEAR_RANGE = "year_range"
    MARKET = "market"
    EXCHANGE = "exchange"
    NOTE = "note"


USUAL_COLUMNS = (
    WatchColumn.TREND_30,
    WatchColumn.CHANGE,
    WatchColumn.CHANGE_PCT,
    WatchColumn.YEAR_RANGE,
    WatchColumn.MARKET,
    WatchColumn.NOTE,
)


@dataclass(frozen=True, slots=True)
class WatchItem:
    """An instrument on a list, and what its owner notes beside it."""

    symbol: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Watchlist:
    """A list of a person, its instruments in their order."""

    id: int
    name: str
    owner_email: str
    columns: tuple[WatchColumn, ...]
    items: tuple[WatchItem, ...] = ()

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols in their order."""
        return tuple(item.symbol for item in self.items)


@dataclass(frozen=True, slots=True)
class WatchedInstrument:
    """An instrument of a list with its stored prices, those of the past in units of today.

    ``closes`` are the last ones, the newest last. ``low`` and ``high`` are of the closes of 52 weeks, None where there
    is none. ``problem`` says what is wrong, "" for nothing.
    """

    detail: InstrumentDetail
    note: str
    closes: tuple[float, ...]
    low: float | None
    high: float | None
    market: MarketState | None
    problem: str

    @property
    def change(self) -> float | None:
        """What the last close is above the one before it."""
        last, before = self.detail.last_close, self.detail.previous_close
        return None if last is None or before is None else last - before

    @property
    def change_pct(self) -> float | None:
        """The change as a fraction of the close before."""
        before = self.detail.previous_close
        return self.change / before if self.change is not None and before else None

    @property
    def is_stale(self) -> bool:
        """Whether the last close is older than it may be."""
        return self.detail.price_status is Status.STALE


def watchlist(found: Watchlist) -> dict[str, Json]:
    """A list with its symbols and notes."""
    return {
        "id": found.id,
        "name": found.name,
        "owner": found.owner_email,
        "columns": [column.value for column in found.columns],
        "items": [{"symbol": item.symbol, "note": item.note} for item in found.items],
    }


def watched(row: WatchedInstrument) -> dict[str, Json]:
    """An instrument of a list with its prices."""
    detail = row.detail
    return {
        "symbol": detail.symbol,
        "name": detail.name,
        "note": row.note,
        "currency": detail.currency,
        "exchange": detail.exchange,
        "last_close": amount(detail.last_close),
        "last_date": day(detail.last_date),
        "price_status": detail.price_status.value,
        "change": amount(row.change),
        "change_pct": ratio(row.change_pct),
        "low_52_weeks": amount(row.low),
        "high_52_weeks": amount(row.high),
        "market_state": None if row.market is None else row.market.value,
        "closes": [amount(close) for close in row.closes],
        "problem": row.problem or None,
    }


def watchlist_with_prices(found: Watchlist, rows: tuple[WatchedInstrument, ...]) -> dict[str, Json]:
    """A list with the prices of its instruments."""
    return watchlist(found) | {"items": [watched(row) for row in rows]}
