"""Jobs of corporate actions."""

from __future__ import annotations

from dashboard.services import actions
from jobs.runtime import job


@job(retries=1)
def follow_rules(portfolio_id: int) -> None:
    """Book what a portfolio's rules accept, and count what waits for a decision."""
    actions.follow(portfolio_id)
