"""Data quality: what is wrong with prices and rates, decisions about it, and what was changed of the past."""

from __future__ import annotations

from dashboard.api.parameters import Parameters
from dashboard.api.quality_schemas import (
    FindingDecision,
    Findings,
    FindingsParameters,
    QualityCheck,
    Restatements,
    RestatementsParameters,
)
from dashboard.api.resource import Answer, Resource
from dashboard.domain.access import Actor, Permission
from dashboard.results import market_wire, restatements_wire
from dashboard.results.price_quality import FindingItem
from dashboard.results.quality_checks import quality_check
from dashboard.services import portfolios, price_quality, quality_checks
from dashboard.services import restatements as log

PATH = "/data-quality"
ID = {"finding_id": "integer"}


def listed(actor: Actor, parameters: FindingsParameters) -> Answer:
    """What the user may see. Raises: NotFound."""
    portfolio = portfolios.portfolio_by_id(actor, parameters.portfolio) if parameters.portfolio is not None else None
    found = price_quality.listed(
        actor, portfolio=portfolio, state=parameters.state, kind=parameters.kind, symbol=parameters.symbol
    )
    return _findings(found)


def accept(actor: Actor, body: FindingDecision, finding_id: int) -> Answer:
    """Let a value count as it came; again changes nothing. Raises: PermissionDenied, NotFound, InvalidInput."""
    return _findings(price_quality.accept(actor, finding_id, alike=body.alike))


def repair(actor: Actor, body: FindingDecision, finding_id: int) -> Answer:
    """Let what is suggested count; again changes nothing. Raises: PermissionDenied, NotFound, InvalidInput."""
    return _findings(price_quality.repair(actor, finding_id, alike=body.alike))


def check_state(_actor: Actor, _parameters: Parameters) -> Answer:
    """How the last check gets on. Raises: ServiceUnavailable."""
    found = quality_checks.state()
    return Answer(lambda: quality_check(found))


def check(actor: Actor, _parameters: Parameters) -> Answer:
    """Ask for a check; one that is open is joined. Raises: PermissionDenied, ServiceUnavailable."""
    asked = quality_checks.ask(actor)
    return Answer(lambda: quality_check(asked))


def restatements(actor: Actor, parameters: RestatementsParameters) -> Answer:
    """What was changed. Raises: NotFound."""
    portfolio = portfolios.portfolio_by_id(actor, parameters.portfolio) if parameters.portfolio is not None else None
    found = log.log(actor, parameters.symbol, since=parameters.since, portfolio=portfolio)
    return Answer(lambda: [restatements_wire.restatement(item) for item in found])


def _findings(found: tuple[FindingItem, ...]) -> Answer:
    return Answer(lambda: [market_wire.finding(item) for item in found])


RESOURCES = (
    Resource(
        "findings",
        f"{PATH}/findings",
        "What is wrong with stored prices and rates",
        listed,
        Findings,
        Permission.INSTRUMENT_VIEW,
        FindingsParameters,
    ),
    Resource(
        "acceptFinding",
        f"{PATH}/findings/<int:finding_id>/accept",
        "Let a value count as it came",
        accept,
        Findings,
        Permission.ADMINISTER,
        variables=ID,
        method="POST",
        body=FindingDecision,
    ),
    Resource(
        "repairFinding",
        f"{PATH}/findings/<int:finding_id>/repair",
        "Let what is suggested count in place of a value",
        repair,
        Findings,
        Permission.ADMINISTER,
        variables=ID,
        method="POST",
        body=FindingDecision,
    ),
    Resource(
        "qualityCheck",
        f"{PATH}/check",
        "How the last check of everything gets on or ended",
        check_state,
        QualityCheck,
        Permission.INSTRUMENT_VIEW,
    ),
    Resource(
        "askQualityCheck",
        f"{PATH}/check",
        "Have a worker check everything that is stored",
        check,
        QualityCheck,
        Permission.ADMINISTER,
        method="POST",
    ),
    Resource(
        "restatements",
        "/restatements",
        "What was changed of stored prices and rates, and what that did to portfolios",
        restatements,
        Restatements,
        Permission.INSTRUMENT_VIEW,
        RestatementsParameters,
    ),
)
