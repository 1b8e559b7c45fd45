"""Every series of the stand-in for Yahoo and Alpha Vantage: loaded right, in fair weather and in foul."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest
import redis

from dashboard.domain.access import SYSTEM
from dashboard.providers.alphavantage import AlphaVantageProvider
from dashboard.providers.base import History, HistoryRequest, MarketDataProvider
from dashboard.providers.chain import ProviderChain
from dashboard.providers.circuits import Rule, SharedCircuits
from dashboard.providers.guard import GuardedProvider, Habits, LocalPauses
from dashboard.providers.retry import Retry
from dashboard.providers.yahoo import YahooProvider
from dashboard.results.instruments import RefreshReport
from dashboard.services import market_data
from dashboard.settings import Settings
from tests.integration.market_data.test_refresh_from_chain import Clock
from tests.integration.market_data.test_refresh_from_yahoo import QUARANTINED, as_traded, reasons
from tests.stand_in import MARKET, StandIn, free_port, served, started, stop

Closes = Mapping[date, float]
IMPATIENT = Retry(attempts=3, total_seconds=1.5, first_wait_seconds=0.01)
pytestmark = pytest.mark.usefixtures("app_context")


@cache
def shares() -> dict[str, Closes]:
    """The closes that are to be stored, by symbol: as traded, in the major currency."""
    files = [path.stem for path in sorted((MARKET / "ohlcv").glob("*.csv"))]
    found: dict[str, Closes] = {symbol: as_traded(symbol) for symbol in files}
    for name, renamed in (("closes_us_1990_2022", {}), ("sp500_index_1990_2022", {"SP500": "^GSPC"})):
        for symbol, closes in _columns(name).items():
            found[renamed.get(symbol, symbol)] = closes
    return found


@cache
def pairs() -> dict[str, Closes]:
    """The rates of the pairs that the stand-in has made beforehand, by Yahoo's symbol."""
    per_euro = _columns("fx_ecb_per_eur")
    per_euro["EUR"] = dict.fromkeys(per_euro["USD"], 1.0)
    symbols = {name for one in per_euro for name in (f"EUR{one}=X", f"{one}USD=X", f"USD{one}=X", f"{one}=X")}
    found: dict[str, Closes] = {}
    for symbol in sorted(symbols - {"EUREUR=X", "USDUSD=X", "USD=X"}):
        base, quote = (symbol[:3], symbol[3:6]) if len(symbol) == 8 else ("USD", symbol[:3])
        one, other = per_euro[base], per_euro[quote]
        found[symbol] = {day: other[day] / one[day] for day in one if day in other}
    return found


def _columns(name: str) -> dict[str, Closes]:
    """The series of a file with a column each."""
    with gzip.open(MARKET / f"{name}.csv.gz", "rt") as handle:
        header, *rows = list(csv.reader(handle))
    return {
        symbol: {date.fromisoformat(row[0]): float(row[at]) for row in rows if row[at] not in ("", "N/A")}
        for at, symbol in enumerate(header[1:], 1)
    }


def assert_right(symbol: str, wanted: Closes, *, rounded: bool = False) -> None:
    """Every day once, none missing, each close as in the file."""
    bars = market_data.bars(symbol, adjusted=False)
    valued = [(day, close) for day, close in zip(bars.dates.tolist(), bars.close, strict=True)]
    held_back = QUARANTINED.get(symbol, set())
    assert [day for day, _ in valued if day not in held_back] == sorted(wanted), symbol
    found = [close for day, close in valued if day not in held_back]
    rtol, atol = (1e-5, 1e-2) if rounded else (1e-9, 0.0)
    np.testing.assert_allclose(found, [wanted[day] for day in sorted(wanted)], rtol=rtol, atol=atol, err_msg=symbol)


def assert_complete_or_reasoned(report: RefreshReport, *, rounded: bool = False) -> set[str]:
    """Each series holds all of its closes, or none and a typed reason; the symbols of those without."""
    for outcome in report.outcomes:
        assert outcome.code in {"", "provider_unavailable", "rate_limited"}, outcome
        if outcome.code:
            assert outcome.reason
            assert market_data.details_of([outcome.symbol]) == {} or not len(market_data.bars(outcome.symbol).dates)
        else:
            assert_right(outcome.symbol, shares()[outcome.symbol], rounded=rounded)
    return {outcome.symbol for outcome in report.outcomes if outcome.code}


@dataclass
class Recorded:
    """A provider whose requests are written down."""

    provider: MarketDataProvider
    asked: list[HistoryRequest] = field(default_factory=list)

    def __getattr__(self, name: str) -> object:
        return getattr(self.provider, name)

    def history(self, request: HistoryRequest) -> History:
        self.asked.append(request)
        return self.provider.history(request)


def yahoo(settings: Settings, address: str, timeout_seconds: float = 10.0) -> YahooProvider:
    directory = settings.dashboard_home / "yahoo"
    return YahooProvider(cache_directory=directory, base_url=address, timeout_seconds=timeout_seconds, retry=IMPATIENT)


@pytest.fixture(scope="module")
def own_stand_in() -> Iterator[StandIn]:
    """A stand-in for these tests alone: others add bars to theirs, and it counts the requests of a minute."""
    with served() as running:
        yield running


