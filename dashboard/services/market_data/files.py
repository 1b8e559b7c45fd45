"""Take over files of prices, splits, dividends and rates: good rows in one transaction, bad ones with a reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TypeVar

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.db.repositories import dirty, fx, instrument_symbols
from dashboard.db.repositories import instruments as store
from dashboard.db.repositories import prices
from dashboard.db.repositories.prices import Restated, SeriesChange
from dashboard.domain.access import Actor, Permission
from dashboard.domain.instruments import InstrumentState, Split
from dashboard.domain.quality import Finding
from dashboard.errors import InvalidInput, PayloadTooLarge, PermissionDenied
from dashboard.providers.base import DailyBars, Dividend
from dashboard.providers.files import (
    FileKind,
    FxSeries,
    MarketFile,
    PriceSeries,
    decode,
    parse_market_file,
    parse_yahoo_file,
)
from dashboard.results.instruments import FileFault, ImportCounts
from dashboard.services import audit
from dashboard.services.market_data import quality, restating, revaluation
from dashboard.services.market_data.blends import import_blends
from dashboard.services.market_data.restating import Cause, Counted
from dashboard.services.market_data.targets import FILE_SOURCE
from dashboard.services.names import SYMBOL_LENGTH, symbol_problem

Event = TypeVar("Event")

FORMATS = ("canonical", "yahoo")
MAX_BYTES = 200_000_000


def import_prices(
    actor: Actor,
    content: bytes,
    filename: str,
    *,
    format: str = "canonical",
    symbol: str | None = None,
    currency: str | None = None,
    split_adjusted: bool = False,
    rebalancing: str | None = None,
) -> ImportCounts:
    """Import a canonical file (told by its header) or Yahoo's download of ``symbol`` in ``currency``.

    ``rebalancing`` is that of the blends in a file of benchmarks.

    Raises: PermissionDenied, PayloadTooLarge, InvalidInput where the whole file cannot be read.
    """
    require_administrator(actor)
    found = _parse(content, format, symbol, currency, split_adjusted)
    if found.kind is FileKind.BENCHMARKS:
        return import_blends(actor, found, filename, rebalancing)
    batch = _stored(found, currency or "")
    faults = (*(FileFault(error.reason, error.row, error.column) for error in found.errors), *batch.faults)
    rows = found.rows - batch.refused if batch.series else 0
    counts = ImportCounts(found.kind.value, rows, batch.changed, tuple(sorted(batch.series)), faults)
    details: dict[str, str | int | float | bool | None] = {
        "file": filename,
        "rows": counts.rows,
        "changed": counts.changed,
        "faults": len(faults),
    }
    audit.record(actor, "prices.import", object_type="prices", object_id=",".join(counts.series)[:200], details=details)
    db.session.commit()
    revaluation.ask()
    return counts


def _stored(found: MarketFile, currency: str) -> _Batch:
    """What a file holds, written, checked, and marked where it changes values."""
    batch = _Batch(currency=currency)
    for series in found.prices:
        batch.add_prices(series)
    batch.store_bars()
    for name, splits in _by_symbol(found.splits).items():
        batch.add_splits(name, splits)
    for name, dividends in _by_symbol(found.dividends).items():
        batch.add_dividends(name, dividends)
    for rates in found.fx:
        batch.add_rates((rates.base, rates.quote), rates)
    batch.check()
    batch.mark()
    return batch


def require_administrator(actor: Actor) -> None:
    """Market data belong to everybody's figures. Raises: PermissionDenied."""
    if not actor.may(Permission.ADMINISTER):
        raise PermissionDenied("Only an administrator can import market data.")


def _parse(
    content: bytes, file_format: str, symbol: str | None, currency: str | None, split_adjusted: bool
) -> MarketFile:
    if len(content) > MAX_BYTES:
        raise PayloadTooLarge(MAX_BYTES)
    if file_format not in FORMATS:
        raise InvalidInput(f"{file_format!r} is not a format; the formats are {', '.join(FORMATS)}.", field="format")
    text, today = decode(content), datetime.now(UTC).date()
    if file_format == "yahoo":
        if not symbol or not currency:
            raise InvalidInput(
                "Yahoo's files do not say which symbol and currency they are of: give both.", field="symbol"
            )
        known = _known_splits([symbol]).get(symbol, ())
        return parse_yahoo_file(text, symbol=symbol, currency=currency, today=today, known_splits=known)
    return parse_market_file(
        text, today=today, split_adjusted=split_adjusted, known_splits=_known_splits(None) if split_adjusted else None
    )


def _known_splits(symbols: Collection[str] | None) -> dict[str, tuple[Split, ...]]:
    """By symbol, and by what was renamed or merged: a file may say either."""
    former = instrument_symbols.former(db.session, symbols)
    names = {*symbols, *former.values()} if symbols is not None else None
    rows = store.by_symbol(db.session, names) if names is not None else store.every(db.session)
    splits = store.splits(db.session, [row.id for row in rows.values()])
    known = {symbol: splits[row.id] for symbol, row in rows.items() if row.id in splits}
    return {old: known[now] for old, now in former.items() if now in known} | known


def _by_symbol(items: Iterable[tuple[str, Event]]) -> dict[str, list[Event]]:
    grouped: dict[str, list[Event]] = {}
    for symbol, item in items:
        grouped.setdefault(symbol, []).append(item)
    return grouped


def _renamed(symbol: str) -> InstrumentRow | None:
    """The instrument that was called ``symbol`` before it was renamed or merged."""
    now = instrument_symbols.former(db.session, [symbol]).get(symbol)
    return store.by_symbol(db.session, [now]).get(now) if now is not None else None


