"""What the parts of portfolios did: by holding, account, class, sector, country, currency or tag; several together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from dashboard.db.repositories.ledger import tags
from dashboard.domain import groups
from dashboard.domain.access import Actor, PortfolioId
from dashboard.domain.arrays import Ints
from dashboard.domain.calendar import Period
from dashboard.domain.drawdown import depths, wealth
from dashboard.domain.groups import Breakdown, Dimension
from dashboard.domain.line_gains import ValuedPortfolio
from dashboard.domain.notes import notes
from dashboard.domain.series import compounded
from dashboard.errors import InsufficientData, InvalidInput
from dashboard.results.breakdowns import BreakdownReport
from dashboard.results.notes import StatusNote
from dashboard.results.performance import Series
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import market_data, portfolios, valuation
from dashboard.services.ledger.currencies import currency_problem
from dashboard.services.memo import SharedMemo
from dashboard.services.valuation import Valued

_reports: SharedMemo[BreakdownReport] = SharedMemo("breakdown", BreakdownReport, 64)


@dataclass(frozen=True, slots=True)
class ValuedTogether:
    """Portfolios that are valued in one currency up to one day, and the period that is asked."""

    found: tuple[Valued, ...]
    period: Period
    currency: str
    notes: tuple[StatusNote, ...]

    @property
    def version(self) -> str:
        """Changes whenever one of the portfolios does."""
        return ":".join(f"{one.portfolio.id}.{one.portfolio.name}.{one.version}" for one in self.found)

    @property
    def portfolios(self) -> tuple[ValuedPortfolio, ...]:
        """As the domain takes them."""
        return tuple(ValuedPortfolio(one.portfolio.name, one.history, one.books) for one in self.found)


def breakdown(
    actor: Actor,
    portfolio_ids: Sequence[PortfolioId],
    by: Dimension,
    *,
    start: date | None = None,
    end: date | None = None,
    currency: str | None = None,
) -> BreakdownReport:
    """What each group of the portfolios did from ``start`` (default: the first transaction) to ``end``.

    Portfolios of different base currencies need ``currency``. Raises: NotFound, InvalidInput, InsufficientData.
    """
    valued = valued_together(actor, portfolio_ids, start=start, end=end, currency=currency)
    name = f"{valued.version}:{by}:{valued.period.start}:{valued.period.end}:{valued.currency}"
    return _reports.get(name, lambda: _report(valued, by))


def valued_together(
    actor: Actor,
    portfolio_ids: Sequence[PortfolioId],
    *,
    start: date | None = None,
    end: date | None = None,
    currency: str | None = None,
    benchmark: str | None = None,
) -> ValuedTogether:
    """The portfolios valued in one currency. One without a transaction is left out, and a remark says so.

    Raises: NotFound, InvalidInput, InsufficientData where none has a transaction.
    """
    refs = [portfolios.portfolio_by_id(actor, key) for key in dict.fromkeys(portfolio_ids)]
    last = valuation.last_day(end, *refs)
    wanted = report_currency(refs, currency)
    found, remarks = [], []
    for ref in refs:
        try:
            found.append(valuation.valued(ref, end=last, currency=wanted, benchmark=benchmark))
        except InsufficientData as error:
            if len(refs) == 1:
                raise
            remarks.append(StatusNote("no_transactions", f"{ref.name} is left out: {error.message}"))
    if not found:
        raise InsufficientData("None of the portfolios has a transaction yet.")
    first = start or min(one.first_date for one in found)
    return ValuedTogether(tuple(found), Period(first, last), wanted, tuple(remarks))


def report_currency(refs: Sequence[PortfolioRef], currency: str | None) -> str:
    """The currency asked, else the one that all have as their base. Raises: InvalidInput where they differ."""
    if currency is not None:
        problem = currency_problem(currency.strip())
        if problem:
            raise InvalidInput(problem, field="currency")
        return currency.strip().upper()
    bases = sorted({ref.base_currency for ref in refs})
    if len(bases) > 1:
        raise InvalidInput(
            f"The portfolios are in {', '.join(bases)}: name the currency to report in.", field="currency"
        )
    return bases[0]


def status_of(valued: ValuedTogether) -> tuple[StatusNote, ...]:
    """What a reader of any figure of these portfolios must know, each remark once."""
    held = sorted({instrument.symbol for one in valued.found for instrument in one.history.instruments})
    found = [StatusNote(one.code, one.message, one.symbol, one.since) for one in market_data.problems_of(held)]
    for one in valued.found:
        history = one.history
        for note in notes(history, history.position(valued.period.end)):
            since = date.fromisoformat(note.since) if note.since else None
            found.append(StatusNote(note.code, note.message, note.symbol, since))
    return tuple(dict.fromkeys((*valued.notes, *found)))


def tags_of(refs: Sequence[PortfolioRef]) -> dict[str, str]:
    """The group of each tagged symbol: all its tags, as a symbol is in one group alone and groups sum to the whole."""
    found: dict[str, set[str]] = {}
    for ref in refs:
        for symbol, names in tags.of_portfolio(ref.id).items():
            found.setdefault(symbol, set()).update(names)
    return {symbol: " + ".join(sorted(names)) for symbol, names in found.items()}


def _report(valued: ValuedTogether, by: Dimension) -> BreakdownReport:
    tagged = tags_of([one.portfolio for one in valued.found]) if by is Dimension.TAG else None
    found = groups.breakdown(valued.portfolios, valued.period, by, tagged)
    return BreakdownReport(
        portfolios=tuple(one.portfolio for one in valued.found),
        by=by,
        period=valued.period,
        as_of=max(one.computed_at for one in valued.found),
        currency=valued.currency,
        groups=found.groups,
        total=found.total,
        series=_series(valued, found),
        status=status_of(valued),
    )


def _series(valued: ValuedTogether, found: Breakdown) -> Series:
    """The points of all portfolios together: one for each day with a bar in any of them."""
    points = _shown(valued, found)
    grown = wealth(compounded(found.daily.growth, points))
    return Series(
        dates=tuple(found.daily.days[points].tolist()),
        value=tuple(found.level.value[points + found.level.position(valued.period.before) + 1].tolist()),
        time_weighted=tuple((grown[1:] - 1.0).tolist()),
        drawdown=tuple(depths(grown)[1:].tolist()),
    )


def _shown(valued: ValuedTogether, found: Breakdown) -> Ints:
    bars = [one.history.days[one.history.has_bar] for one in valued.found]
    return np.flatnonzero(np.isin(found.daily.days, np.concatenate(bars)))
