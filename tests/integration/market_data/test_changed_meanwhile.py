"""What becomes of an answer when a person changes the instrument while the provider is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from dashboard.domain.access import SYSTEM
from dashboard.errors import InstrumentNotFound, NotFound, ProviderUnavailable
from dashboard.providers.base import History, HistoryRequest
from dashboard.providers.chain import ProviderChain
from dashboard.results.instruments import RefreshOutcome
from dashboard.services import instruments, market_data, second_source
from tests.integration.market_data.ledgers import Purchase, make_ledger
from tests.integration.market_data.test_refresh import FIRST, FakeProvider, closes, history

pytestmark = pytest.mark.usefixtures("app_context")


@dataclass
class InterruptedProvider(FakeProvider):
    """Before it answers what it is asked for the ``nth`` time, somebody does ``meanwhile``."""

    meanwhile: Callable[[], object] | None = None
    nth: int = 1

    def history(self, request: HistoryRequest) -> History:
        answer: History | None = None
        try:
            answer = super().history(request)
        finally:
            if self.meanwhile is not None and len(self.asked) == self.nth:
                self.meanwhile()
        return answer


@pytest.fixture
def provider() -> InterruptedProvider:
    return InterruptedProvider(
        {"A": history("A", [10.0, 11.0]), "B": history("B", [70.0, 71.0]), "C": history("C", [5.0, 6.0])}
    )


@pytest.fixture
def chain(provider: InterruptedProvider) -> ProviderChain:
    return ProviderChain([provider])


def refreshed(chain: ProviderChain, *symbols: str) -> dict[str, RefreshOutcome]:
    report = market_data.refresh(SYSTEM, list(symbols), chain=chain)
    return {outcome.symbol: outcome for outcome in report.outcomes}


def test_what_is_remapped_meanwhile_gets_the_prices_of_its_new_symbol_alone(
    provider: InterruptedProvider, chain: ProviderChain
) -> None:
    make_ledger("USD", Purchase("A", "USD", FIRST))
    provider.meanwhile = lambda: instruments.remap(SYSTEM, "A", "B")

    assert refreshed(chain, "A")["A"].complete

    assert [request.provider_symbol for request in provider.asked] == ["A", "B"]
    assert closes("A") == [70.0, 71.0]
    assert market_data.instrument(SYSTEM, "A").provider_symbol == "B"


def test_what_is_delisted_meanwhile_stays_so_and_the_others_go_on(
    provider: InterruptedProvider, chain: ProviderChain
) -> None:
    make_ledger("USD", Purchase("A", "USD", FIRST), Purchase("C", "USD", FIRST))
    refreshed(chain, "A")
    provider.meanwhile, provider.nth = lambda: instruments.delist(SYSTEM, "A", FIRST + timedelta(days=1)), 2

    outcomes = refreshed(chain, "A", "C")

    assert (outcomes["A"].reason, outcomes["C"].rows) == ("it is delisted", 2)
    assert market_data.instrument(SYSTEM, "A").state == "delisted"


def test_what_is_merged_or_deleted_meanwhile_is_passed_over_and_the_others_go_on(
    provider: InterruptedProvider, chain: ProviderChain
) -> None:
    make_ledger("USD", Purchase("C", "USD", FIRST))
    refreshed(chain, "A", "B", "C")
    provider.meanwhile, provider.nth = lambda: instruments.merge(SYSTEM, "A", "C"), 4
    merged = refreshed(chain, "A", "C")
    assert merged["A"] == RefreshOutcome("A", 0, reason="it was deleted or merged into another meanwhile")
    assert merged["C"].complete

    provider.answers["B"] = ProviderUnavailable("away", provider="fake", symbol="B")
    provider.meanwhile, provider.nth = lambda: instruments.delete(SYSTEM, "B"), 6
    deleted = refreshed(chain, "B", "C")
    assert (deleted["B"].complete, deleted["C"].complete) == (True, True)
    with pytest.raises(NotFound):
        market_data.instrument(SYSTEM, "B")


def test_what_is_priced_by_hand_meanwhile_is_not_marked_as_not_found(
    provider: InterruptedProvider, chain: ProviderChain
) -> None:
    make_ledger("USD", Purchase("FLAT", "USD", FIRST))
    provider.answers["FLAT"] = InstrumentNotFound("unknown", provider="fake", symbol="FLAT")
    provider.meanwhile = lambda: instruments.set_price(SYSTEM, "FLAT", FIRST, 300.0)

    assert refreshed(chain, "FLAT")["FLAT"].reason == "its prices are entered by hand"

    detail = market_data.instrument(SYSTEM, "FLAT")
    assert (detail.state, detail.problem, closes("FLAT")) == ("active", "", [300.0])


def test_a_symbol_that_was_given_up_is_refreshed_as_what_it_is_now(
    provider: InterruptedProvider, chain: ProviderChain
) -> None:
    make_ledger("USD", Purchase("A", "USD", FIRST))
    refreshed(chain, "A")
    instruments.rename(SYSTEM, "A", "NEW")

    outcomes = refreshed(chain, "A", "NEW")

    assert list(outcomes) == ["NEW"]
    with pytest.raises(NotFound):
        market_data.instrument(SYSTEM, "A")


def test_a_comparison_goes_on_past_what_is_merged_meanwhile(
    provider: InterruptedProvider, chain: ProviderChain
) -> None:
    make_ledger("USD", Purchase("A", "USD", FIRST), Purchase("B", "USD", FIRST), Purchase("C", "USD", FIRST))
    refreshed(chain, "A", "B", "C")
    other = InterruptedProvider({}, "other", meanwhile=lambda: _merged_into_c("A", "B"))
    other.answers |= {name: replace(history(name, [10.0, 11.0]), provider="other") for name in "ABC"}

    compared = second_source.compare(SYSTEM, ["A", "B", "C"], chain=ProviderChain([provider, other]))

    assert [one.symbol for one in compared] == ["C"]


def _merged_into_c(*doubles: str) -> None:
    for double in doubles:
        instruments.merge(SYSTEM, double, "C")
