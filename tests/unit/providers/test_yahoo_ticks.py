"""Yahoo's streamed prices as they are read: units, moments, and messages that are none."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.domain.session_range import SessionRange
from dashboard.providers.base import MarketState, Quote
from dashboard.providers.json_answers import MalformedAnswer
from dashboard.providers.yahoo_ticks import Subscribed, parse_tick
from tests.yahoo_socket import pricing

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
AT = NOW - timedelta(seconds=2)
MILLISECONDS = int(AT.timestamp() * 1000)
WANTED = {
    "ABC": Subscribed("ABC", "USD"),
    "ABC.L": Subscribed("ABC.L", "GBp"),
    "JPY=X": Subscribed("USDJPY=X", "JPY"),
    "XYZ": Subscribed("XYZ"),
}


def read(symbol: str, price: float, **fields: object) -> Quote | None:
    return parse_tick("yahoo", pricing(symbol, price, **{"time": MILLISECONDS, **fields}), WANTED, NOW)


def found(symbol: str, price: float, **fields: object) -> Quote:
    quote = read(symbol, price, **fields)
    assert quote is not None
    return quote


def test_a_price_in_single_precision_is_the_decimal_that_was_meant() -> None:
    assert found("ABC", 101.23, currency="USD", change=1.53) == Quote(
        "yahoo", "ABC", 101.23, 99.7, "USD", AT, MarketState.OPEN
    )


def test_pence_become_pounds_whether_the_message_says_so_or_the_instrument() -> None:
    for fields in ({"currency": "GBp"}, {}):
        quote = found("ABC.L", 1234.5, previous_close=1200.0, **fields)
        assert (quote.price, quote.previous_close, quote.currency) == (12.345, 12.0, "GBP")


def test_open_high_and_low_are_in_the_unit_of_the_price_and_not_told_where_they_do_not_come() -> None:
    quote = found("ABC.L", 1234.5, open_price=1230.0, day_high=1240.0)
    assert quote.session == SessionRange(12.3, 12.4, None)


def test_a_pair_is_known_by_the_name_it_was_asked_for() -> None:
    quote = found("JPY=X", 154.321)
    assert (quote.provider_symbol, quote.price, quote.currency) == ("USDJPY=X", 154.321, "JPY")


@pytest.mark.parametrize(
    ("symbol", "fields"),
    [
        ("NOBODYS", {"currency": "USD"}),
        ("XYZ", {}),  # in which unit, nobody says
        ("ABC", {"market_hours": 2}),  # after hours: an answer tells the close of the session
    ],
)
def test_what_is_not_wanted_or_cannot_be_taken_is_left_out(symbol: str, fields: dict[str, object]) -> None:
    assert read(symbol, 10.0, **fields) is None


@pytest.mark.parametrize("price", [0.0, -1.0, float("nan"), float("inf")])
def test_a_price_that_means_nothing_is_none(price: float) -> None:
    with pytest.raises(MalformedAnswer, match="means nothing"):
        read("ABC", price)


@pytest.mark.parametrize("milliseconds", [0, -5, MILLISECONDS + 3_600_000, 2**62])
def test_a_price_of_no_time_or_of_one_to_come_is_none(milliseconds: int) -> None:
    with pytest.raises(MalformedAnswer, match="no time"):
        read("ABC", 10.0, time=milliseconds)


def test_a_source_whose_clock_is_a_little_ahead_tells_no_future() -> None:
    assert found("ABC", 10.0, time=MILLISECONDS + 10_000).at == NOW


@pytest.mark.parametrize(
    "message",
    [
        "",
        "<html>502</html>",
        "[]",
        "{}",
        '{"message": 7}',
        '{"message": "%%%"}',
        json.dumps({"message": base64.b64encode(b"\xff\xff\xff").decode()}),
        json.dumps({"message": ""}),
        b"\x80\x81",
        "[" * 100_000,
    ],
)
def test_what_is_no_message_of_yahoos_says_so(message: str | bytes) -> None:
    with pytest.raises(MalformedAnswer):
        parse_tick("yahoo", message, WANTED, NOW)
