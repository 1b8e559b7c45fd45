"""The income of a portfolio, received and expected."""

from __future__ import annotations

from datetime import date

from dashboard.domain.access import Actor, PortfolioId
from dashboard.domain.income import expected_income, income_by_month, payments
from dashboard.results.income import IncomeReport
from dashboard.services.breakdowns import status_of, valued_together
from dashboard.services.memo import SharedMemo

_reports: SharedMemo[IncomeReport] = SharedMemo("income", IncomeReport, 32)


def income(
    actor: Actor,
    portfolio_id: PortfolioId,
    *,
    start: date | None = None,
    end: date | None = None,
    currency: str | None = None,
) -> IncomeReport:
    """Income by month and instrument, and what the twelve months after the period may bring.

    Raises: NotFound, InvalidInput, InsufficientData.
    """
    valued = valued_together(actor, [portfolio_id], start=start, end=end, currency=currency)
    (found,) = valued.found

    def compute() -> IncomeReport:
        return IncomeReport(
            portfolio=found.portfolio,
            period=valued.period,
            as_of=found.computed_at,
            currency=valued.currency,
            received=income_by_month(payments(found.history, valued.period)),
            expected=expected_income(found.history, valued.period.end),
            status=status_of(valued),
        )

    name = f"{valued.version}:{valued.period.start}:{valued.period.end}:{valued.currency}"
    return _reports.get(name, compute)
