"""Decisions about proposals: each books its rows and says so in one transaction, while the ledger is locked.

A proposal is looked at again under the lock. So two who accept it at once book one row, and what is booked is what is
due then, not what a page showed before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby

from dashboard.db.repositories.ledger import actions, transaction_writing, transactions
from dashboard.db.repositories.ledger.actions import NewDecision
from dashboard.domain.access import Actor
from dashboard.domain.action_rules import Decision
from dashboard.domain.proposals import Proposal, ProposalState
from dashboard.domain.transactions import Transaction, TransactionType
from dashboard.errors import InvalidInput, NotFound
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.proposals import TO_DECIDE, Decided, ProposalBoard
from dashboard.services import audit
from dashboard.services.actions.proposing import board_of
from dashboard.services.ledger.applying import write
from dashboard.services.ledger.changes import Plan, ledger_faults, plan_changes
from dashboard.services.ledger.writing import one_change
from dashboard.services.portfolios import portfolio_by_id, today_in

OPEN, DIFFERS, ACCEPTED = ProposalState.OPEN, ProposalState.DIFFERS, ProposalState.ACCEPTED
ACCEPTABLE = frozenset({OPEN, ProposalState.DISMISSED, ProposalState.IGNORED})
SYSTEM_NAME = "system"


def accept(actor: Actor, portfolio_id: int, ids: Collection[str], *, by_rule: bool = False) -> Decided:
    """Book the proposals ``ids``, all or none; one that was accepted before stays as it is.

    Raises: NotFound; InvalidInput for one that other rows stand for; LedgerError where the ledger has no room for one.
    """
    portfolio = portfolio_by_id(actor, portfolio_id)
    with one_change(portfolio) as change:
        named = _named(board_of(portfolio), ids)
        chosen = [one for one in named if one.state is not ACCEPTED]
        booked = [pair for group in _in_order(chosen) for pair in _book(actor, portfolio, group)]
        if booked:
            change.touches(*(one.date for one, _ in booked))
            _record(actor, portfolio, "actions.accept", chosen, by_rule=by_rule)
            recount(portfolio, board_of(portfolio))
    row_ids = tuple(row_id for _, row_id in booked)
    return Decided(tuple(one for one, _ in booked), row_ids, len(named) - len(chosen))


def _in_order(chosen: Sequence[Proposal]) -> list[list[str]]:
    """The ids of what can be booked together: units that one day's dividends buy are due the next dividend too."""
    if not any(one.row is not None and one.row.type is TransactionType.REINVEST for one in chosen):
        return [[one.id for one in chosen]] if chosen else []
    ordered = sorted(chosen, key=lambda one: one.date)
    return [[one.id for one in group] for _, group in groupby(ordered, key=lambda one: one.date)]


def _book(actor: Actor, portfolio: PortfolioRef, ids: Sequence[str]) -> list[tuple[Proposal, int]]:
    """Write the rows of proposals as they are now, and the decisions; each with the id of its row."""
    chosen = _named(board_of(portfolio), ids)
    plan = plan_changes(portfolio, today_in(portfolio), added=[_row(one) for one in chosen])
    booked = list(zip(chosen, write(portfolio, plan), strict=True))
    made = [NewDecision(one.key, Decision.ACCEPTED, one.amount, row_id) for one, row_id in booked]
    actions.keep(portfolio.id, made, _name(actor))
    return booked


def accept_all(actor: Actor, portfolio_id: int) -> Decided:
    """Book every proposal that is open; those that differ from what is booked are left. Raises: as :func:`accept`."""
    portfolio = portfolio_by_id(actor, portfolio_id)
    return accept(actor, portfolio.id, [one.id for one in board_of(portfolio).of([OPEN]) if one.row is not None])


