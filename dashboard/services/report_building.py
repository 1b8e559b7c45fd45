"""Which results a report of each kind is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from dashboard.domain.access import Actor, PortfolioId
from dashboard.errors import InsufficientData
from dashboard.reports.document import Document
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.reports import ReportKind
from dashboard.services import gains, income, performance, portfolios, transactions, valuation
from dashboard.services.ledger_documents import holdings_document, transactions_document
from dashboard.services.report_documents import performance_document
from dashboard.services.tax_documents import tax_document

Tell = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A document and the days that it is about; ``start`` None: about the one day ``end``."""

    document: Document
    portfolio: PortfolioRef
    start: date | None
    end: date


def made(
    actor: Actor, portfolio_id: PortfolioId, kind: ReportKind, start: date | None, end: date | None, tell: Tell
) -> Made:
    """The document of a kind. Raises: NotFound, InvalidInput, InsufficientData."""
    return _BUILDERS[kind](actor, portfolio_id, start, end, tell)


def _performance(actor: Actor, portfolio_id: PortfolioId, start: date | None, end: date | None, tell: Tell) -> Made:
    tell(0.05, "Valuing the portfolio")
    summary = performance.summary(actor, portfolio_id, start=start, end=end)
    tell(0.5, "Listing the holdings")
    holdings = performance.holdings(actor, portfolio_id, as_of=end)
    document = performance_document(summary, holdings, datetime.now(UTC))
    return Made(document, summary.portfolio, summary.period.start, summary.period.end)


def _holdings(actor: Actor, portfolio_id: PortfolioId, _start: date | None, end: date | None, tell: Tell) -> Made:
    tell(0.05, "Valuing the portfolio")
    report = performance.holdings(actor, portfolio_id, as_of=end)
    return Made(holdings_document(report, datetime.now(UTC)), report.portfolio, None, report.as_of)


def _transactions(actor: Actor, portfolio_id: PortfolioId, start: date | None, end: date | None, tell: Tell) -> Made:
    tell(0.05, "Reading the ledger")
    portfolio = portfolios.portfolio_by_id(actor, portfolio_id)
    last = valuation.last_day(end, portfolio)
    page = transactions.list_transactions(actor, portfolio_id, start=start, end=end)
    if not page.rows:
        raise InsufficientData("There is no transaction in this period.")
    rows = page.rows[::-1]
    first = start or rows[0].transaction.date
    return Made(transactions_document(portfolio, rows, first, last, datetime.now(UTC)), portfolio, first, last)


def _tax(actor: Actor, portfolio_id: PortfolioId, start: date | None, end: date | None, tell: Tell) -> Made:
    tell(0.05, "Valuing the portfolio")
    realized = gains.realized(actor, portfolio_id, start=start, end=end)
    tell(0.5, "Adding up the income")
    received = income.income(actor, portfolio_id, start=start, end=end)
    document = tax_document(realized, received, datetime.now(UTC))
    return Made(document, realized.portfolio, realized.period.start, realized.period.end)


_BUILDERS = {
    ReportKind.PERFORMANCE: _performance,
    ReportKind.HOLDINGS: _holdings,
    ReportKind.TRANSACTIONS: _transactions,
    ReportKind.TAX: _tax,
}
