"""Every bad answer of a source leaves a typed reason on its own instrument and in the log, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime

import pytest
import redis
import structlog
from flask.ctx import AppContext

from dashboard.db.engine import db
from dashboard.domain.access import SYSTEM
from dashboard.domain.instruments import InstrumentState
from dashboard.providers.assembly import Patience, create_providers
from dashboard.providers.chain import ProviderChain
from dashboard.providers.retry import Retry
from dashboard.results.instruments import RefreshOutcome, RefreshState
from dashboard.server import create_server
from dashboard.services import market_data
from dashboard.services.market_data.sources import EXTENSION
from dashboard.settings import Settings
from tests.days import days_ago
from tests.integration.market_data.ledgers import Purchase, make_ledger
from tests.yahoo_loopback import Answer, Body, Loopback, chart, loopback, stamp

MakeApp = Callable[[str], ProviderChain]
# Far enough from today to be what they are on either side of midnight.
LATER = days_ago(-3)
DAYS = [days_ago(back) for back in (9, 8, 7)]
CHART = "/v8/finance/chart/"
HTML = "<html><body>Will be right back</body></html>"


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as running:
        yield running


@pytest.fixture
def app(settings: Settings, server: Loopback, redis_client: redis.Redis) -> Iterator[MakeApp]:
    """Makes the application with one provider, in its context, that asks everything once."""
    pushed: list[AppContext] = []

    def make(provider: str) -> ProviderChain:
        address = server.address
        changed = {"providers": (provider,), "yahoo_base_url": address, "alphavantage_base_url": address}
        chosen = Settings.build(**{**dict(settings), **changed})
        application = create_server(chosen)
        pushed.append(application.app_context())
        pushed[-1].push()
        patience = Patience(retry=Retry(attempts=1, total_seconds=5))
        chain = create_providers(chosen, client=redis_client, patience=patience)
        application.extensions[EXTENSION] = (os.getpid(), chain)
        return chain

    yield make
    for context in pushed:
        db.session.remove()
        db.engine.dispose()
        context.pop()


def closes(symbol: str) -> list[float]:
    return [float(close) for close in market_data.bars(symbol, adjusted=False).close]


def yahoo(symbol: str, values: Mapping[date, float | None], **more: object) -> dict[str, object]:
    bars = {stamp(day.isoformat(), 14, 30): close for day, close in values.items()}
    return chart(symbol, bars, **more)  # type: ignore[arg-type]  # the options of a chart


def refreshed(symbol: str) -> tuple[RefreshOutcome, list[Mapping[str, object]]]:
    with structlog.testing.capture_logs() as lines:
        (outcome,) = market_data.refresh(SYSTEM, [symbol]).outcomes
    return outcome, [line for line in lines if line.get("symbol") == symbol]


GOOD = dict(zip(DAYS, (10.0, 11.0, 12.0), strict=True))


def twice(symbol: str) -> dict[str, object]:
    """A chart with two bars of one day, by different seconds."""
    values = {stamp(DAYS[1].isoformat(), 14, 30): 11.0, stamp(DAYS[2].isoformat(), 14, 30): 12.0}
    return chart(symbol, {**values, stamp(DAYS[2].isoformat(), 20): 12.5})


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (HTML, "provider_unavailable", "cut off or no JSON"),
        ('{"chart":{"result":[{"meta":{"curr', "provider_unavailable", "cut off or no JSON"),
        ({"chart": {"result": [], "error": None}}, "provider_unavailable", "one series was expected"),
        ("[]", "provider_unavailable", "an object was expected"),
        (yahoo("BAD", GOOD, currency="EUR"), "currency_mismatch", "EUR"),
        (yahoo("BAD", GOOD, currency="??"), "provider_unavailable", "no currency"),
        (yahoo("OTHER", GOOD), "provider_unavailable", "OTHER"),
    ],
)
def test_an_answer_of_yahoo_that_cannot_be_used_fails_its_own_series(
    app: MakeApp, server: Loopback, body: Body, code: str, words: str
) -> None:
    app("yahoo")
    make_ledger("USD", Purchase("BAD", "USD"), Purchase("GOOD", "USD"))
    server.will_answer(f"{CHART}BAD", Answer(body=yahoo("BAD", GOOD)))
    server.will_answer(f"{CHART}GOOD", Answer(body=yahoo("GOOD", GOOD)))
    market_data.refresh(SYSTEM, ["BAD"])
    server.will_answer(f"{CHART}BAD", Answer(body=body))

    with structlog.testing.capture_logs() as lines:
        bad, good = market_data.refresh(SYSTEM, ["BAD", "GOOD"]).outcomes

    assert (bad.code, bad.state) == (code, RefreshState.FAILED)
    assert words in bad.reason
    problems = {problem.code: problem.message for problem in market_data.problems_of(["BAD", "GOOD"])}
    assert problems[code] == bad.reason
    assert ("prices.failed", "BAD", code) in [(line["event"], line.get("symbol"), line.get("code")) for line in lines]
    assert (good.state, closes("GOOD"), closes("BAD")) == (
        RefreshState.COMPLETE,
        [10.0, 11.0, 12.0],
        [10.0, 11.0, 12.0],
    )
    assert market_data.instrument(SYSTEM, "BAD").state is InstrumentState.ACTIVE


@pytest.mark.parametrize(
    ("body", "words", "stored"),
    [
        (yahoo("BAD", {**GOOD, DAYS[1]: None}), "no close was given", [10.0, 12.0]),
        (yahoo("BAD", {**GOOD, DAYS[1]: float("nan")}), "no close was given", [10.0, 12.0]),
        (yahoo("BAD", {**GOOD, DAYS[1]: 0.0}), "not a positive number", [10.0, 12.0]),
        (yahoo("BAD", {**GOOD, LATER: 13.0}), "has not come yet", [10.0, 11.0, 12.0]),
        (yahoo("BAD", {**GOOD, DAYS[1]: 1e300}), "not a usable number", [10.0, 12.0]),
        (yahoo("BAD", GOOD, splits=[(stamp(DAYS[1].isoformat(), 14), 0, 1)]), "split of 0 for 1", [10.0, 11.0, 12.0]),
        (yahoo("BAD", GOOD, splits=[(stamp(DAYS[1].isoformat(), 14), 1, 0)]), "for 0", [10.0, 11.0, 12.0]),
        (yahoo("BAD", GOOD, dividends=[(stamp(DAYS[1].isoformat(), 14), -1.0)]), "dividend of -1", [10.0, 11.0, 12.0]),
        (twice("BAD"), "a later bar of the same day", [11.0, 12.5]),
    ],
)
def test_what_yahoo_sends_amiss_is_left_out_with_its_reason_and_the_rest_is_stored(
    app: MakeApp, server: Loopback, body: Body, words: str, stored: list[float]
) -> None:
    app("yahoo")
    make_ledger("USD", Purchase("BAD", "USD"))
    server.will_answer(f"{CHART}BAD", Answer(body=body))

    outcome, lines = refreshed("BAD")

    assert (outcome.state, outcome.code) == (RefreshState.PARTIAL, "")
    assert [words in item for item in outcome.left_out] == [True]
    assert closes("BAD") == stored
    detail = market_data.instrument(SYSTEM, "BAD")
    assert detail.problem_code == "left_out"
    assert words in detail.problem
    assert "prices.left_out" in [line["event"] for line in lines]

    server.will_answer(f"{CHART}BAD", Answer(body=yahoo("BAD", GOOD)))
    refreshed("BAD")
    assert market_data.instrument(SYSTEM, "BAD").problem_code == ""


def test_a_split_and_a_dividend_of_a_day_to_come_change_nothing_yet_and_are_no_fault(
    app: MakeApp, server: Loopback
) -> None:
    app("yahoo")
    make_ledger("USD", Purchase("SOON", "USD"))
    at = stamp(LATER.isoformat(), 14)
    announced = yahoo("SOON", GOOD, splits=[(at, 2, 1)], dividends=[(at, 0.5)])
    server.will_answer(f"{CHART}SOON", Answer(body=announced))

    outcome, lines = refreshed("SOON")

    assert (outcome.state, closes("SOON")) == (RefreshState.COMPLETE, [10.0, 11.0, 12.0])
    assert market_data.instrument(SYSTEM, "SOON").problem_code == ""
    assert [line["issue"] for line in lines if line["event"] == "prices.notice"] == ["announced", "announced"]


def daily(rows: Mapping[str, Mapping[str, str]]) -> dict[str, object]:
    return {"Meta Data": {"2. Symbol": "BAD"}, "Time Series (Daily)": rows}


RATES = {day.isoformat(): {"4. close": str(close)} for day, close in GOOD.items()}
LISTED = {"bestMatches": [{"1. symbol": "BAD", "2. name": "Bad", "3. type": "Equity", "8. currency": "USD"}]}


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (HTML, "provider_unavailable", "no JSON"),
        ('{"Meta Data": {"1. Inf', "provider_unavailable", "cut off"),
        ({}, "provider_unavailable", "no time series"),
        ({"Error Message": "Invalid API call."}, "instrument_not_found", "does not know BAD"),
        ({"Error Message": "the parameter apikey is invalid or missing."}, "provider_refused", "ALPHAVANTAGE_API_KEY"),
        ({"Note": "5 calls per minute"}, "rate_limited", "60 seconds"),
        ({"Information": "our standard API rate limit is 25 requests per day"}, "rate_limited", "used up"),
        ("[]", "provider_unavailable", "an object was expected"),
    ],
)
def test_an_answer_of_alpha_vantage_that_cannot_be_used_leaves_what_was_stored(
    app: MakeApp, server: Loopback, body: Body, code: str, words: str
) -> None:
    app("alphavantage")
    make_ledger("USD", Purchase("BAD", "USD"))
    server.will_answer("/query", Answer(body=LISTED), Answer(body=daily(RATES)), Answer(body=body))
    market_data.refresh(SYSTEM, ["BAD"])

    outcome, lines = refreshed("BAD")

    assert (outcome.code, closes("BAD")) == (code, [10.0, 11.0, 12.0])
    assert words in outcome.reason
    assert [(line["event"], line["code"]) for line in lines] == [("prices.failed", code)]
    assert market_data.instrument(SYSTEM, "BAD").problem_code == code


@pytest.mark.parametrize(
    ("rows", "words", "stored"),
    [
        ({**RATES, DAYS[1].isoformat(): {"4. close": "NaN"}}, "no close was given", [10.0, 12.0]),
        ({**RATES, LATER.isoformat(): {"4. close": "13"}}, "has not come yet", [10.0, 11.0, 12.0]),
        (
            {**RATES, DAYS[1].isoformat(): {"4. close": "11", "8. split coefficient": "0"}},
            "a split of 0 for 1",
            [10.0, 11.0, 12.0],
        ),
    ],
)
def test_what_alpha_vantage_sends_amiss_is_left_out_with_its_reason(
    app: MakeApp,
    server: Loopback,
    rows: Mapping[str, Mapping[str, str]],
    words: str,
    stored: list[float],
) -> None:
    app("alphavantage")
    make_ledger("USD", Purchase("BAD", "USD"))
    server.will_answer("/query", Answer(body=LISTED), Answer(body=daily(rows)))

    outcome, _ = refreshed("BAD")

    assert (outcome.state, closes("BAD")) == (RefreshState.PARTIAL, stored)
    assert words in market_data.instrument(SYSTEM, "BAD").problem


def test_a_listing_in_no_currency_is_a_failure_of_its_own_instrument(app: MakeApp, server: Loopback) -> None:
    app("alphavantage")
    listed = {"bestMatches": [{**LISTED["bestMatches"][0], "8. currency": "US Dollar"}]}
    server.will_answer("/query", Answer(body=listed), Answer(body=daily(RATES)))

    outcome, _ = refreshed("BAD")

    assert (outcome.code, market_data.details_of(["BAD"])) == ("provider_unavailable", {})


def test_an_instrument_without_any_price_is_no_success(app: MakeApp, server: Loopback) -> None:
    app("yahoo")
    make_ledger("USD", Purchase("BAD", "USD"))
    server.will_answer(f"{CHART}BAD", Answer(body=yahoo("BAD", {})))

    outcome, _ = refreshed("BAD")

    assert outcome.code == "no_prices"
    assert market_data.instrument(SYSTEM, "BAD").problem_code == "no_prices"

    server.will_answer(f"{CHART}BAD", Answer(body=yahoo("BAD", {DAYS[0]: None})))
    again, _ = refreshed("BAD")
    assert again.code == "no_prices"
    assert again.reason == f"yahoo knows BAD but has no price of it ({DAYS[0]}: no close was given that is a number)."


def test_ten_thousand_quotes_are_asked_for_in_batches_and_a_bad_batch_loses_itself_alone(
    app: MakeApp, server: Loopback
) -> None:
    chain = app("yahoo")
    symbols = [f"S{number}" for number in range(10_000)]
    at = int(datetime(2024, 3, 15, 20, tzinfo=UTC).timestamp())
    price = {"currency": "USD", "regularMarketPrice": 1.0, "regularMarketTime": at}
    # One symbol of each batch is known.
    known = [{"symbol": symbol, **price} for symbol in symbols[::100]]
    answer = {"quoteResponse": {"result": known, "error": None}}
    server.will_answer("/v7/finance/quote", Answer(body=HTML), Answer(body=answer))

    quotes = chain.quotes(symbols)

    assert server.asked("/v7/finance/quote") == 100
    assert list(quotes) == symbols[100::100]