def dismiss(actor: Actor, portfolio_id: int, ids: Collection[str]) -> Decided:
    """Leave proposals unbooked, and what differs as it is, until their amount is another one.

    Raises: NotFound; InvalidInput for one that is booked.
    """
    portfolio = portfolio_by_id(actor, portfolio_id)
    with one_change(portfolio):
        named = _named(board_of(portfolio), ids)
        chosen = [one for one in named if one.state is not ProposalState.DISMISSED]
        for one in chosen:
            if one.state not in TO_DECIDE | {ProposalState.IGNORED}:
                raise InvalidInput(f"{_called(one)} is booked: delete its row if it was not paid.", field="dismiss")
        made = [NewDecision(one.key, Decision.DISMISSED, one.amount) for one in chosen]
        actions.keep(portfolio.id, made, _name(actor))
        if chosen:
            _record(actor, portfolio, "actions.dismiss", chosen)
            recount(portfolio, board_of(portfolio))
    return Decided(tuple(chosen), (), len(named) - len(chosen))


def reopen(actor: Actor, portfolio_id: int, ids: Collection[str]) -> Decided:
    """Take decisions back: what was accepted is deleted from the ledger, what was dismissed is open again.

    Raises: NotFound; InvalidInput for one that nobody decided about; LedgerError where later rows need what it booked.
    """
    portfolio = portfolio_by_id(actor, portfolio_id)
    with one_change(portfolio) as change:
        chosen = _named(board_of(portfolio), ids)
        decided = actions.decisions(portfolio.id)
        for one in chosen:
            if one.key not in decided:
                raise InvalidInput(f"Nobody has decided about {_called(one)}.", field="reopen")
        row_ids = [row_id for one in chosen if (row_id := decided[one.key].row_id) is not None]
        removed = transactions.by_ids(portfolio.id, row_ids) if row_ids else ()
        faults = ledger_faults(portfolio, Plan((), removed))
        if faults:
            raise faults[0]
        transaction_writing.remove(portfolio.id, row_ids)
        # The decision about a row that is gone stays, so that no rule books it again.
        actions.forget(portfolio.id, [one.key for one in chosen if decided[one.key].decision is Decision.DISMISSED])
        change.touches(*(row.transaction.date for row in removed))
        _record(actor, portfolio, "actions.reopen", chosen)
        recount(portfolio, board_of(portfolio))
    return Decided(tuple(chosen), tuple(row_ids))


def recount(portfolio: PortfolioRef, board: ProposalBoard) -> None:
    """Keep how many proposals wait, for the menu."""
    actions.count(portfolio.id, board.count(OPEN), board.count(DIFFERS))


def _named(board: ProposalBoard, ids: Iterable[str]) -> list[Proposal]:
    known = {one.id: one for one in board.proposals}
    wanted = list(dict.fromkeys(ids))
    for name in wanted:
        if name not in known:
            raise NotFound(f"There is no proposal {name[:40]}.")
    return [known[name] for name in wanted]


def _row(one: Proposal) -> Transaction:
    """What accepting books. Raises: InvalidInput where other rows stand for it."""
    if one.state in ACCEPTABLE and one.row is not None:
        return one.row
    rows = ", ".join(f"{row.date} {row.amount.normalize():f} {row.currency}" for row in one.booked)
    hint = "Delete or correct that row, or dismiss the proposal" if one.state is DIFFERS else "There is nothing to do"
    raise InvalidInput(f"{_called(one)} is in the ledger already ({rows}). {hint}.", field="accept")


def _called(one: Proposal) -> str:
    return f"The {one.kind} of {one.symbol} on {one.date}"


def _name(actor: Actor) -> str:
    return SYSTEM_NAME if actor.is_system else actor.email


def _record(
    actor: Actor, portfolio: PortfolioRef, action: str, chosen: Sequence[Proposal], *, by_rule: bool = False
) -> None:
    symbols = ", ".join(sorted({one.symbol for one in chosen}))[:200]
    details: dict[str, str | int | float | bool | None]
    details = {"proposals": len(chosen), "symbols": symbols, "by_rule": by_rule}
    audit.record(actor, action, object_type="portfolio", object_id=portfolio.id, details=details)
