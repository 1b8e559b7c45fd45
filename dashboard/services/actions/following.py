"""Following a portfolio's rules: what may be booked without asking is booked, and what waits is counted."""

from __future__ import annotations

import structlog

from dashboard.db.engine import db
from dashboard.db.repositories.ledger import actions
from dashboard.domain.access import SYSTEM, Actor
from dashboard.domain.action_rules import ActionKind, ActionRules, Rule
from dashboard.domain.proposals import Proposal, ProposalState
from dashboard.errors import LedgerError, NotFound
from dashboard.results.proposals import ProposalBoard
from dashboard.services.actions.deciding import accept, recount
from dashboard.services.actions.proposing import board_of
from dashboard.services.portfolios import portfolio_by_id

log = structlog.get_logger(__name__)


def follow(portfolio_id: int) -> int:
    """Book what the rules of a portfolio accept, as the system; how many proposals. What waits is counted anew.

    What had been accepted and was deleted again is not booked a second time.
    """
    try:
        portfolio = portfolio_by_id(SYSTEM, portfolio_id)
    except NotFound:
        return 0  # deleted meanwhile
    board = board_of(portfolio)
    dividends, splits = (_by_rule(board, kind) for kind in (ActionKind.DIVIDEND, ActionKind.SPLIT))
    booked = 0
    # Dividends take nothing from anybody: all at once. Cash in lieu takes units, which a later row may need.
    for chosen in ([dividends] if dividends else []) + [[one] for one in splits]:
        try:
            booked += len(accept(SYSTEM, portfolio.id, [one.id for one in chosen], by_rule=True).proposals)
        except LedgerError as error:
            log.warning("actions.not_booked", portfolio_id=portfolio_id, reason=error.message)
    if not booked:
        recount(portfolio, board)
        db.session.commit()
    return booked


def problems(actor: Actor) -> int:
    """How many proposals differ from what is booked, in the actor's portfolios; the system has everyone's."""
    return actions.differing(None if actor.is_system else actor.user_id)


def _by_rule(board: ProposalBoard, kind: ActionKind) -> list[Proposal]:
    rules = ActionRules(board.rules)
    return [
        one
        for one in board.of([ProposalState.OPEN])
        if one.kind is kind
        and one.row is not None
        and not one.was_booked
        and rules.of(kind, one.symbol).rule is Rule.ACCEPT
    ]
