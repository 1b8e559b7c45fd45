"""Real prices and recorded answers of the real service; skipped where these files are not beside the checkout."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from dashboard.domain.instruments import AssetClass, Split
from dashboard.errors import InstrumentNotFound, ProviderError, RateLimited
from dashboard.providers.base import HistoryRequest
from dashboard.providers.files import parse_yahoo_file
from dashboard.providers.normalise import split_factors
from dashboard.providers.retry import Retry
from dashboard.providers.yahoo import YahooProvider
from dashboard.providers.yahoo_wire import parse_chart, parse_quotes, parse_search
from tests.stand_in import MARKET, StandIn, served

SERIES = sorted(path.stem for path in MARKET.glob("ohlcv/*.csv"))
RECORDED = MARKET / "wire" / "yahoo"
TODAY = date(2026, 11, 1)

pytestmark = pytest.mark.skipif(not (MARKET / "standin.py").exists(), reason="the market files are not here")


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    """A stand-in for these tests alone."""
    with served() as running:
        yield running


@pytest.fixture
def steady(stand_in: StandIn) -> str:
    """The address of the stand-in in good health."""
    stand_in.set()
    return stand_in.address


def make_yahoo(address: str, cache: Path, timeout_seconds: float = 10) -> YahooProvider:
    return YahooProvider(
        cache_directory=cache,
        base_url=address,
        timeout_seconds=timeout_seconds,
        retry=Retry(attempts=8, sleep=lambda _: None),
        now=lambda: datetime(2026, 11, 1, tzinfo=UTC),
    )


def file_closes(symbol: str) -> dict[date, float]:
    with (MARKET / "ohlcv" / f"{symbol}.csv").open() as handle:
        rows = [row for row in csv.DictReader(handle) if row["Close"]]
    return {date.fromisoformat((row.get("Datetime") or row["Date"])[:10]): float(row["Close"]) for row in rows}


@pytest.mark.parametrize("symbol", SERIES)
def test_a_real_series_is_complete_and_as_traded(steady: str, tmp_path: Path, symbol: str) -> None:
    history = make_yahoo(steady, tmp_path).history(HistoryRequest(symbol))
    assert not history.rejected
    assert not history.notices
    expected = file_closes(symbol)
    assert history.bars.dates.tolist() == list(expected)
    adjusted = history.bars.close / split_factors(history.bars.dates, history.splits)
    np.testing.assert_allclose(adjusted, list(expected.values()), rtol=1e-12)


def test_closes_before_a_split_of_5_for_1_are_five_times_those_of_the_file(steady: str, tmp_path: Path) -> None:
    history = make_yahoo(steady, tmp_path).history(HistoryRequest("4063.T"))
    assert history.splits == (Split(date(2023, 3, 30), Decimal(5)),)
    in_file = file_closes("4063.T")
    for day, close in zip(history.bars.dates.tolist(), history.bars.close.tolist(), strict=True):
        assert close == in_file[day] * (5 if day < date(2023, 3, 30) else 1)


def test_an_increment_before_a_split_is_as_traded_too(steady: str, tmp_path: Path) -> None:
    provider = make_yahoo(steady, tmp_path)
    part = provider.history(HistoryRequest("4063.T", date(2023, 3, 1), date(2023, 3, 10)))
    assert part.bars.close.tolist() == [file_closes("4063.T")[day] * 5 for day in part.bars.dates.tolist()]


def test_pence_become_pounds(steady: str, tmp_path: Path) -> None:
    provider = make_yahoo(steady, tmp_path)
    history = provider.history(HistoryRequest("REL.L"))
    assert (history.currency, history.price_unit) == ("GBP", "GBp")
    np.testing.assert_allclose(history.bars.close, list(file_closes("REL.L").values()))
    assert history.dividends[0].amount == pytest.approx(0.355)
    assert 20 < provider.quotes(["REL.L"])["REL.L"].price < 50


def test_rates_are_those_of_the_central_bank(steady: str, tmp_path: Path) -> None:
    provider = make_yahoo(steady, tmp_path)
    direct = provider.history(HistoryRequest(provider.fx_symbol("EUR", "USD"), date(2024, 8, 1), date(2024, 8, 20)))
    inverse = provider.history(HistoryRequest(provider.fx_symbol("USD", "EUR"), date(2024, 8, 1), date(2024, 8, 20)))
    assert (direct.currency, inverse.currency, direct.meta.asset_class) == ("USD", "EUR", AssetClass.CURRENCY)
    np.testing.assert_allclose(direct.bars.close * inverse.bars.close, 1, rtol=1e-12)
    assert 1.07 < direct.bars.close[0] < 1.12


def test_an_unknown_symbol_is_not_found(steady: str, tmp_path: Path) -> None:
    with pytest.raises(InstrumentNotFound):
        make_yahoo(steady, tmp_path).history(HistoryRequest("NOPE"))


def test_with_a_third_of_the_answers_broken_every_series_is_right(
    stand_in: StandIn, steady: str, tmp_path: Path
) -> None:
    stand_in.set(fail=0.3)
    provider = make_yahoo(steady, tmp_path, timeout_seconds=0.4)
    for symbol in SERIES:
        history = provider.history(HistoryRequest(symbol))
        adjusted = history.bars.close / split_factors(history.bars.dates, history.splits)
        np.testing.assert_allclose(adjusted, list(file_closes(symbol).values()), rtol=1e-12)


def test_beyond_the_rate_limit_each_symbol_is_refused_by_itself(stand_in: StandIn, steady: str, tmp_path: Path) -> None:
    stand_in.set(rate_limit=5)
    provider = make_yahoo(steady, tmp_path)
    outcomes: list[ProviderError | None] = []
    for _ in range(7):
        try:
            provider.history(HistoryRequest("^GSPC", date(2022, 12, 1)))
            outcomes.append(None)
        except ProviderError as error:
            outcomes.append(error)
    assert outcomes[:5] == [None] * 5
    assert all(isinstance(error, RateLimited) and error.symbol == "^GSPC" for error in outcomes[5:])
    assert len(provider.history(HistoryRequest("AAPL", date(2022, 12, 1))).bars) > 10


@pytest.mark.parametrize("symbol", SERIES)
def test_a_download_read_as_a_file_equals_the_series_of_the_service(steady: str, tmp_path: Path, symbol: str) -> None:
    history = make_yahoo(steady, tmp_path).history(HistoryRequest(symbol))
    text = (MARKET / "ohlcv" / f"{symbol}.csv").read_text()
    (series,) = parse_yahoo_file(text, symbol=symbol, currency=history.currency, today=TODAY).prices
    np.testing.assert_allclose(series.bars.close, history.bars.close, rtol=1e-12)
    assert series.splits == history.splits
    # The stand-in leaves out the days that have a dividend but no close.
    priced = set(history.bars.dates.tolist())
    paid = [it.amount for it in series.dividends if it.date in priced]
    np.testing.assert_allclose(paid, [it.amount for it in history.dividends])


def recorded(name: str) -> object:
    told: dict[str, object] = json.loads((RECORDED / name).read_text())
    return told["body"]


def test_recorded_charts_are_read_in_the_days_of_their_exchange() -> None:
    apple = parse_chart("AAPL", recorded("chart-AAPL-2020-08-31-to-2020-11-07.json"))
    assert (apple.unit, apple.meta.mic, apple.meta.asset_class) == ("USD", "XNAS", AssetClass.EQUITY)
    assert apple.raw.dates[[0, -1]].tolist() == [date(2020, 8, 31), date(2020, 11, 6)]
    assert apple.raw.splits == ((date(2020, 8, 31), Decimal(4), Decimal(1)),)
    assert apple.raw.dividends == ((date(2020, 11, 6), 0.205, ""),)
    ocado = parse_chart("OCDO.L", recorded("chart-OCDO.L-2020-01-01-to-2020-01-03.json"))
    assert (ocado.unit, ocado.meta.currency, ocado.raw.dates.tolist()) == ("GBp", "GBP", [date(2020, 1, 2)])
    euro = parse_chart("EURUSD=X", recorded("chart-EURUSD=X-2020-01-01-to-2020-01-03.json"))
    assert [day.day for day in euro.raw.dates.tolist()] == [1, 2, 3]
    coin = parse_chart("BTC-USD", recorded("chart-BTC-USD-2020-01-01-to-2020-01-03.json"))
    assert coin.meta.asset_class is AssetClass.CRYPTO
    assert [day.day for day in coin.raw.dates.tolist()] == [1, 2, 3]


def test_recorded_quotes_and_searches_are_read() -> None:
    pence = parse_quotes("yahoo", ["OCDO.L"], recorded("quote-OCDO.L.json"))["OCDO.L"]
    assert (round(pence.price, 4), pence.currency, pence.delayed_seconds) == (3.088, "GBP", 900)
    assert set(parse_quotes("yahoo", ["AAPL", "BABA"], recorded("quote-AAPL-BABA.json"))) == {"AAPL", "BABA"}
    hits = parse_search("yahoo", recorded("search-OCDO.L.json"))
    assert (hits[0].provider_symbol, hits[0].exchange, hits[0].industry) == ("OCDO.L", "London", "Grocery Stores")
