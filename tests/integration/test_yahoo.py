"""Yahoo through yfinance, against a loopback server that answers well and badly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from dashboard.domain.instruments import AssetClass, Split
from dashboard.errors import InstrumentNotFound, ProviderError, ProviderUnavailable, RateLimited
from dashboard.providers.base import History, HistoryRequest, Issue, MarketState
from dashboard.providers.retry import Retry
from dashboard.providers.yahoo import YahooProvider
from tests.yahoo_loopback import NOT_FOUND, Answer, Loopback, chart, loopback, stamp

ABC = "/v8/finance/chart/ABC"
GOOD = chart("ABC", {stamp("2024-03-14", 13, 30): 10.0, stamp("2024-03-15", 13, 30): 10.5})
HTML = "<html><body>Will be right back</body></html>"


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as running:
        yield running


@pytest.fixture
def yahoo(server: Loopback, tmp_path: Path) -> YahooProvider:
    return make_yahoo(server, tmp_path)


def make_yahoo(server: Loopback, cache: Path, *, attempts: int = 1, timeout_seconds: float = 5.0) -> YahooProvider:
    retry = Retry(attempts=attempts, total_seconds=20, sleep=lambda _: None)
    return YahooProvider(
        cache_directory=cache,
        base_url=server.address,
        timeout_seconds=timeout_seconds,
        retry=retry,
        now=lambda: datetime(2024, 3, 15, 22, tzinfo=UTC),
    )


def failure(provider: YahooProvider, symbol: str = "ABC") -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        provider.history(HistoryRequest(symbol))
    assert (caught.value.provider, caught.value.symbol) == ("yahoo", symbol)
    return caught.value


def days(history: History) -> list[str]:
    return [str(day) for day in history.bars.dates]


def test_a_history_carries_bars_and_who_they_are_about(server: Loopback, yahoo: YahooProvider) -> None:
    server.will_answer(ABC, Answer(body=GOOD))
    history = yahoo.history(HistoryRequest("ABC"))
    assert days(history) == ["2024-03-14", "2024-03-15"]
    assert history.bars.close.tolist() == [10.0, 10.5]
    assert (history.currency, history.price_unit, history.meta.mic) == ("USD", "USD", "XNYS")
    assert (history.meta.name, history.meta.asset_class) == ("ABC plc", AssetClass.EQUITY)
    assert history.provisional_from is None


def test_a_history_costs_one_request_once_cookie_and_crumb_are_there(server: Loopback, yahoo: YahooProvider) -> None:
    server.will_answer(ABC, Answer(body=GOOD))
    yahoo.history(HistoryRequest("ABC"))
    before = len(server.requests)
    yahoo.history(HistoryRequest("ABC"))
    assert len(server.requests) - before == 1


def test_every_request_goes_to_the_base_address_cookies_and_crumbs_too(server: Loopback, yahoo: YahooProvider) -> None:
    server.will_answer(ABC, Answer(body=GOOD))
    yahoo.history(HistoryRequest("ABC"))
    assert [path for path, _ in server.requests] == ["/", "/v1/test/getcrumb", ABC]
    assert server.requests[-1][1]["crumb"] == ["crumb"]


def test_a_redirect_to_the_real_service_stays_at_the_base_address(server: Loopback, yahoo: YahooProvider) -> None:
    server.will_answer(ABC, Answer(302, headers={"Location": "https://query1.finance.yahoo.com/elsewhere?a=1"}))
    server.will_answer("/elsewhere", Answer(body=GOOD))
    assert len(yahoo.history(HistoryRequest("ABC")).bars) == 2
    assert server.requests[-1] == ("/elsewhere", {"a": ["1"]})


def test_a_base_address_may_have_a_path(server: Loopback, tmp_path: Path) -> None:
    server.will_answer(f"/gateway{ABC}", Answer(body=GOOD))
    gateway = YahooProvider(
        cache_directory=tmp_path, base_url=f"{server.address}/gateway", now=lambda: datetime(2024, 3, 16, tzinfo=UTC)
    )
    assert len(gateway.history(HistoryRequest("ABC")).bars) == 2


def test_the_window_is_cut_to_what_was_asked_for_in_the_days_of_the_exchange(
    server: Loopback, yahoo: YahooProvider
) -> None:
    tokyo = {stamp("2024-03-12", 15): 1.0, stamp("2024-03-13", 15): 2.0, stamp("2024-03-14", 15): 3.0}
    server.will_answer(ABC, Answer(body=chart("ABC", tokyo, zone="Asia/Tokyo", currency="JPY")))
    history = yahoo.history(HistoryRequest("ABC", start=date(2024, 3, 14), end=date(2024, 3, 14)))
    assert days(history) == ["2024-03-14"]
    assert history.bars.close.tolist() == [2.0]


def test_the_window_always_reaches_to_now_so_that_later_splits_are_undone(
    server: Loopback, yahoo: YahooProvider
) -> None:
    bars = {stamp("2024-03-11", 13, 30): 20.0, stamp("2024-03-12", 13, 30): 20.4, stamp("2024-03-13", 13, 30): 20.2}
    answer = chart(
        "ABC", bars, splits=[(stamp("2024-03-13", 13, 30), 5, 1)], dividends=[(stamp("2024-03-12", 13, 30), 0.1)]
    )
    server.will_answer(ABC, Answer(body=answer))
    history = yahoo.history(HistoryRequest("ABC", start=date(2024, 3, 11), end=date(2024, 3, 12)))
    assert int(server.requests[-1][1]["period2"][0]) > stamp("2024-03-15", 22)
    assert history.bars.close.tolist() == [100.0, 102.0]
    assert history.bars.volume.tolist() == [200.0, 200.0]
    assert history.splits == (Split(date(2024, 3, 13), Decimal(5)),)
    assert [(it.date, it.amount, it.currency) for it in history.dividends] == [(date(2024, 3, 12), 0.5, "USD")]


@pytest.mark.parametrize(("unit", "major"), [("GBp", "GBP"), ("ZAc", "ZAR"), ("ILA", "ILS")])
def test_hundredths_become_the_major_currency_with_their_dividends(
    server: Loopback, yahoo: YahooProvider, unit: str, major: str
) -> None:
    at = stamp("2024-03-14", 8)
    server.will_answer(ABC, Answer(body=chart("ABC", {at: 1250.0}, currency=unit, zone="UTC", dividends=[(at, 35.5)])))
    history = yahoo.history(HistoryRequest("ABC"))
    assert (history.currency, history.price_unit) == (major, unit)
    assert history.bars.close.tolist() == [12.5]
    assert [(it.amount, it.currency) for it in history.dividends] == [(0.355, major)]


def test_a_bar_of_the_session_that_is_going_on_is_provisional(server: Loopback, yahoo: YahooProvider) -> None:
    bars = {stamp("2024-03-14", 13, 30): 10.0, stamp("2024-03-15", 21, 59): 10.5}
    server.will_answer(ABC, Answer(body=chart("ABC", bars, session_end=stamp("2024-03-15", 23))))
    assert yahoo.history(HistoryRequest("ABC")).provisional_from == date(2024, 3, 15)


def test_bad_bars_are_left_out_and_named_and_the_good_ones_kept(server: Loopback, yahoo: YahooProvider) -> None:
    bars = {
        stamp("2024-03-11", 13, 30): None,
        stamp("2024-03-12", 13, 30): 0.0,
        stamp("2024-03-13", 13, 30): 9.9,
        stamp("2024-03-13", 20, 0): 10.0,
        stamp("2024-03-18", 13, 30): 11.0,
    }
    server.will_answer(ABC, Answer(body=chart("ABC", bars)))
    history = yahoo.history(HistoryRequest("ABC"))
    assert (days(history), history.bars.close.tolist()) == (["2024-03-13"], [10.0])
    assert {(it.date.day, it.issue) for it in history.rejected} == {
        (11, Issue.MISSING_CLOSE),
        (12, Issue.NOT_POSITIVE),
        (13, Issue.DUPLICATE),
        (18, Issue.FUTURE),
    }


def test_a_window_without_bars_is_an_empty_history(server: Loopback, yahoo: YahooProvider) -> None:
    server.will_answer(ABC, Answer(body=chart("ABC", {})))
    assert len(yahoo.history(HistoryRequest("ABC", start=date(2024, 3, 15))).bars) == 0


def test_an_unknown_symbol_is_not_found_after_one_request(server: Loopback, tmp_path: Path) -> None:
    server.will_answer(ABC, Answer(404, NOT_FOUND))
    error = failure(make_yahoo(server, tmp_path, attempts=4))
    assert isinstance(error, InstrumentNotFound)
    assert server.asked(ABC) == 1


def test_an_address_that_lost_its_way_is_unavailable_not_an_unknown_symbol(
    server: Loopback, yahoo: YahooProvider
) -> None:
    server.will_answer(ABC, Answer(404, "<html>no such page</html>"))
    assert isinstance(failure(yahoo), ProviderUnavailable)


def test_too_many_requests_carries_the_wait_and_is_not_tried_again(server: Loopback, tmp_path: Path) -> None:
    server.will_answer(ABC, Answer(429, "Too Many Requests", {"Retry-After": "17"}))
    error = failure(make_yahoo(server, tmp_path, attempts=4))
    assert isinstance(error, RateLimited)
    assert error.retry_after_seconds == 17
    assert server.asked(ABC) == 1


BROKEN = {
    "a server error": Answer(500, "Internal Server Error"),
    "a bad gateway": Answer(502, HTML, {"Content-Type": "text/html"}),
    "half a JSON": Answer(body='{"chart":{"result":[{"meta":{"curr'),
    "an empty body": Answer(),
    "a page of HTML": Answer(body=HTML, headers={"Content-Type": "text/html"}),
    "a body that is cut off": Answer(body=json.dumps(GOOD)[:200], announced=5000),
    "JSON of another shape": Answer(body="[1, 2]"),
    "a chart without a result": Answer(body={"chart": {"result": None, "error": None}}),
    "the series of another symbol": Answer(body=chart("XYZ", {stamp("2024-03-14"): 99.0})),
    "a quote without a currency": Answer(body=chart("ABC", {stamp("2024-03-14"): 99.0}, currency="")),
    "text in place of prices": Answer(body=json.dumps(GOOD).replace("10.5", '"ten"')),
    "fewer prices than days": Answer(body=json.dumps(GOOD).replace("[10.0, 10.5]", "[10.0]")),
    "bytes that are no text": Answer(body=b"\xff\xfe\x00{}"),
    "brackets without end": Answer(body="[" * 100_000),
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN.keys())
def test_what_cannot_be_read_is_unavailable_and_tried_again(server: Loopback, tmp_path: Path, answer: Answer) -> None:
    provider = make_yahoo(server, tmp_path, attempts=3)
    server.will_answer(ABC, answer)
    assert isinstance(failure(provider), ProviderUnavailable)
    assert server.asked(ABC) == 3
    server.will_answer(ABC, answer, answer, Answer(body=GOOD))
    assert provider.history(HistoryRequest("ABC")).bars.close.tolist() == [10.0, 10.5]


def test_a_stall_ends_at_the_timeout(server: Loopback, tmp_path: Path) -> None:
    server.will_answer(ABC, Answer(stall=True), Answer(body=GOOD))
    quick = make_yahoo(server, tmp_path, timeout_seconds=0.3)
    assert isinstance(failure(quick), ProviderUnavailable)
    assert len(quick.history(HistoryRequest("ABC")).bars) == 2


def test_a_cookie_page_that_stalls_or_a_crumb_that_is_refused_stops_nothing(server: Loopback, tmp_path: Path) -> None:
    server.will_answer("/", Answer(stall=True))
    server.will_answer("/v1/test/getcrumb", Answer(429, "Too Many Requests"))
    server.will_answer(ABC, Answer(body=GOOD))
    assert len(make_yahoo(server, tmp_path, timeout_seconds=0.3).history(HistoryRequest("ABC")).bars) == 2


def test_nobody_listening_is_unavailable(tmp_path: Path) -> None:
    with loopback() as gone:
        address = gone.address
    provider = YahooProvider(cache_directory=tmp_path, base_url=address, retry=Retry(attempts=1))
    assert isinstance(failure(provider), ProviderUnavailable)


def test_a_refused_crumb_is_made_anew(server: Loopback, yahoo: YahooProvider) -> None:
    server.will_answer("/v1/test/getcrumb", Answer(body="old"), Answer(body="new"))
    server.will_answer(ABC, Answer(401, "Invalid Crumb"), Answer(body=GOOD))
    assert len(yahoo.history(HistoryRequest("ABC")).bars) == 2
    assert server.requests[-1][1]["crumb"] == ["new"]


def test_quotes_come_in_one_request_and_the_unknown_are_absent(server: Loopback, yahoo: YahooProvider) -> None:
    pence = {"currency": "GBp", "regularMarketPrice": 308.8, "regularMarketPreviousClose": 315.2}
    results = [
        {
            **pence,
            "symbol": "ABC.L",
            "regularMarketTime": 1739788724,
            "marketState": "REGULAR",
            "exchangeDataDelayedBy": 15,
        },
        {"symbol": "JPY=X", "currency": "JPY", "regularMarketPrice": 151.2, "regularMarketTime": 1739788724},
        {"symbol": "NOPRICE", "currency": "USD", "regularMarketTime": 1739788724},
    ]
    server.will_answer("/v7/finance/quote", Answer(body={"quoteResponse": {"result": results, "error": None}}))
    quotes = yahoo.quotes(["ABC.L", "USDJPY=X", "NOPRICE", "UNKNOWN", "ABC.L"])
    assert server.asked("/v7/finance/quote") == 1
    assert set(quotes) == {"ABC.L", "USDJPY=X"}
    quote = quotes["ABC.L"]
    np.testing.assert_allclose([quote.price, quote.previous_close or 0], [3.088, 3.152])
    assert (quote.currency, quote.market_state, quote.delayed_seconds) == ("GBP", MarketState.OPEN, 900)
    assert quote.at == datetime(2025, 2, 17, 10, 38, 44, tzinfo=UTC)


@pytest.mark.parametrize("answer", [Answer(body="{}"), Answer(body=HTML), Answer(503)])
def test_quotes_that_cannot_be_read_are_unavailable(server: Loopback, yahoo: YahooProvider, answer: Answer) -> None:
    server.will_answer("/v7/finance/quote", answer)
    with pytest.raises(ProviderUnavailable):
        yahoo.quotes(["ABC"])


def test_a_search_finds_instruments_and_an_empty_one_asks_nobody(server: Loopback, yahoo: YahooProvider) -> None:
    hit = {"symbol": "ABC.L", "longname": "Abc plc", "quoteType": "ETF", "exchDisp": "London", "sector": "Energy"}
    server.will_answer("/v1/finance/search", Answer(body={"quotes": [hit, {"name": "news"}]}))
    (found,) = yahoo.search("abc")
    assert (found.provider_symbol, found.name, found.asset_class) == ("ABC.L", "Abc plc", AssetClass.ETF)
    asked = len(server.requests)
    assert yahoo.search("  ") == ()
    assert len(server.requests) == asked


def test_symbols_cannot_leave_their_place_in_the_address(server: Loopback, yahoo: YahooProvider) -> None:
    failure(yahoo, "../../etc?x=1#y")
    assert server.requests[-1][0] == "/v8/finance/chart/../../etc?x=1#y"
    assert "x" not in server.requests[-1][1]
