"""Why a portfolio did better or worse than a benchmark: allocation, selection and interaction by group."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dashboard.domain.access import Actor, PortfolioId
from dashboard.domain.active_return import active_return
from dashboard.domain.benchmarks import blend_on
from dashboard.domain.brinson import Linking
from dashboard.domain.groups import Dimension
from dashboard.errors import InvalidInput
from dashboard.results.attribution import AttributionReport
from dashboard.services import market_data, portfolios
from dashboard.services.breakdowns import status_of, tags_of, valued_together
from dashboard.services.memo import SharedMemo

_reports: SharedMemo[AttributionReport] = SharedMemo("attribution", AttributionReport, 32)


def attribution(
    actor: Actor,
    portfolio_id: PortfolioId,
    by: Dimension,
    *,
    benchmark: str | None = None,
    mapping: Mapping[str, str] | None = None,
    linking: Linking = Linking.CARINO,
    start: date | None = None,
    end: date | None = None,
    currency: str | None = None,
) -> AttributionReport:
    """The active return against ``benchmark`` (a symbol or a blend; default: the portfolio's own), by group.

    ``mapping`` says in which group a sleeve is. Raises: NotFound, InvalidInput, InsufficientData.
    """
    text = market_data.benchmark_text(benchmark or portfolios.portfolio_by_id(actor, portfolio_id).benchmark)
    if not text:
        raise InvalidInput("Name a benchmark: the portfolio has none of its own.", field="benchmark")
    valued = valued_together(actor, [portfolio_id], start=start, end=end, currency=currency, benchmark=text)
    (found,) = valued.found

    def compute() -> AttributionReport:
        result = active_return(
            found.history,
            blend_on(found.history, text),
            valued.period,
            by,
            mapping=mapping,
            tags=tags_of([found.portfolio]) if by is Dimension.TAG else None,
            linking=linking,
        )
        return AttributionReport(
            portfolio=found.portfolio,
            by=by,
            benchmark=text,
            period=valued.period,
            as_of=found.computed_at,
            currency=valued.currency,
            result=result,
            status=status_of(valued),
        )

    where = ",".join(f"{symbol}={group}" for symbol, group in sorted((mapping or {}).items()))
    span = f"{valued.period.start}:{valued.period.end}:{valued.currency}"
    return _reports.get(f"{valued.version}:{by}:{text}:{where}:{linking}:{span}", compute)