@pytest.fixture
def stand_in(own_stand_in: StandIn) -> StandIn:
    """It, in good health."""
    own_stand_in.set()
    return own_stand_in


def chain_of(provider: MarketDataProvider) -> ProviderChain:
    return ProviderChain([GuardedProvider(provider, LocalPauses())])


def test_all_series_are_loaded_as_traded_and_then_only_what_is_new_is_asked_for(
    settings: Settings, stand_in: StandIn
) -> None:
    assert len(shares()) + len(pairs()) == stand_in.series
    # The pairs are all alike: these stand for the others.
    wanted = {**shares(), **{symbol: pairs()[symbol] for symbol in ("EURHKD=X", "EURJPY=X", "GBPUSD=X", "JPY=X")}}
    source = Recorded(yahoo(settings, stand_in.address))
    chain = chain_of(source)  # type: ignore[arg-type]  # the rest of the provider is what it is

    report = market_data.refresh(SYSTEM, sorted(wanted), chain=chain)

    assert report.complete, {symbol: code for symbol, code in reasons(report).items() if code}
    for symbol, closes in wanted.items():
        assert_right(symbol, closes)
    currencies = {symbol: market_data.bars(symbol).currency for symbol in ("REL.L", "4063.T", "EURHKD=X", "EURJPY=X")}
    assert currencies == {"REL.L": "GBP", "4063.T": "JPY", "EURHKD=X": "HKD", "EURJPY=X": "JPY"}
    assert min(wanted["SSNLF"]).year == 2001 and max(wanted["SSNLF"]) > date(2025, 12, 1)

    before, source.asked[:] = stand_in.requests(), []
    some = ["4063.T", "DODFX", "EURHKD=X", "REL.L", "SSNLF"]
    again = market_data.refresh(SYSTEM, some, chain=chain)

    assert (again.complete, {outcome.rows for outcome in again.outcomes}) == (True, {0})
    assert stand_in.requests() - before == len(some)
    assert [(request.symbol, request.start) for request in source.asked] == [
        (symbol, max(wanted[symbol]) - timedelta(days=14)) for symbol in some
    ]


def test_a_source_that_fails_three_times_in_ten_leaves_no_hole_and_no_wrong_price(
    settings: Settings, stand_in: StandIn
) -> None:
    chain = chain_of(yahoo(settings, stand_in.address, timeout_seconds=0.3))
    stand_in.set(fail=0.3)
    symbols = sorted(shares())[:16]

    lacking = assert_complete_or_reasoned(market_data.refresh(SYSTEM, symbols, chain=chain))
    assert len(lacking) < len(symbols)

    stand_in.set()
    assert market_data.refresh(SYSTEM, sorted(lacking), chain=chain).complete
    for symbol in symbols:
        assert_right(symbol, shares()[symbol])


def test_past_twenty_requests_a_minute_the_rest_is_named_and_what_came_is_whole(stand_in: StandIn) -> None:
    stand_in.set(rate_limit=20)
    source = AlphaVantageProvider(api_key="key", base_url=stand_in.address, retry=IMPATIENT)
    chain = ProviderChain([GuardedProvider(source, LocalPauses(), habits=Habits(by_key=True))])
    symbols = sorted(set(shares()) - {"^GSPC", "DODFX"})

    report = market_data.refresh(SYSTEM, symbols, chain=chain)

    lacking = assert_complete_or_reasoned(report, rounded=True)
    assert 0 < len(lacking) < len(symbols)
    assert {outcome.code for outcome in report.outcomes if outcome.symbol in lacking} == {"rate_limited"}
    asked = stand_in.requests()
    assert {outcome.code for outcome in market_data.refresh(SYSTEM, sorted(lacking), chain=chain).outcomes} == {
        "rate_limited"
    }
    assert stand_in.requests() == asked  # whoever was refused is left alone


def test_a_source_that_is_away_for_a_minute_in_the_middle_is_left_alone_and_made_up_for(
    settings: Settings, stand_in: StandIn, redis_client: redis.Redis
) -> None:
    clock = Clock()
    port = free_port()
    source = Recorded(yahoo(settings, f"http://127.0.0.1:{port}", timeout_seconds=5.0))
    circuits = SharedCircuits(redis_client, Rule(failures=3), clock=clock)
    chain = ProviderChain([GuardedProvider(source, LocalPauses(clock), circuits)])  # type: ignore[arg-type]  # as above
    running = [started(port)[0]]
    symbols = sorted(shares())[:15]

    def weather(done: int, total: int, symbol: str) -> None:
        if done == 5:
            stop(running.pop())
        if done == 11:
            running.append(started(port)[0])
            clock.now += 60

    try:
        report = market_data.refresh(SYSTEM, symbols, chain=chain, progress=weather)
        lacking = assert_complete_or_reasoned(report)
        reason = {outcome.symbol: "left alone" in outcome.reason for outcome in report.outcomes if outcome.code}
        # Three are tried in vain, then the breaker is open: nobody is asked until the minute is over.
        assert list(reason.items()) == [(symbol, at >= 3) for at, symbol in enumerate(symbols[5:11])]
        assert len(source.asked) == len(symbols) - 3

        assert market_data.refresh(SYSTEM, sorted(lacking), chain=chain).complete
        for symbol in symbols:
            assert_right(symbol, shares()[symbol])
    finally:
        for process in running:
            stop(process)
