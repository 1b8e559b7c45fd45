"""Pairs of currencies that nobody is counted with any more: nobody asks for them, and their age alarms nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.db.engine import db
from dashboard.db.models import Portfolio
from dashboard.db.repositories import fx
from dashboard.domain.access import SYSTEM
from dashboard.domain.quality import FindingKind
from dashboard.providers.chain import ProviderChain
from dashboard.services import market_data, price_quality
from tests.factories import make_user
from tests.integration.market_data.ledgers import Purchase, make_ledger
from tests.integration.market_data.test_refresh import FIRST, FakeProvider, history

pytestmark = pytest.mark.usefixtures("app_context")

RATES = [1.25 + place * 7 % 5 / 500 for place in range(40)]


@pytest.fixture
def fake() -> FakeProvider:
    return FakeProvider({"A": history("A", [10.0] * 40), "EURUSD=X": history("EURUSD=X", RATES)})


def stale() -> set[str]:
    """The pairs that are told to be stale, by the page and by the count in the menu."""
    groups = [group for group in price_quality.report(SYSTEM).groups if group.first.is_pair]
    assert price_quality.problems(SYSTEM) == len(price_quality.report(SYSTEM).groups)
    return {group.first.symbol for group in groups if group.first.kind is FindingKind.STALE}


def due(fake: FakeProvider) -> list[str]:
    """What a scheduled refresh asks for long after."""
    fake.asked.clear()
    market_data.refresh_due(SYSTEM, now=datetime.now(UTC) + timedelta(days=9), chain=ProviderChain([fake]))
    return [request.provider_symbol for request in fake.asked]


def forget(portfolio_id: int) -> None:
    db.session.execute(db.text("delete from portfolios where id = :id"), {"id": portfolio_id})
    db.session.commit()


def test_a_pair_that_is_needed_no_more_is_not_asked_for_and_its_age_is_taken_back(fake: FakeProvider) -> None:
    key = make_ledger("EUR", Purchase("A", "USD", FIRST))
    market_data.refresh(SYSTEM, chain=ProviderChain([fake]))
    assert stale() == {"EURUSD"}
    assert "EURUSD=X" in due(fake)

    forget(key)
    assert "EURUSD=X" not in due(fake)
    assert stale() == set()
    price_quality.check(SYSTEM)
    assert stale() == set()
    assert len(market_data.market_data_for([], ("EUR", "USD")).rates["EUR", "USD"].dates) == len(RATES)

    make_ledger("EUR", Purchase("A", "USD", FIRST))
    assert "EURUSD=X" in due(fake)
    assert stale() == {"EURUSD"}


def test_what_else_is_wrong_with_a_pair_that_nobody_needs_is_still_told(fake: FakeProvider) -> None:
    fake.answers["EURUSD=X"] = history("EURUSD=X", [*RATES[:20], RATES[20] * 100, *RATES[21:]])
    market_data.refresh_rates(SYSTEM, ["EUR", "USD"], chain=ProviderChain([fake]))
    (found,) = price_quality.report(SYSTEM).groups
    assert (found.first.symbol, found.first.kind, found.portfolios) == ("EURUSD", FindingKind.SCALE, ())


def test_the_pairs_that_stand_in_for_one_that_nobody_quotes_are_needed(fake: FakeProvider) -> None:
    fake.answers["A"] = history("A", [10.0] * 40, currency="XAU")
    fake.answers["USDXAU=X"] = history("USDXAU=X", RATES, currency="XAU")
    make_ledger("EUR", Purchase("A", "XAU", FIRST))
    market_data.refresh(SYSTEM, chain=ProviderChain([fake]))
    assert due(fake) == ["A", "EURXAU=X", "EURUSD=X", "USDXAU=X"]
    assert stale() == {"EURUSD", "USDXAU"}


def test_portfolios_of_one_owner_are_reported_together_in_one_currency(fake: FakeProvider) -> None:
    keys = [make_ledger(base, Purchase(base, base, FIRST), name=base.lower()) for base in ("EUR", "USD", "GBP")]
    one, other = make_user("one@example.org"), make_user("other@example.org")
    for key, owner in zip(keys, (one, one, other), strict=True):
        db.session.get_one(Portfolio, key).owner_id = owner.user_id
    db.session.commit()
    assert fx.needed(db.session) == {("EUR", "USD")}
