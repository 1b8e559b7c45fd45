"""Several providers in order."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.errors import InstrumentNotFound, ProviderError, ProviderUnavailable, RateLimited
from dashboard.providers.base import Fallback, HistoryRequest
from dashboard.providers.chain import ProviderChain, create_providers
from dashboard.settings import Settings
from tests.unit.providers.fakes import FakeProvider


def down(symbol: str | None) -> ProviderError:
    return ProviderUnavailable("down", provider="first", symbol=symbol)


def test_the_first_that_knows_the_instrument_answers_and_the_others_reasons_are_kept() -> None:
    chain = ProviderChain([FakeProvider("first", failure=down), FakeProvider("second", ()), FakeProvider("third")])
    history = chain.history(HistoryRequest("ABC"))
    assert history.provider == "third"
    assert history.fallbacks == (
        Fallback("first", "provider_unavailable", "down"),
        Fallback("second", "instrument_not_found", "unknown"),
    )


def test_a_symbol_is_not_found_only_when_every_provider_says_so() -> None:
    with pytest.raises(InstrumentNotFound):
        ProviderChain([FakeProvider("first", ()), FakeProvider("second", ())]).history(HistoryRequest("ABC"))
    with pytest.raises(ProviderUnavailable):
        ProviderChain([FakeProvider("second", ()), FakeProvider("first", failure=down)]).history(HistoryRequest("ABC"))


def test_rates_are_asked_for_by_each_providers_own_symbol() -> None:
    first, second = FakeProvider("first", ()), FakeProvider("second", ("second:EURUSD",))
    assert ProviderChain([first, second]).fx_history("EUR", "USD").provider_symbol == "second:EURUSD"
    assert first.asked == ["first:EURUSD"]


def test_quotes_are_gathered_from_whoever_knows_them() -> None:
    first, second = FakeProvider("first", ("ABC",)), FakeProvider("second", ("XYZ", "ABC"))
    quotes = ProviderChain([first, second]).quotes(["ABC", "XYZ", "NOPE"])
    assert {symbol: quote.provider for symbol, quote in quotes.items()} == {"ABC": "first", "XYZ": "second"}


def test_quotes_fail_only_when_nothing_is_known_because_of_a_failure() -> None:
    failing = FakeProvider("first", failure=down)
    assert ProviderChain([failing, FakeProvider("second")]).quotes(["ABC"])
    with pytest.raises(ProviderUnavailable):
        ProviderChain([failing, FakeProvider("second", ())]).quotes(["ABC"])
    assert ProviderChain([FakeProvider("first", ())]).quotes(["ABC"]) == {}


def test_a_search_gathers_what_the_working_providers_find() -> None:
    failing = FakeProvider("first", failure=down)
    assert [hit.provider for hit in ProviderChain([failing, FakeProvider("second")]).search("AB")] == ["second"]
    with pytest.raises(ProviderUnavailable):
        ProviderChain([failing]).search("AB")


def test_the_settings_choose_the_providers_and_their_order(tmp_path: Path) -> None:
    settings = Settings.build(
        providers="simulated, yahoo", dashboard_home=tmp_path, yahoo_base_url="http://127.0.0.1:9"
    )
    chain = create_providers(settings)
    assert [provider.name for provider in chain.providers] == ["simulated", "yahoo"]
    assert chain.fx_symbol("EUR", "USD") == "EURUSD=X"


def test_a_chain_of_limits_says_the_first_one() -> None:
    def limited(symbol: str | None) -> ProviderError:
        return RateLimited("wait", provider="first", symbol=symbol, retry_after_seconds=9)

    with pytest.raises(RateLimited) as caught:
        ProviderChain([FakeProvider("first", failure=limited), FakeProvider("second", ())]).history(HistoryRequest("A"))
    assert caught.value.retry_after_seconds == 9
