"""The bars of an instrument as a file."""

from __future__ import annotations

import re
from datetime import date

from dashboard.domain.access import Actor
from dashboard.domain.intraday import BarInterval, zoned
from dashboard.figures.intervals import Interval, by_interval
from dashboard.reports.csv import table_to_csv
from dashboard.reports.document import Column, Kind, Table
from dashboard.results.reports import ReportFile, ReportFormat
from dashboard.services import market_data


def prices_csv(
    actor: Actor,
    symbol: str,
    *,
    start: date | None = None,
    end: date | None = None,
    adjusted: bool = True,
    interval: Interval = Interval.DAY,
) -> ReportFile:
    """Bars from ``start`` to ``end``, split-adjusted or as traded, the oldest first. Raises: NotFound."""
    detail = market_data.instrument(actor, symbol)
    bars = by_interval(market_data.bars(symbol, start=start, end=end, adjusted=adjusted), interval)
    prices = (bars.open, bars.high, bars.low, bars.close)
    columns = (
        Column("date", "Date", Kind.DATE),
        *(Column(name, name.capitalize(), Kind.PRICE) for name in ("open", "high", "low", "close")),
        Column("volume", "Volume", Kind.QUANTITY),
        Column("currency", "Currency"),
    )
    arrays = (bars.dates.tolist(), *(array.tolist() for array in (*prices, bars.volume)))
    rows = [(*values, detail.currency) for values in zip(*arrays, strict=True)]
    return _file(symbol, f"prices-{'adjusted' if adjusted else 'as-traded'}", Table("prices", columns, rows))


def intraday_csv(
    actor: Actor, symbol: str, interval: BarInterval, *, start: date | None = None, end: date | None = None
) -> ReportFile:
    """Bars within the days from ``start`` to ``end``, as traded, by the exchange's clock. Raises: NotFound."""
    market_data.instrument(actor, symbol)
    found = market_data.intraday_days(symbol, interval, start, end)
    bars = found.bars
    columns = (
        Column("at", "Time"),
        *(Column(name, name.capitalize(), Kind.PRICE) for name in ("open", "high", "low", "close")),
        Column("volume", "Volume", Kind.QUANTITY),
        Column("currency", "Currency"),
    )
    at = [moment.isoformat(timespec="minutes") for moment in zoned(bars.at, found.timezone)]
    arrays = (column.tolist() for column in (bars.open, bars.high, bars.low, bars.close, bars.volume))
    rows = [(*values, found.currency) for values in zip(at, *arrays, strict=True)]
    return _file(symbol, f"prices-{interval}", Table("prices", columns, rows))


def _file(symbol: str, kind: str, table: Table) -> ReportFile:
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", symbol).strip("-.") or "instrument"
    return ReportFile(f"{name}-{kind}.csv", ReportFormat.CSV.media_type, table_to_csv(table))
