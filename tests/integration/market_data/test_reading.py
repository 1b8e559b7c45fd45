"""Reading what is stored: arrays for a valuation, one instrument, searches and the key of what was read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from dashboard.db.engine import db
from dashboard.db.repositories import exchange_sessions
from dashboard.domain.access import SYSTEM, Actor, Role, UserId
from dashboard.domain.measures import Status
from dashboard.errors import NotFound
from dashboard.services import market_data

pytestmark = pytest.mark.usefixtures("app_context")

PERSON = Actor(UserId(7), "someone@example.com", Role.USER)
PRICES = b"symbol,date,open,high,low,close,volume,currency\nA,2024-01-02,1,3,1,2,10,USD\nA,2024-01-03,,,,4,,USD\n"


@pytest.fixture(autouse=True)
def stored(app_context: object) -> None:
    market_data.import_prices(SYSTEM, PRICES, "prices.csv")
    market_data.import_prices(SYSTEM, b"symbol,date,ratio\nA,2024-01-03,2\n", "splits.csv")
    market_data.import_prices(
        SYSTEM, b"base,quote,date,rate\nEUR,USD,2024-01-02,1.1\nGBP,JPY,2024-01-02,180\n", "fx.csv"
    )


def test_the_market_of_a_valuation_has_prices_splits_rates_and_instruments() -> None:
    market = market_data.market_data_for(["A", "UNKNOWN"], ["EUR"])

    assert list(market.instruments) == list(market.prices) == ["A"]
    assert market.prices["A"].closes.tolist() == [2.0, 4.0]
    assert market.prices["A"].dates.dtype == np.dtype("datetime64[D]")
    assert market.splits["A"][0].ratio == 2
    assert list(market.rates) == [("EUR", "USD")]


def test_nothing_after_the_end_is_read() -> None:
    market = market_data.market_data_for(["A"], ["EUR"], end=date(2024, 1, 2))

    assert market.prices["A"].closes.tolist() == [2.0]
    assert market.rates["EUR", "USD"].dates.tolist() == [date(2024, 1, 2)]


def test_bars_keep_what_is_unknown_unknown_and_adjust_volume_against_price() -> None:
    traded, adjusted = market_data.bars("A", adjusted=False), market_data.bars("A")

    np.testing.assert_array_equal(traded.open, [1.0, np.nan])
    assert adjusted.close.tolist() == [1.0, 4.0]
    assert adjusted.volume[0] == 20.0
    assert market_data.bars("A", start=date(2024, 1, 3)).close.tolist() == [4.0]


def test_the_previous_close_is_in_units_of_the_last_day() -> None:
    detail = market_data.instrument(SYSTEM, "A")

    assert (detail.last_close, detail.previous_close, detail.last_date) == (4.0, 1.0, date(2024, 1, 3))
    assert detail.price_status is Status.STALE


def test_an_instrument_that_nobody_knows_is_not_found() -> None:
    with pytest.raises(NotFound):
        market_data.instrument(PERSON, "NOSUCH")
    with pytest.raises(NotFound):
        market_data.bars("NOSUCH")


def test_the_key_changes_with_a_price_a_rate_and_a_split_and_with_nothing_else() -> None:
    keys = [market_data.versions_for(["A"])]
    for content in (
        b"symbol,date,close\nA,2024-01-03,5\n",
        b"base,quote,date,rate\nEUR,USD,2024-01-03,1.2\n",
        b"symbol,date,ratio\nA,2023-01-03,3\n",
    ):
        market_data.import_prices(SYSTEM, content, "change.csv")
        keys.append(market_data.versions_for(["A"]))

    assert len(set(keys)) == 4
    market_data.import_prices(SYSTEM, b"symbol,date,close,currency\nB,2024-01-03,5,USD\n", "other.csv")
    assert market_data.versions_for(["A"]) == keys[-1]
    assert market_data.versions_for(["A"], [("GBP", "JPY")]) != keys[-1]


def test_sessions_come_by_the_name_of_the_exchange() -> None:
    market_data.import_instruments(SYSTEM, b"symbol,currency,exchange\nA,USD,NYQ\n", "instruments.csv")
    db.session.execute(db.text("update instruments set mic = 'XNYS'"))
    exchange_sessions.store(db.session, "XNYS", [date(2024, 1, 2), date(2024, 1, 3)])
    exchange_sessions.store(db.session, "XNYS", [date(2024, 1, 3), date(2024, 1, 4)])

    market = market_data.market_data_for(["A"], ["USD"])

    assert market.instruments["A"].exchange == "NYQ"
    assert market.sessions["NYQ"].tolist() == [date(2024, 1, 2), date(2024, 1, 3), date(2024, 1, 4)]


def test_a_person_finds_what_is_stored_and_the_system_what_providers_have_too() -> None:
    market_data.import_instruments(SYSTEM, b"symbol,name,currency\nA,Alpha 100%,USD\nAB_C,Other,USD\n", "i.csv")

    assert [found.symbol for found in market_data.search(PERSON, "alpha")] == ["A"]
    assert [found.symbol for found in market_data.search(PERSON, "a")] == ["A", "AB_C"]
    assert [found.symbol for found in market_data.search(PERSON, "0%")] == ["A"]
    assert [found.symbol for found in market_data.search(PERSON, "b_")] == ["AB_C"]
    assert market_data.search(PERSON, " ") == ()
    hits = market_data.search(SYSTEM, "EURUSD")
    assert [(found.symbol, found.source) for found in hits] == [("EURUSD=X", "simulated")]


def test_unknown_symbols_become_unresolved_in_the_currency_of_their_row() -> None:
    ids = market_data.ensure_instruments({"A": "EUR", "NEW": "GBP"})

    assert market_data.instrument(SYSTEM, "A").currency == "USD"
    new = market_data.instrument(SYSTEM, "NEW")
    assert (new.id, new.currency, new.state, new.price_status) == (
        ids["NEW"],
        "GBP",
        "unresolved",
        Status.INSUFFICIENT_DATA,
    )
    (problem,) = market_data.problems_of(["A", "NEW"])
    assert (problem.symbol, problem.code) == ("NEW", "unresolved")
    assert market_data.market_data_for(["NEW"], []).instruments["NEW"].multiplier == Decimal(1)
