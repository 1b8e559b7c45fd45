"""What a provider is asked about an instrument: a copy of what is stored of it, and the same once more, locked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow, InstrumentSource
from dashboard.db.models.market import PERCENT_UNIT
from dashboard.db.repositories import instrument_symbols
from dashboard.db.repositories import instruments as store
from dashboard.db.repositories import prices
from dashboard.domain.instruments import AssetClass, InstrumentState, Split
from dashboard.providers.base import ADDRESS, MANUAL, AddressSource, HistoryRequest

# A source may still correct its last sessions, and lists a split some days late.
OVERLAP_DAYS = 14
FILE_SOURCE = "file"
GONE = "it was deleted or merged into another meanwhile"


@dataclass(frozen=True, slots=True)
class Target:
    """An instrument as it is stored, apart from any database session: none is open while a provider is asked."""

    id: int
    symbol: str
    provider_symbol: str
    provider: str
    asset_class: AssetClass
    price_unit: str
    state: str
    refreshed: bool
    last_date: date | None
    splits: tuple[Split, ...]
    symbols: Mapping[str, str]
    source: AddressSource | None

    @property
    def unasked(self) -> str:
        """Why no provider is asked for it; "" where one is."""
        if self.provider == MANUAL:
            return "its prices are entered by hand"
        return "it is delisted" if self.state == InstrumentState.DELISTED else ""

    def request(self, start: date | None) -> HistoryRequest:
        """What to ask for: everything the first time, then what is new and the last days before it."""
        if start is None and self.refreshed and self.last_date is not None:
            start = self.last_date - timedelta(days=OVERLAP_DAYS)
        return self._asking(start)

    def whole(self) -> HistoryRequest:
        """What to ask for where the stored bars are of another unit than the source's."""
        return self._asking(None)

    def asks_like(self, other: Target) -> bool:
        """Whether what came for one is an answer for the other."""
        return self.unasked == other.unasked and self.whole() == other.whole()

    def _asking(self, start: date | None) -> HistoryRequest:
        return HistoryRequest(
            self.provider_symbol or self.symbol,
            start,
            known_splits=self.splits,
            price_unit=self.price_unit,
            asset_class=self.asset_class,
            provider=self.provider,
            symbol=self.symbol,
            symbols=self.symbols,
            source=self.source,
        )


def names_of_today(names: Sequence[str]) -> list[str]:
    """``names`` without those that were given up: what was renamed or merged is asked for as what it is now."""
    stored = store.by_symbol(db.session, names)
    former = instrument_symbols.former(db.session, [name for name in names if name not in stored])
    return list(dict.fromkeys(former.get(name, name) for name in names))


def stored_targets(rows: list[InstrumentRow]) -> list[Target]:
    """The instruments with what is stored of them. Ends the transaction."""
    found = _targets(rows)
    db.session.rollback()
    return found


def locked(target: Target) -> Target | None:
    """The instrument as it is now, locked: people change it while a provider is asked. None where it is gone."""
    row = db.session.get(InstrumentRow, target.id, with_for_update={"key_share": True}, populate_existing=True)
    return _targets([row])[0] if row is not None else None


def _targets(rows: list[InstrumentRow]) -> list[Target]:
    ids = [row.id for row in rows]
    edges, splits = prices.edges(db.session, ids), store.splits(db.session, ids)
    symbols, sources = instrument_symbols.elsewhere(db.session, ids), instrument_symbols.sources(db.session, ids)
    return [
        Target(
            row.id,
            row.symbol,
            row.provider_symbol,
            row.provider,
            AssetClass(row.asset_class),
            row.price_unit or (row.currency if row.refreshed_at is not None else ""),
            row.state,
            row.refreshed_at is not None,
            edges[row.id].last_date,
            splits.get(row.id, ()),
            symbols.get(row.id, {}),
            _source(row, sources.get(row.id)),
        )
        for row in rows
    ]


def _source(row: InstrumentRow, stored: InstrumentSource | None) -> AddressSource | None:
    if stored is None or row.provider != ADDRESS:
        return None
    unit = row.price_unit if row.price_unit not in {"", PERCENT_UNIT} else row.currency
    paths = (stored.date_path, stored.close_path, unit, stored.currency_path)
    return AddressSource(stored.url, stored.format, *paths, stored.date_format, stored.headers)
