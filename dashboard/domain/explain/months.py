"""The workings of the best and the worst month: the series compounded by calendar month."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dashboard.domain.arrays import date_of
from dashboard.domain.drawdown import wealth
from dashboard.domain.explain.days import day_tables, known
from dashboard.domain.explain.returns import ONE_A_DAY, series_tables
from dashboard.domain.explain.subject import Subject
from dashboard.domain.explain.workings import Column, Entry, Step, Table, Unit, Worked, Working
from dashboard.domain.measures import Measure

CONVENTION = (
    ONE_A_DAY,
    "A month has the returns of its days; the first and the last may be shorter than the calendar's.",
)


def _month(name: str, title: str, formula: str, rule: str) -> Callable[[Subject], Working]:
    """The builder of the best or the worst month."""

    def build(subject: Subject) -> Working:
        found: Measure = getattr(subject.performance.risk, name)
        step = Step("result", title, Unit.FRACTION, found.value, rule if found.value is not None else "")
        tables = (*_months(subject), *series_tables(subject), *day_tables(subject))
        return Working(title, Unit.FRACTION, found, formula, CONVENTION, (step,), tables)

    return build


def _months(subject: Subject) -> tuple[Table, ...]:
    """Each month with what the series grew by in it; none where tables are not asked for."""
    series = subject.performance.series
    if not subject.with_tables or not len(series.returns):
        return ()
    grown, months = wealth(series.returns), series.dates.astype("datetime64[M]")
    firsts = np.flatnonzero(np.concatenate(([True], months[1:] != months[:-1])))
    rows: list[tuple[Entry, ...]] = []
    for first, after in zip(firsts.tolist(), [*firsts[1:].tolist(), len(months)], strict=True):
        rule = f"=[series.wealth:{after}]/[series.wealth:{first}]-1"
        rows.append((date_of(series.dates[after - 1]), Worked(known(float(grown[after] / grown[first] - 1.0)), rule)))
    columns = Column("date", "Last day", Unit.DATE), Column("return", "Return", Unit.FRACTION)
    return (Table("months", "Months", "The growth of the series in each calendar month.", columns, rows),)


MONTH = r"\prod_{t \in m} \left(1 + r_t\right) - 1"
BUILDERS = {
    "best_month": _month("best_month", "Best month", rf"\max_m {MONTH}", "=MAX([months.return])"),
    "worst_month": _month("worst_month", "Worst month", rf"\min_m {MONTH}", "=MIN([months.return])"),
}
