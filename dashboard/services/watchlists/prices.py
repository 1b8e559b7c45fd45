"""The instruments of a list with their stored prices. No provider is asked here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from dashboard.db.engine import db
from dashboard.db.repositories import instruments as store
from dashboard.db.repositories import valued_prices
from dashboard.domain.arrays import Floats
from dashboard.domain.corporate_actions import split_factors
from dashboard.results.instruments import InstrumentDetail
from dashboard.results.watchlists import WatchedInstrument, Watchlist
from dashboard.services import market_data

YEAR = timedelta(days=365)
LONGEST_TREND = 90


def watched(found: Watchlist) -> tuple[WatchedInstrument, ...]:
    """The instruments of the list in its order; closes and range are in units of today, after every split."""
    now = datetime.now(UTC)
    details = market_data.details_of(found.symbols)
    problems = {problem.symbol: problem.message for problem in reversed(market_data.problems_of(found.symbols))}
    closes = _closes(list(details.values()), now)
    return tuple(
        _watched(details[item.symbol], item.note, closes[item.symbol], now, problems.get(item.symbol, ""))
        for item in found.items
        if item.symbol in details
    )


def _closes(details: list[InstrumentDetail], now: datetime) -> dict[str, Floats]:
    """The closes of the last 52 weeks by symbol, in units of today."""
    ids = [detail.id for detail in details]
    found = valued_prices.read_closes(db.session, ids, start=now.date() - YEAR)
    splits = store.splits(db.session, ids)
    closes: dict[str, Floats] = {}
    for detail in details:
        days, values = found[detail.id]
        events = splits.get(detail.id, ())
        factor = split_factors(days, events) / float(np.prod([float(split.ratio) for split in events]))
        closes[detail.symbol] = values * factor
    return closes


def _watched(detail: InstrumentDetail, note: str, closes: Floats, now: datetime, problem: str) -> WatchedInstrument:
    status = market_data.market_state(detail.mic, detail.asset_class, now)
    return WatchedInstrument(
        detail=detail,
        note=note,
        closes=tuple(closes[-LONGEST_TREND:].tolist()),
        low=float(closes.min()) if len(closes) else None,
        high=float(closes.max()) if len(closes) else None,
        market=None if status is None else status.state,
        problem=problem,
    )
