"""Several providers in order."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dashboard.domain.instruments import AssetClass
from dashboard.errors import (
    InstrumentNotFound,
    NoPrices,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    SettingsError,
)
from dashboard.providers.assembly import create_providers, create_streams
from dashboard.providers.base import Fallback, HistoryRequest
from dashboard.providers.chain import ProviderChain
from dashboard.settings import ASSET_CLASSES, Settings
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


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({}, "wss://streamer.finance.yahoo.com/?version=2"),
        ({"YAHOO_BASE_URL": "http://127.0.0.1:9"}, ""),  # it would go past that address
        ({"YAHOO_BASE_URL": "http://127.0.0.1:9", "YAHOO_STREAM_URL": "ws://127.0.0.1:9/"}, "ws://127.0.0.1:9/"),
        ({"YAHOO_STREAM_URL": ""}, ""),
    ],
)
def test_the_settings_say_where_prices_come_from_by_themselves(given: dict[str, str], address: str) -> None:
    settings = Settings.from_env(given, None)
    assert settings.yahoo_stream == address
    assert list(create_streams(settings)) == (["yahoo"] if address else [])


def test_where_yahoo_is_not_asked_nothing_streams_from_it() -> None:
    assert create_streams(Settings.from_env({"PROVIDERS": "simulated"}, None)) == {}


@pytest.mark.parametrize("address", ["https://127.0.0.1:9/", "wss://", "wss://host:99999999/", "off"])
def test_an_address_of_a_stream_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="YAHOO_STREAM_URL"):
        Settings.from_env({"YAHOO_STREAM_URL": address}, None)


def test_a_chain_of_limits_says_the_first_one() -> None:
    def limited(symbol: str | None) -> ProviderError:
        return RateLimited("wait", provider="first", symbol=symbol, retry_after_seconds=9)

    with pytest.raises(RateLimited) as caught:
        ProviderChain([FakeProvider("first", failure=limited), FakeProvider("second", ())]).history(HistoryRequest("A"))
    assert caught.value.retry_after_seconds == 9


def test_orders_by_asset_class_and_an_instruments_own_provider_come_before_the_default_order() -> None:
    rates = FakeProvider("rates", asset_classes=frozenset({AssetClass.CURRENCY}))
    chain = ProviderChain(
        [FakeProvider("first"), FakeProvider("second"), rates],
        {None: ("first", "rates"), AssetClass.CURRENCY: ("rates", "first"), AssetClass.CRYPTO: ("second",)},
    )

    def names(asset_class: AssetClass | None, own: str = "") -> list[str]:
        return [provider.name for provider in chain.order(asset_class, own)]

    assert names(AssetClass.CURRENCY) == ["rates", "first"]
    assert names(AssetClass.CRYPTO) == ["second"]
    assert names(AssetClass.EQUITY) == ["first"]
    assert names(AssetClass.EQUITY, "second") == ["second", "first"]
    assert names(None, "file") == ["first"]
    assert chain.fx_symbol("EUR", "USD") == "rates:EURUSD"


def test_only_its_own_provider_is_asked_by_the_stored_symbol() -> None:
    first, second = FakeProvider("first", ("XYZ",)), FakeProvider("second", ())
    request = HistoryRequest("XYZ.2", provider="second", symbol="XYZ")
    assert ProviderChain([first, second]).history(request).provider == "first"
    assert (second.asked, first.asked) == (["XYZ.2"], ["XYZ"])


def test_a_first_answer_without_a_price_is_none_and_the_next_is_asked() -> None:
    empty = FakeProvider("empty", empty=True)
    history = ProviderChain([empty, FakeProvider("second")]).history(HistoryRequest("ABC"))
    assert (history.provider, [fallback.code for fallback in history.fallbacks]) == ("second", ["no_prices"])
    assert len(ProviderChain([empty]).history(HistoryRequest("ABC", date(2024, 3, 2))).bars) == 0
    with pytest.raises(NoPrices):
        ProviderChain([empty]).history(HistoryRequest("ABC"))


def test_two_sources_are_given_side_by_side_for_a_caller_to_compare() -> None:
    providers = [FakeProvider("first", failure=down), *(FakeProvider(name) for name in ("second", "third", "fourth"))]
    found = ProviderChain(providers).histories(HistoryRequest("ABC"))
    assert [history.provider for history in found.histories] == ["second", "third"]
    assert found.failures == (Fallback("first", "provider_unavailable", "down"),)


def test_the_failure_of_all_repeats_the_reason_of_each() -> None:
    with pytest.raises(ProviderUnavailable, match="second: unknown; first: down"):
        ProviderChain([FakeProvider("second", ()), FakeProvider("first", failure=down)]).history(HistoryRequest("ABC"))


def test_what_nobody_has_prices_of_is_not_found() -> None:
    rates = FakeProvider("rates", asset_classes=frozenset({AssetClass.CURRENCY}))
    with pytest.raises(InstrumentNotFound, match="No provider"):
        ProviderChain([rates]).history(HistoryRequest("ABC", asset_class=AssetClass.EQUITY))
    assert rates.asked == []


def test_orders_and_limits_are_read_from_the_settings_and_wrong_ones_are_named(tmp_path: Path) -> None:
    settings = Settings.from_env(
        {
            "PROVIDERS": "yahoo",
            "PROVIDER_ORDERS": "currency=simulated,yahoo; crypto = alphavantage",
            "PROVIDER_LIMITS": "alphavantage=75/minute,5000/day; yahoo=",
            "ALPHAVANTAGE_API_KEY": "k",
            "SECOND_SOURCE": "ecb",
            "DASHBOARD_HOME": str(tmp_path),
        },
        env_file=None,
    )
    assert settings.limits_of("alphavantage") == ((75, 60), (5000, 86_400))
    assert (settings.limits_of("yahoo"), settings.limits_of("simulated")) == ((), None)
    chain = create_providers(settings)
    assert [provider.name for provider in chain.order(AssetClass.CURRENCY)] == ["simulated", "yahoo"]
    assert [provider.name for provider in chain.order(AssetClass.CRYPTO)] == ["alphavantage"]
    assert [provider.name for provider in chain.order(AssetClass.EQUITY)] == ["yahoo"]
    seconds = [chain.second(asset_class, "yahoo") for asset_class in (AssetClass.CURRENCY, AssetClass.EQUITY)]
    assert [provider.name if provider else None for provider in seconds] == ["ecb", None]
    for name, value in [
        ("PROVIDER_ORDERS", "shares=yahoo"),
        ("PROVIDER_ORDERS", "equity=nobody"),
        ("PROVIDER_ORDERS", "equity="),
        ("SECOND_SOURCE", "nobody"),
        ("PROVIDER_LIMITS", "nobody=5/minute"),
        ("PROVIDER_LIMITS", "yahoo=5/fortnight"),
    ]:
        with pytest.raises(SettingsError, match=name):
            Settings.from_env({name: value}, env_file=None)


def test_the_asset_classes_of_the_settings_are_those_of_the_domain() -> None:
    assert tuple(AssetClass) == ASSET_CLASSES


def test_the_quote_of_a_pair_is_asked_for_by_each_providers_own_symbol() -> None:
    rates = FakeProvider("rates", ("rates:EURUSD",), asset_classes=frozenset({AssetClass.CURRENCY}))
    first = FakeProvider("first", ("ABC",))
    quotes = ProviderChain([first, rates]).quotes(["EURUSD=X", "ABC"])
    assert {symbol: quote.provider for symbol, quote in quotes.items()} == {"EURUSD=X": "rates", "ABC": "first"}
