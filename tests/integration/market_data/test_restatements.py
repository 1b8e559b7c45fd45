"""The past that changes: the log of it, the valuation from that day on, and what it did to each portfolio."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from dashboard.db.engine import db
from dashboard.db.models import Portfolio, Restatement
from dashboard.domain.access import SYSTEM, PortfolioId
from dashboard.domain.instruments import Split
from dashboard.errors import NotFound
from dashboard.providers.base import Dividend
from dashboard.providers.chain import ProviderChain
from dashboard.results.restatements import PortfolioEffect, RestatementItem
from dashboard.results.visits import LastVisit
from dashboard.services import market_data, performance, portfolios, price_quality, restatements, revaluation, valuation
from tests.integration.market_data.ledgers import Purchase, make_ledger
from tests.integration.market_data.test_refresh import FIRST, FakeProvider, history

pytestmark = pytest.mark.usefixtures("app_context")

SECOND, THIRD = FIRST + timedelta(days=1), FIRST + timedelta(days=2)
CLOSES = (10.0, 11.0, 12.0)
WEEK = LastVisit(datetime.now(UTC) - timedelta(days=7), None)


@pytest.fixture
def fake() -> FakeProvider:
    return FakeProvider({"A": history("A", CLOSES)})


@pytest.fixture
def ledger(fake: FakeProvider) -> int:
    """One A that was bought for 1 on the first day, valued with closes of 10, 11 and 12: cash is -1."""
    key = make_ledger("USD", Purchase("A", "USD", FIRST))
    refresh(fake)
    revalue(key)
    return key


def refresh(fake: FakeProvider) -> None:
    market_data.refresh(SYSTEM, chain=ProviderChain([fake]))


def revalue(key: int) -> None:
    """What the worker does with a marked portfolio, without the figures of the pages."""
    restatements.record_effects(PortfolioId(key))
    valuation.clear_dirty(PortfolioId(key), db.session.get_one(Portfolio, key).ledger_version)


def dirty_from(key: int) -> date | None:
    db.session.expire_all()
    return db.session.get_one(Portfolio, key).dirty_from


def log(symbol: str | None = None) -> tuple[RestatementItem, ...]:
    return restatements.log(SYSTEM, symbol)


def changes(item: RestatementItem) -> list[tuple[date, str, float | None, float | None]]:
    return [(one.date, one.field, one.old, one.new) for one in item.values]


def moved(effect: PortfolioEffect) -> tuple[object, ...]:
    """The day that moved most with its values, the last values, the gains."""
    day = (effect.date, effect.day_before, effect.day_after)
    return (*day, effect.value_before, effect.value_after, effect.gain_before, effect.gain_after)


def values(key: int, *days: date) -> list[float]:
    return [performance.summary(SYSTEM, PortfolioId(key), end=day).market_value for day in days]


def test_a_restated_close_is_logged_valued_from_its_day_on_and_told_with_what_it_did(
    fake: FakeProvider, ledger: int
) -> None:
    assert values(ledger, FIRST, SECOND, THIRD) == [9.0, 10.0, 11.0]
    fake.answers["A"] = history("A", [10.0, 11.5, 12.0])
    refresh(fake)

    (item,) = log("A")
    assert (item.cause, item.source, item.previous_source) == ("corrected", "fake", "fake")
    assert changes(item) == [(SECOND, "close", 11.0, 11.5)]
    assert [effect.known for effect in item.effects] == [False]
    assert dirty_from(ledger) == SECOND

    revaluation.revalue(PortfolioId(ledger))
    (effect,) = log("A")[0].effects
    assert moved(effect) == (SECOND, 10.0, 10.5, 11.0, 11.0, 11.0, 11.0)
    assert (effect.portfolio_id, effect.currency) == (ledger, "USD")
    assert effect.day_share == pytest.approx(0.05)
    assert dirty_from(ledger) is None
    assert values(ledger, FIRST, SECOND, THIRD) == [9.0, 10.5, 11.0]


def test_what_a_new_bar_brings_is_no_part_of_what_a_restatement_did(fake: FakeProvider, ledger: int) -> None:
    fake.answers["A"] = history("A", [10.0, 11.0, 12.5, 99.0 / 6])
    refresh(fake)
    revalue(ledger)

    (item,) = log()
    assert changes(item) == [(THIRD, "close", 12.0, 12.5)]
    assert moved(item.effects[0])[:5] == (THIRD, 11.0, 11.5, 15.5, 15.5)


def test_several_restatements_before_one_valuation_are_told_apart(fake: FakeProvider, ledger: int) -> None:
    for closes in ([10.0, 11.0, 12.5], [10.0, 11.0, 13.5]):
        fake.answers["A"] = history("A", closes)
        refresh(fake)
    revalue(ledger)

    later, earlier = (item.effects[0] for item in log("A"))
    assert moved(earlier) == (THIRD, 11.0, 11.5, 11.0, 11.5, 11.0, 11.5)
    assert moved(later) == (THIRD, 11.5, 12.5, 11.5, 12.5, 11.5, 12.5)


def test_noise_in_the_last_digits_is_no_restatement(fake: FakeProvider, ledger: int) -> None:
    version = market_data.versions_for(["A"])
    fake.answers["A"] = history("A", [close * (1 + 1e-12) for close in CLOSES])
    refresh(fake)

    assert log() == ()
    assert (market_data.versions_for(["A"]), dirty_from(ledger)) == (version, None)


def test_new_bars_and_a_first_load_are_no_restatement(fake: FakeProvider, ledger: int) -> None:
    fake.answers["A"] = replace(
        history("A", [*CLOSES, 13.0]), dividends=(Dividend(THIRD + timedelta(days=1), 0.1, "USD"),)
    )
    refresh(fake)
    assert log() == ()


def test_a_split_listed_late_is_one_entry_with_the_largest_changes_and_its_effect(fake: FakeProvider) -> None:
    key = make_ledger("USD", Purchase("A", "USD", FIRST))
    fake.answers["A"] = history("A", [50.0] * 40)  # the source has adjusted its past, and does not list why
    refresh(fake)
    revalue(key)
    assert values(key, FIRST, FIRST + timedelta(days=39)) == [49.0, 49.0]

    split = Split(FIRST + timedelta(days=35), Decimal(2))
    fake.answers["A"] = replace(history("A", [100.0] * 35 + [50.0] * 5), splits=(split,))
    refresh(fake)

    (item,) = log("A")
    assert (item.cause, item.count) == ("reloaded", 36)
    assert (item.first_date, item.last_date) == (FIRST, split.date)
    assert len(item.values) == 11
    assert (split.date, "split", None, 2.0) in changes(item)
    assert changes(item)[0] == (FIRST, "close", 50.0, 100.0)
    assert dirty_from(key) == FIRST

    revalue(key)
    effect = log("A")[0].effects[0]
    assert moved(effect) == (FIRST, 49.0, 99.0, 49.0, 99.0, 49.0, 99.0)
    assert values(key, FIRST, FIRST + timedelta(days=39)) == [99.0, 99.0]
    assert (effect.gain_before, effect.gain_after) == (49.0, 99.0)


def test_what_counted_before_is_kept_until_every_portfolio_is_valued(fake: FakeProvider, ledger: int) -> None:
    other = make_ledger("USD", Purchase("A", "USD", SECOND), name="other")
    revalue(other)
    fake.answers["A"] = history("A", [10.0, 11.5, 12.0])
    refresh(fake)

    revalue(ledger)
    assert db.session.query(Restatement.undo_values).scalar() == [11.0]
    revalue(other)
    assert db.session.query(Restatement.undo_values).scalar() is None
    assert [(effect.portfolio, effect.day_change) for effect in log()[0].effects] == [("main", 0.5), ("other", 0.5)]


def test_a_restated_rate_moves_what_is_held_in_its_currency(fake: FakeProvider) -> None:
    key = make_ledger("EUR", Purchase("A", "USD", FIRST))
    fake.answers["EURUSD=X"] = history("EURUSD=X", [1.25, 1.25, 1.25])
    refresh(fake)
    revalue(key)
    fake.answers["EURUSD=X"] = history("EURUSD=X", [1.25, 1.1, 1.25])
    refresh(fake)

    (item,) = log("EURUSD")
    assert (item.is_pair, changes(item), dirty_from(key)) == (True, [(SECOND, "rate", 1.25, 1.1)], SECOND)
    revalue(key)
    (effect,) = log("EURUSD")[0].effects
    assert effect.date == SECOND
    assert (effect.day_before, effect.day_after) == pytest.approx((10 / 1.25, 10 / 1.1))  # 11 of stock, 1 of debt


def test_a_restated_close_that_is_quarantined_at_once_counts_as_the_one_before_it(
    fake: FakeProvider,
) -> None:
    closes = [10.0 + place % 5 / 50 for place in range(40)]
    key = make_ledger("USD", Purchase("A", "USD", FIRST))
    fake.answers["A"] = history("A", closes)
    refresh(fake)
    revalue(key)
    day = FIRST + timedelta(days=33)
    fake.answers["A"] = history("A", [*closes[:33], 1003.0, *closes[34:]])
    refresh(fake)
    revalue(key)

    (item,) = log("A")
    assert changes(item) == [(day, "close", closes[33], 1003.0)]
    (effect,) = item.effects
    assert (effect.day_before, effect.day_after) == pytest.approx((closes[33] - 1, closes[32] - 1))


def test_a_dividend_that_comes_late_and_one_that_changes_are_logged(fake: FakeProvider, ledger: int) -> None:
    for amount in (0.5, 0.6):
        fake.answers["A"] = replace(history("A", CLOSES), dividends=(Dividend(SECOND, amount, "USD"),))
        refresh(fake)
    assert [changes(item) for item in log()] == [[(SECOND, "dividend", 0.5, 0.6)], [(SECOND, "dividend", None, 0.5)]]


def test_a_file_that_overrules_a_source_is_logged_with_both(fake: FakeProvider, ledger: int) -> None:
    market_data.import_prices(SYSTEM, f"symbol,date,close\nA,{THIRD},12.25\n".encode(), "mine.csv")
    (item,) = log("A")
    assert (item.source, item.previous_source, changes(item)) == ("file", "fake", [(THIRD, "close", 12.0, 12.25)])


def test_a_repair_is_logged_with_who_decided_and_what_it_did() -> None:
    closes = [10.0 + place % 5 / 50 for place in range(40)]
    fake = FakeProvider({"A": history("A", [*closes[:20], closes[20] * 100, *closes[21:]])})
    key = make_ledger("USD", Purchase("A", "USD", FIRST))
    refresh(fake)
    revalue(key)
    (finding,) = [one for one in price_quality.check(SYSTEM, ["A"]) if one.kind == "scale"]
    price_quality.repair(SYSTEM, finding.id)

    (item,) = log("A")
    assert (item.cause, item.source) == ("repaired", "system")
    assert [(one.date, one.field, one.old) for one in item.values] == [(finding.date, "close", None)]
    assert item.values[0].new == pytest.approx(closes[20])
    revalue(key)
    (effect,) = log("A")[0].effects
    assert (effect.day_before, effect.day_after) == pytest.approx((closes[19] - 1, closes[20] - 1))


def test_the_log_is_narrowed_by_day_and_portfolio_and_knows_what_it_is_asked_for(
    fake: FakeProvider, ledger: int
) -> None:
    make_ledger("USD", Purchase("B", "USD", FIRST), name="other")
    fake.answers["A"] = history("A", [10.0, 11.5, 12.0])
    refresh(fake)
    main, other = (portfolios.portfolio_by_name(SYSTEM, name) for name in ("main", "other"))
    assert len(restatements.log(SYSTEM, portfolio=main)) == 1
    assert restatements.log(SYSTEM, portfolio=other) == ()
    assert restatements.log(SYSTEM, since=date.max) == ()
    assert restatements.log(SYSTEM, "B") == ()
    with pytest.raises(NotFound):
        log("NOWHERE")


def test_a_hundredth_of_a_per_cent_and_the_last_visit_make_a_restatement_worth_a_word(
    fake: FakeProvider, ledger: int
) -> None:
    portfolio = portfolios.portfolio_by_name(SYSTEM, "main")
    for change, told in ((1e-6, 0), (0.01, 1)):
        fake.answers["A"] = history("A", [10.0, 11.0, 12.0 + change])
        refresh(fake)
        revalue(ledger)
        assert len(restatements.news(portfolio, WEEK)) == told
    (known,) = restatements.news(portfolio, WEEK)[0].effects
    assert known.recorded_at is not None
    # Written long ago, and found out since the last visit: it could not be told before.
    db.session.execute(db.text("update restatements set at = at - interval '80 days'"))
    seen = LastVisit(known.recorded_at - timedelta(seconds=1), None)
    assert len(restatements.news(portfolio, seen)) == 1 and restatements.latest(portfolio, seen)
    seen = LastVisit(known.recorded_at, None)
    assert restatements.news(portfolio, seen) == () and restatements.latest(portfolio, seen) is None


def test_an_emptied_ledger_forgets_what_it_waited_for(fake: FakeProvider, ledger: int) -> None:
    fake.answers["A"] = history("A", [10.0, 11.5, 12.0])
    refresh(fake)
    db.session.execute(db.text("delete from transactions"))
    db.session.execute(db.text("update portfolios set ledger_version = ledger_version + 1"))
    db.session.commit()
    revalue(ledger)
    assert log()[0].effects == ()
    assert db.session.query(Restatement.undo_values).scalar() is None
