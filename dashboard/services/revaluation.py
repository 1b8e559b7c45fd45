"""What a worker computes when a ledger or a price has changed: the results that the pages show first."""

from __future__ import annotations

from contextlib import suppress

from dashboard.db.engine import db
from dashboard.db.models import Portfolio
from dashboard.domain.access import SYSTEM, PortfolioId
from dashboard.domain.exposure import ExposureBy
from dashboard.domain.groups import Dimension
from dashboard.domain.timeframes import Timeframe, start_of
from dashboard.errors import InsufficientData
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import (
    breakdowns,
    exposures,
    income,
    performance,
    portfolios,
    restatements,
    return_variants,
    risk,
    valuation,
)

ROLLING_WINDOW = 126
"""Returns in a window of the rolling figures that the pages show: half a year."""


def revalue(portfolio_id: PortfolioId) -> None:
    """Compute what the pages show first, so that they find it, say what restatements did, and take the mark away."""
    row = db.session.get(Portfolio, portfolio_id)
    if row is None:
        return  # deleted meanwhile
    seen = row.ledger_version
    with suppress(InsufficientData):  # an empty ledger has nothing to show, and that is known now
        compute_views(portfolios.portfolio_by_id(SYSTEM, portfolio_id))
    restatements.record_effects(portfolio_id)
    valuation.clear_dirty(portfolio_id, seen)


def compute_views(portfolio: PortfolioRef) -> None:
    """Every result of the pages as they open: of all time, and of the last year. Raises: InsufficientData."""
    performance.holdings(SYSTEM, portfolio.id)
    exposures.look_through(SYSTEM, portfolio.id, ExposureBy.SECTOR)
    first = performance.summary(SYSTEM, portfolio.id).period.start
    income.income(SYSTEM, portfolio.id)
    end = valuation.today_of(portfolio)
    start = max(start_of(Timeframe.YEAR, end, first), first)
    performance.summary(SYSTEM, portfolio.id, start=start, end=end)
    question = page_question(portfolio.benchmark)
    risk.report(SYSTEM, portfolio.id, question, start=start, end=end)
    return_variants.variants(SYSTEM, portfolio.id, start=start, end=end)
    for by in (Dimension.ASSET_CLASS, Dimension.HOLDING):
        breakdowns.breakdown(SYSTEM, [portfolio.id], by, start=start, end=end)


def page_question(benchmark: str | None) -> risk.RiskQuestion:
    """What the page of performance and risk asks of the risk report."""
    return risk.RiskQuestion((benchmark,) if benchmark else (), rolling=ROLLING_WINDOW, matrix="correlation")
