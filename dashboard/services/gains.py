"""Gains of a portfolio by calendar period, what it realised by tax year, and what it paid for it."""

from __future__ import annotations

from datetime import date

from dashboard.domain.access import Actor, PortfolioId
from dashboard.domain.attribution import Gain
from dashboard.domain.gain_periods import GainTable, Granularity, gains_by_period
from dashboard.domain.realized import TaxYearStart, realized_by_year, realized_lots
from dashboard.domain.yearly_costs import costs_by_year
from dashboard.errors import InvalidInput
from dashboard.results.gains import GainsReport, RealizedReport
from dashboard.services.breakdowns import status_of, valued_together
from dashboard.services.memo import Memo, SharedMemo

_gains: SharedMemo[GainsReport] = SharedMemo("gains", GainsReport, 32)
_realized: Memo[RealizedReport] = Memo(32)


def gains(
    actor: Actor,
    portfolio_id: PortfolioId,
    by: Granularity,
    *,
    start: date | None = None,
    end: date | None = None,
    currency: str | None = None,
    by_holding: bool = False,
) -> GainsReport:
    """The gain of each day, week, month, quarter or year, ``by_holding`` too.

    Raises: NotFound, InvalidInput, InsufficientData.
    """
    valued = valued_together(actor, [portfolio_id], start=start, end=end, currency=currency)
    (found,) = valued.found

    def compute() -> GainsReport:
        table = gains_by_period(found.history, valued.period, by, found.books)
        return GainsReport(
            portfolio=found.portfolio,
            by=by,
            period=valued.period,
            as_of=found.computed_at,
            currency=valued.currency,
            periods=table.periods,
            holdings=tuple(_holdings(table, at) for at in range(len(table.periods))) if by_holding else (),
            status=status_of(valued),
        )

    name = f"{valued.version}:{by}:{valued.period.start}:{valued.period.end}:{valued.currency}:{by_holding}"
    return _gains.get(name, compute)


def realized(
    actor: Actor,
    portfolio_id: PortfolioId,
    *,
    start: date | None = None,
    end: date | None = None,
    currency: str | None = None,
    year_start: str = "01-01",
    long_after_days: int | None = None,
) -> RealizedReport:
    """What was realised, lot by lot, and what was paid, by tax years that begin on ``year_start`` (``MM-DD``).

    Raises: NotFound, InvalidInput, InsufficientData.
    """
    begins = tax_year_start(year_start)
    if long_after_days is not None and long_after_days < 0:
        raise InvalidInput("Nothing is held for less than no days.", field="long_after_days")
    valued = valued_together(actor, [portfolio_id], start=start, end=end, currency=currency)
    (found,) = valued.found

    def compute() -> RealizedReport:
        lots = realized_lots(found.books, valued.period, long_after_days)
        return RealizedReport(
            portfolio=found.portfolio,
            period=valued.period,
            as_of=found.computed_at,
            currency=valued.currency,
            year_start=f"{begins.month:02}-{begins.day:02}",
            long_after_days=long_after_days,
            years=realized_by_year(lots, begins),
            costs=costs_by_year(found.history, valued.period, begins),
            status=status_of(valued),
        )

    span = f"{valued.period.start}:{valued.period.end}:{valued.currency}"
    return _realized.get(f"{valued.version}:{span}:{begins.month}-{begins.day}:{long_after_days}", compute)


def tax_year_start(text: str) -> TaxYearStart:
    """The start of a tax year from ``MM-DD``. Raises: InvalidInput."""
    month, _, day = text.strip().partition("-")
    if not (month.isdecimal() and day.isdecimal()):
        raise InvalidInput(f"A tax year begins on a month and a day such as 04-06, not on {text}.", field="year_start")
    return TaxYearStart(int(month), int(day))


def _holdings(table: GainTable, period: int) -> dict[str, Gain]:
    """The gains of the holdings that gained or paid anything in a period, by symbol."""
    moved = {
        symbol: table.holding(period, column)
        for column, symbol in enumerate(table.symbols)
        if any(values[period, column] != 0.0 for values in table.parts.values())
    }
    return dict(sorted(moved.items()))
