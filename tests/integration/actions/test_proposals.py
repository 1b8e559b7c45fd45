"""Proposals on the real database: booked once, whoever accepts them, however often, whatever a file brings after."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
import redis
from flask import Flask
from sqlalchemy import select

from dashboard.db.engine import db
from dashboard.db.models import ActionDecision, AuditEntry, InstrumentRow, Portfolio, PriceFinding
from dashboard.db.repositories import price_findings
from dashboard.domain.access import SYSTEM
from dashboard.domain.action_rules import ActionKind, Rule
from dashboard.domain.proposals import Proposal, ProposalState
from dashboard.domain.transactions import TransactionType
from dashboard.errors import InvalidInput, NotFound
from dashboard.queue import JobName, QueueName, queue
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.transactions import VerdictKind
from dashboard.services import actions, imports, market_data, portfolios, price_quality, transactions
from jobs.actions import follow_rules
from jobs.runtime import use
from jobs.valuation import revalue_portfolio
from tests.factories import as_lines, ledger_file, make_portfolio, make_user

pytestmark = pytest.mark.usefixtures("app_context")

BOUGHT = """
    date        type     symbol  quantity  price  currency  amount  account
    2024-01-02  deposit  -       -         -      USD       5000    A
    2024-01-03  buy      AAA     20        50     USD       -       A
    2024-01-03  buy      AAA     10        50     USD       -       B
"""
FACTS = """symbol,date,amount,currency
AAA,2024-02-09,0.24,USD
AAA,2024-05-10,0.25,USD
"""
OPEN, ACCEPTED = ProposalState.OPEN, ProposalState.ACCEPTED


def facts(text: str = FACTS) -> None:
    """Store distributions."""
    market_data.import_prices(SYSTEM, text.encode(), "dividends.csv")


def portfolio_with(text: str = BOUGHT, **more: str) -> PortfolioRef:
    """A portfolio in dollars whose instrument has two distributions."""
    made = make_portfolio(currency=more.get("currency", "USD"), ledger=text)
    facts()
    return made


def found(portfolio: PortfolioRef, *states: ProposalState) -> list[Proposal]:
    """The proposals in these states, oldest first."""
    board = actions.board(SYSTEM, portfolio.id)
    return sorted(board.of(states or (OPEN,)), key=lambda one: one.date)


def income(portfolio: PortfolioRef) -> list[str]:
    """The dividends in the ledger."""
    kinds = (TransactionType.DIVIDEND, TransactionType.REINVEST)
    return as_lines(row for row in transactions.ledger(portfolio.id) if row.type in kinds)


def test_each_account_is_proposed_what_it_is_due_and_accepting_books_it() -> None:
    portfolio = portfolio_with()
    lines = [(str(one.date), one.account, one.quantity, one.amount) for one in found(portfolio)]
    assert lines == [
        ("2024-02-09", "A", Decimal(20), Decimal("4.80")),
        ("2024-02-09", "B", Decimal(10), Decimal("2.40")),
        ("2024-05-10", "A", Decimal(20), Decimal("5.00")),
        ("2024-05-10", "B", Decimal(10), Decimal("2.50")),
    ]
    one = found(portfolio)[0]
    assert len(actions.accept(SYSTEM, portfolio.id, [one.id]).row_ids) == 1
    assert income(portfolio) == ["2024-02-09 dividend AAA 4.8 USD"]
    assert [each.id for each in found(portfolio, ACCEPTED)] == [one.id]
    assert len(found(portfolio)) == 3


def test_accepting_all_leaves_nothing_and_again_adds_nothing() -> None:
    portfolio = portfolio_with()
    assert len(actions.accept_all(SYSTEM, portfolio.id).row_ids) == 4
    assert found(portfolio) == []
    assert actions.accept_all(SYSTEM, portfolio.id).row_ids == ()
    again = actions.accept(SYSTEM, portfolio.id, [one.id for one in found(portfolio, ACCEPTED)])
    assert (again.row_ids, again.already) == ((), 4)
    assert len(income(portfolio)) == 4


def test_two_who_accept_at_once_book_one_row(app: Flask) -> None:
    portfolio = portfolio_with()
    one = found(portfolio)[0]
    db.session.rollback()
    start = threading.Barrier(2)
    counts: list[int] = []

    def take() -> None:
        with app.app_context():
            start.wait(20)
            counts.append(len(actions.accept(SYSTEM, portfolio.id, [one.id]).row_ids))

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(counts) == [0, 1]
    assert income(portfolio) == ["2024-02-09 dividend AAA 4.8 USD"]


def test_deleting_the_row_opens_the_proposal_again() -> None:
    portfolio = portfolio_with()
    one = found(portfolio)[0]
    (row_id,) = actions.accept(SYSTEM, portfolio.id, [one.id]).row_ids
    transactions.delete_transactions(SYSTEM, portfolio.id, [row_id])
    again = found(portfolio)[0]
    assert (again.id, again.was_booked) == (one.id, True)
    actions.accept(SYSTEM, portfolio.id, [one.id])
    assert len(income(portfolio)) == 1


def test_undoing_deletes_what_was_accepted_and_opens_what_was_dismissed() -> None:
    portfolio = portfolio_with()
    first, second, *_ = found(portfolio)
    actions.accept(SYSTEM, portfolio.id, [first.id])
    actions.dismiss(SYSTEM, portfolio.id, [second.id])
    assert len(found(portfolio)) == 2
    actions.reopen(SYSTEM, portfolio.id, [first.id, second.id])
    assert len(found(portfolio)) == 4
    assert income(portfolio) == []
    with pytest.raises(InvalidInput, match="Nobody has decided"):
        actions.reopen(SYSTEM, portfolio.id, [second.id])


def test_a_restated_dividend_asks_again_and_is_no_second_row() -> None:
    portfolio = portfolio_with()
    first, second, *_ = found(portfolio)
    actions.accept(SYSTEM, portfolio.id, [first.id])
    actions.dismiss(SYSTEM, portfolio.id, [second.id])
    facts("symbol,date,amount,currency\nAAA,2024-02-09,0.34,USD\n")
    states = {one.id: one.state for one in actions.board(SYSTEM, portfolio.id).proposals}
    assert (states[first.id], states[second.id]) == (ProposalState.DIFFERS, OPEN)
    with pytest.raises(InvalidInput, match="in the ledger already"):
        actions.accept(SYSTEM, portfolio.id, [first.id])
    assert len(income(portfolio)) == 1


FILE = """
    date        type      symbol  currency  amount  tax   account
    2024-02-16  dividend  AAA     USD       4.80    0.72  A
    2024-02-16  dividend  AAA     USD       2.04    -     B
    2024-05-17  dividend  AAA     USD       5.00    0.75  A
    2024-05-17  dividend  AAA     USD       2.50    0.38  B
