"""Providers by command: which is asked, what each says where it fails, and what a wrong setting says."""

from __future__ import annotations

import pytest

from tests.integration.cli.conftest import CommandLine
from tests.integration.cli.test_sample import LEDGER
from tests.stand_in import StandIn

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def on_alpha_vantage(stand_in: StandIn, more_environment: dict[str, str]) -> StandIn:
    """Let commands find the stand-in where Alpha Vantage would be, and nothing else."""
    address = {"ALPHAVANTAGE_BASE_URL": stand_in.address, "ALPHAVANTAGE_API_KEY": "not-to-be-told"}
    more_environment |= {"PROVIDERS": "alphavantage", **address}
    return stand_in


def test_the_sample_is_priced_by_alpha_vantage_alone(dashboard: CommandLine, on_alpha_vantage: StandIn) -> None:
    if not LEDGER.is_file():
        pytest.skip("the sample portfolio is not beside this checkout")
    dashboard("portfolio", "create", "sample", "--currency", "EUR")
    dashboard("import", str(LEDGER), "--portfolio", "sample")

    refreshed = dashboard("prices", "refresh", "--json")

    assert refreshed.status == 0, refreshed.out
    assert {series["state"] for series in refreshed.data["series"]} == {"complete"}, refreshed.data
    again = dashboard("prices", "refresh", "--json")
    assert {series["rows"] for series in again.data["series"]} == {0}


def test_a_search_asks_every_provider_and_names_each_symbol_once(
    dashboard: CommandLine, on_alpha_vantage: StandIn, more_environment: dict[str, str]
) -> None:
    more_environment |= {"PROVIDERS": "yahoo,alphavantage", "YAHOO_BASE_URL": on_alpha_vantage.address}
    found = dashboard("instruments", "search", "relx", "--json").data
    assert [(hit["symbol"], hit["source"]) for hit in found] == [("REL.L", "yahoo")]
    more_environment["PROVIDERS"] = "simulated,alphavantage"
    found = dashboard("instruments", "search", "relx", "--json").data
    assert [(hit["symbol"], hit["currency"], hit["source"]) for hit in found] == [("REL.L", "GBP", "alphavantage")]


def test_a_provider_that_fails_is_named_and_the_next_one_answers(
    dashboard: CommandLine, on_alpha_vantage: StandIn, more_environment: dict[str, str]
) -> None:
    more_environment |= {"PROVIDERS": "simulated,alphavantage"}
    answer = dashboard("prices", "refresh", "CALM", "--json")
    (series,) = answer.data["series"]
    assert (answer.status, series["state"]) == (0, "complete")
    assert series["reason"].startswith("simulated: ")
    shown = dashboard("instruments", "show", "CALM", "--json").data
    assert (shown["provider"], shown["name"]) == ("alphavantage", "Cal-Maine Foods")


def test_no_key_is_a_reason_and_a_given_one_is_never_told(
    dashboard: CommandLine, more_environment: dict[str, str]
) -> None:
    more_environment |= {"PROVIDERS": "alphavantage"}
    answer = dashboard("prices", "refresh", "CALM", "--json")
    (series,) = answer.data["series"]
    assert (answer.status, series["code"]) == (1, "provider_refused")
    assert "ALPHAVANTAGE_API_KEY" in series["reason"]
    more_environment |= {"ALPHAVANTAGE_BASE_URL": NOBODY, "ALPHAVANTAGE_API_KEY": "not-to-be-told"}
    answer = dashboard("prices", "refresh", "CALM")
    assert answer.status == 1
    assert "provider_unavailable" in answer.out
    assert "not-to-be-told" not in answer.out + answer.err


def test_wrong_orders_and_limits_stop_the_start_with_every_fault(
    dashboard: CommandLine, more_environment: dict[str, str]
) -> None:
    more_environment |= {"PROVIDERS": "nobody", "PROVIDER_ORDERS": "shares=yahoo", "PROVIDER_LIMITS": "yahoo=fast"}
    answer = dashboard("portfolio", "list")
    assert answer.status != 0
    for name in ("PROVIDERS:", "PROVIDER_ORDERS:", "PROVIDER_LIMITS:"):
        assert name in answer.err
