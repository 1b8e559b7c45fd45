"""Ten thousand symbols at once, most of them unknown: each has its reason, the others go on, few are held at a time."""

from __future__ import annotations

import logging
from collections import Counter

import pytest

from dashboard.db.models import InstrumentRow
from dashboard.domain.access import SYSTEM
from dashboard.errors import RateLimited
from dashboard.providers.chain import ProviderChain
from dashboard.services import market_data
from dashboard.services.market_data import targets
from dashboard.services.market_data.refresh import BATCH
from dashboard.services.market_data.targets import Target
from jobs import prices
from tests.integration.market_data.test_refresh import FakeProvider, history

COUNT = 10_000
SYMBOLS = [f"S{number}" for number in range(COUNT)]


@pytest.mark.usefixtures("app_context")
def test_each_of_ten_thousand_symbols_is_complete_or_has_a_reason(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    known = SYMBOLS[::500]
    chain = ProviderChain([FakeProvider({symbol: history(symbol, [1.0, 2.0]) for symbol in known})])
    held: list[int] = []
    stored_targets = targets.stored_targets

    def counted(rows: list[InstrumentRow]) -> list[Target]:
        held.append(len(rows))
        return stored_targets(rows)

    monkeypatch.setattr(targets, "stored_targets", counted)
    market_data.refresh(SYSTEM, known, chain=chain)
    caplog.set_level(logging.CRITICAL)  # what is logged of each is tested elsewhere: it would be kept here
    told: Counter[str] = Counter()

    report = market_data.refresh(SYSTEM, SYMBOLS, chain=chain, told=lambda outcome: told.update([outcome.code]))

    assert told == {"": len(known), "instrument_not_found": COUNT - len(known)}
    assert [outcome.symbol for outcome in report.outcomes] == SYMBOLS
    assert all(outcome.reason for outcome in report.outcomes if outcome.code)
    assert [len(market_data.bars(symbol).dates) for symbol in known] == [2] * len(known)
    assert len(held) == 1 + COUNT // BATCH and max(held) <= BATCH


@pytest.mark.usefixtures("app_context")
def test_a_job_leaves_what_takes_too_long_to_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, *(prices.SLICE_SECONDS * part for part in (0.5, 0.9, 1.0))])
    monkeypatch.setattr(prices, "monotonic", lambda: next(clock))
    within = prices.within_a_slice()
    assert [within(done, 9, "S") for done in range(4)] == [True, True, True, False]


@pytest.mark.usefixtures("app_context")
def test_a_source_that_refuses_in_the_middle_leaves_a_reason_on_each_of_the_rest() -> None:
    provider = FakeProvider({symbol: history(symbol, [1.0]) for symbol in SYMBOLS[:3]})
    refused = RateLimited("too many", provider="fake", symbol=None, retry_after_seconds=60)
    provider.answers |= dict.fromkeys(SYMBOLS[3:9], refused)

    report = market_data.refresh(SYSTEM, SYMBOLS[:9], chain=ProviderChain([provider]))

    assert [outcome.code for outcome in report.outcomes] == [""] * 3 + ["rate_limited"] * 6
