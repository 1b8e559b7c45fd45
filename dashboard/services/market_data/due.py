"""Which series are due: after each close of their market, and once more some hours later, for what was corrected.

What is due follows from what is stored: when a series was last asked for, and which closes lie between then and now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from dashboard.db.engine import db
from dashboard.db.models import FxPair, InstrumentRow
from dashboard.db.repositories import fx
from dashboard.db.repositories import instruments as store
from dashboard.db.repositories.fx import Pair
from dashboard.domain.instruments import AssetClass
from dashboard.domain.market_hours import CURRENCY_HOUR, CURRENCY_ZONE, MarketState
from dashboard.errors import ProviderUnavailable, RateLimited
from dashboard.services.market_data.market_hours import market_state, sessions_around

# Sources are a quarter of an hour behind an exchange, and correct a close in the hours after it. Funds are priced, and
# the day of a pair ends, between the two.
PASSES = (timedelta(minutes=20), timedelta(hours=5))
# What failed for a reason that may pass is not left until the next close.
TRIED_AGAIN = timedelta(minutes=15)
PASSING = frozenset({ProviderUnavailable.code, RateLimited.code})
# The longest that anything which closes every weekday stays closed, and a day more.
LOOKED_BACK_DAYS = 4
WORKDAYS = range(5)
EVERY_DAY = range(7)
ECB = "ecb"
ECB_ZONE, ECB_HOUR = ZoneInfo("Europe/Berlin"), time(16)
UNKNOWN_HOUR = time(22)


def instruments_due(now: datetime) -> list[str]:
    """The symbols of the needed instruments that are due, in order."""
    return [row.symbol for row in store.needed(db.session) if is_due(row, _closes(row, now), now)]


def trading(now: datetime) -> list[str]:
    """The symbols of the needed instruments that trade ``now``, or did when a source's newest bar was made.

    Without those of exchanges whose hours are not known, and funds, which have one price a day.
    """
    rows = (row for row in store.needed(db.session) if row.asset_class != AssetClass.FUND.value)
    return [row.symbol for row in rows if any(_is_open(row, at) for at in (now, now - PASSES[0]))]


def pairs_due(now: datetime) -> set[Pair]:
    """The needed pairs that are due."""
    wanted = fx.needed(db.session)
    rows = fx.stored(db.session, wanted)
    return {pair for pair in wanted if pair not in rows or is_due(rows[pair], _rate_closes(rows[pair], now), now)}


def is_due(row: InstrumentRow | FxPair, closes: Iterable[datetime], now: datetime) -> bool:
    """Whether a series is to be asked for ``now``, given the closes of its market up to now."""
    asked_at = row.asked_at
    if asked_at is None or (row.problem_code in PASSING and asked_at + TRIED_AGAIN <= now):
        return True
    return any(asked_at < close + after <= now for close in closes for after in PASSES)


def _is_open(row: InstrumentRow, at: datetime) -> bool:
    status = market_state(row.mic, AssetClass(row.asset_class), at)
    return status is not None and status.state is MarketState.OPEN


def _closes(row: InstrumentRow, now: datetime) -> Iterator[datetime]:
    asset_class = AssetClass(row.asset_class)
    if asset_class is AssetClass.CRYPTO:
        return _daily(time(), UTC, EVERY_DAY, now)
    if asset_class is AssetClass.CURRENCY:
        return _daily(CURRENCY_HOUR, CURRENCY_ZONE, WORKDAYS, now)
    if sessions := sessions_around(row.mic, now):
        return (session.closes_at for session in sessions if session.closes_at <= now)
    return _daily(UNKNOWN_HOUR, UTC, WORKDAYS, now)


def _rate_closes(row: FxPair, now: datetime) -> Iterator[datetime]:
    if row.provider == ECB:
        return _daily(ECB_HOUR, ECB_ZONE, WORKDAYS, now)
    return _daily(CURRENCY_HOUR, CURRENCY_ZONE, WORKDAYS, now)


def _daily(hour: time, zone: tzinfo, weekdays: range, now: datetime) -> Iterator[datetime]:
    """The times up to ``now`` at which what closes at an ``hour`` of its ``zone`` last did."""
    today = now.astimezone(zone).date()
    for back in range(LOOKED_BACK_DAYS):
        day = today - timedelta(days=back)
        if day.weekday() in weekdays:
            yield datetime.combine(day, hour, zone)
