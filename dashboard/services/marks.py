"""The marks on portfolios that must be valued anew: set by whatever writes a ledger or a price, cleared by a worker."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import event, func, or_, select, update

from dashboard.db.engine import db
from dashboard.db.models import LedgerTransaction, Portfolio
from dashboard.domain.access import PortfolioId
from dashboard.errors import ServiceUnavailable
from dashboard.queue import JobName, enqueue

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

log = structlog.get_logger(__name__)


def mark_dirty(portfolio_id: PortfolioId, from_date: date) -> None:
    """Say, inside the caller's transaction, that a ledger changed from a day on; after its commit a worker is asked."""
    db.session.execute(
        update(Portfolio)
        .where(Portfolio.id == portfolio_id)
        .values(
            ledger_version=Portfolio.ledger_version + 1,
            dirty_from=func.least(func.coalesce(Portfolio.dirty_from, from_date), from_date),
        )
    )
    _revalue_after_commit([portfolio_id])


def mark_market_change(instrument_ids: Iterable[int], from_date: date) -> None:
    """Say, inside the caller's transaction, that prices changed from a day on, for every portfolio that holds them."""
    ids = list(instrument_ids)
    touched = select(LedgerTransaction.portfolio_id).where(
        or_(LedgerTransaction.instrument_id.in_(ids), LedgerTransaction.target_instrument_id.in_(ids))
    )
    found = db.session.scalars(
        update(Portfolio)
        .where(Portfolio.id.in_(touched))
        .values(dirty_from=func.least(func.coalesce(Portfolio.dirty_from, from_date), from_date))
        .returning(Portfolio.id)
    ).all()
    _revalue_after_commit([PortfolioId(portfolio_id) for portfolio_id in found])


def enqueue_dirty() -> int:
    """Ask for the revaluation of every portfolio that is still marked; returns how many there are."""
    found = db.session.scalars(select(Portfolio.id).where(Portfolio.dirty_from.is_not(None))).all()
    for portfolio_id in found:
        enqueue(JobName.REVALUE_PORTFOLIO, portfolio_id, unique=f"revalue-{portfolio_id}")
    return len(found)


def clear_dirty(portfolio_id: PortfolioId, seen: int) -> None:
    """Take the mark away if the ledger is still at the version ``seen`` before the revaluation began."""
    db.session.execute(
        update(Portfolio).where(Portfolio.id == portfolio_id, Portfolio.ledger_version == seen).values(dirty_from=None)
    )
    db.session.commit()


def _revalue_after_commit(portfolio_ids: Sequence[PortfolioId]) -> None:
    session: Session = db.session()

    def ask(_: Session) -> None:
        for portfolio_id in portfolio_ids:
            try:
                enqueue(JobName.REVALUE_PORTFOLIO, portfolio_id, unique=f"revalue-{portfolio_id}")
            except ServiceUnavailable as error:
                # The mark in PostgreSQL stands: the next tick asks again.
                log.warning("valuation.enqueue_failed", portfolio_id=portfolio_id, reason=error.message)

    event.listen(session, "after_commit", ask, once=True)