@dataclass(slots=True)
class _Batch:
    """What one file has changed so far."""

    currency: str
    changed: int = 0
    refused: int = 0
    series: set[str] = field(default_factory=set)
    faults: list[FileFault] = field(default_factory=list)
    days: dict[int, date] = field(default_factory=dict)
    waves: list[dict[int, DailyBars]] = field(default_factory=list)
    news: dict[int, list[Finding]] = field(default_factory=dict)
    before: dict[int, Counted] = field(default_factory=dict)
    restated: dict[int, list[Restated]] = field(default_factory=dict)

    def add_prices(self, series: PriceSeries) -> None:
        """Queue the bars of one series for a bulk load, and store its events."""
        if not len(series.bars):
            return
        row = self._instrument(series.symbol, series.currency, len(series.bars))
        if row is None:
            return
        # A file may hold one symbol in pence and in pounds: those are two series of one instrument.
        wave = next((wave for wave in self.waves if row.id not in wave), None)
        if wave is None:
            self.waves.append(wave := {})
        wave[row.id] = series.bars
        if row.state not in {InstrumentState.ACTIVE, InstrumentState.DELISTED}:
            row.state, row.problem_code, row.problem = InstrumentState.ACTIVE, "", ""
            row.provider = row.provider or FILE_SOURCE
        self.add_splits(series.symbol, series.splits)
        self.add_dividends(series.symbol, series.dividends)

    def store_bars(self) -> None:
        """Load what was queued."""
        db.session.flush()
        self._remember(sorted({key for wave in self.waves for key in wave}))
        for wave in self.waves:
            for key, bars in wave.items():
                self.news.setdefault(key, []).extend(quality.differing_findings(key, bars, FILE_SOURCE))
            for key, change in prices.store_bars(db.session, wave, FILE_SOURCE).items():
                self._note(key, change)

    def add_splits(self, symbol: str, splits: Sequence[Split]) -> None:
        """Store the splits that are not known already."""
        if splits and (row := self._instrument(symbol, "", len(splits))) is not None:
            self._remember([row.id])
            self._note(row.id, store.store_splits(db.session, row.id, splits, FILE_SOURCE, overrule=False))

    def add_dividends(self, symbol: str, dividends: Sequence[Dividend]) -> None:
        """Store distributions a unit."""
        if dividends and (row := self._instrument(symbol, "", len(dividends))) is not None:
            self._remember([row.id])
            amounts = {(dividend.date, dividend.currency): dividend.amount for dividend in dividends}
            self._note(row.id, store.store_dividends(db.session, row.id, amounts, FILE_SOURCE))

    def add_rates(self, pair: fx.Pair, rates: FxSeries) -> None:
        """Store the rates of a pair, mark the portfolios that use it, and log what was changed."""
        self.series.add("".join(pair))
        before = restating.counted(pair)
        change = fx.store_rates(db.session, pair, rates.dates, rates.rates, FILE_SOURCE)
        self.changed += change.rows
        change |= quality.examine_rates(pair)
        touched = dirty.mark_by_pair(db.session, *pair, change.first_date) if change.first_date is not None else set()
        restating.record(pair, before, change.restated, touched, cause=Cause.CORRECTED, source=FILE_SOURCE)

    def check(self) -> None:
        """Look for what is wrong with the instruments that changed."""
        for key in sorted(self.days):
            self._note(
                key, replace(quality.examine(db.session.get_one(InstrumentRow, key), self.news.get(key, ())), rows=0)
            )

    def mark(self) -> None:
        """Mark the portfolios of the instruments that changed, and log what was changed of the past."""
        dirty.mark_by_instruments(db.session, self.days)
        for key, values in self.restated.items():
            touched = dirty.mark_by_instruments(db.session, {key: self.days[key]})
            restating.record(key, self.before[key], values, touched, cause=Cause.CORRECTED, source=FILE_SOURCE)

    def _remember(self, keys: Sequence[int]) -> None:
        """Keep what counted of instruments before the file."""
        new = [key for key in keys if key not in self.before]
        for key, edges in prices.edges(db.session, new).items() if new else ():
            self.before[key] = restating.counted(key) if edges.last_date is not None else restating.NOTHING

    def _instrument(self, symbol: str, currency: str, rows: int) -> InstrumentRow | None:
        """The instrument that so many rows belong to; None, with the reason kept, where they fit none."""
        row = store.by_symbol(db.session, [symbol]).get(symbol) or _renamed(symbol)
        if row is None and not (currency or self.currency):
            self._refuse(symbol, f"{symbol} is not known yet: name its currency, and it becomes an instrument", rows)
            return None
        if row is None and (problem := symbol_problem(symbol)) is not None:
            self._refuse("".join(filter(str.isprintable, symbol))[:SYMBOL_LENGTH], problem, rows)
            return None
        if row is None:
            store.ensure(db.session, {symbol: currency or self.currency})
            row = store.by_symbol(db.session, [symbol])[symbol]
        if currency and currency != row.currency:
            self._refuse(symbol, f"the file has {symbol} in {currency}, but it is kept in {row.currency}", rows)
            return None
        self.series.add(row.symbol)
        return row

    def _refuse(self, symbol: str, reason: str, rows: int) -> None:
        self.refused += rows
        fault = FileFault(reason, symbol=symbol)
        if fault not in self.faults:
            self.faults.append(fault)

    def _note(self, instrument_id: int, change: SeriesChange) -> None:
        self.changed += change.rows
        if change.restated:
            self.restated.setdefault(instrument_id, []).extend(change.restated)
        if change.first_date is not None:
            self.days[instrument_id] = min(change.first_date, self.days.get(instrument_id, change.first_date))
