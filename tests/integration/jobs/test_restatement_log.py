"""The log of restatements is kept for as long as the installation says, and never less than somebody waits for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from dashboard.db.engine import db
from dashboard.domain.access import SYSTEM, Actor, PortfolioId
from dashboard.services import accounts, restatements, visits
from jobs.runtime import use
from jobs.schedule import clean_up
from tests.integration.market_data.ledgers import Purchase, make_ledger
from tests.integration.market_data.test_refresh import FIRST, FakeProvider, history
from tests.integration.market_data.test_restatements import refresh
from tests.web import EMAIL, PASSWORD

KEPT_DAYS = 1100
TABLES = ("restatements", "restated_values", "restatement_effects")


@pytest.fixture
def ledger(app: Flask, app_context: Flask) -> PortfolioId:
    """A portfolio of one A, whose second close was restated; nobody knows yet what that did to it."""
    use(app)
    fake = FakeProvider({"A": history("A", [10.0, 11.0, 12.0])})
    key = PortfolioId(make_ledger("USD", Purchase("A", "USD", FIRST)))
    refresh(fake)
    restatements.record_effects(key)
    fake.answers["A"] = history("A", [10.0, 11.5, 12.0])
    refresh(fake)
    return key


def age(days: float) -> None:
    """The log is as old as that, with all that was found out of it."""
    parameters = {"moment": datetime.now(UTC) - timedelta(days=days)}
    db.session.execute(db.text("update restatements set at = :moment"), parameters)
    db.session.execute(
        db.text("update restatement_effects set recorded_at = :moment where recorded_at is not null"), parameters
    )
    db.session.commit()


def owned() -> Actor:
    """Whose portfolio it is from now on."""
    made = accounts.create_user(SYSTEM, EMAIL, PASSWORD)
    db.session.execute(db.text("update portfolios set owner_id = :owner"), {"owner": made.id})
    db.session.commit()
    return Actor(made.id, made.email, made.role)


def left() -> list[int]:
    """How many rows of the log the nightly job leaves, by table."""
    clean_up()
    return [db.session.scalar(db.text(f"select count(*) from {table}")) or 0 for table in TABLES]


def test_an_entry_goes_with_its_values_and_effects_once_it_is_older_than_is_kept(ledger: PortfolioId) -> None:
    restatements.record_effects(ledger)
    age(KEPT_DAYS - 0.5)
    assert left() == [1, 1, 1]
    age(KEPT_DAYS + 0.5)
    assert left() == [0, 0, 0]


def test_an_entry_stays_until_it_is_known_what_it_did(ledger: PortfolioId) -> None:
    age(KEPT_DAYS + 900)
    assert left() == [1, 1, 1]
    assert restatements.record_effects(ledger) == 1
    (effect,) = restatements.log(SYSTEM)[0].effects
    assert (effect.day_before, effect.day_after) == (10.0, 10.5)


def test_an_entry_stays_until_its_owner_has_seen_it(ledger: PortfolioId) -> None:
    owner = owned()
    restatements.record_effects(ledger)  # found out now, of what was written long ago
    written = {"moment": datetime.now(UTC) - timedelta(days=KEPT_DAYS + 5)}
    db.session.execute(db.text("update restatements set at = :moment"), written)
    db.session.commit()
    found_out = restatements.log(SYSTEM)[0].effects[0].recorded_at
    assert found_out is not None

    assert left() == [1, 1, 1]
    visits.see(owner, ledger, found_out - timedelta(days=1))
    assert left() == [1, 1, 1]
    assert restatements.forget_old(found_out + visits.LONGEST - timedelta(days=1)) == 0
    visits.see(owner, ledger, found_out + timedelta(minutes=1))
    assert left() == [0, 0, 0]


def test_what_an_owner_never_looks_at_goes_in_the_end(ledger: PortfolioId) -> None:
    owned()
    restatements.record_effects(ledger)
    moment = datetime.now(UTC) + timedelta(days=KEPT_DAYS)
    assert restatements.forget_old(moment - timedelta(days=1)) == 0
    assert restatements.forget_old(moment + timedelta(days=1)) == 1


def test_an_installation_may_keep_the_log_for_ever(app: Flask, ledger: PortfolioId) -> None:
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"restatement_days": 0})
    restatements.record_effects(ledger)
    age(30_000)
    assert left() == [1, 1, 1]
