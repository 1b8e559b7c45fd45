"""Descriptions: what a provider says is taken over, what a person has set stays, and funds say what they hold."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from flask import Flask

from dashboard.db.engine import db
from dashboard.domain.access import SYSTEM
from dashboard.domain.instruments import AssetClass, InstrumentState
from dashboard.errors import PermissionDenied, ProviderUnavailable
from dashboard.providers.chain import ProviderChain
from dashboard.providers.descriptions import Description, Share
from dashboard.providers.yahoo_description import parse_description
from dashboard.services import instruments, market_data
from tests.days import today
from tests.factories import make_instrument, make_portfolio, make_user
from tests.fakes import RecordingProvider
from tests.integration.market_data.conftest import running_stand_in, stand_in, yahoo_app

__all__ = ["running_stand_in", "stand_in", "yahoo_app"]

FUND = Description(
    "yahoo",
    name="World Fund",
    sector="",
    country="Ireland",
    holdings=(Share("Apple Inc", 0.05, "AAPL"), Share("Microsoft Corp", 0.04, "MSFT")),
    sectors=(Share("Technology", 0.3),),
)


class Describing(RecordingProvider):
    """A provider that says ``said`` of everything, or fails."""

    said: Description | None = FUND

    def describe(self, symbol: str) -> Description:
        """What it says."""
        self.asked.append(symbol)
        if self.said is None:
            raise ProviderUnavailable("It did not answer.", provider=self.name)
        return self.said


def chain(said: Description | None = FUND) -> tuple[ProviderChain, Describing]:
    provider = Describing("yahoo")
    provider.said = said
    return ProviderChain([RecordingProvider("ecb"), provider]), provider


@pytest.mark.usefixtures("app_context")
def test_what_a_person_has_set_stays_and_the_rest_is_as_the_provider_says() -> None:
    make_instrument("WRLD", asset_class=AssetClass.ETF, name="Old name")
    instruments.edit(SYSTEM, "WRLD", {"country": "My country", "sector": "Everything"})
    (outcome,) = instruments.describe(SYSTEM, ["WRLD"], chain=chain()[0])
    found = market_data.instrument(SYSTEM, "WRLD")
    assert (outcome.changed, outcome.code) == (True, "")
    assert (found.name, found.country, found.sector) == ("World Fund", "My country", "Everything")
    held = instruments.fund_holdings_of("WRLD")
    assert held is not None
    assert [(one.symbol, one.weight) for one in held.holdings] == [("AAPL", 0.05), ("MSFT", 0.04)]
    assert ([one.name for one in held.sectors], held.as_of) == (["Technology"], today())
    assert not instruments.describe(SYSTEM, ["WRLD"], chain=chain()[0])[0].changed


@pytest.mark.usefixtures("app_context")
def test_each_in_use_is_asked_for_once_a_week_and_a_failure_is_typed() -> None:
    ledger = "date type symbol quantity price\n2024-01-03 buy AAA 1 1\n2024-01-03 buy BBB 1 1\n2024-01-03 buy FLAT 1 1"
    make_portfolio(ledger=ledger)
    make_instrument("UNUSED")
    instruments.set_price(SYSTEM, "FLAT", datetime(2024, 1, 4, tzinfo=UTC).date(), 5.0)
    failing, _ = chain(None)
    assert [(one.symbol, one.code) for one in instruments.describe(SYSTEM, chain=failing)] == [
        ("AAA", "provider_unavailable"),
        ("BBB", "provider_unavailable"),
    ]
    working, provider = chain()
    instruments.describe(SYSTEM, chain=working)
    instruments.describe(SYSTEM, chain=working)
    assert provider.asked == ["AAA", "BBB"]
    with pytest.raises(PermissionDenied):
        instruments.describe(make_user(), chain=working)


@pytest.mark.usefixtures("app_context")
def test_what_is_not_described_is_one_line_of_the_log_a_provider_and_reason() -> None:
    for number in range(7):
        make_instrument(f"C{number}", asset_class=AssetClass.CURRENCY)
        make_instrument(f"E{number}")
    rates, shares = RecordingProvider("ecb"), chain(None)[1]
    rates.asset_classes, shares.asset_classes = frozenset({AssetClass.CURRENCY}), frozenset({AssetClass.EQUITY})
    symbols = [f"{kind}{number}" for kind in "CE" for number in range(7)]
    with structlog.testing.capture_logs() as lines:
        outcomes = instruments.describe(SYSTEM, symbols, chain=ProviderChain([rates, shares]))
    told = [line for line in lines if line["event"] == "instruments.not_described"]
    assert [outcome.code for outcome in outcomes] == ["instrument_not_found"] * 7 + ["provider_unavailable"] * 7
    assert [(line["provider"], line["code"], line["count"], line["reason"]) for line in told] == [
        ("ecb", "instrument_not_found", 7, "ecb describes no instruments."),
        ("yahoo", "provider_unavailable", 7, "It did not answer."),
    ]
    assert told[0]["symbols"] == symbols[:5]


def test_yahoos_summary_is_asked_for_through_its_own_transport(yahoo_app: Flask) -> None:
    make_instrument("AAPL", "USD", state=InstrumentState.UNRESOLVED)
    known, unknown = instruments.describe(SYSTEM, ["AAPL"])[0], make_instrument("NOPE", "USD")
    assert (known.changed, known.code, unknown > 0) == (True, "", True)
    found = market_data.instrument(SYSTEM, "AAPL")
    assert (found.sector, found.industry, found.country) == ("Technology", "Software", "United States")
    assert instruments.describe(SYSTEM, ["NOPE"])[0].code == "instrument_not_found"
    db.session.rollback()


def test_a_funds_summary_is_read_plain_and_formatted() -> None:
    path = Path(__file__).parents[2] / "data" / "yahoo_fund_summary.json"
    found = parse_description("yahoo", json.loads(path.read_text()))
    assert (found.name, found.exchange, found.mic) == ("Vanguard FTSE All-World UCITS ETF", "LSE", "XLON")
    assert [(one.symbol, one.weight) for one in found.holdings] == [("NVDA", 0.0461), ("AAPL", 0.0398)]
    assert [(one.name, one.weight) for one in found.sectors] == [("Technology", 0.26), ("Real Estate", 0.02)]
