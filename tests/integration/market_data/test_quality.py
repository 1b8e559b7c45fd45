"""Wrong prices in the database: quarantined at ingest, valued by nobody, shown, decided on by an administrator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from dashboard.db.engine import db
from dashboard.db.models import AuditEntry, InstrumentRow, Portfolio, Price
from dashboard.domain.access import SYSTEM, PortfolioId
from dashboard.domain.quality import FindingKind
from dashboard.errors import InvalidInput, NotFound, PermissionDenied
from dashboard.providers.base import Issue, RejectedBar
from dashboard.providers.chain import ProviderChain
from dashboard.results.price_quality import FindingState
from dashboard.services import market_data, performance, price_quality
from tests.factories import make_user
from tests.integration.market_data.ledgers import Purchase, make_ledger
from tests.integration.market_data.test_refresh import FakeProvider, history

pytestmark = pytest.mark.usefixtures("app_context")

CLOSES = tuple(10.0 + (place * 7 % 5) / 50 for place in range(40))
WRONG_PLACES = (20, 21)


def days(count: int) -> list[date]:
    return [
        day.item()
        for day in np.busday_offset(np.datetime64("2024-01-02", "D"), np.arange(count)).astype("datetime64[D]")
    ]


def price_file(closes: Sequence[float], symbol: str = "A") -> bytes:
    rows = [f"{symbol},{day},{close}" for day, close in zip(days(len(closes)), closes, strict=True)]
    return "\n".join(["symbol,date,close", *rows]).encode()


def spoiled(factor: float = 100.0, places: Sequence[int] = WRONG_PLACES) -> list[float]:
    return [close * factor if place in places else close for place, close in enumerate(CLOSES)]


def take(closes: Sequence[float]) -> None:
    market_data.import_prices(SYSTEM, price_file(closes), "prices.csv", currency="USD")


def counted(symbol: str = "A") -> dict[date, float]:
    bars = market_data.bars(symbol, adjusted=False)
    return dict(zip(bars.dates.tolist(), bars.close.tolist(), strict=True))


def states() -> list[tuple[date, str, FindingState]]:
    return [
        (item.date, item.kind.value, item.state) for item in price_quality.check(SYSTEM, ["A"]) if item.kind != "stale"
    ]


def clean(portfolio: int) -> None:
    db.session.get_one(Portfolio, portfolio).dirty_from = None
    db.session.commit()


@pytest.fixture
def ledger() -> int:
    """A portfolio that holds one A, and forty bars of it, two of them a hundred times too large."""
    key = make_ledger("USD", Purchase("A", "USD", days(40)[0]))
    take(spoiled())
    return key


def test_wrong_bars_stay_stored_and_are_read_by_nobody(ledger: int) -> None:
    wrong = [days(40)[place] for place in WRONG_PLACES]
    assert set(days(40)) - set(counted()) == set(wrong)
    stored = db.session.get_one(Price, (db.session.query(InstrumentRow).filter_by(symbol="A").one().id, wrong[0]))
    assert stored.close == pytest.approx(CLOSES[20] * 100)
    assert states() == [(day, "scale", FindingState.QUARANTINED) for day in wrong]


def test_a_valuation_carries_the_last_sound_close_and_says_what_is_held_back(ledger: int) -> None:
    found = performance.summary(SYSTEM, PortfolioId(ledger), start=days(40)[1], end=days(40)[21])
    assert float(found.market_value) == pytest.approx(CLOSES[19] - 1)  # the purchase for 1 left a balance of -1
    (note,) = [note for note in found.status if note.code == "price_quarantined"]
    assert (note.symbol, note.since) == ("A", days(40)[20])
    assert note.message.startswith(f"2 prices of A are quarantined since {days(40)[20]}")


def test_accepting_a_bar_brings_it_back_as_it_came_and_marks_its_portfolios(ledger: int) -> None:
    first, second = [item for item in price_quality.check(SYSTEM, ["A"]) if item.kind is FindingKind.SCALE]
    clean(ledger)
    version = market_data.versions_for(["A"])
    price_quality.accept(SYSTEM, first.id)
    assert counted()[first.date] == pytest.approx(CLOSES[20] * 100)
    assert second.date not in counted()
    assert db.session.get_one(Portfolio, ledger).dirty_from == first.date
    assert market_data.versions_for(["A"]) != version


def test_taking_the_repair_puts_the_suggestion_in_its_place_and_keeps_what_came(ledger: int) -> None:
    first, second = [item for item in price_quality.check(SYSTEM, ["A"]) if item.kind is FindingKind.SCALE]
    clean(ledger)
    decided = price_quality.repair(SYSTEM, second.id, alike=True)
    assert [(item.id, item.state, item.decided_by) for item in decided] == [
        (first.id, FindingState.REPAIRED, "system"),
        (second.id, FindingState.REPAIRED, "system"),
    ]
    assert list(counted().values()) == pytest.approx(CLOSES)
    assert db.session.get_one(Portfolio, ledger).dirty_from == first.date
    assert decided[0].value == pytest.approx(CLOSES[20] * 100)
    actions = {entry.action for entry in db.session.query(AuditEntry)}
    assert "prices.repaired" in actions


def test_the_same_wrong_file_again_changes_no_decision(ledger: int) -> None:
    first, _ = [item for item in price_quality.check(SYSTEM, ["A"]) if item.kind is FindingKind.SCALE]
    price_quality.repair(SYSTEM, first.id)
    version = market_data.versions_for(["A"])
    take(spoiled())
    price_quality.check(SYSTEM, ["A"])
    assert market_data.versions_for(["A"]) == version
    assert counted()[first.date] == pytest.approx(CLOSES[20])


def test_a_second_check_changes_nothing_that_counts(ledger: int) -> None:
    before = price_quality.check(SYSTEM, ["A"])
    clean(ledger)
    version = market_data.versions_for(["A"])
    assert price_quality.check(SYSTEM, ["A"]) == before
    assert market_data.versions_for(["A"]) == version
    assert db.session.get_one(Portfolio, ledger).dirty_from is None


def test_a_source_that_corrects_itself_ends_the_finding(ledger: int) -> None:
    first, _ = [item for item in price_quality.check(SYSTEM, ["A"]) if item.kind is FindingKind.SCALE]
    price_quality.repair(SYSTEM, first.id)
    clean(ledger)
    take(CLOSES)
    assert states() == []
    assert list(counted().values()) == pytest.approx(CLOSES)
    assert db.session.get_one(Portfolio, ledger).dirty_from == first.date


def test_another_wrong_value_of_the_day_is_decided_on_anew(ledger: int) -> None:
    first, second = [item for item in price_quality.check(SYSTEM, ["A"]) if item.kind is FindingKind.SCALE]
    price_quality.accept(SYSTEM, first.id, alike=True)
    take(spoiled(0.01))
    assert states() == [(item.date, "scale", FindingState.QUARANTINED) for item in (first, second)]


def test_a_last_bar_that_waited_counts_once_the_next_one_confirms_it() -> None:
    take([*CLOSES[:30], 26.0])
    assert days(31)[-1] not in counted()
    take([*CLOSES[:30], 26.0, 26.3])
    assert counted()[days(32)[-2]] == 26.0
    assert states() == []


def test_the_last_close_of_an_instrument_is_one_that_counts() -> None:
    take([*CLOSES[:30], 1012.0])
    detail = market_data.instrument(SYSTEM, "A")
    assert (detail.last_date, detail.last_close) == (days(30)[-1], CLOSES[29])


def test_a_wrong_distribution_is_left_out_until_it_is_decided_on(ledger: int) -> None:
    paid = "\n".join(f"A,{days(40)[place]},{amount},USD" for place, amount in ((5, 0.10), (15, 0.0010), (30, 0.10)))
    market_data.import_prices(SYSTEM, f"symbol,date,amount,currency\n{paid}".encode(), "dividends.csv")
    assert [one.amount for one in market_data.market_data_for(["A"], ["USD"]).dividends["A"]] == [0.10, 0.10]
    (finding,) = [item for item in price_quality.check(SYSTEM, ["A"]) if item.kind is FindingKind.DIVIDEND]
    price_quality.repair(SYSTEM, finding.id)
    amounts = [one.amount for one in market_data.market_data_for(["A"], ["USD"]).dividends["A"]]
    assert amounts == pytest.approx([0.10, 0.10, 0.10])


def test_what_a_refresh_brings_is_checked_and_what_it_refused_is_kept() -> None:
    sent = history("A", spoiled())
    refused = (RejectedBar(date(2024, 1, 1), Issue.NOT_POSITIVE, "the close is not a positive number"),)
    chain = ProviderChain([FakeProvider({"A": replace(sent, rejected=refused)})])
    market_data.refresh(SYSTEM, ["A"], chain=chain)
    found = [(item.kind.value, item.state.value) for item in price_quality.check(SYSTEM, ["A"]) if item.kind != "stale"]
    assert found == [("zero", "quarantined"), ("scale", "quarantined"), ("scale", "quarantined")]
    assert max(counted().values()) < 11
    zero, *_ = price_quality.check(SYSTEM, ["A"])
    with pytest.raises(InvalidInput, match="no price"):
        price_quality.accept(SYSTEM, zero.id)
    with pytest.raises(InvalidInput, match="Nothing is suggested"):
        price_quality.repair(SYSTEM, zero.id)


def test_a_source_that_contradicts_another_is_told() -> None:
    market_data.import_prices(
        SYSTEM, b"symbol,date,close,currency\nA,2024-01-02,10,USD\nA,2024-01-03,10.5,USD\n", "prices.csv"
    )
    chain = ProviderChain([FakeProvider({"A": history("A", [10.0, 10.0, 10.1])})])
    market_data.refresh(SYSTEM, ["A"], chain=chain)
    (found,) = [item for item in price_quality.check(SYSTEM, ["A"]) if item.kind is FindingKind.DISAGREEMENT]
    assert (found.date, found.value, found.suggested) == (date(2024, 1, 3), 10.0, 10.5)
    assert found.state is FindingState.OPEN
    assert counted()[found.date] == 10.0


def test_sources_that_differ_because_one_is_wrong_are_one_finding() -> None:
    chain = ProviderChain([FakeProvider({"A": history("A", CLOSES)})])
    market_data.refresh(SYSTEM, ["A"], chain=chain)
    day = date(2024, 1, 22)
    market_data.import_prices(SYSTEM, f"symbol,date,close\nA,{day},{CLOSES[20] * 100}\n".encode(), "prices.csv")
    found = [(item.date, item.kind.value) for item in price_quality.check(SYSTEM, ["A"]) if item.kind != "stale"]
    assert found == [(day, "scale")]


def test_another_currency_is_told_and_taken_back_when_it_is_mended() -> None:
    market_data.import_prices(SYSTEM, b"symbol,date,close,currency\nA,2024-01-02,10,EUR\n", "prices.csv")
    wrong = history("A", [12.0])
    market_data.refresh(SYSTEM, ["A"], chain=ProviderChain([FakeProvider({"A": wrong})]))
    assert "currency" in {item.kind.value for item in price_quality.check(SYSTEM, ["A"])}
    market_data.refresh(SYSTEM, ["A"], chain=ProviderChain([FakeProvider({"A": history("A", [10.0], "EUR")})]))
    assert "currency" not in {item.kind.value for item in price_quality.check(SYSTEM, ["A"])}


def test_an_instrument_without_any_price_is_told_until_it_has_one() -> None:
    make_ledger("USD", Purchase("A", "USD"))
    market_data.refresh(SYSTEM, ["A"], chain=ProviderChain([FakeProvider({})]))
    (missing,) = price_quality.check(SYSTEM, ["A"])
    assert (missing.kind, missing.state) == (FindingKind.GAP, FindingState.OPEN)
    assert missing.reason
    take(CLOSES)
    assert states() == []


def test_a_person_sees_what_is_wrong_with_what_he_trades_and_decides_nothing(ledger: int) -> None:
    market_data.import_prices(SYSTEM, price_file(spoiled(), "OTHER"), "prices.csv", currency="USD")
    actor = make_user("someone@example.com")
    db.session.get_one(Portfolio, ledger).owner_id = actor.user_id
    db.session.commit()
    seen = price_quality.report(actor)
    assert {group.first.symbol for group in seen.groups} == {"A"}
    assert not seen.may_decide
    assert price_quality.problems(actor) == len(seen.groups)
    everything = price_quality.report(SYSTEM)
    assert {group.first.symbol for group in everything.groups} == {"A", "OTHER"}
    (scale,) = [group for group in seen.groups if group.first.kind is FindingKind.SCALE]
    assert (len(scale.items), scale.portfolios, scale.repairable) == (2, ("main",), True)
    for refused in (price_quality.accept, price_quality.repair):
        with pytest.raises(PermissionDenied):
            refused(actor, scale.first.id)
    with pytest.raises(PermissionDenied):
        price_quality.check(actor)


def test_what_is_not_there_is_refused() -> None:
    with pytest.raises(NotFound):
        price_quality.accept(SYSTEM, 4711)
    with pytest.raises(NotFound):
        price_quality.check(SYSTEM, ["NOBODY"])
