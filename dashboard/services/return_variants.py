"""The returns of portfolios before and after costs, and why the four returns differ."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from dashboard.domain.access import Actor, PortfolioId
from dashboard.domain.calendar import Period
from dashboard.domain.performance import measure
from dashboard.domain.period_returns import graded
from dashboard.domain.reconciliation import reconcile
from dashboard.domain.return_variants import variant_returns
from dashboard.domain.series import daily_returns
from dashboard.results.return_variants import VariantReport
from dashboard.services import portfolios, valuation
from dashboard.services.memo import SharedMemo
from dashboard.services.performance import known_currency
from dashboard.services.valuation import Valued

_reports: SharedMemo[VariantReport] = SharedMemo("variants", VariantReport, 32)


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
    last = valuation.last_day(end, portfolio)
    code = None if currency is None else known_currency(currency)
    found = valuation.valued(portfolio, end=last, currency=code, benchmark=portfolio.benchmark)
    period = Period(start or found.first_date, last)
    name = f"{portfolio_id}:{found.version}:{period.start}:{period.end}:{code}:{portfolio.name}"
    return _reports.get(name, lambda: _report(found, period))


def _report(found: Valued, period: Period) -> VariantReport:
    measured = measure(found.history, period, books=found.books)
    values = measured.start_value, measured.market_value
    daily = daily_returns(found.history, period)
    return VariantReport(
        portfolio=found.portfolio,
        period=period,
        currency=found.history.currency,
        variants=tuple(
            replace(item, returns=graded(item.returns, values))
            for item in variant_returns(found.history, period, measured.gain)
        ),
        reconciliation=reconcile(found.history, period, daily, measured.returns, measured.gain.total),
    )
