"""The one JSON form of what is known of the market: instruments, searches, refreshes, imported files."""

from __future__ import annotations

import numpy as np

from dashboard.domain.intraday import local_times, zoned
from dashboard.results.bar_pages import BarPage
from dashboard.results.instruments import Bars, ImportCounts, InstrumentDetail, RefreshReport, SearchResult
from dashboard.results.intraday import IntradaySeries
from dashboard.results.price_quality import FindingItem
from dashboard.results.scalars import Json, amount, day, moment
from dashboard.results.wire import status

BAR_NAMES = ("open", "high", "low", "close", "volume")


def instrument(detail: InstrumentDetail) -> dict[str, Json]:
    """One instrument."""
    return {
        "symbol": detail.symbol,
        "name": detail.name,
        "asset_class": detail.asset_class.value,
        "currency": detail.currency,
        "exchange": detail.exchange,
        "isin": detail.isin,
        "sector": detail.sector,
        "industry": detail.industry,
        "country": detail.country,
        "provider": detail.provider,
        "provider_symbol": detail.provider_symbol,
        "state": detail.state.value,
        "problem": {"code": detail.problem_code, "message": detail.problem} if detail.problem_code else None,
        "refreshed_at": moment(detail.refreshed_at),
        "first_date": day(detail.first_date),
        "last_date": day(detail.last_date),
        "last_close": amount(detail.last_close),
        "price_status": detail.price_status.value,
    }


def search_result(found: SearchResult) -> dict[str, Json]:
    """One instrument that a search found."""
    return {
        "symbol": found.symbol,
        "name": found.name,
        "asset_class": found.asset_class.value,
        "currency": found.currency,
        "exchange": found.exchange,
        "source": found.source,
    }


def refresh(report: RefreshReport) -> dict[str, Json]:
    """What a refresh did, series by series."""
    return {
        "started_at": moment(report.started_at),
        "finished_at": moment(report.finished_at),
        "complete": report.complete,
        "series": [
            {
                "symbol": outcome.symbol,
                "complete": outcome.complete,
                "rows": outcome.rows,
                "first_date": day(outcome.first_date),
                "last_date": day(outcome.last_date),
                "state": outcome.state.value,
                "code": outcome.code or None,
                "reason": outcome.reason or None,
                "left_out": list(outcome.left_out),
            }
            for outcome in report.outcomes
        ],
    }


def import_counts(counts: ImportCounts) -> dict[str, Json]:
    """What a file of market data did."""
    return {
        "kind": counts.kind,
        "rows": counts.rows,
        "changed": counts.changed,
        "series": list(counts.series),
        "faults": [{"row": fault.row, "reason": fault.reason} for fault in counts.faults],
        "remarks": [{"symbol": remark.symbol, "reason": remark.reason} for remark in counts.remarks],
    }


def bars(found: Bars) -> dict[str, Json]:
    """The daily bars of an instrument, column by column; null where a bar lacks a price."""
    return {
        "symbol": found.symbol,
        "currency": found.currency,
        "adjusted": found.adjusted,
        "splits": [{"date": day(split.date), "ratio": amount(split.ratio)} for split in found.splits],
        "date": [str(date) for date in found.dates],
        **{name: [amount(value) for value in getattr(found, name)] for name in BAR_NAMES},
    }


def intraday(found: IntradaySeries) -> dict[str, Json]:
    """Bars within days, column by column, their times by the clock of the exchange."""
    bars = found.bars
    return {
        "symbol": found.symbol,
        "currency": found.currency,
        "interval": found.interval.value,
        "timezone": found.timezone,
        "reason": found.why_empty or None,
        "at": [at.isoformat() for at in zoned(bars.at, found.timezone)],
        **{name: [amount(value) for value in getattr(bars, name)] for name in BAR_NAMES},
    }


def bar_page(page: BarPage) -> dict[str, Json]:
    """A page of bars, column by column: their days at the exchange and, within days, when they begin."""
    found, dates = page.bars, page.bars.dates
    daily = dates.dtype == np.dtype("datetime64[D]")
    days = dates if daily else local_times(dates, page.timezone).astype("datetime64[D]")
    return {
        "symbol": found.symbol,
        "currency": found.currency,
        "interval": page.interval,
        "timezone": page.timezone,
        "adjusted": found.adjusted,
        "splits": [{"date": day(split.date), "ratio": amount(split.ratio)} for split in found.splits],
        "kept_from": day(page.kept_from),
        "date": [str(date) for date in days],
        "at": None if daily else [f"{at}Z" for at in dates],
        **{name: [amount(value) for value in getattr(found, name)] for name in BAR_NAMES},
        "status": [status(note) for note in page.status],
    }


def finding(item: FindingItem) -> dict[str, Json]:
    """What is wrong with one price."""
    return {
        "id": item.id,
        "symbol": item.symbol,
        "date": day(item.date),
        "kind": item.kind.value,
        "value": amount(item.value),
        "suggested": amount(item.suggested),
        "reason": item.reason,
        "confidence": item.confidence,
        "state": item.state.value,
        "found_at": moment(item.found_at),
        "decided_by": item.decided_by or None,
        "decided_at": moment(item.decided_at),
    }
