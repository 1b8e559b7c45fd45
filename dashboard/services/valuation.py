"""What portfolios are worth: the daily history of a ledger, its holdings, and the marks that say what must be valued anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import event, func, select, update

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow, LedgerTransaction, Portfolio
from dashboard.domain.access import SYSTEM, Actor, PortfolioId
from dashboard.domain.marking import PortfolioSnapshot, snapshot_of
from dashboard.domain.positions import PositionBooks, book_positions
from dashboard.domain.valuation import PortfolioHistory, value_portfolio
from dashboard.errors import InsufficientData, ServiceUnavailable
from dashboard.queue import JobName, enqueue
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import market_data, portfolios, transactions
from dashboard.services.memo import Memo

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Valued:
    """A portfolio's history up to ``history.days[-1]``, its lots on that day, and the versions that it was made of."""

    portfolio: PortfolioRef
    history: PortfolioHistory
    books: PositionBooks
    version: str
    first_date: date
    computed_at: datetime


_valued: Memo[Valued] = Memo(16)


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
    touched = select(LedgerTransaction.portfolio_id).where(LedgerTransaction.instrument_id.in_(list(instrument_ids)))
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


def today_of(portfolio: PortfolioRef) -> date:
    """Today in the portfolio's own zone."""
    return datetime.now(ZoneInfo(portfolio.time_zone)).date()


def version_of(portfolio_id: PortfolioId) -> str:
    """Changes whenever the ledger, or a price, split or rate that it uses, does; and at midnight."""
    portfolio = portfolios.portfolio_by_id(SYSTEM, portfolio_id)
    return _version(portfolio, today_of(portfolio))


def valued(
    portfolio: PortfolioRef, *, end: date | None = None, currency: str | None = None, benchmark: str | None = None
) -> Valued:
    """The portfolio's history up to ``end`` (default: today), in ``currency`` (default: its base currency).

    The market data carry ``benchmark`` too. Raises: InsufficientData for a ledger without a transaction.
    """
    until = end or today_of(portfolio)
    version = _version(portfolio, until, benchmark)
    name = f"{portfolio.id}:{version}:{until}:{currency}:{benchmark}"
    return _valued.get(name, lambda: _value(portfolio, until, currency, benchmark, version))


def snapshot(actor: Actor, portfolio_id: PortfolioId) -> PortfolioSnapshot:
    """What live quotes are laid over. Raises: NotFound, InsufficientData."""
    found = valued(portfolios.portfolio_by_id(actor, portfolio_id))
    return snapshot_of(found.history, found.books, portfolio_id)


def clear_dirty(portfolio_id: PortfolioId, seen: int) -> None:
    """Take the mark away if the ledger is still at the version ``seen`` before the revaluation began."""
    db.session.execute(
        update(Portfolio).where(Portfolio.id == portfolio_id, Portfolio.ledger_version == seen).values(dirty_from=None)
    )
    db.session.commit()


def _value(portfolio: PortfolioRef, end: date, currency: str | None, benchmark: str | None, version: str) -> Valued:
    ledger = transactions.ledger(portfolio.id)
    rows = [row for row in ledger if row.date <= end]
    if not rows:
        raise InsufficientData(
            "There is no transaction yet." if not ledger else f"There is no transaction up to {end}."
        )
    symbols = {row.symbol for row in rows if row.symbol} | ({benchmark} if benchmark else set())
    used = {row.currency for row in rows} | {row.cash_currency for row in rows} | {row.target_currency for row in rows}
    currencies = {name for name in used if name} | {portfolio.base_currency, currency or portfolio.base_currency}
    history = value_portfolio(
        rows,
        market_data.market_data_for(sorted(symbols), sorted(currencies), end=end),
        base_currency=portfolio.base_currency,
        end=end,
        cash_tracked=portfolio.track_cash,
        method=portfolio.method,
        currency=currency,
    )
    return Valued(
        portfolio=portfolio,
        history=history,
        books=book_positions(history, end),
        version=version,
        first_date=min(row.date for row in rows),
        computed_at=datetime.now(UTC),
    )


def _version(portfolio: PortfolioRef, until: date, benchmark: str | None = None) -> str:
    """One round trip: the ledger's version, the newest prices of what it holds, and the newest rates."""
    ledger, symbols = db.session.execute(
        select(
            Portfolio.ledger_version,
            select(func.array_agg(InstrumentRow.symbol.distinct()))
            .join(LedgerTransaction, LedgerTransaction.instrument_id == InstrumentRow.id)
            .where(LedgerTransaction.portfolio_id == Portfolio.id)
            .scalar_subquery(),
        ).where(Portfolio.id == portfolio.id)
    ).one()
    wanted: Sequence[str] = sorted({*(symbols or ()), *((benchmark,) if benchmark else ())})
    return f"{ledger}.{portfolio.method}.{portfolio.track_cash}.{market_data.versions_for(wanted)}.{until:%Y%m%d}"


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
