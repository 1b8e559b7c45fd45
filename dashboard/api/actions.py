"""Corporate actions of a ledger: what is proposed, decisions about it, and the rules."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard.api.action_schemas import (
    Actions,
    ActionsParameters,
    DecidedAll,
    Decisions,
    RuleBody,
    WithholdingBody,
)
from dashboard.api.resource import Answer, Resource
from dashboard.domain.access import Actor, Permission
from dashboard.domain.proposals import ProposalState
from dashboard.errors import InvalidInput
from dashboard.results import proposals_wire
from dashboard.results.proposals import TO_DECIDE
from dashboard.services import actions

PATH = "/portfolios/<int:portfolio_id>/actions"
ID = {"portfolio_id": "integer"}


def proposed(actor: Actor, parameters: ActionsParameters, portfolio_id: int) -> Answer:
    """What is proposed. Raises: NotFound."""
    return _board(actor, portfolio_id, ProposalState if parameters.all else TO_DECIDE)


def decide(actor: Actor, body: Decisions, portfolio_id: int) -> Answer:
    """Accept, dismiss and take back; each list in a transaction of its own. Raises: NotFound, InvalidInput."""
    if not (body.accept or body.accept_all or body.dismiss or body.reopen):
        raise InvalidInput("Say what to accept, to dismiss or to reopen.", field="accept")
    if body.accept_all and body.accept:
        raise InvalidInput("accept_all leaves nothing to name in accept.", field="accept")
    reopened = actions.reopen(actor, portfolio_id, body.reopen) if body.reopen else None
    dismissed = actions.dismiss(actor, portfolio_id, body.dismiss) if body.dismiss else None
    accepted = actions.accept(actor, portfolio_id, body.accept) if body.accept else None
    if body.accept_all:
        accepted = actions.accept_all(actor, portfolio_id)
    done = {"accepted": accepted, "dismissed": dismissed, "reopened": reopened}
    return Answer(lambda: {word: None if what is None else proposals_wire.decided(what) for word, what in done.items()})


def set_rule(actor: Actor, body: RuleBody, portfolio_id: int) -> Answer:
    """Set or drop a rule. Raises: NotFound, InvalidInput."""
    if body.rule is None:
        actions.remove_rule(actor, portfolio_id, body.kind, symbol=body.symbol)
    else:
        actions.set_rule(actor, portfolio_id, body.kind, body.rule, symbol=body.symbol, reinvest=body.reinvest)
    return _board(actor, portfolio_id)


def set_withholding(actor: Actor, body: WithholdingBody, portfolio_id: int) -> Answer:
    """Set or forget a rate. Raises: NotFound, InvalidInput."""
    actions.set_withholding(actor, portfolio_id, body.rate, country=body.country, account=body.account)
    return _board(actor, portfolio_id)


def _board(actor: Actor, portfolio_id: int, states: Iterable[ProposalState] = TO_DECIDE) -> Answer:
    found = actions.board(actor, portfolio_id)
    return Answer(lambda: proposals_wire.board(found, states))


RESOURCES = (
    Resource(
        "actions",
        PATH,
        "Dividends and splits that a ledger lacks, and its rules for them",
        proposed,
        Actions,
        Permission.PORTFOLIO_VIEW,
        ActionsParameters,
        ID,
    ),
    Resource(
        "decideActions",
        PATH,
        "Accept or dismiss proposals, or take decisions back",
        decide,
        DecidedAll,
        Permission.PORTFOLIO_EDIT,
        variables=ID,
        method="POST",
        body=Decisions,
    ),
    Resource(
        "setActionRule",
        f"{PATH}/rules",
        "Set or drop a rule for proposals",
        set_rule,
        Actions,
        Permission.PORTFOLIO_EDIT,
        variables=ID,
        method="POST",
        body=RuleBody,
    ),
    Resource(
        "setWithholding",
        f"{PATH}/withholding",
        "Set or forget what is withheld of dividends",
        set_withholding,
        Actions,
        Permission.PORTFOLIO_EDIT,
        variables=ID,
        method="POST",
        body=WithholdingBody,
    ),
)
