"""Two sources that disagree: the finding, the decision, the log of it, and what it did to the portfolio."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dashboard.db.engine import db
from dashboard.db.models import Portfolio
from dashboard.domain.access import SYSTEM, PortfolioId
from dashboard.domain.instruments import AssetClass
from dashboard.domain.quality import FindingKind
from dashboard.errors import PermissionDenied, RateLimited
from dashboard.providers.chain import ProviderChain
from dashboard.results.price_quality import FindingItem, FindingState
from dashboard.services import market_data, performance, price_quality, restatements, revaluation, second_source
from tests.factories import make_user
from tests.integration.market_data.ledgers import Purchase, make_ledger
from tests.integration.market_data.test_refresh import FIRST, FakeProvider, history

pytestmark = pytest.mark.usefixtures("app_context")

SECOND = FIRST + timedelta(days=1)


@pytest.fixture
def one() -> FakeProvider:
    return FakeProvider({"A": history("A", [10.0, 11.0, 12.0]), "EURUSD=X": history("EURUSD=X", [1.25] * 3)}, "fake")


@pytest.fixture
def other() -> FakeProvider:
    answers = {"A": history("A", [10.0, 11.5, 12.01]), "EURUSD=X": history("EURUSD=X", [1.25, 1.25, 1.35])}
    return FakeProvider({name: replace(answer, provider="other") for name, answer in answers.items()}, "other")


@pytest.fixture
def chain(one: FakeProvider, other: FakeProvider) -> ProviderChain:
    return ProviderChain([one, other])


@pytest.fixture
def ledger(chain: ProviderChain) -> int:
    key = make_ledger("USD", Purchase("A", "USD", FIRST))
    market_data.refresh(SYSTEM, chain=chain)
    revaluation.revalue(PortfolioId(key))
    return key


def disagreements(symbol: str = "A") -> list[FindingItem]:
    return [item for item in price_quality.check(SYSTEM, [symbol]) if item.kind is FindingKind.DISAGREEMENT]


def test_a_close_that_another_source_gives_otherwise_is_told_repaired_logged_and_valued_again(
    chain: ProviderChain, ledger: int
) -> None:
    (compared,) = second_source.compare(SYSTEM, chain=chain)
    assert (compared.symbol, compared.source, compared.other) == ("A", "fake", "other")
    assert (compared.compared, compared.different, compared.complete) == (3, 1, True)
    (finding,) = disagreements()
    assert (finding.date, finding.value, finding.suggested) == (SECOND, 11.0, 11.5)
    assert finding.state is FindingState.OPEN
    assert performance.summary(SYSTEM, PortfolioId(ledger), end=SECOND).market_value == 10.0

    price_quality.repair(SYSTEM, finding.id)
    db.session.expire_all()
    assert db.session.get_one(Portfolio, ledger).dirty_from == SECOND
    revaluation.revalue(PortfolioId(ledger))
    (entry,) = restatements.log(SYSTEM, "A")
    assert (entry.cause, entry.source) == ("repaired", "system")
    assert [(value.date, value.field, value.old, value.new) for value in entry.values] == [
        (SECOND, "close", 11.0, 11.5)
    ]
    (effect,) = entry.effects
    assert (effect.date, effect.day_before, effect.day_after) == (SECOND, 10.0, 10.5)
    assert (effect.value_before, effect.value_after) == (11.0, 11.0)
    assert performance.summary(SYSTEM, PortfolioId(ledger), end=SECOND).market_value == 10.5

    second_source.compare(SYSTEM, chain=chain)
    assert [item.state for item in disagreements()] == [FindingState.REPAIRED]


def test_a_source_that_comes_to_agree_ends_the_finding(chain: ProviderChain, other: FakeProvider, ledger: int) -> None:
    second_source.compare(SYSTEM, chain=chain)
    assert len(disagreements()) == 1
    other.answers["A"] = replace(history("A", [10.0, 11.0, 12.0]), provider="other")
    second_source.compare(SYSTEM, chain=chain)
    assert disagreements() == []


def test_rates_are_held_against_a_second_source_too(chain: ProviderChain) -> None:
    make_ledger("EUR", Purchase("A", "USD", FIRST))
    market_data.refresh(SYSTEM, chain=chain)
    compared = second_source.compare(SYSTEM, ["EURUSD"], chain=chain)
    assert [(one.symbol, one.compared, one.different) for one in compared] == [("EURUSD", 3, 1)]
    (finding,) = disagreements("EURUSD")
    assert (finding.value, finding.suggested, finding.is_pair) == (1.25, 1.35, True)


def test_what_cannot_be_compared_says_why_and_a_spent_budget_is_asked_no_more(
    one: FakeProvider, other: FakeProvider
) -> None:
    one.answers |= {name: history(name, [1.0]) for name in ("B", "C", "D")}
    make_ledger("USD", *(Purchase(name, "USD", FIRST) for name in "ABCDE"))
    chain = ProviderChain([one, other])
    market_data.refresh(SYSTEM, chain=chain)
    other.answers |= {
        "B": replace(history("B", [1.0], "EUR"), provider="other"),
        "D": RateLimited("25 a day", provider="other", retry_after_seconds=3600.0),
    }
    asked = len(other.asked)
    codes = {one.symbol: one.code for one in second_source.compare(SYSTEM, list("ABCDEA"), chain=chain)}
    assert codes == {
        "A": "",
        "B": "currency_mismatch",
        "C": "instrument_not_found",
        "D": "rate_limited",
        "E": "no_prices",
    }
    assert [request.provider_symbol for request in other.asked[asked:]] == ["A", "B", "C", "D"]
    (alone,) = second_source.compare(SYSTEM, ["A"], chain=ProviderChain([one]))
    assert (alone.code, alone.complete) == ("no_second_source", False)


def test_the_setting_names_the_second_source_else_it_is_the_next_in_the_order(
    one: FakeProvider, other: FakeProvider
) -> None:
    third = FakeProvider({}, "third")
    chain = ProviderChain([one, other, third])
    named = ProviderChain([one, other], alone=[third], second="third")
    assert [getattr(found.second(AssetClass.EQUITY, "fake"), "name", None) for found in (chain, named)] == [
        "other",
        "third",
    ]
    assert getattr(named.second(AssetClass.EQUITY, "third"), "name", None) == "fake"
    assert chain.second(AssetClass.EQUITY, "manual") is None
    assert [provider.name for provider in named.order(AssetClass.EQUITY)] == ["fake", "other"]


def test_a_person_has_nothing_compared() -> None:
    with pytest.raises(PermissionDenied):
        second_source.compare(make_user(), [])
