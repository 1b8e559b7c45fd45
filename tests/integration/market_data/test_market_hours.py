"""Whether a market trades, from the exchanges' own calendars, as a worker stores them and a page reads them."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import exchange_calendars
import pytest

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.db.repositories import exchange_sessions
from dashboard.domain.access import SYSTEM
from dashboard.domain.arrays import day_of
from dashboard.domain.calendar import is_stale
from dashboard.domain.instruments import AssetClass
from dashboard.domain.market_hours import MarketState, MarketStatus
from dashboard.providers.alphavantage_symbols import MARKETS
from dashboard.providers.yahoo_wire import MICS
from dashboard.services import market_data, price_quality
from dashboard.services.market_data.sessions import SAME_SESSIONS, refresh_sessions, sessions_of

pytestmark = pytest.mark.usefixtures("app_context")

ZONES = {"XLON": "Europe/London", "XNYS": "America/New_York", "XTKS": "Asia/Tokyo", "XHKG": "Asia/Hong_Kong"}
EQUITY = AssetClass.EQUITY


def stored(*mics: str) -> None:
    """Instruments on the exchanges, and the sessions that a worker keeps for them."""
    db.session.add_all(InstrumentRow(symbol=f"ON-{mic}", currency="USD", mic=mic, exchange=mic) for mic in mics)
    db.session.commit()
    refresh_sessions(date(2026, 1, 5))


def state(mic: str, local: str, asset_class: AssetClass = EQUITY) -> MarketStatus | None:
    """The state by the exchange's own clock."""
    moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(ZONES.get(mic, "UTC")))
    return market_data.market_state(mic, asset_class, moment)


def test_exchanges_open_and_close_by_their_own_calendars_and_clocks() -> None:
    stored("XLON", "XNYS", "XTKS", "XHKG")
    expected = {
        # Christmas Eve: until 12:30 in London, until 13:00 in New York.
        ("XLON", "2025-12-24T12:29"): (MarketState.OPEN, True),
        ("XLON", "2025-12-24T12:31"): (MarketState.CLOSED, True),
        ("XNYS", "2025-12-24T12:59"): (MarketState.OPEN, True),
        ("XNYS", "2025-12-24T13:01"): (MarketState.POST, True),
        ("XNYS", "2025-12-26T12:00"): (MarketState.OPEN, False),
        ("XLON", "2025-12-26T12:00"): (MarketState.CLOSED, False),
        # Thanksgiving and the day after; Good Friday.
        ("XNYS", "2025-11-27T12:00"): (MarketState.CLOSED, False),
        ("XNYS", "2025-11-28T12:00"): (MarketState.OPEN, True),
        ("XNYS", "2026-04-03T12:00"): (MarketState.CLOSED, False),
        ("XLON", "2026-04-03T12:00"): (MarketState.CLOSED, False),
        # Golden Week, and the breaks of Tokyo and Hong Kong.
        ("XTKS", "2025-05-02T10:00"): (MarketState.OPEN, False),
        ("XTKS", "2025-05-05T10:00"): (MarketState.CLOSED, False),
        ("XTKS", "2025-05-07T12:00"): (MarketState.CLOSED, False),
        ("XTKS", "2025-05-07T12:30"): (MarketState.OPEN, False),
        ("XHKG", "2025-12-23T12:30"): (MarketState.CLOSED, False),
        ("XHKG", "2025-12-24T11:30"): (MarketState.OPEN, True),
        ("XHKG", "2025-12-24T13:30"): (MarketState.CLOSED, True),
        # The Mondays after New York and London have put their clocks forward, three weeks apart.
        ("XNYS", "2026-03-09T09:31"): (MarketState.OPEN, False),
        ("XLON", "2026-03-30T08:01"): (MarketState.OPEN, False),
        ("XLON", "2026-03-30T07:59"): (MarketState.CLOSED, False),
    }

    found = {case: state(*case) for case in expected}

    assert {case: (status.state, status.half_day) for case, status in found.items() if status} == expected


