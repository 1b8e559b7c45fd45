"""Visits to portfolios as rows, one a person and portfolio."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from dashboard.db.reading import Reading
from dashboard.db.repositories.bulk import AnySession

# Every page of a portfolio asks this.
_visit = Reading(
    text("select seen_at, previous_at from portfolio_visits where user_id = :user_id and portfolio_id = :portfolio_id")
)
_SEEN = text("""
    insert into portfolio_visits as v (user_id, portfolio_id, seen_at) values (:user_id, :portfolio_id, :now)
    on conflict (user_id, portfolio_id) do update set
        seen_at = excluded.seen_at,
        previous_at = case when v.seen_at < excluded.seen_at - :quiet then v.seen_at else v.previous_at end
    where v.seen_at < excluded.seen_at
    """)


@dataclass(frozen=True, slots=True)
class Visit:
    """When a person last saw a portfolio, and when the visit before that one ended (None: it is the first)."""

    seen_at: datetime
    previous_at: datetime | None


def visit(user_id: int, portfolio_id: int) -> Visit | None:
    """The visit of a person to a portfolio; None where there has been none."""
    found = _visit(user_id=user_id, portfolio_id=portfolio_id)
    return Visit(found[0].seen_at, found[0].previous_at) if found else None


def see(session: AnySession, user_id: int, portfolio_id: int, now: datetime, quiet: timedelta) -> None:
    """Write down that a person sees a portfolio ``now``: another visit begins after a time that was ``quiet``."""
    session.execute(_SEEN, {"user_id": user_id, "portfolio_id": portfolio_id, "now": now, "quiet": quiet})
