"""The rules of a portfolio for corporate actions, and what is withheld of its dividends."""

from __future__ import annotations

from decimal import Decimal

import structlog

from dashboard.db.repositories.ledger import actions, instruments
from dashboard.domain.access import Actor
from dashboard.domain.action_rules import ActionKind, ActionRule, ActionRules, Rule, WithholdingRates
from dashboard.errors import InvalidInput, NotFound, ServiceUnavailable
from dashboard.queue import JobName, enqueue
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import audit
from dashboard.services.actions.deciding import recount
from dashboard.services.actions.proposing import board_of
from dashboard.services.ledger.rules import LENGTHS
from dashboard.services.ledger.writing import one_change
from dashboard.services.portfolios import portfolio_by_id

log = structlog.get_logger(__name__)
RATE_DECIMALS, COUNTRY_LENGTH = 8, 80


def rules_of(actor: Actor, portfolio_id: int) -> tuple[ActionRules, WithholdingRates]:
    """The rules and rates of a portfolio. Raises: NotFound."""
    portfolio = portfolio_by_id(actor, portfolio_id)
    return ActionRules(actions.rules(portfolio.id)), WithholdingRates(actions.rates(portfolio.id))


def set_rule(
    actor: Actor, portfolio_id: int, kind: ActionKind, rule: Rule, *, symbol: str | None = None, reinvest: bool = False
) -> None:
    """What happens with proposals of a kind: of one instrument, or of all that have no rule of their own.

    A worker follows it soon, and after every change of the ledger or the market. Raises: NotFound, InvalidInput.
    """
    if reinvest and kind is not ActionKind.DIVIDEND:
        raise InvalidInput("Only dividends can be reinvested.", field="reinvest")
    _set_rule(actor, portfolio_id, kind, symbol, ActionRule(rule, reinvest))
    if rule is Rule.ACCEPT:
        _ask_for_following(portfolio_id)


def remove_rule(actor: Actor, portfolio_id: int, kind: ActionKind, *, symbol: str | None = None) -> None:
    """Drop a rule. Raises: NotFound."""
    _set_rule(actor, portfolio_id, kind, symbol, None)


def set_withholding(
    actor: Actor, portfolio_id: int, rate: Decimal | None, *, country: str = "", account: str | None = None
) -> None:
    """The share that is withheld of dividends (None: forget it); of a country's instruments, in one account, or of all.

    Raises: NotFound; InvalidInput for a rate that is no share.
    """
    portfolio = portfolio_by_id(actor, portfolio_id)
    land = " ".join(country.split()).lower()
    _check_rate(rate, land, account)
    with one_change(portfolio):
        if not actions.set_rate(portfolio.id, account, land, rate):
            raise NotFound(f"{portfolio.name} has no account {account}.")
        details: dict[str, str | int | float | bool | None]
        details = {"country": land, "account": account, "rate": None if rate is None else str(rate)}
        audit.record(actor, "actions.withholding", object_type="portfolio", object_id=portfolio.id, details=details)
        recount(portfolio, board_of(portfolio))


def _ask_for_following(portfolio_id: int) -> None:
    try:
        enqueue(JobName.FOLLOW_ACTIONS, portfolio_id, unique=f"actions-{portfolio_id}")
    except ServiceUnavailable as error:
        # The next valuation has the rules followed.
        log.warning("actions.enqueue_failed", portfolio_id=portfolio_id, reason=error.message)


def _check_rate(rate: Decimal | None, country: str, account: str | None) -> None:
    """Raises: InvalidInput."""
    if rate is not None and not (rate.is_finite() and 0 <= rate <= 1):
        raise InvalidInput(f"The rate is {rate}: it is a share, from 0 to 1 (0.15 is 15 %).", field="rate")
    if rate is not None and rate != round(rate, RATE_DECIMALS):
        raise InvalidInput(f"The rate has more than {RATE_DECIMALS} decimals.", field="rate")
    if len(country) > COUNTRY_LENGTH or not country.isprintable():
        raise InvalidInput("This is not the name of a country.", field="country")
    if account is not None and (len(account) > LENGTHS["account"] or not account.isprintable()):
        raise InvalidInput("This is not the name of an account.", field="account")


def _set_rule(actor: Actor, portfolio_id: int, kind: ActionKind, symbol: str | None, rule: ActionRule | None) -> None:
    portfolio = portfolio_by_id(actor, portfolio_id)
    key, name = _instrument(symbol)
    with one_change(portfolio):
        actions.set_rule(portfolio.id, kind, key, rule)
        _record(actor, portfolio, kind, name, rule)
        recount(portfolio, board_of(portfolio))


def _instrument(symbol: str | None) -> tuple[int | None, str | None]:
    """Raises: NotFound."""
    if symbol is None:
        return None, None
    text = symbol.strip()
    known = instruments.by_symbols([text, text.upper()]) if text.isprintable() else {}
    found = known.get(text) or known.get(text.upper())
    if found is None:
        raise NotFound(f"There is no instrument {text[:64]}.")
    return found.id, found.symbol


def _record(
    actor: Actor, portfolio: PortfolioRef, kind: ActionKind, symbol: str | None, rule: ActionRule | None
) -> None:
    details: dict[str, str | int | float | bool | None] = {
        "kind": kind.value,
        "symbol": symbol,
        "rule": None if rule is None else rule.rule.value,
        "reinvest": rule is not None and rule.reinvest,
    }
    audit.record(actor, "actions.rule", object_type="portfolio", object_id=portfolio.id, details=details)
