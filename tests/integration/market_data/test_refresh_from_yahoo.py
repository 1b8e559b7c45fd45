"""A refresh through yfinance, against real prices on a loopback server, well and badly answered."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow, Portfolio
from dashboard.domain.access import SYSTEM, PortfolioId
from dashboard.domain.instruments import InstrumentState
from dashboard.providers.chain import ProviderChain
from dashboard.providers.guard import GuardedProvider, LocalPauses
from dashboard.providers.retry import Retry
from dashboard.providers.yahoo import YahooProvider
from dashboard.results.instruments import RefreshReport
from dashboard.services import market_data, restatements, revaluation
from tests.integration.market_data.conftest import file_closes
from tests.integration.market_data.ledgers import Purchase, make_ledger
from tests.stand_in import StandIn

HELD = (
    Purchase("IBE.MC", "EUR"),
    Purchase("EWG", "USD"),
    Purchase("REL.L", "GBP"),
    Purchase("4063.T", "JPY"),
    Purchase("SSNLF", "USD"),
)


# Yahoo has not applied Samsung's split of 50 for 1 to these bars; they are stored, and kept out of every figure.
QUARANTINED = {
    "SSNLF": {
        date(2001, 8, 6),
        *(date(2009, 10, day) for day in (2, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 19, 20, 21, 22)),
    }
}


def as_traded(symbol: str) -> dict[date, float]:
    """The closes of the file, which is split-adjusted, times the splits after each day."""
    rows = file_closes(symbol)
    splits = [(day, ratio) for day, (_, ratio) in rows.items() if ratio]
    return {
        day: close * float(np.prod([ratio for later, ratio in splits if later > day]))
        for day, (close, _) in rows.items()
        if day not in QUARANTINED.get(symbol, ())
    }


def reasons(report: RefreshReport) -> dict[str, str]:
    return {outcome.symbol: outcome.code for outcome in report.outcomes}


@pytest.mark.usefixtures("yahoo_app")
def test_stored_closes_are_as_traded_and_in_the_major_currency() -> None:
    make_ledger("EUR", *HELD)

    report = market_data.refresh(SYSTEM)

    assert report.complete, reasons(report)
    for purchase in HELD:
        bars = market_data.bars(purchase.symbol, adjusted=False)
        wanted = as_traded(purchase.symbol)
        assert bars.currency == purchase.currency
        assert bars.dates.tolist() == sorted(wanted)
        np.testing.assert_allclose(bars.close, [wanted[day] for day in sorted(wanted)], rtol=1e-9)


@pytest.mark.usefixtures("yahoo_app")
def test_a_split_lies_between_bars_of_old_and_new_units_and_adjusted_bars_hide_it() -> None:
    make_ledger("JPY", Purchase("4063.T", "JPY"))

    market_data.refresh(SYSTEM)

    traded, adjusted = (market_data.bars("4063.T", adjusted=flag) for flag in (False, True))
    (split,) = traded.splits
    at = int(np.searchsorted(traded.dates, np.datetime64(split.date)))
    assert (split.date, split.ratio) == (date(2023, 3, 30), Decimal(5))
    assert traded.close[at - 1] / traded.close[at] == pytest.approx(5, rel=0.05)
    assert adjusted.close[at - 1] / adjusted.close[at] == pytest.approx(1, rel=0.05)
    file = file_closes("4063.T")
    np.testing.assert_allclose(adjusted.close, [file[day][0] for day in adjusted.dates.tolist()], rtol=1e-9)


@pytest.mark.usefixtures("yahoo_app")
def test_rates_come_for_every_currency_of_a_portfolio_in_the_direction_that_is_quoted() -> None:
    make_ledger("EUR", *HELD)
    make_ledger("USD", Purchase("4063.T", "JPY"), name="other")

    report = market_data.refresh(SYSTEM)

    pairs = [outcome.symbol for outcome in report.outcomes if len(outcome.symbol) == 6 and outcome.symbol.isalpha()]
    assert pairs == ["EURGBP", "EURJPY", "EURUSD", "USDJPY"]
    rates = market_data.market_data_for([], ["EUR", "USD"]).rates
    assert rates["EUR", "USD"].rates[-1] > 0.5


@pytest.mark.usefixtures("yahoo_app")
def test_an_unresolved_instrument_becomes_active_and_is_described() -> None:
    make_ledger("EUR", Purchase("REL.L", "GBP"))

    market_data.refresh(SYSTEM)

    detail = market_data.instrument(SYSTEM, "REL.L")
    assert (detail.state, detail.name, detail.currency) == (InstrumentState.ACTIVE, "RELX", "GBP")
    row = db.session.get_one(InstrumentRow, detail.id)
    assert (row.price_unit, row.mic, row.time_zone) == ("GBp", "XLON", "Europe/London")


@pytest.mark.usefixtures("yahoo_app")
def test_a_second_refresh_asks_once_a_series_and_changes_nothing(stand_in: StandIn) -> None:
    make_ledger("EUR", *HELD[:2])
    market_data.refresh(SYSTEM)
    version = market_data.versions_for([row.symbol for row in HELD])
    before = stand_in.requests()

    report = market_data.refresh(SYSTEM)

    assert stand_in.requests() - before == len(report.outcomes)
    assert [outcome.rows for outcome in report.outcomes] == [0] * len(report.outcomes)
    assert market_data.versions_for([row.symbol for row in HELD]) == version


@pytest.mark.usefixtures("yahoo_app")
def test_a_new_bar_is_added_and_marks_its_portfolio_from_that_day(stand_in: StandIn) -> None:
    key = make_ledger("EUR", Purchase("TEP.PA", "EUR"))
    market_data.refresh(SYSTEM)
    last = max(file_closes("TEP.PA"))
    db.session.get_one(Portfolio, key).dirty_from = None
    db.session.commit()
    stand_in.push("TEP.PA", 101.0, last + timedelta(days=1))

    (outcome,) = market_data.refresh(SYSTEM).outcomes

    assert (outcome.rows, outcome.last_date) == (1, last + timedelta(days=1))
    assert db.session.get_one(Portfolio, key).dirty_from == last + timedelta(days=1)


@pytest.mark.usefixtures("yahoo_app")
def test_a_close_that_yahoo_restates_is_logged_valued_from_that_day_and_told_with_its_effect(stand_in: StandIn) -> None:
    closes = file_closes("EWG")
    last = max(closes)
    key = make_ledger("USD", Purchase("EWG", "USD", last - timedelta(days=30)))
    market_data.refresh(SYSTEM)
    revaluation.revalue(PortfolioId(key))
    old = closes[last][0]
    try:
        stand_in.push("EWG", old * 1.01, last)
        market_data.refresh(SYSTEM)
    finally:
        stand_in.push("EWG", old, last)

    db.session.expire_all()
    assert db.session.get_one(Portfolio, key).dirty_from == last
    revaluation.revalue(PortfolioId(key))
    (entry,) = restatements.log(SYSTEM, "EWG")
    (close,) = [value for value in entry.values if value.field == "close"]
    assert close.date == last
    assert (close.old, close.new) == pytest.approx((old, old * 1.01))
    (effect,) = entry.effects
    assert effect.date == last
    assert (effect.day_change, effect.gain_change) == pytest.approx((old * 0.01, old * 0.01), rel=1e-6)


@pytest.mark.usefixtures("yahoo_app")
def test_a_symbol_that_nobody_knows_is_named_and_the_others_are_complete() -> None:
    make_ledger("USD", Purchase("NOSUCH", "USD"), Purchase("EWG", "USD"))

    report = market_data.refresh(SYSTEM)

    assert reasons(report) == {"EWG": "", "NOSUCH": "instrument_not_found"}
    (problem,) = market_data.problems_of(["EWG", "NOSUCH"])
    assert (problem.symbol, problem.code) == ("NOSUCH", "not_found")


@pytest.mark.usefixtures("yahoo_app")
def test_prices_in_another_currency_than_the_ledger_has_are_not_taken_over() -> None:
    make_ledger("EUR", Purchase("EWG", "EUR"))

    (outcome,) = market_data.refresh(SYSTEM).outcomes

    assert outcome.code == "currency_mismatch"
    assert "USD" in outcome.reason
    assert "EUR" in outcome.reason
    assert len(market_data.bars("EWG").dates) == 0
    assert market_data.instrument(SYSTEM, "EWG").currency == "EUR"


@pytest.mark.usefixtures("yahoo_app")
def test_a_symbol_that_is_asked_for_and_not_stored_becomes_an_instrument() -> None:
    report = market_data.refresh(SYSTEM, ["CALM", "NOSUCH"])

    assert reasons(report) == {"CALM": "", "NOSUCH": "instrument_not_found"}
    assert market_data.instrument(SYSTEM, "CALM").currency == "USD"
    assert market_data.details_of(["NOSUCH"]) == {}


@pytest.fixture
def impatient_chain(stand_in: StandIn, tmp_path: Path) -> ProviderChain:
    """The stand-in as the product asks it, with less patience than in real life."""
    retry = Retry(attempts=3, total_seconds=1.0, first_wait_seconds=0.01)
    provider = YahooProvider(
        cache_directory=tmp_path / "yahoo", base_url=stand_in.address, timeout_seconds=0.3, retry=retry
    )
    return ProviderChain([GuardedProvider(provider, LocalPauses())])


@pytest.mark.usefixtures("yahoo_app")
@pytest.mark.parametrize(("fail", "rate_limit"), [(1.0, 0), (0.0, 5)])
def test_a_source_in_trouble_leaves_each_series_complete_or_with_a_typed_reason(
    stand_in: StandIn, impatient_chain: ProviderChain, fail: float, rate_limit: int
) -> None:
    # Only this test asks for the first two: the stand-in counts the requests of a minute.
    held = (Purchase("SAND", "USD"), Purchase("DODFX", "USD")) if rate_limit else HELD[1:3] if fail == 1.0 else HELD[1:]
    make_ledger("USD", *held)
    stand_in.set(fail=fail, rate_limit=rate_limit)

    # Past five requests a minute for one address the stand-in refuses: the sixth refresh is refused.
    reports = [market_data.refresh(SYSTEM, chain=impatient_chain) for _ in range(7 if rate_limit else 1)]

    for report in reports:
        assert {outcome.code for outcome in report.outcomes} <= {"", "provider_unavailable", "rate_limited"}
        assert all(outcome.reason for outcome in report.outcomes if outcome.code)
    codes = {outcome.code for outcome in reports[-1].outcomes}
    assert not rate_limit or codes == {"rate_limited"}
    assert fail < 1.0 or codes == {"provider_unavailable"}
    for outcome in reports[0].outcomes[: len(held)]:
        bars, wanted = market_data.bars(outcome.symbol, adjusted=False), as_traded(outcome.symbol)
        assert bars.dates.tolist() == ([] if outcome.code else sorted(wanted))
        np.testing.assert_allclose(bars.close, [wanted[day] for day in bars.dates.tolist()], rtol=1e-9)
