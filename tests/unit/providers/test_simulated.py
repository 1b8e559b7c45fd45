"""The simulated market: the same everywhere, plausible, and ticking."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from dashboard.domain.instruments import AssetClass
from dashboard.domain.intraday import BarInterval, IntradayBars, coarser
from dashboard.domain.session_range import SessionRange
from dashboard.errors import InstrumentNotFound, NoPrices
from dashboard.providers.base import History, HistoryRequest, MarketState
from dashboard.providers.intraday import IntradayRequest
from dashboard.providers.normalise import split_factors
from dashboard.providers.simulated import DEMO_INSTRUMENTS, SimulatedProvider
from dashboard.providers.simulated_catalogue import CURRENCIES, PAIRS, SHARES, SimulatedInstrument
from dashboard.providers.simulated_sessions import make_sessions

MONDAY_AFTERNOON = datetime(2026, 3, 16, 15, 30, tzinfo=UTC)  # New York, London and Frankfurt are open, Tokyo is not
# Of every bar up to the 16th of March 2026, prices in whole ticks.
FINGERPRINT = "c73abf9f232e55825c1c06676c063d261fd743c506ae5b3ded11bdc3a737b61a"


def at(moment: datetime) -> SimulatedProvider:
    return SimulatedProvider(now=lambda: moment)


@pytest.fixture(scope="module")
def market() -> SimulatedProvider:
    return at(MONDAY_AFTERNOON)


def history(market: SimulatedProvider, symbol: str, start: date | None = None) -> History:
    return market.history(HistoryRequest(symbol, start))


def test_the_catalogue_covers_every_class_and_currency() -> None:
    assert 38 <= len(DEMO_INSTRUMENTS) <= 45
    assert {it.currency for it in DEMO_INSTRUMENTS} == {"USD", "EUR", "GBP", "JPY"}
    assert {it.asset_class for it in DEMO_INSTRUMENTS} == {
        AssetClass.EQUITY,
        AssetClass.ETF,
        AssetClass.FUND,
        AssetClass.BOND,
        AssetClass.CRYPTO,
        AssetClass.COMMODITY,
        AssetClass.CURRENCY,
        AssetClass.INDEX,
    }
    assert len({it.symbol for it in DEMO_INSTRUMENTS}) == len(DEMO_INSTRUMENTS)
    assert all(share.sector and share.industry and share.country for share in SHARES)


def test_every_fund_says_what_it_holds_of_the_market_itself(market: SimulatedProvider) -> None:
    known = {it.symbol: it for it in DEMO_INSTRUMENTS}
    funds = [it for it in DEMO_INSTRUMENTS if it.asset_class in (AssetClass.ETF, AssetClass.FUND)]
    assert len(funds) == 7
    for fund in funds:
        found = market.describe(fund.symbol)
        sectors = {share.name: share.weight for share in found.sectors}
        named: dict[str, float] = {}
        for share in found.holdings:
            assert share.name == known[share.symbol].name
            if share.symbol not in {one.symbol for one in funds}:
                sector = known[share.symbol].sector
                named[sector] = named.get(sector, 0.0) + share.weight
        assert all(weight <= sectors[sector] + 1e-12 for sector, weight in named.items()), fund.symbol
        for shares in (found.holdings, found.sectors):
            weights = [share.weight for share in shares]
            assert weights == sorted(weights, reverse=True)
            assert 0.2 < sum(weights) < 1.0
    assert market.describe("NWRB").holdings == ()
    with pytest.raises(InstrumentNotFound):
        market.describe("NOPE")


def test_every_bar_is_the_same_on_every_machine(market: SimulatedProvider) -> None:
    digest = hashlib.sha256()
    for instrument in DEMO_INSTRUMENTS:
        bars = history(market, instrument.symbol).bars
        digest.update(bars.dates.astype(np.int64).tobytes())
        for prices in (bars.open, bars.high, bars.low, bars.close):
            digest.update(np.round(prices * 10**instrument.decimals).astype(np.int64).tobytes())
    assert digest.hexdigest() == FINGERPRINT


def test_the_past_does_not_change_as_time_goes_on(market: SimulatedProvider) -> None:
    later = at(MONDAY_AFTERNOON + timedelta(days=400))
    for symbol in ("NWRB", "HKZD", "BRYL-USD", "EURUSD=X", "SMTB", "WNDX"):
        before, after = history(market, symbol), history(later, symbol)
        count = len(before.bars)
        assert len(after.bars) > count
        assert (after.bars[:count].dates == before.bars.dates).all()
        for name in ("open", "high", "low", "close", "volume"):
            np.testing.assert_array_equal(getattr(after.bars[:count], name), getattr(before.bars, name))
        assert after.dividends[: len(before.dividends)] == before.dividends
        assert after.splits[: len(before.splits)] == before.splits


def test_bars_are_consistent_and_fall_on_sessions(market: SimulatedProvider) -> None:
    for instrument in DEMO_INSTRUMENTS:
        bars = history(market, instrument.symbol).bars
        assert (bars.low > 0).all(), instrument.symbol
        assert (bars.low <= np.minimum(bars.open, bars.close)).all(), instrument.symbol
        assert (bars.high >= np.maximum(bars.open, bars.close)).all(), instrument.symbol
        weekends = ~np.is_busday(bars.dates)
        assert weekends.any() == (instrument.asset_class is AssetClass.CRYPTO), instrument.symbol
    assert date(2024, 7, 4) not in history(market, "NWRB").bars.dates.tolist()
    assert date(2024, 7, 4) in history(market, "RHNW").bars.dates.tolist()
    assert history(market, "NWRB").bars.dates[0] == np.datetime64("2005-01-03")


def test_levels_and_volatilities_are_plausible(market: SimulatedProvider) -> None:
    limits = {
        AssetClass.EQUITY: (0.18, 0.45),
        AssetClass.ETF: (0.12, 0.28),
        AssetClass.FUND: (0.07, 0.20),
        AssetClass.BOND: (0.03, 0.09),
        AssetClass.CRYPTO: (0.45, 0.80),
        AssetClass.COMMODITY: (0.12, 0.40),
        AssetClass.CURRENCY: (0.04, 0.14),
        AssetClass.INDEX: (0.12, 0.22),
    }
    for instrument in DEMO_INSTRUMENTS:
        result = history(market, instrument.symbol)
        adjusted = result.bars.close / split_factors(result.bars.dates, result.splits)
        days = 365 if instrument.asset_class is AssetClass.CRYPTO else 252
        volatility = float(np.diff(np.log(adjusted)).std() * np.sqrt(days))
        low, high = limits[instrument.asset_class]
        assert low < volatility < high, (instrument.symbol, volatility)
        assert adjusted.max() / adjusted.min() < 60, instrument.symbol


def test_shares_of_one_market_move_together(market: SimulatedProvider) -> None:
    one, other = (history(market, symbol).bars for symbol in ("ORVF", "FTBK"))
    bond = history(market, "SMTB").bars
    moves = [np.diff(np.log(bars.close[-2500:])) for bars in (one, other, bond)]
    assert np.corrcoef(moves[0], moves[1])[0, 1] > 0.25
    assert np.corrcoef(moves[0], moves[2])[0, 1] < 0.1


def test_splits_and_dividends_happen_and_fit_the_prices(market: SimulatedProvider) -> None:
    split_up = history(market, "NWRB")
    (event,) = split_up.splits
    index = int(np.searchsorted(split_up.bars.dates, np.datetime64(event.date)))
    step = split_up.bars.close[index - 1] / split_up.bars.close[index]
    assert step == pytest.approx(float(event.ratio), rel=0.15)
    paying = history(market, "THMW")
    last_year = [it.amount for it in paying.dividends if it.date.year == 2025]
    assert len(last_year) == 2
    assert 0.03 < sum(last_year) / paying.bars.close[-1] < 0.07


def test_rates_are_consistent_with_each_other(market: SimulatedProvider) -> None:
    assert len(PAIRS) == 12
    closes = {symbol: history(market, symbol).bars.close for symbol in ("EURUSD=X", "USDEUR=X", "USDJPY=X", "EURJPY=X")}
    np.testing.assert_allclose(closes["EURUSD=X"] * closes["USDEUR=X"], 1, atol=2e-5)
    np.testing.assert_allclose(closes["EURUSD=X"] * closes["USDJPY=X"], closes["EURJPY=X"], rtol=2e-5)
    assert all(market.fx_symbol(a, b) in {it.symbol for it in PAIRS} for a in CURRENCIES for b in CURRENCIES if a != b)


def test_a_history_ends_with_the_last_session_that_has_ended(market: SimulatedProvider) -> None:
    last_friday, today = np.datetime64("2026-03-13"), np.datetime64("2026-03-16")
    assert history(market, "NWRB").bars.dates[-1] == last_friday
    assert history(market, "HKZD").bars.dates[-1] == today
    assert history(market, "BRYL-USD").bars.dates[-1] == np.datetime64("2026-03-15")
    assert history(at(datetime(2026, 3, 16, 20, 1, tzinfo=UTC)), "NWRB").bars.dates[-1] == today


def test_a_window_is_cut_to_what_was_asked_for(market: SimulatedProvider) -> None:
    asked = market.history(HistoryRequest("NWRB", date(2024, 1, 2), date(2024, 1, 5)))
    assert [day.day for day in asked.bars.dates.tolist()] == [2, 3, 4, 5]
    assert not asked.dividends


def test_quotes_tick_within_the_day_and_end_at_its_close() -> None:
    seconds = range(0, 600, 5)
    ticks = [at(MONDAY_AFTERNOON + timedelta(seconds=it)).quotes(["NWRB"])["NWRB"] for it in (0, 5, 10)]
    assert len({tick.price for tick in ticks}) > 1
    assert all(tick.market_state is MarketState.OPEN for tick in ticks)
    one = SimulatedProvider(now=lambda: now)
    prices = []
    for offset in seconds:
        now = MONDAY_AFTERNOON + timedelta(seconds=offset)
        prices.append(one.quotes(["NWRB"])["NWRB"].price)
    now = datetime(2026, 3, 16, 20, 0, 0, tzinfo=UTC)
    bar = one.history(HistoryRequest("NWRB", date(2026, 3, 16))).bars
    assert bar.low[0] <= min(prices) < max(prices) <= bar.high[0]
    assert max(abs(np.diff(np.log(prices)))) < 0.01
    closed = one.quotes(["NWRB"])["NWRB"]
    assert (closed.price, closed.market_state, closed.at) == (bar.close[0], MarketState.CLOSED, now)
    now = datetime(2026, 3, 16, 19, 59, 59, tzinfo=UTC)
    assert one.quotes(["NWRB"])["NWRB"].price == pytest.approx(float(bar.close[0]), rel=1e-3)


def test_the_range_of_a_quote_is_that_of_the_path_so_far_and_in_the_end_that_of_the_bar() -> None:
    now = MONDAY_AFTERNOON
    one = SimulatedProvider(now=lambda: now)
    ranges = []
    for offset in (0, 1, 40, 20, 3600):  # who asks about earlier is told of earlier
        now = MONDAY_AFTERNOON + timedelta(seconds=offset)
        session = one.quotes(["NWRB"])["NWRB"].session
        assert session == at(now).quotes(["NWRB"])["NWRB"].session
        assert session == session.covering(one.quotes(["NWRB"])["NWRB"].price)
        ranges.append(session)
    assert ranges[4].joined(ranges[0]) == ranges[4] != ranges[0]
    now = datetime(2026, 3, 16, 20, 0, 0, tzinfo=UTC)
    bar = one.history(HistoryRequest("NWRB", date(2026, 3, 16))).bars
    assert one.quotes(["NWRB"])["NWRB"].session == SessionRange(bar.open[0], bar.high[0], bar.low[0])
    assert ranges[4].open == bar.open[0]


def test_the_previous_close_of_a_quote_is_in_the_units_of_the_quote(market: SimulatedProvider) -> None:
    (event,) = history(market, "NWRB").splits
    opening = datetime(event.date.year, event.date.month, event.date.day, 15, tzinfo=UTC)
    quote = at(opening).quotes(["NWRB"])["NWRB"]
    assert quote.previous_close is not None
    assert quote.price / quote.previous_close == pytest.approx(1, abs=0.1)


def test_quotes_of_unknown_symbols_are_absent_and_histories_not_found(market: SimulatedProvider) -> None:
    assert set(market.quotes(["NWRB", "AAPL", ""])) == {"NWRB"}
    with pytest.raises(InstrumentNotFound) as caught:
        history(market, "AAPL")
    assert (caught.value.provider, caught.value.symbol) == ("simulated", "AAPL")


def test_a_search_finds_by_name_and_by_symbol(market: SimulatedProvider) -> None:
    assert [hit.provider_symbol for hit in market.search("northwind")] == ["NWRB"]
    assert market.search("sm")[0].provider_symbol.startswith("SM")
    assert market.search(" ") == ()


def within(market: SimulatedProvider, symbol: str, interval: BarInterval, days: int = 4) -> IntradayBars:
    start = MONDAY_AFTERNOON - timedelta(days=days)
    return market.intraday(IntradayRequest(HistoryRequest(symbol), interval, start)).bars


@pytest.mark.parametrize("instrument", [it for it in DEMO_INSTRUMENTS if not it.priced_once_a_day][::6])
def test_bars_within_a_day_agree_with_the_bar_of_the_day(
    market: SimulatedProvider, instrument: SimulatedInstrument
) -> None:
    bars, daily = within(market, instrument.symbol, BarInterval.HALF_HOUR, days=8), history(market, instrument.symbol)
    sessions = make_sessions(instrument.calendar, MONDAY_AFTERNOON.date())
    checked = 0
    for index in range(-3, 0):
        day = daily.bars.dates[index]
        place = int(np.searchsorted(sessions.days, day))
        part = bars[(bars.at >= sessions.opens[place]) & (bars.at < sessions.closes[place])]
        assert part.at[0] == sessions.opens[place]
        assert (part.open[0], part.close[-1]) == (daily.bars.open[index], daily.bars.close[index])
        assert part.high.max() <= daily.bars.high[index] and part.low.min() >= daily.bars.low[index]
        if np.isfinite(daily.bars.volume[index]):
            assert part.volume.sum() == daily.bars.volume[index]
        checked += 1
    assert checked == 3


def test_bars_of_minutes_make_those_of_five_and_hold_every_quote(market: SimulatedProvider) -> None:
    symbol = SHARES[0].symbol
    minutes, fives = within(market, symbol, BarInterval.MINUTE), within(market, symbol, BarInterval.FIVE_MINUTES)
    made = coarser(minutes, BarInterval.FIVE_MINUTES)
    for name in ("at", "open", "high", "low", "close", "volume"):
        np.testing.assert_array_equal(getattr(made, name)[: len(fives)], getattr(fives, name))
    last = fives.at[-1].item().replace(tzinfo=UTC)
    ticks = [at(last + timedelta(seconds=gone)).quotes([symbol])[symbol].price for gone in range(0, 300, 37)]
    assert ticks[0] == fives.open[-1]
    assert fives.low[-1] <= min(ticks) and max(ticks) <= fives.high[-1]


def test_a_bar_within_the_day_appears_when_its_time_is_over(market: SimulatedProvider) -> None:
    symbol = SHARES[0].symbol
    bars = within(market, symbol, BarInterval.FIVE_MINUTES)
    assert bars.at[-1] == np.datetime64("2026-03-16T15:25:00")
    later = within(at(MONDAY_AFTERNOON + timedelta(minutes=4)), symbol, BarInterval.FIVE_MINUTES)
    assert later.at[-1] == bars.at[-1]
    assert (np.diff(bars.at).astype(int) > 0).all()


def test_what_is_priced_once_a_day_has_no_bars_within_it(market: SimulatedProvider) -> None:
    fund = next(it for it in DEMO_INSTRUMENTS if it.priced_once_a_day)
    with pytest.raises(NoPrices, match="once a day"):
        within(market, fund.symbol, BarInterval.HOUR)
