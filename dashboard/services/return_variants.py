"""The returns of portfolios before and after costs, and why the four returns differ."""

from __future__ import annotations

from datetime import date

from dashboard.domain.access import Actor, PortfolioId
from dashboard.domain.attribution import attribute
from dashboard.domain.calendar import Period
from dashboard.domain.period_returns import period_returns
from dashboard.domain.reconciliation import reconcile
from dashboard.domain.return_variants import variant_returns
from dashboard.domain.series import daily_returns
from dashboard.errors import InvalidInput
from dashboard.results.return_variants import VariantReport
from dashboard.services import portfolios, valuation
from dashboard.services.performance import known_currency


def variants(
    actor: Actor,
    portfolio_id: PortfolioId,
    *,
    start: date | None = None,
    end: date | None = None,
    currency: str | None = None,
) -> VariantReport:
    """Every variant of the returns from ``start`` (default: the first transaction) to ``end`` (default: today).

    Raises: NotFound, InvalidInput, InsufficientData.
    """
    portfolio = portfolios.portfolio_by_id(actor, portfolio_id)
    today = valuation.today_of(portfolio)
    if end is not None and end > today:
        raise InvalidInput(f"The period ends on {end}, which is later than today, {today}.", field="to")
    code = None if currency is None else known_currency(currency)
    found = valuation.valued(portfolio, end=end, currency=code, benchmark=portfolio.benchmark)
    period = Period(start or found.first_date, end or today)
    daily = daily_returns(found.history, period)
    gain = attribute(found.history, period, found.books).portfolio
    returns = period_returns(found.history, period, daily, gain.total)
    return VariantReport(
        portfolio=found.portfolio,
        period=period,
        currency=found.history.currency,
        variants=variant_returns(found.history, period, gain),
        reconciliation=reconcile(found.history, period, daily, returns, gain.total),
    )
