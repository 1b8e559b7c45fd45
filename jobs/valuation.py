"""Jobs of valuation."""

from __future__ import annotations

from dashboard.domain.access import PortfolioId
from dashboard.services import revaluation
from jobs.runtime import job


@job(retries=1)
def revalue_portfolio(portfolio_id: int) -> None:
    """Compute what the pages of a portfolio show first, and take its mark away."""
    revaluation.revalue(PortfolioId(portfolio_id))