def test_the_clock_change_moves_new_york_by_an_hour_in_utc() -> None:
    stored("XNYS")
    friday, monday = (
        market_data.market_state("XNYS", EQUITY, datetime(2026, 3, day, 16, tzinfo=UTC)) for day in (6, 9)
    )
    assert friday is not None and monday is not None and friday.since is not None and monday.since is not None
    assert (friday.since.astimezone(UTC).hour, monday.since.astimezone(UTC).hour) == (14, 13)


def test_crypto_never_closes_and_of_an_exchange_without_sessions_nothing_is_said() -> None:
    assert state("", "2025-12-25T03:00", AssetClass.CRYPTO) == MarketStatus(MarketState.OPEN)
    assert state("XNYS", "2025-12-27T03:00") is None
    assert state("", "2025-12-24T12:00") is None
    weekend = state("", "2025-12-27T03:00", AssetClass.CURRENCY)
    assert weekend is not None and weekend.state is MarketState.CLOSED


def test_a_price_before_golden_week_is_not_stale_after_it() -> None:
    stored("XTKS")
    sessions = exchange_sessions.read(db.session, ["XTKS"])["XTKS"]
    before, after = date(2019, 4, 26), date(2019, 5, 7)  # ten days closed for the new emperor

    assert is_stale(day_of(before), day_of(after))
    assert not is_stale(day_of(before), day_of(after), sessions)


def test_a_week_without_a_bar_is_no_gap_when_the_exchange_was_closed() -> None:
    stored("XTKS")
    # 2019-04-27 to 05-06: closed. 2019-05-08: a session.
    days = [day for day in sessions_of("XTKS") if date(2019, 1, 1) <= day.date <= date(2019, 12, 30)]
    rows = "".join(
        f"ON-XTKS,{one.date},{100 + number}\n" for number, one in enumerate(days) if one.date != date(2019, 5, 8)
    )
    market_data.import_prices(SYSTEM, f"symbol,date,close\n{rows}".encode(), "prices.csv", currency="USD")

    gaps = [item.date for item in price_quality.check(SYSTEM, ["ON-XTKS"]) if item.kind == "gap"]

    assert gaps == [date(2019, 5, 8)]


def test_sessions_that_were_stored_without_hours_get_them() -> None:
    db.session.add(InstrumentRow(symbol="OLD", currency="USD", mic="XLON"))
    exchange_sessions.store(db.session, "XLON", [date(2026, 1, 2), date(2027, 1, 4)])
    db.session.commit()

    refresh_sessions(date(2026, 1, 5))

    found = exchange_sessions.hours(db.session, "XLON", *(datetime(2026, 1, day, tzinfo=UTC) for day in (2, 3)))
    assert [(one.date, one.opens_at.astimezone(UTC).hour) for one in found] == [(date(2026, 1, 2), 8)]


def test_an_exchange_without_a_calendar_does_not_keep_the_others_away() -> None:
    stored("XLON", "XNON")
    assert exchange_sessions.read(db.session, ["XLON", "XNON"]).keys() == {"XLON"}


def test_tel_aviv_trades_from_monday_to_friday_since_january_2026() -> None:
    stored("XTAE")
    assert exchange_sessions.read(db.session, ["XTAE"])["XTAE"][0] == day_of(date(2026, 1, 5))
    fridays, sundays = (
        market_data.market_state("XTAE", EQUITY, datetime(2026, 1, day, 9, tzinfo=UTC)) for day in (9, 11)
    )
    assert fridays is not None and sundays is not None
    assert (fridays.state, sundays.state) == (MarketState.OPEN, MarketState.CLOSED)


def test_every_exchange_that_a_provider_names_has_a_calendar() -> None:
    named = {*MICS.values(), *(market.mic for market in MARKETS.values())}
    assert {SAME_SESSIONS.get(mic, mic) for mic in named} <= set(exchange_calendars.get_calendar_names())


def test_asking_for_the_state_of_a_market_loads_no_calendar() -> None:
    code = "import sys, dashboard.services.market_data; sys.exit('exchange_calendars' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
