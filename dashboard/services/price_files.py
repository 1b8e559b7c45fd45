"""The bars of an instrument as a file."""

from __future__ import annotations

import re
from datetime import date

from dashboard.domain.access import Actor
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
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", symbol).strip("-.") or "instrument"
    kind = "adjusted" if adjusted else "as-traded"
    content = table_to_csv(Table("prices", columns, rows))
    return ReportFile(f"{name}-prices-{kind}.csv", ReportFormat.CSV.media_type, content)
