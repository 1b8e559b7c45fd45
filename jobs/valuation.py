"""Jobs of valuation."""

from __future__ import annotations

from dashboard.domain.access import PortfolioId
from dashboard.queue import JobName, enqueue
from dashboard.services import revaluation
from jobs.runtime import job


@job(retries=1)
def revalue_portfolio(portfolio_id: int) -> None:
    """Compute what the pages of a portfolio show first, take its mark away, and have its rules followed.

    A portfolio is valued anew whenever its ledger, a price or a distribution has changed: what is proposed to it then
    may be another.
    """
    revaluation.revalue(PortfolioId(portfolio_id))
    enqueue(JobName.FOLLOW_ACTIONS, portfolio_id, unique=f"actions-{portfolio_id}")
