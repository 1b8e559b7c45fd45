"""Prices and rates as of a day: carried, split, crossed, aged, or not there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from dashboard.domain.calendar import Period, calendar_days, sessions_since
from dashboard.domain.fx import Rates, RateSeries
from dashboard.domain.holdings import holdings
from dashboard.domain.instruments import AssetClass, Instrument, Split
from dashboard.domain.measures import Status
from dashboard.domain.prices import MarketData, PriceSeries, adjusted_closes, prices_on
from dashboard.errors import InvalidInput
from tests.unit.domain.ledgers import closes, daily, history, market, measured, rates

WEEK = calendar_days(date(2024, 1, 5), date(2024, 1, 9))


def test_the_price_of_a_day_is_the_last_close_at_or_before_it() -> None:
    series = closes("2024-01-05 10\n2024-01-08 11")
    assert prices_on(series, WEEK).tolist() == [10, 10, 10, 11, 11]


def test_there_is_no_price_before_the_first_close() -> None:
    assert np.isnan(prices_on(closes("2024-01-08 11"), WEEK)).tolist() == [True, True, True, False, False]


def test_a_close_before_the_calendar_is_carried_into_it() -> None:
    assert prices_on(closes("2023-12-29 9"), WEEK).tolist() == [9] * 5


def test_a_price_carried_across_a_split_is_divided_by_its_ratio() -> None:
    split = (Split(date(2024, 1, 7), Decimal(5)),)
    assert prices_on(closes("2024-01-05 50\n2024-01-09 11"), WEEK, split).tolist() == [50, 50, 10, 10, 11]


def test_bars_may_come_in_any_order_and_without_a_close() -> None:
    series = PriceSeries.of(["2024-01-09", "2024-01-05", "2024-01-08"], [11, 10, np.nan])
    assert series.dates.tolist() == [date(2024, 1, 5), date(2024, 1, 9)]
    assert series.closes.tolist() == [10, 11]


def test_adjusted_closes_are_in_units_of_today() -> None:
    series = closes("2024-01-05 50\n2024-01-08 10")
    assert adjusted_closes(series, (Split(date(2024, 1, 8), Decimal(5)),)).tolist() == [10, 10]


def one_rate(rate: float) -> RateSeries:
    return rates("2024-01-05", rate)


@pytest.mark.parametrize(
    ("pairs", "base", "quote", "rate"),
    [
        ({("USD", "EUR"): one_rate(0.8)}, "USD", "EUR", 0.8),
        ({("EUR", "USD"): one_rate(1.25)}, "USD", "EUR", 0.8),
        ({("EUR", "USD"): one_rate(1.25), ("EUR", "GBP"): one_rate(0.5)}, "USD", "GBP", 0.4),
        ({("USD", "JPY"): one_rate(100), ("GBP", "USD"): one_rate(1.5)}, "GBP", "JPY", 150),
        ({}, "CHF", "CHF", 1),
    ],
)
def test_a_rate_is_direct_inverted_or_crossed(
    pairs: dict[tuple[str, str], RateSeries], base: str, quote: str, rate: float
) -> None:
    assert Rates(pairs).on(base, quote, WEEK).tolist() == pytest.approx([rate] * 5)


def test_a_missing_rate_is_no_number() -> None:
    found = Rates({("EUR", "USD"): rates("2024-01-08", 1.25)}).on("EUR", "USD", WEEK)
    assert np.isnan(found).tolist() == [True, True, True, False, False]
    assert np.isnan(Rates({}).on("EUR", "USD", WEEK)).all()


def test_age_is_counted_in_sessions_of_the_exchange() -> None:
    friday, monday = np.datetime64("2024-01-05"), np.datetime64("2024-01-15")
    assert sessions_since(friday, monday) == 6
    sessions = np.array(["2024-01-05", "2024-01-08", "2024-01-15", "2024-01-16"], "datetime64[D]")
    assert sessions_since(friday, monday, sessions) == 2


@pytest.mark.parametrize(("end", "status"), [("2024-01-12", Status.OK), ("2024-01-15", Status.STALE)])
def test_a_price_older_than_five_sessions_is_stale(end: str, status: Status) -> None:
    found = history("2024-01-05 buy ACME 1 10", market({"ACME": daily("2024-01-05", 10)}), end, cash=False)
    (holding,) = holdings(found, date.fromisoformat(end))
    assert holding.price_status is status
    assert measured(found).market_value.status is status
    assert [note.code for note in measured(found).notes] == (["price_stale"] if status is Status.STALE else [])


def test_crypto_has_a_session_every_day() -> None:
    known = MarketData(sessions={"NYQ": np.array(["2024-01-05", "2024-01-08"], "datetime64[D]")})
    coin = known.sessions_of(Instrument("BTC-USD", "USD", asset_class=AssetClass.CRYPTO, exchange="NYQ"))
    share = known.sessions_of(Instrument("ACME", "USD", exchange="NYQ"))
    friday, monday = np.datetime64("2024-01-05"), np.datetime64("2024-01-08")
    assert (sessions_since(friday, monday, coin), sessions_since(friday, monday, share)) == (3, 1)
    assert known.sessions_of(Instrument("OTHER", "USD", exchange="OTC")) is None


def test_without_any_price_the_last_trade_stands_in() -> None:
    found = history(
        """
        2024-01-05 buy ACME 2 10 fee=5
        2024-01-08 buy ACME 2 14 fee=5
        """,
        market(),
        "2024-01-09",
        cash=False,
    )
    assert found.value.tolist() == [0, 20, 20, 20, 56, 56]
    (holding,) = holdings(found, date(2024, 1, 9))
    assert (holding.price.value, holding.price.status) == (14, Status.ESTIMATED)
    assert holding.price_date is None
    assert holding.day_change.value is None
    performance = measured(found)
    assert performance.returns.time_weighted.status is Status.ESTIMATED
    assert [note.code for note in performance.notes] == ["price_estimated"]


def test_a_trades_price_is_carried_across_a_split_too() -> None:
    found = history(
        """
        2024-01-05 buy   ACME 2 10
        2024-01-08 split ACME 2
        """,
        market(),
        "2024-01-08",
        cash=False,
    )
    assert found.value.tolist() == [0, 20, 20, 20, 20]


def test_a_missing_rate_leaves_the_value_undefined_with_its_reason() -> None:
    found = history(
        """
        2024-01-05 deposit 100
        2024-01-05 buy ACME 1 10 ccy=USD fx=0.9
        """,
        market({"ACME": daily("2024-01-05", 10, 11)}, currencies={"ACME": "USD"}),
        "2024-01-06",
    )
    performance = measured(found)
    assert performance.market_value.value is None
    assert performance.market_value.reason == "There is no exchange rate from USD to EUR."
    assert performance.returns.time_weighted.status is Status.UNDEFINED
    assert [note.code for note in performance.notes] == ["rate_missing", "return_undefined"]
    (holding,) = holdings(found, date(2024, 1, 6))
    assert (holding.price.value, holding.market_value.value, holding.weight.value) == (11, None, None)
    assert float(holding.cost) == 9


def test_once_sold_a_holding_without_a_rate_is_worth_nothing_again() -> None:
    found = history(
        """
        2024-01-05 deposit 100
        2024-01-05 buy  ACME 1 10 ccy=USD fx=0.9
        2024-01-06 sell ACME 1 10 ccy=USD fx=0.9
        """,
        market({"ACME": daily("2024-01-05", 10, 11)}, currencies={"ACME": "USD"}),
        "2024-01-06",
    )
    assert np.isnan(found.value).tolist() == [False, True, False]
    assert found.value[-1] == 100


def test_a_period_does_not_end_before_it_starts() -> None:
    with pytest.raises(InvalidInput, match="ends"):
        Period(date(2024, 1, 2), date(2024, 1, 1))