"""


@pytest.mark.parametrize("accepted", [[], [0], [1, 2], [3], [0, 1, 2, 3]])
def test_a_file_that_comes_after_books_nothing_a_second_time(accepted: list[int]) -> None:
    portfolio = portfolio_with()
    actions.set_withholding(SYSTEM, portfolio.id, Decimal("0.15"))
    ids = [one.id for one in found(portfolio)]
    actions.accept(SYSTEM, portfolio.id, [ids[number] for number in accepted])
    verdicts = imports.preview(SYSTEM, portfolio.id, ledger_file(FILE), "own.csv").rows
    assert sum(row.kind is VerdictKind.DUPLICATE for row in verdicts) == len(accepted)
    assert all("proposal was accepted" in row.reason for row in verdicts if row.kind is VerdictKind.DUPLICATE)
    imports.commit(SYSTEM, portfolio.id, ledger_file(FILE), "own.csv")
    assert len(income(portfolio)) == 4
    assert found(portfolio) == []
    assert imports.commit(SYSTEM, portfolio.id, ledger_file(FILE), "own.csv").added == 0


def test_a_file_with_other_money_is_told_what_is_booked() -> None:
    portfolio = portfolio_with()
    actions.accept(SYSTEM, portfolio.id, [found(portfolio)[0].id])
    text = FILE.replace("4.80    0.72", "3.60    0   ")
    row = imports.preview(SYSTEM, portfolio.id, ledger_file(text), "own.csv").rows[0]
    assert row.kind is VerdictKind.DUPLICATE
    assert row.reason.endswith("with 4.8 USD. Delete that row first if this one is to count.")


def monthly(paid_after: int) -> tuple[PortfolioRef, list[str]]:
    """A ledger whose instrument pays the same every month of 2024, and the lines of its payments, days after."""
    portfolio = make_portfolio(currency="USD", ledger=MONTHLY)
    days = [date(2024, month, 8) for month in range(1, 13)]
    facts("symbol,date,amount,currency\n" + "".join(f"MON,{day},0.24,USD\n" for day in days))
    market_data.import_prices(SYSTEM, b"symbol,date,close,currency\nMON,2025-03-03,50,USD\n", "closes.csv")
    lines = [f"{day + timedelta(days=paid_after)}  dividend  MON  USD  4.80" for day in days]
    return portfolio, lines


MONTHLY = """
    date        type     symbol  quantity  price  currency  amount
    2023-12-02  deposit  -       -         -      USD       5000
    2023-12-03  buy      MON     20        50     USD       -
