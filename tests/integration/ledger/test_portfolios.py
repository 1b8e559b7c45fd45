"""Portfolios: names, slugs, owners and who may see them."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from dashboard.db.engine import db
from dashboard.db.models import AuditEntry, InstrumentRow, LedgerTransaction
from dashboard.domain.access import SYSTEM, Role
from dashboard.domain.transactions import LotMethod
from dashboard.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from dashboard.services import accounts, imports, portfolios
from tests.factories import make_portfolio, make_user

pytestmark = pytest.mark.usefixtures("app_context")


def test_a_portfolio_is_made_as_asked_and_found_by_each_of_its_names() -> None:
    owner = make_user(time_zone="Asia/Tokyo")
    made = portfolios.create_portfolio(
        owner, "  Long   Term ", "eur", method=LotMethod.AVERAGE, benchmark="^GSPC", track_cash=False
    )
    assert (made.name, made.slug, made.base_currency, made.time_zone) == ("Long Term", "long-term", "EUR", "Asia/Tokyo")
    assert (made.method, made.benchmark, made.track_cash) == (LotMethod.AVERAGE, "^GSPC", False)
    assert portfolios.portfolio_by_id(owner, made.id) == made
    assert portfolios.portfolio_by_slug(owner, "long-term") == made
    assert portfolios.portfolio_by_name(owner, "LONG TERM") == made
    assert portfolios.portfolio_by_name(SYSTEM, "long-term") == made
    assert db.session.scalar(select(InstrumentRow.state).where(InstrumentRow.symbol == "^GSPC")) == "unresolved"


def test_slugs_are_unique_in_the_installation_and_names_within_an_owner() -> None:
    one, other = make_user(), make_user()
    slugs = [portfolios.create_portfolio(owner, "Depot", "EUR").slug for owner in (one, other)]
    assert slugs == ["depot", "depot-2"]
    assert portfolios.create_portfolio(one, "Dépôt!", "EUR").slug == "depot-3"
    assert portfolios.create_portfolio(one, "貯金", "JPY").slug == "portfolio"
    with pytest.raises(Conflict, match="There is a portfolio DEPOT already"):
        portfolios.create_portfolio(one, "DEPOT", "EUR")


@pytest.mark.parametrize(
    ("name", "currency", "field"),
    [("", "EUR", "name"), ("x" * 101, "EUR", "name"), ("a\0b", "EUR", "name"), ("a", "XYZ", "currency")],
)
def test_a_bad_name_or_currency_is_refused(name: str, currency: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        portfolios.create_portfolio(make_user(), name, currency)
    assert refused.value.field == field


def test_anothers_portfolio_is_not_found_by_any_name_and_the_audit_says_who_asked() -> None:
    owner, stranger = make_user(), make_user(role=Role.ADMIN)
    made = make_portfolio(owner, "Mine")
    for attempt in (
        lambda: portfolios.portfolio_by_id(stranger, made.id),
        lambda: portfolios.portfolio_by_slug(stranger, made.slug),
        lambda: portfolios.delete_portfolio(stranger, made.id),
        lambda: portfolios.set_benchmark(stranger, made.id, None),
    ):
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(NotFound):
        portfolios.portfolio_by_name(stranger, "Mine")
    denied = select(func.count()).where(AuditEntry.action == "portfolio.denied", AuditEntry.user_id == stranger.user_id)
    assert db.session.scalar(denied) == 4
    assert portfolios.list_portfolios(stranger) == ()
    assert [item.portfolio for item in portfolios.list_portfolios(SYSTEM)] == [made]


def test_an_unknown_id_is_not_found_and_leaves_no_trace() -> None:
    with pytest.raises(NotFound):
        portfolios.portfolio_by_id(make_user(), 987_654)
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 0


@pytest.mark.parametrize("key", [0, -1, 2**63, 2**200])
def test_an_impossible_id_is_not_found(key: int) -> None:
    with pytest.raises(NotFound):
        portfolios.portfolio_by_id(SYSTEM, key)
    with pytest.raises(NotFound):
        imports.undo(SYSTEM, key)


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "", "x" * 10_000])
def test_an_impossible_name_is_not_found(text: str) -> None:
    with pytest.raises(NotFound):
        portfolios.portfolio_by_slug(SYSTEM, text)
    with pytest.raises(NotFound):
        portfolios.portfolio_by_name(SYSTEM, text)


def test_a_benchmark_that_is_no_symbol_is_refused() -> None:
    for symbol in ("A\0", "x" * 65):
        with pytest.raises(InvalidInput, match="not a symbol"):
            portfolios.create_portfolio(SYSTEM, "Depot", "EUR", benchmark=symbol)


def test_the_system_makes_a_portfolio_for_the_only_administrator() -> None:
    admin = make_user("admin@example.com", role=Role.ADMIN)
    make_user()
    assert portfolios.create_portfolio(SYSTEM, "Depot", "EUR").owner_email == admin.email
    make_user("second@example.com", role=Role.ADMIN)
    with pytest.raises(InvalidInput, match=r"several administrators \(admin@example.com, second@example.com\)"):
        portfolios.create_portfolio(SYSTEM, "Other", "EUR")
    assert portfolios.create_portfolio(SYSTEM, "Other", "EUR", owner_email="Second@example.com").slug == "other"
    with pytest.raises(NotFound, match=r"no user nobody@example\.com"):
        portfolios.create_portfolio(SYSTEM, "Third", "EUR", owner_email="nobody@example.com")


def test_without_an_administrator_the_owner_must_be_named() -> None:
    make_user()
    with pytest.raises(InvalidInput, match="name the owner"):
        portfolios.create_portfolio(SYSTEM, "Depot", "EUR")


def test_a_portfolio_made_before_there_are_users_goes_to_the_first() -> None:
    made = portfolios.create_portfolio(SYSTEM, "Depot", "EUR")
    assert made.owner_email is None
    admin = accounts.create_first_admin("admin@example.com", "correct horse battery")
    assert portfolios.portfolio_by_id(SYSTEM, made.id).owner_email == admin.email


def test_a_name_that_two_owners_have_is_refused_with_both_named() -> None:
    one, other = make_user("one@example.com"), make_user("two@example.com")
    make_portfolio(one, "Depot")
    wanted = make_portfolio(other, "Depot")
    with pytest.raises(InvalidInput, match=r"one@example.com, two@example.com\. Name the owner"):
        portfolios.portfolio_by_name(SYSTEM, "depot")
    assert portfolios.portfolio_by_name(SYSTEM, "depot", "two@example.com") == wanted
    assert portfolios.portfolio_by_name(one, "depot").owner_email == "one@example.com"


def test_a_person_cannot_make_a_portfolio_for_another() -> None:
    make_user("other@example.com")
    with pytest.raises(PermissionDenied):
        portfolios.create_portfolio(make_user(), "Depot", "EUR", owner_email="other@example.com")


def test_a_list_item_has_accounts_count_and_days() -> None:
    owner = make_user()
    make_portfolio(owner, "Empty")
    make_portfolio(owner, "Full", ledger="date type amount account\n2024-01-02 deposit 1 B\n2024-03-02 deposit 1 A")
    empty, full = portfolios.list_portfolios(owner)
    assert (empty.accounts, empty.transactions, empty.first_date) == ((), 0, None)
    assert (full.accounts, full.transactions) == (("A", "B"), 2)
    assert (str(full.first_date), str(full.last_date)) == ("2024-01-02", "2024-03-02")


def test_deleting_a_portfolio_takes_its_ledger_along_and_nothing_else() -> None:
    owner = make_user()
    ledger = "date type symbol quantity price\n2024-01-02 buy AAA 1 1"
    gone, kept = make_portfolio(owner, ledger=ledger), make_portfolio(owner, ledger=ledger)
    portfolios.delete_portfolio(owner, gone.id)
    assert [item.portfolio for item in portfolios.list_portfolios(owner)] == [kept]
    assert list(db.session.scalars(select(LedgerTransaction.portfolio_id))) == [kept.id]
