"""Searching at the providers: a worker asks them, what fails says why, and what is found is added with its history."""

from __future__ import annotations

import pytest
import redis

from dashboard.domain.access import SYSTEM
from dashboard.domain.instruments import AssetClass, InstrumentState
from dashboard.errors import Conflict, InvalidInput, NotFound, RateLimited
from dashboard.providers.base import SearchHit
from dashboard.providers.chain import ProviderChain
from dashboard.queue import QueueName, queue
from dashboard.results.instrument_editing import Twin
from dashboard.services import instruments, market_data
from tests.factories import make_instrument, make_portfolio, make_user
from tests.fakes import RecordingProvider

pytestmark = pytest.mark.usefixtures("app_context")

ISIN = "DE0007164600"
HITS = (
    SearchHit("yahoo", "SAP.DE", "SAP SE", AssetClass.EQUITY, "XETRA"),
    SearchHit("yahoo", "SAP", "SAP SE", AssetClass.EQUITY, "NYSE", "USD"),
)


class Refusing(RecordingProvider):
    """A provider that takes no more requests."""

    def search(self, text: str) -> tuple[SearchHit, ...]:
        """Refuse."""
        raise RateLimited("It takes no more requests for now.", provider=self.name)


def jobs_waiting(client: redis.Redis) -> list[tuple[str | None, tuple[object, ...]]]:
    return [(job.func_name, tuple(job.args)) for job in queue(client, QueueName.HIGH).jobs]


def test_a_worker_is_asked_once_and_its_answer_is_kept(redis_client: redis.Redis) -> None:
    for _ in range(2):
        assert not instruments.search_elsewhere(SYSTEM, "  sap   se ").answered
    assert jobs_waiting(redis_client) == [("jobs.search.search_providers", ("sap se",))]
    chain = ProviderChain([RecordingProvider("yahoo", hits=HITS), Refusing("alphavantage")])
    instruments.search_providers("sap se", chain=chain)
    make_instrument("SAP", "USD")
    found = instruments.search_elsewhere(SYSTEM, "SAP SE")
    assert found.answered
    assert [(hit.symbol, hit.source) for hit in found.hits] == [("SAP.DE", "yahoo"), ("SAP", "yahoo")]
    assert [found.instrument_of(hit) for hit in found.hits] == [None, "SAP"]
    assert [(one.provider, one.code) for one in found.failures] == [("alphavantage", "rate_limited")]


def test_a_search_that_was_asked_for_while_it_ran_asks_no_provider_again(redis_client: redis.Redis) -> None:
    provider = RecordingProvider("yahoo", hits=HITS)
    for _ in range(2):
        instruments.search_elsewhere(SYSTEM, "sap")
        redis_client.delete(queue(redis_client, QueueName.HIGH).key)  # a worker has begun
    for _ in range(2):
        instruments.search_providers("sap", chain=ProviderChain([provider]))
    assert provider.asked == ["sap"]


def test_what_is_found_by_its_isin_is_added_with_it_and_its_history_is_asked_for(redis_client: redis.Redis) -> None:
    person = make_user()
    make_portfolio(person, currency="CHF")
    instruments.search_providers(ISIN, chain=ProviderChain([RecordingProvider("yahoo", hits=HITS)]))
    made = instruments.add_found(person, ISIN, "yahoo", "SAP.DE")
    assert (made.symbol, made.isin, made.name, made.currency) == ("SAP.DE", ISIN, "SAP SE", "CHF")
    assert (made.state, made.provider, made.provider_symbol) == ("unresolved", "yahoo", "SAP.DE")
    asked = [tuple(job.args) for job in queue(redis_client, QueueName.DEFAULT).jobs]
    assert asked == [(["SAP.DE"],)]
    market_data.refresh(SYSTEM, ["SAP.DE"], chain=ProviderChain([RecordingProvider("yahoo")]))
    resolved = market_data.instrument(SYSTEM, "SAP.DE")
    assert (resolved.currency, resolved.last_close) == ("EUR", 12.0)  # as its provider says
    assert instruments.edit(person, "SAP.DE", {"sector": "Software"}).sector == "Software"  # he has added it
    with pytest.raises(Conflict, match="already"):
        instruments.add_found(person, ISIN, "yahoo", "SAP.DE")


