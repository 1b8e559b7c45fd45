"""How far a value can be trusted: the worst price and rate of what it is made of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date

import numpy as np

from dashboard.domain.arrays import day_of
from dashboard.domain.line_gains import LineKey
from dashboard.domain.lines import LineKind
from dashboard.domain.measures import Measure, Status
from dashboard.domain.notes import price_status, rate_status
from dashboard.domain.valuation import PortfolioHistory


def value_measure(
    histories: Sequence[PortfolioHistory], day: date, value: float, keys: Collection[LineKey] | None = None
) -> Measure:
    """``value`` on ``day`` with the worst status of the lines ``keys`` (None: of all lines) and its reason."""
    found = [one for history in histories for one in _statuses(history, day, keys)]
    status, reason = max(found, key=lambda one: one[0].rank, default=(Status.OK, ""))
    if np.isnan(value):
        return Measure.undefined(reason or "An exchange rate is missing.")
    return Measure(value, status, reason)


def _statuses(history: PortfolioHistory, day: date, keys: Collection[LineKey] | None) -> Iterator[tuple[Status, str]]:
    if day_of(day) < history.days[0]:
        return
    at = history.position(day)
    for column in np.flatnonzero(history.quantities[at]).tolist():
        if keys is None or (LineKind.HOLDING, history.instruments[column].symbol) in keys:
            yield price_status(history, column, at)
    for name, balance in zip(history.cash_currencies, history.cash[at].tolist(), strict=True):
        if balance and name != history.currency and (keys is None or (LineKind.CASH, name) in keys):
            yield rate_status(history, name, at)
