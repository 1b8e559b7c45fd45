"""The value of a portfolio within its last session: of what is held now, at the bars of five minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import prod

import numpy as np

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.db.repositories import instruments as store
from dashboard.db.repositories import intraday as bars_store
from dashboard.domain.access import Actor, PortfolioId
from dashboard.domain.arrays import Floats, date_of
from dashboard.domain.instruments import Split
from dashboard.domain.intraday import BarInterval, Moments, local_times
from dashboard.results.day_value import DayValue
from dashboard.results.holdings import Holding, HoldingsReport
from dashboard.services import performance

INTERVAL = BarInterval.FIVE_MINUTES
# A day begins earlier in the east than in UTC.
EAST = timedelta(hours=14)
NOTHING = "There are no bars within the day of anything that is held: days are shown by their closes."


@dataclass(frozen=True, slots=True)
class _Followed:
    """A holding with bars: moments (UTC) and closes, the close before, and what a price of 1 is worth."""

    holding: Holding
    timezone: str
    at: Moments
    closes: Floats
    before: float
    worth: float

    def within(self, session: date) -> _Followed | None:
        """Those of one day at the exchange; None where it has none."""
        chosen = local_times(self.at, self.timezone).astype("datetime64[D]") == np.datetime64(session, "D")
        if not chosen.any():
            return None
        is_closed = self.holding.price_date == session and len(self.holding.trend) > 1
        before = self.holding.trend[-2] if is_closed else self.before
        return _Followed(self.holding, self.timezone, self.at[chosen], self.closes[chosen], before, self.worth)

    def values(self, grid: Moments) -> Floats:
        """What it was worth at the end of the bar that begins at each moment of ``grid``, shape of it."""
        places = np.searchsorted(self.at, grid, side="right") - 1
        return np.where(places >= 0, self.closes[places], self.before) * self.worth


def value_within_day(actor: Actor, portfolio_id: PortfolioId) -> DayValue:
    """The last session with bars, unless it is over and the last close is later. Raises: as ``holdings``."""
    report = performance.holdings(actor, portfolio_id)
    known = _with_bars(report)
    days = [date_of(local_times(one.at[-1:], one.timezone)[0]) for one in known]
    session = max(days, default=None)
    if session is None or session < (report.last_session or session):
        return _nothing(report)
    followed = [part for one in known if (part := one.within(session)) is not None]
    grid = np.unique(np.concatenate([one.at for one in followed]))
    rest = report.totals.market_value - sum(one.holding.market_value or 0.0 for one in followed)
    values = rest + sum((one.values(grid) for one in followed), start=np.zeros(len(grid)))
    first = rest + sum(one.before * one.worth for one in followed)
    largest = max(followed, key=lambda one: abs(one.holding.market_value or 0.0))
    times = np.append(grid[:1], grid + INTERVAL.length)
    return DayValue(
        portfolio=report.portfolio,
        currency=report.currency,
        session=session,
        timezone=largest.timezone,
        times=local_times(times, largest.timezone),
        values=np.append([first], values),
        followed=len(followed),
        count=report.totals.count,
    )


def version(actor: Actor, portfolio_id: PortfolioId) -> str:
    """A text that changes when a bar within the day is added to what is held. Raises: as ``holdings``."""
    held = [row.symbol for row in performance.holdings(actor, portfolio_id).holdings]
    ids = [row.id for row in store.by_symbol(db.session, held).values()]
    return str(max(bars_store.last_moments(db.session, ids, [INTERVAL]).values(), default=""))


def _with_bars(report: HoldingsReport) -> list[_Followed]:
    """The holdings that have a value and any bar since the last session, with those bars."""
    held = [row for row in report.holdings if row.market_value is not None and row.price]
    if not held or report.last_session is None:
        return []
    rows = store.by_symbol(db.session, [row.symbol for row in held])
    ids = [row.id for row in rows.values()]
    since = datetime.combine(report.last_session, time(), UTC) - EAST
    found, splits = bars_store.closes(db.session, ids, INTERVAL, since), store.splits(db.session, ids)
    return _followed(held, rows, found, splits)


def _followed(
    held: Sequence[Holding],
    rows: Mapping[str, InstrumentRow],
    found: Mapping[int, tuple[Moments, Floats]],
    splits: Mapping[int, tuple[Split, ...]],
) -> list[_Followed]:
    parts = []
    for holding in held:
        row = rows.get(holding.symbol)
        if row is None or not len(found[row.id][0]):
            continue
        at, closes = found[row.id]
        zone, price, value = row.time_zone or "UTC", holding.price or 0.0, holding.market_value or 0.0
        last, known = date_of(local_times(at[-1:], zone)[0]), holding.price_date or date.min
        # What was split since the last close counts in the units of that close, as the quantity does.
        ratio = prod(float(split.ratio) for split in splits.get(row.id, ()) if known < split.date <= last)
        parts.append(_Followed(holding, zone, at, closes * ratio, price, value / price))
    return parts


def _nothing(report: HoldingsReport) -> DayValue:
    times, values = np.empty(0, dtype="datetime64[s]"), np.empty(0)
    return DayValue(
        report.portfolio, report.currency, None, "UTC", times, values, 0, report.totals.count, why_empty=NOTHING
    )
