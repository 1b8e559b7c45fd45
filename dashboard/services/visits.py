"""Since when something is news to a person: the end of the last visit to a portfolio's pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dashboard.db.engine import db
from dashboard.db.repositories import visits as rows
from dashboard.domain.access import Actor, PortfolioId
from dashboard.results.visits import LastVisit

# A visit is over once nothing of the portfolio has been looked at for so long.
QUIET = timedelta(minutes=30)
TOUCH_EVERY = timedelta(minutes=1)
FIRST, LONGEST = timedelta(days=7), timedelta(days=90)


def see(actor: Actor, portfolio_id: PortfolioId, now: datetime | None = None) -> None:
    """Write down that a person opens a page of a portfolio; what a page fetches by itself later is no look at it."""
    if actor.user_id is None:
        return
    moment = now or datetime.now(UTC)
    known = rows.visit(actor.user_id, portfolio_id)
    if known is None or moment - known.seen_at >= TOUCH_EVERY:
        rows.see(db.session, actor.user_id, portfolio_id, moment, QUIET)
        db.session.commit()


def last_visit(actor: Actor, portfolio_id: PortfolioId, now: datetime | None = None) -> LastVisit:
    """When the visit before this one ended: at the most 90 days ago; on a first visit news are those of a week."""
    moment = now or datetime.now(UTC)
    known = rows.visit(actor.user_id, portfolio_id) if actor.user_id is not None else None
    if known is None or known.previous_at is None:
        return LastVisit(moment - FIRST, None)
    return LastVisit(max(known.previous_at, moment - LONGEST), known.previous_at)
