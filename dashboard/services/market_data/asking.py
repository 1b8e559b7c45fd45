"""Ask a worker for what a ledger has just begun to need: prices of new instruments, rates of new currencies."""

from __future__ import annotations

from collections.abc import Collection

from dashboard.db.engine import db
from dashboard.db.repositories import fx
from dashboard.db.repositories import instruments as store
from dashboard.domain.instruments import InstrumentState
from dashboard.errors import ServiceUnavailable
from dashboard.queue import JobName, enqueue


def ask_for_missing(symbols: Collection[str], *, rates: bool = True) -> bool:
    """Have a worker fetch those of ``symbols`` that are not resolved yet and, with ``rates``, pairs never fetched.

    Returns whether a worker was asked; where Redis is away, the schedule brings them.
    """
    rows = store.by_symbol(db.session, symbols).values()
    waiting = sorted(row.symbol for row in rows if row.state == InstrumentState.UNRESOLVED.value)
    if not waiting and not (rates and fx.lacking(db.session)):
        return False
    try:
        enqueue(JobName.REFRESH_PRICES, waiting)
    except ServiceUnavailable:
        return False
    return True
