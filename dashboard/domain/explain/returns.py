"""The series of returns as tables: that which is shown and measured, and that on the sessions of a benchmark."""

from __future__ import annotations

import numpy as np

from dashboard.domain.arrays import Ints, date_of
from dashboard.domain.drawdown import depths, wealth
from dashboard.domain.explain.days import known
from dashboard.domain.explain.subject import Subject
from dashboard.domain.explain.workings import Column, Entry, Table, Unit, Worked
from dashboard.domain.series import bars_of, shown_days

ONE_A_DAY = (
    "One return for each day on which something held has a price; what lies between is compounded into the next."
)
SESSIONS = "On the benchmark's own sessions, the portfolio compounded between them."


def series_tables(subject: Subject) -> tuple[Table, ...]:
    """The series as a table; none where tables are not asked for."""
    if not subject.with_tables:
        return ()
    points = shown_days(subject.history, subject.period)
    returns = subject.performance.series.returns
    grown = wealth(returns)
    drawdown = depths(grown)
    rows: list[tuple[Entry, ...]] = [(subject.period.before, None, 1.0, 1.0, 0.0)]
    for at, (point, value) in enumerate(zip(points.tolist(), returns.tolist(), strict=True)):
        day = date_of(subject.daily.days[point])
        top = float(np.max(grown[: at + 2])) if np.isfinite(grown[at + 1]) else np.nan
        worked = Worked(known(value), _grown(subject, points, at))
        rows.append((day, worked, known(float(grown[at + 1])), known(top), known(float(drawdown[at + 1]))))
    table = Table(
        "series",
        "Series",
        "The growth of the days, at each day on which something held has a price.",
        (
            Column("date", "Date", Unit.DATE), Column("return", "Return", Unit.FRACTION),
            Column("wealth", "Growth of 1", Unit.NUMBER, "=[wealth^]*(1+[return])", 1),
            Column("top", "Highest so far", Unit.NUMBER, "=MAX([top^],[wealth])", 1),
            Column("drawdown", "Drawdown", Unit.FRACTION, "=[wealth]/[top]-1", 1),
        ),
        rows,
    )  # fmt: skip
    return (table,)


def _grown(subject: Subject, points: Ints, at: int) -> str:
    """A return of the series from the growth of the days; the last point takes in what follows it."""
    last = at == len(points) - 1
    to = len(subject.daily.returns) if last else int(points[at]) + 1
    since = int(points[at - 1]) + 1 if at else 0
    return f"=[daily.growth:{to}]/[daily.growth:{since}]-1"


def paired_table(subject: Subject) -> tuple[Table, int]:
    """Both returns on the benchmark's sessions, and how many of them a year has."""
    history, period, benchmark = subject.history, subject.period, subject.benchmark
    assert benchmark is not None  # noqa: S101  asked for only where there is one
    points = bars_of(benchmark.sessions, history, period)
    places = np.concatenate(([0], points + 1))
    growth, levels = subject.daily.growth, benchmark.levels[subject.with_start]
    rows: list[tuple[Entry, ...]] = []
    for before, now in zip(places[:-1].tolist(), places[1:].tolist(), strict=True):
        other = levels[now] / levels[before] - 1.0
        if not np.isfinite(other):
            continue
        own = growth[now] / growth[before] - 1.0
        worked = Worked(known(float(own)), f"=[daily.growth:{now}]/[daily.growth:{before}]-1")
        row = (float(levels[before]), float(levels[now]), float(other), float(own - other))
        rows.append((date_of(subject.daily.days[now - 1]), worked, *row))
    dates = np.array([row[0] for row in rows], "datetime64[D]")
    per_year = 252 if bool(np.all(np.is_busday(dates))) else 365
    table = Table(
        "both", "Both returns", f"Closes of {benchmark.symbol} in {history.currency}, and the growth of the days.",
        (
            Column("date", "Date", Unit.DATE), Column("own", "Portfolio", Unit.FRACTION),
            Column("before", "Benchmark before", Unit.PRICE), Column("now", "Benchmark", Unit.PRICE),
            Column("other", "Benchmark's return", Unit.FRACTION, "=[now]/[before]-1"),
            Column("active", "Difference", Unit.FRACTION, "=[own]-[other]"),
        ), rows,
    )  # fmt: skip
    return table, per_year
