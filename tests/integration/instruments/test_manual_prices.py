"""Prices by hand: they count at once, no refresh overwrites them, they may be old, and no check doubts them."""

from __future__ import annotations

from datetime import date

import pytest

from dashboard.db.engine import db
from dashboard.domain.access import SYSTEM
from dashboard.domain.instruments import InstrumentState
from dashboard.domain.measures import Status
from dashboard.errors import InvalidInput, NotFound
from dashboard.providers.chain import ProviderChain
from dashboard.services import instruments, market_data, performance, price_quality
from tests.days import days_ago
from tests.factories import make_instrument, make_portfolio
from tests.fakes import RecordingProvider

pytestmark = pytest.mark.usefixtures("app_context")

LEDGER = """
    date        type     symbol  quantity  price   amount
    2022-01-02  deposit  -       -         -       500000
    2022-01-03  buy      FLAT    1         300000  -
"""


def ago(days: int) -> date:
    return days_ago(days)


def test_what_no_provider_knows_is_valued_with_prices_by_hand() -> None:
    portfolio = make_portfolio(ledger=LEDGER)
    make_instrument("OTHER", state=InstrumentState.NOT_FOUND)
    instruments.set_price(SYSTEM, "FLAT", ago(300), 310_000)
    found = instruments.set_price(SYSTEM, "FLAT", ago(10), 325_000)
    assert (found.date, found.price) == (ago(10), 325_000)
    detail = market_data.instrument(SYSTEM, "FLAT")
    assert (detail.state, detail.provider, detail.problem_code, detail.last_close) == ("active", "manual", "", 325_000)
    held = performance.holdings(SYSTEM, portfolio.id).holdings
    assert [(one.market_value, one.price_status) for one in held] == [(325_000, Status.OK)]
    assert [one.price for one in instruments.prices_by_hand("FLAT")] == [325_000, 310_000]


def test_a_refresh_asks_nobody_for_it_and_overwrites_nothing() -> None:
    provider = RecordingProvider("yahoo")
    make_instrument("FLAT", state=InstrumentState.UNRESOLVED)
    instruments.set_price(SYSTEM, "FLAT", date(2024, 1, 3), 44.0)
    report = market_data.refresh(SYSTEM, ["FLAT"], chain=ProviderChain([provider]))
    assert (provider.asked, report.complete, report.outcomes[0].reason) == ([], True, "its prices are entered by hand")


def test_a_day_entered_on_a_quoted_instrument_stays_whatever_its_provider_says() -> None:
    make_instrument("AAA")
    instruments.set_price(SYSTEM, "AAA", date(2024, 1, 3), 44.0)
    chain = ProviderChain([RecordingProvider("yahoo")])
    for _ in range(2):
        market_data.refresh(SYSTEM, ["AAA"], chain=chain)
    bars = market_data.bars("AAA")
    assert dict(zip(bars.dates.astype(str).tolist(), bars.close.tolist(), strict=True)) == {
        "2024-01-03": 44.0,
        "2024-01-04": 12.0,
    }
    assert market_data.instrument(SYSTEM, "AAA").provider == "yahoo"


@pytest.mark.parametrize(
    ("age", "rule", "status"),
    [(399, None, Status.OK), (401, None, Status.STALE), (50, 30, Status.STALE), (29, 30, Status.OK)],
)
def test_its_price_may_be_as_old_as_its_own_rule_says(age: int, rule: int | None, status: Status) -> None:
    portfolio = make_portfolio(ledger=LEDGER)
    instruments.set_price(SYSTEM, "FLAT", ago(age), 310_000)
    instruments.edit(SYSTEM, "FLAT", {"stale_after_days": rule})
    assert market_data.instrument(SYSTEM, "FLAT").price_status is status
    assert performance.holdings(SYSTEM, portfolio.id).holdings[0].price_status is status
    stale = [one.kind for one in price_quality.check(SYSTEM, ["FLAT"])]
    assert stale == (["stale"] if status is Status.STALE else [])


def test_checks_alarm_neither_at_its_gaps_nor_at_its_steps() -> None:
    make_instrument("FLAT", state=InstrumentState.UNRESOLVED)
    for days, price in ((390, 100.0), (300, 100.0), (200, 10_000.0), (100, 100.0), (1, 50.0)):
        instruments.set_price(SYSTEM, "FLAT", ago(days), price)
    assert price_quality.check(SYSTEM, ["FLAT"]) == ()
    assert len(market_data.bars("FLAT").close) == 5


def test_a_day_entered_on_a_quoted_instrument_is_doubted_no_more_than_one_of_its_own() -> None:
    rows = "\n".join(f"AAA,{ago(12 - day)},{100 + day},USD" for day in range(12))
    market_data.import_prices(SYSTEM, f"symbol,date,close,currency\n{rows}\n".encode(), "prices.csv")

    instruments.set_price(SYSTEM, "AAA", ago(6), 10_600.0)

    assert [one for one in price_quality.check(SYSTEM, ["AAA"]) if one.date == ago(6)] == []
    assert 10_600.0 in market_data.bars("AAA").close.tolist()


def test_a_price_is_corrected_and_taken_back() -> None:
    make_instrument("FLAT", state=InstrumentState.UNRESOLVED)
    instruments.set_price(SYSTEM, "FLAT", ago(10), 100)
    instruments.set_price(SYSTEM, "FLAT", ago(10), 120)
    assert [one.price for one in instruments.prices_by_hand("FLAT")] == [120]
    instruments.unset_price(SYSTEM, "FLAT", ago(10))
    assert instruments.prices_by_hand("FLAT") == ()
    with pytest.raises(NotFound, match="No price of FLAT was entered"):
        instruments.unset_price(SYSTEM, "FLAT", ago(10))


@pytest.mark.parametrize("price", [0.0, -1.0, float("nan"), float("inf"), 1e16])
def test_a_price_that_is_none_is_refused(price: float) -> None:
    make_instrument("FLAT", state=InstrumentState.UNRESOLVED)
    with pytest.raises(InvalidInput) as refused:
        instruments.set_price(SYSTEM, "FLAT", ago(1), price)
    assert refused.value.field == "price"
    with pytest.raises(InvalidInput, match="in the future"):
        instruments.set_price(SYSTEM, "FLAT", ago(-2), 5.0)
    db.session.rollback()
    assert market_data.instrument(SYSTEM, "FLAT").state == "unresolved"
