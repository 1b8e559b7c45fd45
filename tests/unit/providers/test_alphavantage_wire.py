"""Alpha Vantage's answers: read, refused with a reason, or malformed, and nothing else."""

from __future__ import annotations

import json
import math
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.instruments import AssetClass
from dashboard.providers.alphavantage_wire import (
    Refusal,
    parse_daily,
    parse_dividends,
    parse_quote,
    parse_rate,
    parse_search,
    parse_splits,
    read_json,
    refusal,
)
from dashboard.providers.json_answers import MalformedAnswer
from dashboard.providers.normalise import as_traded
from tests.unit.providers.recorded import alphavantage
from tests.unit.providers.test_yahoo_wire import ANYTHING, Json, places, spoiled

TODAY = date(2024, 3, 16)
GOOD = {
    "Meta Data": {"1. Information": "Daily Time Series with Splits and Dividend Events"},
    "Time Series (Daily)": {
        "2024-03-15": {"4. close": "21.0", "7. dividend amount": "0.20", "8. split coefficient": "5.0"},
        "2024-03-14": {"1. open": "100.0", "2. high": "105.0", "3. low": "99.0", "4. close": "104.0", "6. volume": "7"},
    },
}


def test_a_recorded_quote_search_and_rate_are_read() -> None:
    quote = parse_quote(alphavantage("global_quote"))
    assert quote is not None
    assert (quote.price, quote.previous_close, quote.day) == (112.13, 112.79, date(2018, 10, 5))
    assert (quote.open, quote.high, quote.low) == (112.63, 113.17, 110.64)
    first, *_, last = parse_search(alphavantage("symbol_search"))
    assert (first.symbol, first.name, first.asset_class, first.unit) == (
        "BA", "The Boeing Company", AssetClass.EQUITY, "USD",
    )  # fmt: skip
    assert (last.symbol, last.unit) == ("6190.HKG", "HKD")
    rate = parse_rate(alphavantage("foreign_exchange"))
    assert rate is not None
    assert (rate.price, rate.day) == (109631.430607, date(2017, 12, 20))


def test_a_daily_series_is_as_traded_with_its_splits_and_dividends() -> None:
    clean = as_traded(parse_daily(GOOD), "USD", today=TODAY)
    assert clean.bars.close.tolist() == [104.0, 21.0]
    assert [(split.date, split.ratio) for split in clean.splits] == [(date(2024, 3, 15), Decimal(5))]
    assert [(paid.date, paid.amount) for paid in clean.dividends] == [(date(2024, 3, 15), 0.2)]
    assert not clean.rejected
    assert not clean.notices


def test_a_source_whose_bars_are_adjusted_after_all_is_told_by_the_step_in_its_prices() -> None:
    series = json.loads(json.dumps(GOOD))
    series["Time Series (Daily)"]["2024-03-14"] = {"4. close": "20.8", "7. dividend amount": "0.04"}
    clean = as_traded(parse_daily(series), "USD", today=TODAY)
    assert clean.bars.close.tolist() == [104.0, 21.0]
    assert clean.dividends[0].amount == pytest.approx(0.2)
    assert [notice.issue for notice in clean.notices] == ["split_applied"]


def test_coins_give_their_price_in_the_market_that_was_asked_for() -> None:
    row = {"4a. close (EUR)": "90.0", "4b. close (USD)": "100.0", "5. volume": "3"}
    raw = parse_daily({"Time Series (Digital Currency Daily)": {"2024-03-15": row}})
    assert (raw.close.tolist(), raw.volume.tolist()) == ([90.0], [3.0])


def test_splits_and_dividends_by_themselves_are_read() -> None:
    splits = parse_splits({"symbol": "X", "data": [{"effective_date": "2022-06-06", "split_factor": "20.0000"}]})
    assert splits == ((date(2022, 6, 6), Decimal("20.0000"), Decimal(1)),)
    paid = parse_dividends({"data": [{"ex_dividend_date": "2024-02-08", "amount": "1.66"}]})
    assert paid == ((date(2024, 2, 8), 1.66, ""),)


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        ({"Note": "Our standard API call frequency is 5 calls per minute and 500 calls per day."}, Refusal.TOO_FAST),
        ({"Information": "Please consider spreading out your free API requests more sparingly (1 request per second)."
          " Subscribe to any of the premium plans to lift the free key rate limit (25 requests per day)"},
         Refusal.TOO_FAST),
        ({"Information": "We have detected your API key as K and our standard API rate limit is 25 requests per day."
          " Please subscribe to any of the premium plans"}, Refusal.USED_UP),
        ({"Information": "Thank you for using Alpha Vantage! This is a premium endpoint."}, Refusal.PAID),
        ({"Information": "The **demo** API key is for demo purposes only."}, Refusal.KEY),
        ({"Error Message": "the parameter apikey is invalid or missing."}, Refusal.KEY),
        ({"Error Message": "Invalid API call. Please retry or visit the documentation for TIME_SERIES_DAILY."},
         Refusal.UNKNOWN),
        ({"Information": "Something that nobody has seen yet."}, Refusal.TOO_FAST),
        (GOOD, None),
        ({"Global Quote": {}}, None),
    ],
)  # fmt: skip
def test_a_refusal_says_what_it_means(answer: dict[str, object], meaning: Refusal | None) -> None:
    assert refusal(answer) is meaning


@pytest.mark.parametrize("body", [b"<html>busy</html>", b'{"Time Series', b"", b"[]", b"null", b"\xff"])
def test_what_is_no_whole_object_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        read_json(body)


def test_a_day_that_is_named_twice_keeps_its_later_bar_and_says_so() -> None:
    body = b'{"Time Series (Daily)": {"2024-03-15": {"4. close": "1"}, "2024-03-15": {"4. close": "2"}}}'
    clean = as_traded(parse_daily(read_json(body)), "USD", today=TODAY)
    assert (clean.bars.close.tolist(), [bar.issue for bar in clean.rejected]) == ([2.0], ["duplicate"])


@settings(max_examples=300)
@given(place=st.sampled_from(places(GOOD)), other=ANYTHING)
def test_a_series_with_anything_anywhere_is_read_or_malformed(place: tuple[str | int, ...], other: Json) -> None:
    try:
        clean = as_traded(parse_daily(read_json(json.dumps(spoiled(GOOD, place, other)).encode())), "USD", today=TODAY)
    except MalformedAnswer:
        return
    assert all(math.isfinite(close) and close > 0 for close in clean.bars.close.tolist())
    assert all(math.isfinite(paid.amount) and paid.amount > 0 for paid in clean.dividends)
