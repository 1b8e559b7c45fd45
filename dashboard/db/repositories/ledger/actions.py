"""What a portfolio has decided about corporate actions, its rules and rates, as rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from dashboard.db.engine import db
from dashboard.db.models.actions import ActionCount, ActionDecision, PortfolioActionRule, WithholdingRate
from dashboard.db.models.ledger import Account
from dashboard.db.models.market import InstrumentRow
from dashboard.db.reading import Reading
from dashboard.domain.action_rules import ActionKey, ActionKind, ActionRule, Decision, DecisionMade, Rule

D, R, W = ActionDecision, PortfolioActionRule, WithholdingRate


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision to be kept; ``row_id`` is the row that an accepted one booked."""

    key: ActionKey
    decision: Decision
    amount: Decimal
    row_id: int | None = None


def decisions(portfolio_id: int) -> dict[ActionKey, DecisionMade]:
    """Every decision of a portfolio."""
    query = (
        select(
            D.kind,
            InstrumentRow.symbol,
            Account.name,
            D.date,
            D.currency,
            D.decision,
            func.trim_scale(D.amount),
            D.transaction_id,
        )
        .join(InstrumentRow, InstrumentRow.id == D.instrument_id)
        .join(Account, Account.id == D.account_id)
        .where(D.portfolio_id == portfolio_id)
    )
    return {
        ActionKey(ActionKind(kind), symbol, account, day, currency): DecisionMade(Decision(decision), amount, row_id)
        for kind, symbol, account, day, currency, decision, amount, row_id in db.session.execute(query)
    }


def keep(portfolio_id: int, made: Sequence[NewDecision], decided_by: str) -> None:
    """Keep decisions, each in the place of an earlier one about the same action."""
    if not made:
        return
    symbols = _instruments({one.key.symbol for one in made})
    accounts = _accounts(portfolio_id)
    rows = [
        {
            "portfolio_id": portfolio_id,
            "account_id": accounts[one.key.account],
            "instrument_id": symbols[one.key.symbol],
            "kind": one.key.kind.value,
            "date": one.key.date,
            "currency": one.key.currency,
            "decision": one.decision.value,
            "amount": one.amount,
            "transaction_id": one.row_id,
            "decided_by": decided_by,
        }
        for one in made
    ]
    statement = insert(D)
    new = statement.excluded
    action = ("portfolio_id", "account_id", "instrument_id", "kind", "date", "currency")
    changed = {name: getattr(new, name) for name in ("decision", "amount", "transaction_id", "decided_by")}
    db.session.execute(
        statement.on_conflict_do_update(index_elements=action, set_={**changed, "decided_at": func.now()}), rows
    )


def forget(portfolio_id: int, keys: Collection[ActionKey]) -> None:
    """Drop the decisions about some actions."""
    symbols = _instruments({key.symbol for key in keys})
    accounts = _accounts(portfolio_id)
    for key in keys:
        db.session.execute(
            delete(D).where(
                D.portfolio_id == portfolio_id,
                D.account_id == accounts.get(key.account),
                D.instrument_id == symbols.get(key.symbol),
                D.kind == key.kind.value,
                D.date == key.date,
                D.currency == key.currency,
            )
        )


def rules(portfolio_id: int) -> dict[tuple[ActionKind, str | None], ActionRule]:
    """The rules of a portfolio by kind and symbol (None: the portfolio's own)."""
    query = (
        select(R.kind, InstrumentRow.symbol, R.rule, R.reinvest)
        .outerjoin(InstrumentRow, InstrumentRow.id == R.instrument_id)
        .where(R.portfolio_id == portfolio_id)
        .order_by(InstrumentRow.symbol.asc().nulls_first(), R.kind)
    )
    return {
        (ActionKind(kind), symbol): ActionRule(Rule(rule), reinvest)
        for kind, symbol, rule, reinvest in db.session.execute(query)
    }


def set_rule(portfolio_id: int, kind: ActionKind, instrument_id: int | None, rule: ActionRule | None) -> None:
    """Set a rule, or drop it where ``rule`` is None."""
    own = (R.portfolio_id == portfolio_id, R.kind == kind.value, R.instrument_id.is_not_distinct_from(instrument_id))
    db.session.execute(delete(R).where(*own))
    if rule is not None:
        values = {"kind": kind.value, "rule": rule.rule.value, "reinvest": rule.reinvest}
        db.session.execute(insert(R).values(portfolio_id=portfolio_id, instrument_id=instrument_id, **values))


def rates(portfolio_id: int) -> dict[tuple[str | None, str], Decimal]:
    """What is withheld by account (None: every one) and country ("": any)."""
    query = (
        select(Account.name, W.country, func.trim_scale(W.rate))
        .outerjoin(Account, Account.id == W.account_id)
        .where(W.portfolio_id == portfolio_id)
        .order_by(Account.name.asc().nulls_first(), W.country)
    )
    return {(account, country): rate for account, country, rate in db.session.execute(query)}


def set_rate(portfolio_id: int, account: str | None, country: str, rate: Decimal | None) -> bool:
    """Set what is withheld, or drop it where ``rate`` is None; False where there is no such account."""
    known = _accounts(portfolio_id)
    if account is not None and account not in known:
        return False
    key = known[account] if account is not None else None
    own = (W.portfolio_id == portfolio_id, W.account_id.is_not_distinct_from(key), W.country == country)
    db.session.execute(delete(W).where(*own))
    if rate is not None:
        db.session.execute(insert(W).values(portfolio_id=portfolio_id, account_id=key, country=country, rate=rate))
    return True


def count(portfolio_id: int, waiting: int, differing: int) -> None:
    """Keep how many proposals wait and how many of them differ from what is booked."""
    values = {"waiting": waiting, "differing": differing}
    statement = insert(ActionCount).values(portfolio_id=portfolio_id, **values)
    db.session.execute(
        statement.on_conflict_do_update(index_elements=["portfolio_id"], set_={**values, "counted_at": func.now()})
    )


_differing = Reading(text("""
    select coalesce(sum(c.differing), 0) as differing
    from action_counts c join portfolios p on p.id = c.portfolio_id
    where c.differing > 0 and (cast(:owner as bigint) is null or p.owner_id = :owner)
    """))


def differing(owner_id: int | None) -> int:
    """How many proposals of an owner's portfolios, or of all, differ from what is booked."""
    return int(_differing(owner=owner_id)[0].differing)


def _instruments(symbols: Collection[str]) -> dict[str, int]:
    query = select(InstrumentRow.symbol, InstrumentRow.id).where(InstrumentRow.symbol == func.any(list(symbols)))
    return {row.symbol: row.id for row in db.session.execute(query)}


def _accounts(portfolio_id: int) -> dict[str, int]:
    query = select(Account.name, Account.id).where(Account.portfolio_id == portfolio_id)
    return {row.name: row.id for row in db.session.execute(query)}
