"""Bars within the day of Yahoo and of Alpha Vantage, against loopback servers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dashboard.domain.instruments import AssetClass
from dashboard.domain.intraday import BarInterval
from dashboard.errors import InstrumentNotFound, ProviderRefused, ProviderUnavailable
from dashboard.providers.alphavantage import AlphaVantageProvider
from dashboard.providers.base import HistoryRequest, Issue
from dashboard.providers.intraday import IntradayHistory, IntradayRequest
from dashboard.providers.retry import Retry
from dashboard.providers.yahoo import YahooProvider
from tests.yahoo_loopback import NOT_FOUND, Answer, Loopback, chart, loopback, minutes_from, stamp

NOW = datetime(2024, 3, 15, 14, 2, tzinfo=UTC)
ABC, QUERY = "/v8/finance/chart/ABC", "/query"
DAY = timedelta(days=1)


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as running:
        yield running


@pytest.fixture
def yahoo(server: Loopback, tmp_path: Path) -> YahooProvider:
    retry = Retry(attempts=1, sleep=lambda _: None)
    return YahooProvider(cache_directory=tmp_path, base_url=server.address, retry=retry, now=lambda: NOW)


@pytest.fixture
def alphavantage(server: Loopback) -> AlphaVantageProvider:
    retry = Retry(attempts=1, sleep=lambda _: None)
    return AlphaVantageProvider(api_key="key", base_url=server.address, retry=retry, now=lambda: NOW)


def asked(
    interval: BarInterval, since: timedelta, symbol: str = "ABC", asset_class: AssetClass | None = None
) -> IntradayRequest:
    return IntradayRequest(HistoryRequest(symbol, price_unit="USD", asset_class=asset_class), interval, NOW - since)


def listed(history: IntradayHistory) -> list[tuple[str, float]]:
    bars = zip(history.bars.at, history.bars.close, strict=True)
    return [(str(at)[5:16], round(float(close), 9)) for at, close in bars]


def windows(server: Loopback) -> list[tuple[int, int]]:
    queries = [query for path, query in server.requests if path == ABC]
    return [(int(query["period1"][0]), int(query["period2"][0])) for query in queries]


def test_yahoos_bars_are_in_pounds_without_the_running_one(server: Loopback, yahoo: YahooProvider) -> None:
    at = [*minutes_from(stamp("2024-03-15", 13, 45), 3), stamp("2024-03-15", 14, 0)]
    closes = dict(zip(at, (500.0, None, 502.0, 503.0), strict=True))
    server.will_answer(ABC, Answer(body=chart("ABC", closes, currency="GBp", zone="Europe/London", exchange="LSE")))

    history = yahoo.intraday(asked(BarInterval.FIVE_MINUTES, DAY))

    assert listed(history) == [("03-15T13:45", 5.0), ("03-15T13:55", 5.02)]
    assert (history.currency, history.price_unit, history.timezone) == ("GBP", "GBp", "Europe/London")
    assert [bar.issue for bar in history.rejected] == [Issue.MISSING_CLOSE]
    (query,) = [query for path, query in server.requests if path == ABC]
    assert (query["interval"], query["includePrePost"]) == (["5m"], ["false"])


def test_a_split_of_today_is_undone_in_the_bars_of_the_days_before(server: Loopback, yahoo: YahooProvider) -> None:
    closes = {stamp("2024-03-14", 19, 0): 50.0, stamp("2024-03-15", 13, 30): 51.0}
    body = chart("ABC", closes, splits=[(stamp("2024-03-15", 13, 30), 2, 1)])
    server.will_answer(ABC, Answer(body=body))

    history = yahoo.intraday(asked(BarInterval.HALF_HOUR, 2 * DAY))

    assert listed(history) == [("03-14T19:00", 100.0), ("03-15T13:30", 51.0)]


def test_minutes_of_a_month_are_asked_for_a_week_at_a_time_and_none_comes_twice(
    server: Loopback, yahoo: YahooProvider
) -> None:
    server.will_answer(ABC, Answer(body=chart("ABC", {stamp("2024-03-14", 14, 0): 10.0})))

    history = yahoo.intraday(asked(BarInterval.MINUTE, 40 * DAY))

    found = windows(server)
    assert len(found) == 5
    assert all(end - start <= 7 * 86_400 for start, end in found)
    assert found[0][0] > (NOW - 30 * DAY).timestamp() and found[-1][1] == int(NOW.timestamp())
    assert [one[1] for one in found[:-1]] == [other[0] for other in found[1:]]
    assert listed(history) == [("03-14T14:00", 10.0)] and not history.rejected
    assert history.shortened == "Yahoo has bars of 1m for 30 days alone."


@pytest.mark.parametrize(
    ("interval", "days", "name"),
    [(BarInterval.FIVE_MINUTES, 60, "5m"), (BarInterval.HALF_HOUR, 60, "30m"), (BarInterval.HOUR, 730, "60m")],
)
def test_longer_bars_come_at_once_as_far_back_as_yahoo_has_them(
    server: Loopback, yahoo: YahooProvider, interval: BarInterval, days: int, name: str
) -> None:
    server.will_answer(ABC, Answer(body=chart("ABC", {stamp("2024-03-14", 14, 0): 10.0})))

    yahoo.intraday(asked(interval, 1000 * DAY))

    ((start, _),) = windows(server)
    assert 0 < start - (NOW - days * DAY).timestamp() <= 3600
    assert [query["interval"] for path, query in server.requests if path == ABC] == [[name]]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(404, NOT_FOUND), InstrumentNotFound),
        (Answer(body="<html>"), ProviderUnavailable),
        (Answer(body={"chart": {"result": [{"meta": {"currency": "USD"}, "timestamp": ["x"]}]}}), ProviderUnavailable),
        (Answer(503), ProviderUnavailable),
    ],
)
def test_what_yahoo_cannot_give_is_a_typed_failure(
    server: Loopback, yahoo: YahooProvider, answer: Answer, error: type[Exception]
) -> None:
    server.will_answer(ABC, answer)
    with pytest.raises(error):
        yahoo.intraday(asked(BarInterval.FIVE_MINUTES, DAY))


def series(name: str, zone: str, bars: dict[str, float]) -> dict[str, object]:
    rows = {
        at: {"1. open": str(it), "2. high": str(it + 1), "3. low": str(it - 1), "4. close": str(it), "5. volume": "70"}
        for at, it in bars.items()
    }
    return {"Meta Data": {"1. Information": "Intraday", "6. Time Zone": zone}, name: rows}


def test_alpha_vantages_bars_are_read_by_the_clock_that_it_names(
    server: Loopback, alphavantage: AlphaVantageProvider
) -> None:
    bars = {"2024-03-15 10:00:00": 11.0, "2024-03-15 09:55:00": 10.5, "2024-03-08 15:55:00": 9.5}
    server.will_answer(QUERY, Answer(body=series("Time Series (5min)", "US/Eastern", bars)))

    history = alphavantage.intraday(asked(BarInterval.FIVE_MINUTES, 20 * DAY))

    # On the 8th of March New York was five hours behind, from the 10th on four.
    assert listed(history) == [("03-08T20:55", 9.5), ("03-15T13:55", 10.5)]
    assert (history.timezone, history.currency, history.shortened) == ("US/Eastern", "USD", "")
    (query,) = [query for path, query in server.requests if path == QUERY]
    assert (query["function"], query["interval"], query["adjusted"], query["outputsize"]) == (
        ["TIME_SERIES_INTRADAY"], ["5min"], ["false"], ["full"],
    )  # fmt: skip


def test_coins_and_pairs_have_functions_of_their_own(server: Loopback, alphavantage: AlphaVantageProvider) -> None:
    server.will_answer(
        QUERY,
        Answer(body=series("Time Series Crypto (60min)", "UTC", {"2024-03-15 12:00:00": 60000.0})),
        Answer(body=series("Time Series FX (60min)", "UTC", {"2024-03-15 12:00:00": 1.09})),
    )
    coin = alphavantage.intraday(asked(BarInterval.HOUR, DAY, "BTC-USD", AssetClass.CRYPTO))
    pair = alphavantage.intraday(asked(BarInterval.HOUR, DAY, "EURUSD=X", AssetClass.CURRENCY))
    assert (listed(coin), listed(pair)) == ([("03-15T12:00", 60000.0)], [("03-15T12:00", 1.09)])
    assert [query["function"] for path, query in server.requests if path == QUERY] == [
        ["CRYPTO_INTRADAY"],
        ["FX_INTRADAY"],
    ]


def test_more_than_a_month_is_cut_short_and_said(server: Loopback, alphavantage: AlphaVantageProvider) -> None:
    server.will_answer(QUERY, Answer(body=series("Time Series (60min)", "US/Eastern", {"2024-03-14 10:00:00": 1.0})))
    history = alphavantage.intraday(asked(BarInterval.HOUR, 100 * DAY))
    assert history.shortened == "Alpha Vantage has bars of 1h for 30 days alone."


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"Information": "This is a premium endpoint. Subscribe to a premium plan."}, ProviderRefused),
        ({"Error Message": "Invalid API call."}, InstrumentNotFound),
        (series("Time Series (5min)", "Nowhere/At all", {"2024-03-15 10:00:00": 1.0}), ProviderUnavailable),
        (series("Time Series (5min)", "UTC", {"yesterday": 1.0}), ProviderUnavailable),
        ({"Meta Data": {}}, ProviderUnavailable),
    ],
)
def test_what_alpha_vantage_cannot_give_is_a_typed_failure(
    server: Loopback, alphavantage: AlphaVantageProvider, body: dict[str, object], error: type[Exception]
) -> None:
    server.will_answer(QUERY, Answer(body=body))
    with pytest.raises(error):
        alphavantage.intraday(asked(BarInterval.FIVE_MINUTES, DAY))
