"""Bars of an instrument a page at a time, with a word for what is asked for and not there, as they are stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.db.repositories import instruments as store
from dashboard.db.repositories import intraday as bars_store
from dashboard.db.repositories import valued_prices
from dashboard.domain.instruments import Split
from dashboard.domain.intraday import BarInterval, IntradayBars, kept_days, no_bars
from dashboard.errors import InvalidInput, NotFound
from dashboard.results.bar_pages import BarPage
from dashboard.results.intraday import IntradaySeries
from dashboard.results.notes import StatusNote
from dashboard.runtime import settings
from dashboard.services.market_data import bar_notes, intraday_reading, reading

DAY = "1d"
# No bar lies beyond, and every clock can still tell these.
EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(9998, 12, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class BarRange:
    """Which bars: ``start`` and ``end`` are days at the exchange, both included, or moments, the end left out.

    A later page begins with the first bar from ``resume`` on.
    """

    start: date | datetime | None = None
    end: date | datetime | None = None
    resume: date | datetime | None = None
    limit: int = 500


def daily_page(symbol: str, asked: BarRange, *, adjusted: bool = True) -> BarPage:
    """A page of daily bars. Raises: NotFound, InvalidInput."""
    row = _row(symbol)
    start, end, resume = _day(asked.start, "from"), _day(asked.end, "to"), _day(asked.resume, "cursor")
    if start is not None and end is not None and start > end:
        raise InvalidInput("from: it lies after to.", field="from")
    found = reading.bars(symbol, start=resume or start, end=end, adjusted=adjusted)
    notes = list(bar_notes.of_instrument(symbol))
    edges = valued_prices.edges(db.session, [row.id])[row.id]
    if edges.first_date is None or edges.last_date is None:
        notes.append(StatusNote("no_bars", f"There are no daily prices of {symbol}.", symbol))
    else:
        extent = edges.first_date, edges.last_date
        notes += bar_notes.of_range(symbol, DAY, start, extent, empty=not len(found.dates))
    more = len(found.dates) > asked.limit
    return BarPage(DAY, _zone(row).key, found.part(slice(asked.limit)), None, more, tuple(notes))


def intraday_page(
    symbol: str, interval: BarInterval, asked: BarRange, *, adjusted: bool = True, now: datetime | None = None
) -> BarPage:
    """A page of bars within days, stored or made of shorter ones. Raises: NotFound, InvalidInput."""
    row, moment = _row(symbol), now or datetime.now(UTC)
    zone = _zone(row)
    start, end = _moment(asked.start, zone), _moment(asked.end, zone, last=True)
    if start is not None and end is not None and start >= end:
        raise InvalidInput("from: it must lie before to.", field="from")
    first = _moment(asked.resume, zone) or start
    found, notes = _read(row, interval, start, (first, end), asked.limit + 1)
    kept = kept_days(interval, settings().intraday_days)
    kept_from = (moment - timedelta(days=kept)).astimezone(zone).date() if kept else None
    notes = [*bar_notes.of_keeping(symbol, interval, _local(start, zone), kept_from), *notes]
    if 0 < len(found) <= asked.limit and found.at[-1].item() + timedelta(minutes=interval.minutes) > _naive(moment):
        notes.append(StatusNote("bar_open", bar_notes.OPEN, symbol, _local(_aware(found.at[-1].item()), zone)))
    series = IntradaySeries(symbol, row.currency, zone.key, interval, found)
    bars = intraday_reading.in_units(series, found.at, _splits(row), adjusted=adjusted)
    return BarPage(interval, zone.key, bars.part(slice(asked.limit)), kept_from, len(found) > asked.limit, tuple(notes))


def _read(
    row: InstrumentRow,
    interval: BarInterval,
    start: datetime | None,
    between: tuple[datetime | None, datetime | None],
    most: int,
) -> tuple[IntradayBars, list[StatusNote]]:
    """Bars ``between`` two moments, and what is to be said of what is stored where ``start`` was asked for."""
    source = intraday_reading.source_of(row, interval)
    if source is None:
        return no_bars(), list(bar_notes.of_nothing(row, interval))
    stored, last = source
    found = intraday_reading.read_as(row, interval, stored, start=between[0], end=between[1], most=most)
    zone = _zone(row)
    first = _aware(bars_store.read(db.session, row.id, stored, most=1).at[0].item())
    extent = first.astimezone(zone).date(), last.astimezone(zone).date()
    asked = _local(start, zone)
    return found, list(bar_notes.of_range(row.symbol, interval, asked, extent, empty=not len(found)))


def _row(symbol: str) -> InstrumentRow:
    row = store.by_symbol(db.session, [symbol]).get(symbol)
    if row is None:
        raise NotFound(f"There is no instrument {symbol}.")
    return row


def _zone(row: InstrumentRow) -> ZoneInfo:
    return ZoneInfo(row.time_zone or "UTC")


def _splits(row: InstrumentRow) -> tuple[Split, ...]:
    return store.splits(db.session, [row.id]).get(row.id, ())


def _day(value: date | datetime | None, field: str) -> date | None:
    if isinstance(value, datetime):
        raise InvalidInput(f"{field}: daily bars are asked for by days such as 2024-01-31.", field=field)
    return value


def _moment(value: date | datetime | None, zone: ZoneInfo, *, last: bool = False) -> datetime | None:
    """A moment; of a day its first, or that of the next day where it is the ``last`` one."""
    if value is None:
        return None
    if not isinstance(value, datetime):
        day = min(max(value, EARLIEST.date()), LATEST.date())
        value = datetime.combine(day + timedelta(days=int(last)), time(), zone)
    return min(max(value, EARLIEST), LATEST)


def _local(moment: datetime | None, zone: ZoneInfo) -> date | None:
    return None if moment is None else moment.astimezone(zone).date()


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