def test_a_hit_of_an_isin_that_is_here_says_so_and_its_symbol_is_added_to_the_instrument() -> None:
    person = make_user()
    instruments.add(person, "MINE", {"currency": "EUR", "isin": ISIN, "provider": "ecb"})
    instruments.search_providers(ISIN, chain=ProviderChain([RecordingProvider("yahoo", hits=HITS)]))
    german, american = instruments.search_elsewhere(person, ISIN).hits
    found = instruments.search_elsewhere(person, ISIN)
    assert found.twin_of(german) == Twin("MINE", "EUR", double=True, joins=True)
    assert found.twin_of(american) == Twin("MINE", "EUR", double=False, joins=False)
    assert instruments.search_elsewhere(make_user("other@example.org"), ISIN).twin_of(german) == Twin(
        "MINE", "EUR", double=True, joins=False
    )

    with pytest.raises(Conflict, match="add it by itself"):
        instruments.join_found(person, ISIN, "yahoo", "SAP")
    assert instruments.join_found(person, ISIN, "yahoo", "SAP.DE").symbol == "MINE"
    assert instruments.editable_instrument(person, "MINE").symbols == {"yahoo": "SAP.DE"}
    found = instruments.search_elsewhere(person, ISIN)
    assert (found.instrument_of(german), found.twin_of(german)) == ("MINE", None)
    with pytest.raises(NotFound, match="search again"):
        instruments.join_found(person, ISIN, "yahoo", "SAP.DE")


def test_an_instrument_without_prices_of_the_provider_is_asked_for_by_the_other_symbol(
    redis_client: redis.Redis,
) -> None:
    make_instrument("SAPX", "EUR", provider="yahoo", state=InstrumentState.NOT_FOUND)
    instruments.edit(SYSTEM, "SAPX", {"isin": ISIN})
    instruments.search_providers(ISIN, chain=ProviderChain([RecordingProvider("yahoo", hits=HITS)]))
    joined = instruments.join_found(SYSTEM, ISIN, "yahoo", "SAP.DE")
    assert (joined.symbol, joined.provider_symbol, joined.state) == ("SAPX", "SAP.DE", "unresolved")
    assert [tuple(job.args) for job in queue(redis_client, QueueName.DEFAULT).jobs] == [(["SAPX"],)]

    market_data.refresh(SYSTEM, ["SAPX"], chain=ProviderChain([RecordingProvider("yahoo")]))
    other = SearchHit("yahoo", "SAP.F", "SAP SE", AssetClass.EQUITY, "Frankfurt", "EUR")
    redis_client.delete(*redis_client.keys("*provider-search*"))
    instruments.search_providers(ISIN, chain=ProviderChain([RecordingProvider("yahoo", hits=[other])]))
    found = instruments.search_elsewhere(SYSTEM, ISIN)
    assert found.twin_of(found.hits[0]) == Twin("SAPX", "EUR", double=True, joins=False)
    with pytest.raises(Conflict, match="already"):
        instruments.join_found(SYSTEM, ISIN, "yahoo", "SAP.F")


def test_nothing_is_added_that_no_search_found() -> None:
    instruments.search_providers("sap", chain=ProviderChain([RecordingProvider("yahoo", hits=HITS)]))
    for text, provider, symbol in (("sap", "yahoo", "EVIL"), ("sap", "ecb", "SAP"), ("never", "yahoo", "SAP")):
        with pytest.raises(NotFound):
            instruments.add_found(SYSTEM, text, provider, symbol)


@pytest.mark.parametrize("text", ["", "a", "x" * 81, "a\x00b"])
def test_what_cannot_be_searched_for_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        instruments.search_elsewhere(SYSTEM, text)


def test_one_of_ones_own_is_added_and_priced_by_hand() -> None:
    person = make_user()
    made = instruments.add(person, "FLAT", {"currency": "EUR", "asset_class": "other", "provider": "manual"})
    assert (made.state, made.provider, made.edited) == ("active", "manual", ("asset_class", "currency", "provider"))
    with pytest.raises(InvalidInput) as refused:
        instruments.add(person, "HOUSE", {"name": "A house"})
    assert refused.value.field == "currency"
