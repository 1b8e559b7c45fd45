"""What a refresh does with answers of every kind; the provider is a fake whose answers the test writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow, Portfolio
from dashboard.domain.access import SYSTEM
from dashboard.domain.instruments import AssetClass, Split
from dashboard.errors import InstrumentNotFound, ProviderUnavailable
from dashboard.providers.base import (
    EVERYTHING,
    DailyBars,
    Dividend,
    History,
    HistoryRequest,
    InstrumentMeta,
    Quote,
    SearchHit,
)
from dashboard.providers.chain import ProviderChain
from dashboard.providers.simulated import SimulatedProvider
from dashboard.services import instruments, market_data
from tests.integration.market_data.ledgers import Purchase, make_ledger

pytestmark = pytest.mark.usefixtures("app_context")

FIRST = date(2024, 1, 2)


def history(symbol: str, closes: Sequence[float], currency: str = "USD", first: date = FIRST) -> History:
    """Bars of consecutive days."""
    values = np.array(closes, dtype=np.float64)
    days = np.datetime64(first, "D") + np.arange(len(values))
    empty = np.full(len(values), np.nan)
    bars = DailyBars(days, empty, empty, empty, values, empty)
    meta = InstrumentMeta(symbol, currency, AssetClass.EQUITY, exchange="X", timezone="UTC")
    return History("fake", symbol, currency, currency, bars, (), (), meta)


@dataclass
class FakeProvider:
    """Answers from a table; a symbol that is not in it is not known, an exception in it is raised."""

    answers: dict[str, History | BaseException]
    name: str = "fake"
    asked: list[HistoryRequest] = field(default_factory=list)
    asset_classes: frozenset[AssetClass] = EVERYTHING

    def history(self, request: HistoryRequest) -> History:
        self.asked.append(request)
        answer = self.answers.get(request.provider_symbol)
        if answer is None:
            raise InstrumentNotFound("unknown", provider=self.name, symbol=request.provider_symbol)
        if isinstance(answer, BaseException):
            raise answer
        start = np.datetime64(request.start or date.min, "D")
        return replace(answer, bars=answer.bars[answer.bars.dates >= start])

    def quotes(self, symbols: Sequence[str]) -> dict[str, Quote]:
        return {}

    def search(self, text: str) -> tuple[SearchHit, ...]:
        return ()

    def fx_symbol(self, base: str, quote: str) -> str:
        return f"{base}{quote}=X"


@pytest.fixture
def fake() -> FakeProvider:
    return FakeProvider({})


@pytest.fixture
def chain(fake: FakeProvider) -> ProviderChain:
    return ProviderChain([fake])


def closes(symbol: str) -> list[float]:
    return [float(value) for value in market_data.bars(symbol, adjusted=False).close]


def test_a_later_refresh_asks_from_two_weeks_before_the_last_bar(fake: FakeProvider, chain: ProviderChain) -> None:
    make_ledger("USD", Purchase("A", "USD"))
    fake.answers["A"] = history("A", [1.0] * 30)
    market_data.refresh(SYSTEM, chain=chain)

    market_data.refresh(SYSTEM, chain=chain)

    assert [request.start for request in fake.asked] == [None, FIRST + timedelta(days=29 - 14)]


def test_a_correction_of_a_recent_bar_is_taken_over_and_dirties_from_its_day(
    fake: FakeProvider, chain: ProviderChain
) -> None:
    key = make_ledger("USD", Purchase("A", "USD", FIRST))
    fake.answers["A"] = history("A", [10.0, 11.0, 12.0])
    market_data.refresh(SYSTEM, chain=chain)
    db.session.get_one(Portfolio, key).dirty_from = None
    db.session.commit()
    fake.answers["A"] = history("A", [10.0, 11.5, 12.0])

    (outcome,) = market_data.refresh(SYSTEM, chain=chain).outcomes

    assert (outcome.rows, closes("A")) == (1, [10.0, 11.5, 12.0])
    assert db.session.get_one(Portfolio, key).dirty_from == FIRST + timedelta(days=1)


def test_a_split_listed_late_has_the_whole_series_fetched_anew(fake: FakeProvider, chain: ProviderChain) -> None:
    make_ledger("USD", Purchase("A", "USD"))
    fake.answers["A"] = history("A", [50.0] * 40)
    market_data.refresh(SYSTEM, chain=chain)
    split = Split(FIRST + timedelta(days=10), Decimal(2))
    fake.answers["A"] = replace(history("A", [100.0] * 10 + [50.0] * 30), splits=(split,))
    assert closes("A")[0] == 50.0

    fake.answers["A"] = replace(history("A", [100.0] * 35 + [50.0] * 5), splits=(split,))
    market_data.refresh(SYSTEM, chain=chain)

    assert fake.asked[-1].start is None
    assert closes("A") == [100.0] * 35 + [50.0] * 5


@pytest.mark.parametrize(("factor", "words"), [(100.0, "100 times"), (0.01, "a hundredth of")])
def test_a_source_that_turns_to_pence_is_refused_and_what_was_stored_stays(
    fake: FakeProvider, chain: ProviderChain, factor: float, words: str
) -> None:
    make_ledger("GBP", Purchase("A.L", "GBP"))
    fake.answers["A.L"] = history("A.L", [10.0, 11.0, 12.0], "GBP")
    market_data.refresh(SYSTEM, chain=chain)
    fake.answers["A.L"] = history("A.L", [close * factor for close in (10.0, 11.0, 12.0, 13.0)], "GBP")

    (outcome,) = market_data.refresh(SYSTEM, chain=chain).outcomes

    assert (outcome.code, closes("A.L")) == ("provider_unavailable", [10.0, 11.0, 12.0])
    assert words in outcome.reason
    assert market_data.instrument(SYSTEM, "A.L").problem == outcome.reason
    instruments.remap(SYSTEM, "A.L", "A.L", discard=True)
    market_data.refresh(SYSTEM, chain=chain)
    assert closes("A.L")[-1] == 13.0 * factor


def test_a_split_that_moves_by_days_is_one_split(fake: FakeProvider, chain: ProviderChain) -> None:
    make_ledger("USD", Purchase("A", "USD"))
    for day in (5, 7):
        split = Split(FIRST + timedelta(days=day), Decimal(2))
        fake.answers["A"] = replace(history("A", [100.0] * day + [50.0] * 5), splits=(split,))
        market_data.refresh(SYSTEM, chain=chain)

    assert [found.date for found in market_data.bars("A").splits] == [FIRST + timedelta(days=7)]


def test_the_bar_of_a_session_that_goes_on_is_not_stored(fake: FakeProvider, chain: ProviderChain) -> None:
    make_ledger("USD", Purchase("A", "USD"))
    fake.answers["A"] = replace(history("A", [1.0, 2.0, 3.0]), provisional_from=FIRST + timedelta(days=2))

    market_data.refresh(SYSTEM, chain=chain)

    assert closes("A") == [1.0, 2.0]


def test_dividends_are_stored_once_and_corrected(fake: FakeProvider, chain: ProviderChain) -> None:
    make_ledger("USD", Purchase("A", "USD"))
    for amount in (0.5, 0.5, 0.6):
        paid = Dividend(FIRST, amount, "USD")
        fake.answers["A"] = replace(history("A", [1.0, 2.0]), dividends=(paid,))
        market_data.refresh(SYSTEM, chain=chain)

    query = "select date, currency, amount from dividends"
    assert [tuple(row) for row in db.session.execute(db.text(query))] == [(FIRST, "USD", 0.6)]


def test_a_failure_keeps_what_is_stored_and_its_reason_until_the_next_success(
    fake: FakeProvider, chain: ProviderChain
) -> None:
    make_ledger("USD", Purchase("A", "USD"), Purchase("B", "USD"))
    fake.answers |= {"A": history("A", [1.0, 2.0]), "B": history("B", [3.0])}
    market_data.refresh(SYSTEM, chain=chain)
    good = fake.answers["A"]
    fake.answers["A"] = ProviderUnavailable("it timed out", provider="fake", symbol="A")

    report = market_data.refresh(SYSTEM, chain=chain)

    assert [(outcome.symbol, outcome.code) for outcome in report.outcomes] == [("A", "provider_unavailable"), ("B", "")]
    assert closes("A") == [1.0, 2.0]
    (problem,) = market_data.problems_of(["A", "B"])
    assert (problem.code, problem.message) == ("provider_unavailable", "it timed out")
    fake.answers["A"] = good
    market_data.refresh(SYSTEM, chain=chain)
    assert market_data.problems_of(["A", "B"]) == ()


def test_an_instrument_that_had_prices_stays_active_when_its_symbol_vanishes(
    fake: FakeProvider, chain: ProviderChain
) -> None:
    make_ledger("USD", Purchase("A", "USD"))
    fake.answers["A"] = history("A", [1.0])
    market_data.refresh(SYSTEM, chain=chain)
    del fake.answers["A"]

    market_data.refresh(SYSTEM, chain=chain)

    detail = market_data.instrument(SYSTEM, "A")
    assert (detail.state, detail.problem_code) == ("active", "instrument_not_found")


def test_what_a_person_filled_in_is_not_overwritten(fake: FakeProvider, chain: ProviderChain) -> None:
    content = b"symbol,name,asset_class,currency\nA,My own name,etf,USD\n"
    market_data.import_instruments(SYSTEM, content, "mine.csv")
    fake.answers["A"] = history("A", [1.0])

    market_data.refresh(SYSTEM, ["A"], chain=chain)

    detail = market_data.instrument(SYSTEM, "A")
    assert (detail.name, detail.asset_class, detail.exchange) == ("My own name", "etf", "X")


def test_a_benchmark_is_refreshed_like_what_is_held(fake: FakeProvider, chain: ProviderChain) -> None:
    fake.answers |= {"A": history("A", [1.0]), "INDEX": history("INDEX", [5.0])}
    market_data.refresh(SYSTEM, ["INDEX"], chain=chain)
    benchmark = market_data.instrument(SYSTEM, "INDEX").id
    make_ledger("USD", Purchase("A", "USD"), benchmark=benchmark)

    report = market_data.refresh(SYSTEM, chain=chain)

    assert [outcome.symbol for outcome in report.outcomes] == ["A", "INDEX"]


def test_a_pair_that_nobody_quotes_is_had_through_the_dollar(fake: FakeProvider, chain: ProviderChain) -> None:
    make_ledger("CHF", Purchase("A", "ILS"))
    fake.answers |= {
        "A": history("A", [1.0], currency="ILS"),
        "USDCHF=X": history("USDCHF=X", [0.9, 0.9], currency="CHF"),
        "USDILS=X": history("USDILS=X", [3.6, 3.6], currency="ILS"),
    }

    report = market_data.refresh(SYSTEM, chain=chain)

    assert {outcome.symbol: outcome.code for outcome in report.outcomes} == {
        "A": "",
        "CHFILS": "instrument_not_found",
        "USDCHF": "",
        "USDILS": "",
    }
    rates = market_data.market_data_for(["A"], ["CHF"]).rates
    assert sorted(rates) == [("USD", "CHF"), ("USD", "ILS")]


def test_symbols_that_are_asked_for_bring_the_rates_that_nobody_has_fetched_yet(
    fake: FakeProvider, chain: ProviderChain
) -> None:
    make_ledger("EUR", Purchase("A", "USD"))
    fake.answers |= {"A": history("A", [1.0, 2.0]), "EURUSD=X": history("EURUSD=X", [1.1, 1.2])}

    first = market_data.refresh(SYSTEM, ["A"], chain=chain)
    second = market_data.refresh(SYSTEM, ["A"], chain=chain)

    assert [outcome.symbol for outcome in first.outcomes] == ["A", "EURUSD"]
    assert [outcome.symbol for outcome in second.outcomes] == ["A"]


def test_progress_is_told_series_by_series(fake: FakeProvider, chain: ProviderChain) -> None:
    make_ledger("USD", Purchase("A", "USD"), Purchase("B", "USD"))
    fake.answers |= {"A": history("A", [1.0]), "B": history("B", [1.0])}
    told: list[tuple[int, int, str]] = []

    market_data.refresh(SYSTEM, chain=chain, progress=lambda *step: told.append(step))

    assert told == [(0, 2, "A"), (1, 2, "B")]


def test_a_process_that_dies_leaves_the_finished_series_complete(fake: FakeProvider, chain: ProviderChain) -> None:
    make_ledger("USD", Purchase("A", "USD"), Purchase("B", "USD"))
    fake.answers |= {"A": history("A", [1.0, 2.0]), "B": KeyboardInterrupt()}

    with pytest.raises(KeyboardInterrupt):
        market_data.refresh(SYSTEM, chain=chain)

    db.session.rollback()
    assert closes("A") == [1.0, 2.0]
    assert db.session.get_one(InstrumentRow, market_data.instrument(SYSTEM, "A").id).state == "active"


def test_the_simulated_market_refreshes_from_its_first_day_to_its_last() -> None:
    provider = SimulatedProvider()
    make_ledger("EUR", Purchase("EURUSD=X", "USD"))

    report = market_data.refresh(SYSTEM)

    assert report.complete
    assert [outcome.symbol for outcome in report.outcomes] == ["EURUSD=X", "EURUSD"]
    stored, source = market_data.bars("EURUSD=X", adjusted=False), provider.history(HistoryRequest("EURUSD=X"))
    np.testing.assert_array_equal(stored.dates, source.bars.dates)
    np.testing.assert_array_equal(stored.close, source.bars.close)