"""
PAYMENTS = "date  type  symbol  currency  amount\n"


@pytest.mark.parametrize("paid_after", [10, 35, 50])
def test_the_rest_of_a_file_books_no_month_twice_whenever_it_is_paid(paid_after: int) -> None:
    portfolio, lines = monthly(paid_after)
    imports.commit(SYSTEM, portfolio.id, ledger_file(PAYMENTS + "\n".join(lines[:7])), "first.csv")
    actions.accept(SYSTEM, portfolio.id, [found(portfolio)[0].id])
    rest = ledger_file(PAYMENTS + "\n".join(lines[7:]))
    (row,) = [
        r for r in imports.preview(SYSTEM, portfolio.id, rest, "rest.csv").rows if r.kind is VerdictKind.DUPLICATE
    ]
    assert "proposal was accepted" in row.reason
    done = imports.commit(SYSTEM, portfolio.id, rest, "rest.csv")
    assert (done.added, [kept.row for kept in done.kept_out]) == (4, [row.row])
    assert len(income(portfolio)) == 12
    assert found(portfolio) == []


def test_a_typed_payment_too_many_is_told_until_the_accepted_one_is_undone() -> None:
    portfolio, lines = monthly(35)
    imports.commit(SYSTEM, portfolio.id, ledger_file(PAYMENTS + "\n".join(lines[:11])), "first.csv")
    actions.accept(SYSTEM, portfolio.id, [found(portfolio)[0].id])
    last = next(row for row in transactions.ledger(portfolio.id) if row.type is TransactionType.DIVIDEND)
    transactions.add_transaction(SYSTEM, portfolio.id, replace(last, date=date.fromisoformat(lines[11].split()[0])))
    (told,) = found(portfolio, ProposalState.DIFFERS)
    assert "a payment more than there are distributions" in told.reasons[0]
    actions.reopen(SYSTEM, portfolio.id, [told.id])
    assert len(income(portfolio)) == 12
    assert len(found(portfolio, ProposalState.BOOKED)) == 12


def test_the_ledgers_own_export_is_recognised_row_by_row() -> None:
    portfolio = portfolio_with()
    actions.accept_all(SYSTEM, portfolio.id)
    verdicts = imports.preview(SYSTEM, portfolio.id, transactions.export_csv(SYSTEM, portfolio.id), "own.csv").rows
    assert {row.reason for row in verdicts} == {"The ledger has this row already."}


def test_undoing_an_import_opens_what_it_had_booked() -> None:
    portfolio = portfolio_with()
    batch = imports.commit(SYSTEM, portfolio.id, ledger_file(FILE), "own.csv").batch_id
    assert batch is not None
    imports.undo(SYSTEM, batch)
    assert len(found(portfolio)) == 4


@pytest.fixture
def jobs_of_app(app: Flask) -> None:
    """Run jobs in this process."""
    use(app)


@pytest.mark.usefixtures("jobs_of_app")
def test_a_row_with_other_money_is_a_difference_that_can_be_dismissed() -> None:
    portfolio = portfolio_with()
    imports.commit(SYSTEM, portfolio.id, ledger_file(FILE.replace("4.80    0.72", "3.10    -   ")), "own.csv")
    (one,) = found(portfolio, ProposalState.DIFFERS)[:1]
    assert one.account == "B" or one.reasons[0].startswith("3.1 USD is booked on 2024-02-16")
    assert actions.problems(SYSTEM) == 0  # nobody has counted yet
    follow_rules(portfolio.id)
    differing = found(portfolio, ProposalState.DIFFERS)
    assert actions.problems(SYSTEM) == len(differing) > 0
    actions.dismiss(SYSTEM, portfolio.id, [each.id for each in differing])
    assert actions.problems(SYSTEM) == 0


@pytest.mark.usefixtures("jobs_of_app")
def test_a_rule_books_as_the_system_and_not_again_what_was_deleted() -> None:
    portfolio = portfolio_with()
    actions.set_rule(SYSTEM, portfolio.id, ActionKind.DIVIDEND, Rule.ACCEPT)
    follow_rules(portfolio.id)
    assert len(income(portfolio)) == 4
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "actions.accept")).one()
    assert (entry.user_id, entry.email) == (None, "system")
    assert entry.details == {"proposals": 4, "symbols": "AAA", "by_rule": True}
    assert set(db.session.scalars(select(ActionDecision.decided_by))) == {"system"}
    row = next(row for row in transactions.ledger(portfolio.id) if row.type is TransactionType.DIVIDEND)
    assert row.id is not None
    transactions.delete_transactions(SYSTEM, portfolio.id, [row.id])
    follow_rules(portfolio.id)
    assert len(income(portfolio)) == 3
    assert len(found(portfolio)) == 1


@pytest.mark.usefixtures("jobs_of_app")
def test_rules_are_followed_after_every_valuation_and_as_soon_as_they_are_set(redis_client: redis.Redis) -> None:
    portfolio = portfolio_with()
    revalue_portfolio(portfolio.id)
    assert waiting(redis_client) == [[portfolio.id]]
    redis_client.flushdb()
    actions.set_rule(SYSTEM, portfolio.id, ActionKind.DIVIDEND, Rule.ASK)
    assert waiting(redis_client) == []
    actions.set_rule(SYSTEM, portfolio.id, ActionKind.DIVIDEND, Rule.ACCEPT)
    assert waiting(redis_client) == [[portfolio.id]]


def waiting(connection: redis.Redis) -> list[list[int]]:
    """The portfolios whose rules are to be followed."""
    jobs = queue(connection, QueueName.LOW).jobs
    return [list(job.args) for job in jobs if job.func_name == JobName.FOLLOW_ACTIONS.value]


@pytest.mark.usefixtures("jobs_of_app")
def test_a_rule_of_one_instrument_overrules_the_portfolios() -> None:
    portfolio = portfolio_with()
    actions.set_rule(SYSTEM, portfolio.id, ActionKind.DIVIDEND, Rule.ACCEPT)
    actions.set_rule(SYSTEM, portfolio.id, ActionKind.DIVIDEND, Rule.IGNORE, symbol="aaa")
    follow_rules(portfolio.id)
    assert income(portfolio) == []
    assert len(found(portfolio, ProposalState.IGNORED)) == 4
    actions.remove_rule(SYSTEM, portfolio.id, ActionKind.DIVIDEND, symbol="AAA")
    follow_rules(portfolio.id)
    assert len(income(portfolio)) == 4


@pytest.mark.usefixtures("jobs_of_app")
def test_a_rule_that_reinvests_buys_units_which_then_earn_too() -> None:
    portfolio = portfolio_with()
    prices = "symbol,date,close\nAAA,2024-02-09,48\nAAA,2024-05-10,50\n"
    market_data.import_prices(SYSTEM, prices.encode(), "prices.csv")
    actions.set_rule(SYSTEM, portfolio.id, ActionKind.DIVIDEND, Rule.ACCEPT, reinvest=True)
    follow_rules(portfolio.id)
    assert income(portfolio)[:2] == ["2024-02-09 reinvest AAA 0.1 USD", "2024-02-09 reinvest AAA 0.05 USD"]
    assert income(portfolio)[2:] == ["2024-05-10 reinvest AAA 0.1004 USD", "2024-05-10 reinvest AAA 0.0502 USD"]
    assert [one.state for one in found(portfolio, *ProposalState)] == [ACCEPTED] * 4


def test_an_edited_ledger_changes_what_is_proposed() -> None:
    portfolio = portfolio_with()
    row = next(row for row in transactions.ledger(portfolio.id) if row.account == "B")
    assert row.id is not None
    transactions.delete_transactions(SYSTEM, portfolio.id, [row.id])
    assert [one.account for one in found(portfolio)] == ["A", "A"]


def test_the_cash_goes_where_the_purchases_came_from() -> None:
    text = """
        date        type     symbol  quantity  price  currency  amount  fx_rate
        2024-01-02  deposit  -       -         -      EUR       5000    -
        2024-01-03  buy      AAA     20        50     USD       -       0.9
    """
    portfolio = portfolio_with(text, currency="EUR")
    actions.accept_all(SYSTEM, portfolio.id)
    rows = [row for row in transactions.ledger(portfolio.id) if row.type is TransactionType.DIVIDEND]
    assert [row.cash_currency for row in rows] == ["EUR", "EUR"]


def test_a_dividend_in_quarantine_is_not_proposed_and_a_repaired_one_with_its_new_amount() -> None:
    portfolio = portfolio_with()
    key = db.session.scalars(select(InstrumentRow.id).where(InstrumentRow.symbol == "AAA")).one()
    wrong = {"kind": "dividend", "value": 0.24, "suggested": 0.12, "reason": "Twice the others.", "confidence": 0.9}
    finding = PriceFinding(instrument_id=key, date=date(2024, 2, 9), state="quarantined", **wrong)
    db.session.add(finding)
    db.session.flush()
    number = finding.id
    price_findings.bump(db.session, key)
    db.session.commit()
    assert {one.date for one in found(portfolio)} == {date(2024, 5, 10)}
    price_quality.repair(SYSTEM, number)
    assert [one.amount for one in found(portfolio)[:2]] == [Decimal("2.40"), Decimal("1.20")]


def test_a_declared_dividend_waits_for_its_day() -> None:
    portfolio = portfolio_with()
    facts("symbol,date,amount,currency\nAAA,2999-01-02,0.24,USD\n")
    assert len(found(portfolio, *ProposalState)) == 4


def test_nobody_sees_or_decides_about_the_proposals_of_another() -> None:
    portfolio = portfolio_with()
    one = found(portfolio)[0]
    stranger = make_user()
    for call in (actions.accept, actions.dismiss, actions.reopen):
        with pytest.raises(NotFound):
            call(stranger, portfolio.id, [one.id])
    with pytest.raises(NotFound):
        actions.board(stranger, portfolio.id)
    with pytest.raises(NotFound):
        actions.set_rule(stranger, portfolio.id, ActionKind.DIVIDEND, Rule.ACCEPT)


def test_a_portfolio_with_decisions_can_be_deleted() -> None:
    portfolio = portfolio_with()
    actions.accept_all(SYSTEM, portfolio.id)
    actions.set_withholding(SYSTEM, portfolio.id, Decimal("0.15"), account="A")
    portfolios.delete_portfolio(SYSTEM, portfolio.id)
    assert db.session.scalars(select(Portfolio)).all() == []
    assert db.session.scalars(select(ActionDecision)).all() == []


@pytest.mark.parametrize(
    ("rate", "country", "account"),
    [("1.2", "", None), ("-0.1", "", None), ("NaN", "", None), ("0.123456789", "", None), ("0.1", "x" * 81, None)],
)
def test_a_rate_that_is_no_share_is_refused(rate: str, country: str, account: str | None) -> None:
    portfolio = portfolio_with()
    with pytest.raises(InvalidInput):
        actions.set_withholding(SYSTEM, portfolio.id, Decimal(rate), country=country, account=account)


def test_a_rate_of_an_account_that_is_not_there_is_refused() -> None:
    portfolio = portfolio_with()
    with pytest.raises(NotFound):
        actions.set_withholding(SYSTEM, portfolio.id, Decimal("0.1"), account="Z")
    actions.set_withholding(SYSTEM, portfolio.id, Decimal("0.1"), account="A")
    assert {one.account: one.tax for one in found(portfolio)} == {"A": Decimal("0.50"), "B": Decimal(0)}
    assert date(2024, 2, 9) in {one.date for one in found(portfolio)}
