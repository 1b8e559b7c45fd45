"""How was this computed: the working of a figure of a portfolio."""

from __future__ import annotations

from datetime import date

from dashboard.domain import benchmarks
from dashboard.domain import performance as domain_performance
from dashboard.domain.access import Actor, PortfolioId
from dashboard.domain.calendar import Period
from dashboard.domain.explain import METRICS, working
from dashboard.domain.explain.subject import Subject
from dashboard.domain.positions import book_positions
from dashboard.domain.series import daily_returns
from dashboard.errors import InsufficientData
from dashboard.results.explanations import Explanation
from dashboard.services import market_data, portfolios, valuation
from dashboard.services.performance import known_currency
from dashboard.services.valuation import Valued

__all__ = ["METRICS", "explain"]


def explain(
    actor: Actor,
    portfolio_id: PortfolioId,
    metric: str,
    *,
    start: date | None = None,
    end: date | None = None,
    currency: str | None = None,
    benchmark: str | None = None,
    with_tables: bool = True,
) -> Explanation:
    """The working of ``metric`` from ``start`` (default: the first transaction) to ``end`` (default: today).

    Without its tables it is made faster: formula, convention and steps alone.

    Raises: NotFound, InvalidInput, InsufficientData.
    """
    portfolio = portfolios.portfolio_by_id(actor, portfolio_id)
    last = valuation.last_day(end, portfolio)
    if currency is not None:
        currency = known_currency(currency)
    against = market_data.benchmark_text(benchmark) if benchmark else portfolio.benchmark
    found = valuation.valued(portfolio, end=last, currency=currency, benchmark=against)
    period = Period(start or found.first_date, last)
    subject = _subject(found, period, against, with_tables)
    return Explanation(
        portfolio=found.portfolio,
        period=period,
        as_of=found.computed_at,
        currency=found.history.currency,
        metric=metric,
        working=working(subject, metric),
    )


def _subject(found: Valued, period: Period, against: str | None, with_tables: bool) -> Subject:
    history = found.history
    try:
        benchmark = benchmarks.benchmark_on(history, against) if against else None
    except InsufficientData:
        benchmark = None  # the figures against it then say that there is none
    books = found.books if found.books.as_of == period.end else book_positions(history, period.end)
    details = market_data.details_of([instrument.symbol for instrument in history.instruments])
    return Subject(
        history=history,
        books=books,
        period=period,
        performance=domain_performance.measure(history, period, benchmark, books=books),
        daily=daily_returns(history, period),
        benchmark=benchmark,
        sources={symbol: detail.provider for symbol, detail in details.items()},
        with_tables=with_tables,
    )
