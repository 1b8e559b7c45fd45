"""Wrong exchange rates: quarantined when they come, valued by nobody, shown and decided on like prices."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from dashboard.db.engine import db
from dashboard.db.models import FxRate, Portfolio
from dashboard.domain.access import SYSTEM, PortfolioId
from dashboard.domain.quality import FindingKind
from dashboard.providers.base import Issue, RejectedBar
from dashboard.providers.chain import ProviderChain
from dashboard.results.price_quality import FindingItem, FindingState
from dashboard.services import market_data, performance, price_quality, restatements
from tests.factories import make_user
from tests.integration.market_data.ledgers import Purchase, make_ledger
from tests.integration.market_data.test_refresh import FIRST, FakeProvider, history

pytestmark = pytest.mark.usefixtures("app_context")

COUNT = 40
RATES = tuple(1.25 + place * 7 % 5 / 500 for place in range(COUNT))
DAY = FIRST + timedelta(days=20)
PAIR = ("EUR", "USD")


def provider(rates: tuple[float, ...]) -> FakeProvider:
    return FakeProvider({"A": history("A", [10.0] * COUNT), "EURUSD=X": history("EURUSD=X", rates)})


def refresh(fake: FakeProvider) -> None:
    market_data.refresh(SYSTEM, chain=ProviderChain([fake]))


def found() -> list[FindingItem]:
    return [item for item in price_quality.check(SYSTEM, ["EURUSD"]) if item.kind is not FindingKind.STALE]


def counted() -> dict[date, float]:
    rates = market_data.market_data_for(["A"], PAIR).rates[PAIR]
    return dict(zip(rates.dates.tolist(), rates.rates.tolist(), strict=True))


@pytest.fixture
def ledger() -> int:
    """One A in dollars of a portfolio in euros; one rate of the pair is turned round."""
    key = make_ledger("EUR", Purchase("A", "USD", FIRST))
    refresh(provider((*RATES[:20], 1 / RATES[20], *RATES[21:])))
    return key


def test_a_rate_that_is_turned_round_stays_stored_and_is_valued_by_nobody(ledger: int) -> None:
    (item,) = found()
    assert (item.symbol, item.currency, item.is_pair) == ("EURUSD", "USD", True)
    assert (item.date, item.kind, item.state) == (DAY, FindingKind.INVERSE, FindingState.QUARANTINED)
    assert (item.value, item.suggested) == pytest.approx((1 / RATES[20], RATES[20]))
    assert db.session.get_one(FxRate, (*PAIR, DAY)).rate == pytest.approx(1 / RATES[20])
    assert DAY not in counted()

    summary = performance.summary(SYSTEM, PortfolioId(ledger), end=DAY)
    assert summary.market_value == pytest.approx(9 / RATES[19])  # 10 of stock, 1 of debt, at the day before's rate
    (note,) = [note for note in summary.status if note.code == "rate_quarantined"]
    assert (note.symbol, note.since) == ("EURUSD", DAY)
    assert note.message == f"1 rate of EURUSD is quarantined since {DAY}: nothing is valued with it."


def test_a_repaired_rate_counts_as_suggested_marks_who_uses_it_and_is_logged(ledger: int) -> None:
    (item,) = found()
    db.session.get_one(Portfolio, ledger).dirty_from = None
    db.session.commit()
    (decided,) = price_quality.repair(SYSTEM, item.id)
    assert decided.state is FindingState.REPAIRED
    assert counted()[DAY] == pytest.approx(RATES[20])
    db.session.expire_all()
    assert db.session.get_one(Portfolio, ledger).dirty_from == DAY

    restatements.record_effects(PortfolioId(ledger))
    (entry,) = restatements.log(SYSTEM, "EURUSD")
    assert (entry.cause, [(one.field, one.old) for one in entry.values]) == ("repaired", [("rate", None)])
    assert (entry.effects[0].day_before, entry.effects[0].day_after) == pytest.approx((9 / RATES[19], 9 / RATES[20]))
    assert [one.state for one in found()] == [FindingState.REPAIRED]


def test_an_accepted_rate_counts_as_it_came(ledger: int) -> None:
    price_quality.accept(SYSTEM, found()[0].id)
    assert counted()[DAY] == pytest.approx(1 / RATES[20])


def test_a_source_that_corrects_its_rate_ends_the_finding(ledger: int) -> None:
    fake = provider(RATES)
    market_data.refresh(SYSTEM, start=FIRST, chain=ProviderChain([fake]))
    assert found() == []
    np.testing.assert_allclose(list(counted().values()), RATES)


def test_rates_from_a_file_are_checked_too() -> None:
    make_ledger("EUR", Purchase("A", "USD", FIRST))
    rows = [
        f"EUR,USD,{FIRST + timedelta(days=place)},{rate * 100 if place == 20 else rate}"
        for place, rate in enumerate(RATES)
    ]
    market_data.import_prices(SYSTEM, "\n".join(["base,quote,date,rate", *rows]).encode(), "rates.csv")
    (item,) = found()
    assert (item.kind, item.state, item.date) == (FindingKind.SCALE, FindingState.QUARANTINED, DAY)
    assert item.suggested == pytest.approx(RATES[20])


def test_a_day_that_came_without_a_rate_is_told(ledger: int) -> None:
    fake = provider(RATES)
    sent = fake.answers["EURUSD=X"]
    refused = (RejectedBar(FIRST - timedelta(days=1), Issue.NOT_POSITIVE, "the close is not a positive number"),)
    assert not isinstance(sent, BaseException)
    fake.answers["EURUSD=X"] = replace(sent, rejected=refused)
    market_data.refresh(SYSTEM, start=FIRST, chain=ProviderChain([fake]))
    assert [(item.kind, item.date) for item in found()] == [(FindingKind.ZERO, FIRST - timedelta(days=1))]


def test_a_person_sees_the_pairs_that_a_portfolio_of_his_is_counted_with(ledger: int) -> None:
    owner, other = make_user("owner@example.org"), make_user("other@example.org")
    portfolio = db.session.get_one(Portfolio, ledger)
    portfolio.owner_id = owner.user_id
    db.session.commit()
    groups = price_quality.report(owner).groups
    assert {(group.first.symbol, group.portfolios) for group in groups} >= {("EURUSD", ("main",))}
    assert price_quality.problems(owner) == len(groups)
    assert (price_quality.report(other).groups, price_quality.problems(other)) == ((), 0)
    assert price_quality.problems(SYSTEM) == len(groups)


def test_a_second_check_changes_nothing_that_counts(ledger: int) -> None:
    version = market_data.versions_for([], [PAIR])
    before = found()
    assert found() == before
    assert market_data.versions_for([], [PAIR]) == version
