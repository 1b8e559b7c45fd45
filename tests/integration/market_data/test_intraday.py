"""Bars within the day: fetched, stored once, read at any length, forgotten when they are old."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from flask import Flask

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.db.repositories import instruments as store
from dashboard.db.repositories import intraday as bars_store
from dashboard.domain.access import SYSTEM
from dashboard.domain.intraday import BarInterval, IntradayBars, coarser
from dashboard.errors import InvalidInput, NotFound
from dashboard.providers.chain import ProviderChain
from dashboard.providers.intraday import IntradayHistory, IntradayRequest
from dashboard.providers.simulated import SimulatedProvider
from dashboard.results.instruments import RefreshReport
from dashboard.services import instruments, market_data
from dashboard.settings import Settings
from tests.unit.providers.fakes import FakeProvider

NOW = datetime(2026, 3, 16, 15, 32, tzinfo=UTC)
SHARE, FUND = "NWRB", "BLFX"
FIVE, QUARTER, HOUR = BarInterval.FIVE_MINUTES, BarInterval.QUARTER_HOUR, BarInterval.HOUR


def chain(now: datetime = NOW) -> ProviderChain:
    return ProviderChain([SimulatedProvider(now=lambda: now)])


def refreshed(*symbols: str, now: datetime = NOW, interval: BarInterval = FIVE) -> RefreshReport:
    return market_data.refresh_intraday(SYSTEM, list(symbols), interval=interval, chain=chain(now), now=now)


@pytest.fixture
def known(app_context: Flask) -> None:
    """The daily prices of a share and of a fund."""
    market_data.refresh(SYSTEM, [SHARE, FUND], start=date(2026, 3, 2), chain=chain())


def key_of(symbol: str) -> int:
    return store.by_symbol(db.session, [symbol])[symbol].id


def test_what_is_fetched_again_is_stored_once_and_only_the_new_is_asked_for(known: None) -> None:
    (first,) = refreshed(SHARE).outcomes
    (again,) = refreshed(SHARE).outcomes
    (later,) = refreshed(SHARE, now=NOW + timedelta(minutes=10)).outcomes

    assert (first.complete, again.rows, later.rows) == (True, 0, 2)
    found = market_data.intraday(SHARE)
    assert first.rows + 2 == len(found.bars)
    assert found.bars.at[-1] == np.datetime64("2026-03-16T15:35:00")
    assert (found.currency, found.timezone, found.why_empty) == ("USD", "America/New_York", "")
    # Thirty days back was a Saturday, and the Monday after it a holiday.
    assert found.bars.at[0] == np.datetime64("2026-02-17T14:30:00")


def test_longer_bars_are_made_of_stored_shorter_ones(known: None) -> None:
    refreshed(SHARE)
    stored = market_data.intraday(SHARE).bars
    made = market_data.intraday(SHARE, QUARTER)
    expected = coarser(stored, QUARTER)
    for name in ("at", "open", "high", "low", "close", "volume"):
        np.testing.assert_array_equal(getattr(made.bars, name), getattr(expected, name))
    refreshed(SHARE, interval=QUARTER)
    own = market_data.intraday(SHARE, QUARTER).bars
    assert len(own) == bars_store.read(db.session, key_of(SHARE), QUARTER).at.size


def test_days_are_those_of_the_exchange(known: None) -> None:
    refreshed(SHARE)
    found = market_data.intraday_days(SHARE, FIVE, date(2026, 3, 13), date(2026, 3, 13)).bars
    assert (str(found.at[0]), str(found.at[-1]), len(found)) == ("2026-03-13T13:30:00", "2026-03-13T19:55:00", 78)


def test_what_is_priced_once_a_day_says_so_and_the_others_go_on(known: None) -> None:
    fund, share = refreshed(FUND, SHARE).outcomes
    assert (fund.code, share.complete) == ("no_prices", True)
    assert "once a day" in fund.reason
    found = market_data.intraday(FUND)
    assert (len(found.bars), found.why_empty) == (0, "A fund is priced once a day.")
    nothing = market_data.intraday(SHARE, BarInterval.MINUTE)
    assert "fetched while the exchange is open" in nothing.why_empty


def test_prices_in_another_currency_are_not_taken_over(known: None) -> None:
    db.session.get_one(InstrumentRow, key_of(SHARE)).currency = "EUR"
    db.session.commit()
    (outcome,) = refreshed(SHARE).outcomes
    assert (outcome.code, outcome.rows) == ("currency_mismatch", 0)
    assert not len(market_data.intraday(SHARE).bars)


class Correcting(FakeProvider):
    """Bars of the simulated market, the last of them corrected and one of them without a close."""

    intervals = frozenset({FIVE})

    def intraday(self, request: IntradayRequest) -> IntradayHistory:
        found = SimulatedProvider(now=lambda: NOW).intraday(request)
        return replace(found, bars=_corrected(found.bars), shortened="There is no more.")


def _corrected(bars: IntradayBars) -> IntradayBars:
    close = bars.close.copy()
    close[-1] *= 1.001
    return replace(bars, close=close)


def test_a_correction_replaces_what_was_stored(known: None) -> None:
    refreshed(SHARE)
    before = market_data.intraday(SHARE).bars
    corrected = ProviderChain([Correcting(name="simulated")])
    (outcome,) = market_data.refresh_intraday(SYSTEM, [SHARE], chain=corrected, now=NOW).outcomes
    after = market_data.intraday(SHARE).bars
    assert (outcome.rows, outcome.left_out) == (1, ("There is no more.",))
    assert (len(after), after.close[-1]) == (len(before), before.close[-1] * 1.001)


class InCents(FakeProvider):
    """Bars of the simulated market, the last three of them a hundred times too large."""

    intervals = frozenset({FIVE})

    def intraday(self, request: IntradayRequest) -> IntradayHistory:
        found = SimulatedProvider(now=lambda: NOW).intraday(request)
        close = found.bars.close.copy()
        close[-3:] *= 100
        return replace(found, bars=replace(found.bars, close=close))


def test_a_price_of_another_unit_than_the_daily_closes_is_left_out_and_told(known: None) -> None:
    in_cents = ProviderChain([InCents(name="simulated")])
    (outcome,) = market_data.refresh_intraday(SYSTEM, [SHARE], chain=in_cents, now=NOW).outcomes
    assert outcome.complete
    assert outcome.left_out[0].startswith("3 bars of 2026-03-16 and later: the price is more than 20 times")
    assert market_data.intraday(SHARE).bars.at[-1] == np.datetime64("2026-03-16T15:10:00")


def test_bars_are_forgotten_when_they_are_older_than_is_kept(known: None) -> None:
    refreshed(SHARE)
    refreshed(SHARE, interval=HOUR)
    count = len(market_data.intraday(SHARE).bars)

    gone = market_data.forget_intraday(NOW + timedelta(days=25))

    left = market_data.intraday(SHARE).bars
    assert 0 < len(left) < count
    assert left.at[0] >= np.datetime64("2026-03-11T15:32:00")
    assert gone > count - len(left)  # those of an hour too


def test_a_symbol_that_was_given_up_means_what_it_is_now(known: None) -> None:
    instruments.rename(SYSTEM, SHARE, "NEW")
    (outcome,) = refreshed(SHARE).outcomes
    assert (outcome.symbol, outcome.complete) == ("NEW", True)
    assert len(market_data.intraday("NEW").bars) == outcome.rows


def test_a_symbol_that_is_not_stored_is_named(known: None) -> None:
    with pytest.raises(NotFound, match="NOPE"):
        refreshed("NOPE")
    with pytest.raises(NotFound, match="NOPE"):
        market_data.intraday("NOPE")


def test_an_installation_may_keep_none(settings: Settings, app: Flask) -> None:
    app.config["SETTINGS"] = settings.model_copy(update={"intraday_days": 0})
    with app.app_context(), pytest.raises(InvalidInput, match="INTRADAY_DAYS is 0"):
        market_data.refresh_intraday(SYSTEM, chain=chain())
