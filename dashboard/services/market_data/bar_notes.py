"""Why bars that are asked for are not there: deleted, never fetched, not yet, or none that day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.db.repositories import intraday as bars_store
from dashboard.domain.instruments import AssetClass
from dashboard.domain.intraday import BarInterval, kept_days
from dashboard.results.notes import StatusNote
from dashboard.runtime import settings
from dashboard.services.market_data import reading
from dashboard.services.market_data.intraday_reading import NOTHING_STORED, PRICED_DAILY

NOT_KEPT = "Bars within the day are not kept here: INTRADAY_DAYS is 0."
OPEN = "The last bar is not over: it is made of what there is of it so far."

Extent = tuple[date, date]


def of_instrument(symbol: str) -> Iterator[StatusNote]:
    """What is wrong with the instrument: not resolved, not found, prices in quarantine."""
    for one in reading.problems_of([symbol]):
        yield StatusNote(one.code, one.message, one.symbol, one.since)


def of_keeping(symbol: str, interval: BarInterval, start: date | None, kept_from: date | None) -> Iterator[StatusNote]:
    """What is deleted, or never fetched, however long one waits."""
    if kept_from is None:
        yield StatusNote("not_kept", NOT_KEPT, symbol)
    elif start is not None and start < kept_from:
        days = kept_days(interval, settings().intraday_days)
        words = f"Bars of {interval} are kept for {days} days, back to {kept_from}."
        yield StatusNote("beyond_retention", words, symbol, kept_from)


def of_range(symbol: str, interval: str, start: date | None, extent: Extent, *, empty: bool) -> Iterator[StatusNote]:
    """Where the stored bars, which are of the days of ``extent``, do not reach what is asked for."""
    first, last = extent
    if start is not None and start < first:
        yield StatusNote("begins_later", f"The stored bars of {interval} begin on {first}.", symbol, first)
    if empty:
        words = f"There are no bars of {interval} in this range: the stored ones are of {first} to {last}."
        yield StatusNote("no_bars_in_range", words, symbol)


def of_nothing(row: InstrumentRow, interval: BarInterval) -> Iterator[StatusNote]:
    """Why there is nothing that bars of ``interval`` could be made of."""
    yield from of_instrument(row.symbol)
    known = bars_store.last_moments(db.session, [row.id])
    stored = [str(other) for other in BarInterval if (row.id, other) in known]
    if AssetClass(row.asset_class) is AssetClass.FUND:
        yield StatusNote("priced_daily", PRICED_DAILY, row.symbol)
    elif stored:
        words = f"Bars of {interval} are not stored, and cannot be made of those that are ({', '.join(stored)})."
        yield StatusNote("interval_not_stored", words, row.symbol)
    else:
        yield StatusNote("no_bars", NOTHING_STORED, row.symbol)
