"""Alpha Vantage's client over real HTTP, against a server that answers as it does, or badly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

import pytest

from dashboard.domain.instruments import AssetClass
from dashboard.errors import (
    InstrumentNotFound,
    ProviderRefused,
    ProviderUnavailable,
    RateLimited,
)
from dashboard.providers.alphavantage import AlphaVantageProvider
from dashboard.providers.base import HistoryRequest, MarketState
from dashboard.providers.budget import Budget, Limit, LocalTokens
from dashboard.providers.http_source import HttpSource
from dashboard.providers.retry import Retry
from tests.yahoo_loopback import Answer, Loopback, loopback

KEY = "secret-key-0123456789"
NOW = datetime(2024, 3, 20, 23, tzinfo=UTC)
SEARCH = {
    "bestMatches": [
        {"1. symbol": "ABCD", "2. name": "Another", "3. type": "Equity", "8. currency": "USD"},
        {"1. symbol": "ABC", "2. name": "ABC plc", "3. type": "ETF", "4. region": "US", "8. currency": "USD"},
    ]
}
DAILY = {
    "Meta Data": {"2. Symbol": "ABC"},
    "Time Series (Daily)": {
        "2024-03-15": {"4. close": "20.0", "7. dividend amount": "0.10", "8. split coefficient": "5.0"},
        "2024-03-14": {"4. close": "100.0", "7. dividend amount": "0.0", "8. split coefficient": "1.0"},
    },
}
PREMIUM = {"Information": "Thank you for using Alpha Vantage! This is a premium endpoint."}


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as running:
        yield running


def provider(server: Loopback, key: str | None = KEY, budget: Budget | None = None) -> AlphaVantageProvider:
    retry = Retry(attempts=2, total_seconds=5, first_wait_seconds=0.0)
    return AlphaVantageProvider(
        api_key=key, base_url=server.address, timeout_seconds=1.0, retry=retry, budget=budget, now=lambda: NOW
    )


def functions(server: Loopback) -> list[str]:
    return [query["function"][0] for _, query in server.requests]


def test_a_first_history_searches_for_the_currency_and_is_as_traded(server: Loopback) -> None:
    server.will_answer("/query", Answer(body=SEARCH), Answer(body=DAILY))
    history = provider(server).history(HistoryRequest("ABC"))
    assert functions(server) == ["SYMBOL_SEARCH", "TIME_SERIES_DAILY_ADJUSTED"]
    assert server.requests[1][1]["outputsize"] == ["full"]
    assert server.requests[1][1]["apikey"] == [KEY]
    assert history.bars.close.tolist() == [100.0, 20.0]
    assert [(paid.date, paid.amount, paid.currency) for paid in history.dividends] == [(date(2024, 3, 15), 0.1, "USD")]
    assert [split.date for split in history.splits] == [date(2024, 3, 15)]
    assert (history.meta.name, history.meta.asset_class, history.currency) == ("ABC plc", AssetClass.ETF, "USD")


def test_a_later_history_of_a_known_currency_is_one_short_request(server: Loopback) -> None:
    server.will_answer("/query", Answer(body=DAILY))
    request = HistoryRequest("ABC.LON", date(2024, 3, 15), price_unit="GBp", provider="alphavantage", symbol="ABC.L")
    history = provider(server).history(request)
    assert functions(server) == ["TIME_SERIES_DAILY_ADJUSTED"]
    assert server.requests[0][1]["outputsize"] == ["compact"]
    assert (history.bars.close.tolist(), history.currency, history.price_unit) == ([0.2], "GBP", "GBp")


def test_anothers_symbol_is_tried_with_the_suffix_of_alpha_vantage_first(server: Loopback) -> None:
    server.will_answer("/query", Answer(body={"Error Message": "Invalid API call."}), Answer(body=DAILY))
    provider(server).history(HistoryRequest("ABC.L", price_unit="GBp"))
    assert [query["symbol"][0] for _, query in server.requests] == ["ABC.LON", "ABC.L"]


def test_without_a_paying_key_splits_and_dividends_are_asked_for_by_themselves(server: Loopback) -> None:
    plain = {"Time Series (Daily)": {"2024-03-15": {"4. close": "20.0"}, "2024-03-14": {"4. close": "100.0"}}}
    splits = {"data": [{"effective_date": "2024-03-15", "split_factor": "5.0"}]}
    dividends = {"data": [{"ex_dividend_date": "2024-03-14", "amount": "0.5"}]}
    answers: list[Mapping[str, object]] = [PREMIUM, PREMIUM, plain, splits, dividends]
    server.will_answer("/query", *[Answer(body=answer) for answer in answers])
    history = provider(server).history(HistoryRequest("ABC", price_unit="USD"))
    assert functions(server)[1:] == ["TIME_SERIES_DAILY", "TIME_SERIES_DAILY", "SPLITS", "DIVIDENDS"]
    assert history.bars.close.tolist() == [100.0, 20.0]
    assert [split.ratio for split in history.splits] == [5]
    assert [paid.amount for paid in history.dividends] == [0.5]
    assert history.shortened == "Alpha Vantage gives this key the last 2 days alone."


def test_pairs_and_coins_have_functions_of_their_own(server: Loopback) -> None:
    rates = {"Time Series FX (Daily)": {"2024-03-15": {"4. close": "1.09"}, "2024-03-20": {"4. close": "1.10"}}}
    coins = {"Time Series (Digital Currency Daily)": {"2024-03-15": {"4. close": "68000.0"}}}
    server.will_answer("/query", Answer(body=rates), Answer(body=coins))
    client = provider(server)
    pair = client.history(HistoryRequest(client.fx_symbol("EUR", "USD")))
    coin = client.history(HistoryRequest("BTC-EUR", asset_class=AssetClass.CRYPTO))
    assert functions(server) == ["FX_DAILY", "DIGITAL_CURRENCY_DAILY"]
    assert (pair.currency, pair.bars.close.tolist(), pair.provisional_from) == ("USD", [1.09, 1.1], date(2024, 3, 20))
    assert (coin.currency, coin.bars.close.tolist(), coin.meta.asset_class) == ("EUR", [68000.0], AssetClass.CRYPTO)


def test_a_quote_is_the_last_close_and_an_unknown_symbol_has_none(server: Loopback) -> None:
    quote = {"05. price": "112.13", "07. latest trading day": "2024-03-19", "08. previous close": "112.79"}
    server.will_answer("/query", Answer(body={"Global Quote": quote}), Answer(body={"Global Quote": {}}))
    (found,) = provider(server).quotes(["ABC", "NOPE"]).values()
    assert (found.provider_symbol, found.price, found.previous_close) == ("ABC", 112.13, 112.79)
    assert (found.market_state, found.at) == (MarketState.CLOSED, datetime(2024, 3, 19, 20, tzinfo=UTC))


def test_a_search_gives_major_currencies(server: Loopback) -> None:
    hit = {"1. symbol": "ABC.LON", "2. name": "ABC", "3. type": "Equity", "8. currency": "GBX"}
    server.will_answer("/query", Answer(body={"bestMatches": [hit]}))
    (found,) = provider(server).search("abc")
    assert (found.provider_symbol, found.currency, found.provider) == ("ABC.LON", "GBP", "alphavantage")


@pytest.mark.parametrize(
    ("answer", "failure", "words"),
    [
        (Answer(body={"Error Message": "Invalid API call."}), InstrumentNotFound, "does not know ABC"),
        (Answer(body={"Error Message": "the parameter apikey is invalid or missing."}), ProviderRefused, "check ALPHA"),
        (Answer(403), ProviderRefused, "HTTP 403"),
        (Answer(429, headers={"Retry-After": "7"}), RateLimited, "7 seconds"),
        (Answer(body={"Note": "Our standard API call frequency is 5 calls per minute"}), RateLimited, "60 seconds"),
        (
            Answer(body={"Information": f"your API key as {KEY}: rate limit is 25 requests per day"}),
            RateLimited,
            "3600",
        ),
        (Answer(500), ProviderUnavailable, "HTTP 500"),
        (Answer(302, headers={"Location": "/elsewhere"}), ProviderUnavailable, "HTTP 302"),
        (Answer(body="<html>busy</html>"), ProviderUnavailable, "no JSON"),
        (Answer(body={}), ProviderUnavailable, "no time series"),
        (Answer(body='{"Time Series (Daily)": {"2024-', announced=500), ProviderUnavailable, "did not answer"),
        (Answer(stall=True), ProviderUnavailable, "did not answer"),
    ],
)
def test_every_bad_answer_is_a_typed_failure_that_never_tells_the_key(
    server: Loopback, answer: Answer, failure: type[Exception], words: str
) -> None:
    server.will_answer("/query", answer)
    with pytest.raises(failure, match=words) as caught:
        provider(server).history(HistoryRequest("ABC", price_unit="USD"))
    chain: BaseException | None = caught.value
    while chain is not None:
        assert KEY not in str(chain)
        chain = chain.__cause__
    assert server.asked("/query") == (2 if failure is ProviderUnavailable else 1)


def test_without_a_key_the_real_service_is_not_asked() -> None:
    client = AlphaVantageProvider(api_key=None, now=lambda: NOW)
    for ask in (lambda: client.history(HistoryRequest("ABC")), lambda: client.search("abc")):
        with pytest.raises(ProviderRefused, match="ALPHAVANTAGE_API_KEY"):
            ask()


def test_bars_that_cannot_be_are_left_out_with_a_reason(server: Loopback) -> None:
    rows = {
        "2024-03-12": {"4. close": "NaN"},
        "2024-03-13": {"4. close": "-1"},
        "2024-03-14": {"4. close": "10", "8. split coefficient": "0"},
        "2024-03-15": {"4. close": "11", "7. dividend amount": "-3"},
        "2024-03-21": {"4. close": "12"},
    }
    server.will_answer("/query", Answer(body={"Time Series (Daily)": rows}))
    history = provider(server).history(HistoryRequest("ABC", price_unit="USD"))
    assert history.bars.close.tolist() == [10.0, 11.0]
    assert sorted((bar.date.day, bar.issue.value) for bar in history.rejected) == [
        (12, "missing_close"), (13, "not_positive"), (14, "bad_split"), (15, "bad_dividend"), (21, "future"),
    ]  # fmt: skip


def test_an_answer_that_comes_too_slowly_is_given_up_on(server: Loopback) -> None:
    server.will_answer("/query", Answer(body=DAILY))
    times = iter([0.0])
    source = HttpSource(
        "a", "The source", server.address, timeout_seconds=1.0, retry=Retry(attempts=1), clock=lambda: next(times, 9.0)
    )
    with pytest.raises(ProviderUnavailable, match="The source sent its answer too slowly"):
        source.ask("/query", {}, lambda page: page.body)


def test_what_the_budget_does_not_cover_is_not_asked_and_what_came_before_is_kept(server: Loopback) -> None:
    quote = {"Global Quote": {"05. price": "1.5", "07. latest trading day": "2024-03-19"}}
    server.will_answer("/query", Answer(body=quote))
    tokens = LocalTokens(lambda: 0.0)
    client = provider(server, budget=Budget("alphavantage", [Limit(2, 60), Limit(25, 86_400)], tokens))
    assert list(client.quotes(["A", "B", "C", "D"])) == ["A", "B"]
    with pytest.raises(RateLimited) as caught:
        client.search("abc")
    assert (caught.value.retry_after_seconds, server.asked("/query")) == (60, 2)
