"""The working of the money-weighted return: the flows, and Newton's steps to the rate."""

from __future__ import annotations

import numpy as np

from dashboard.domain.arrays import Days, Floats, date_of
from dashboard.domain.explain.days import day_tables
from dashboard.domain.explain.subject import Subject
from dashboard.domain.explain.workings import Column, Entry, Step, Table, Unit, Worked, Working
from dashboard.domain.period_returns import DAYS_A_YEAR

XIRR = r"\sum_i \frac{F_i}{(1 + r)^{d_i / 365}} = 0"
OWN = r"\sum_i \frac{F_i}{(1 + r)^{d_i / \text{days}}} = 0"
MOST_STEPS = 40
FIRST_GUESS = 0.1
NEAR = 1e-13
CONVENTION = (
    "The start value is paid in on the day before the period, the end value paid out on its last day.",
    "Days are counted exactly and a year has 365 of them, as in a spreadsheet's XIRR.",
    "Of several rates the one nearest to 0 is shown, as an estimate.",
)


def money_weighted(subject: Subject) -> Working:
    """The yearly rate with Σ F·(1 + r)^(−days/365) = 0."""
    found = subject.performance.returns.money_weighted
    title = "Money-weighted return (XIRR), a year"
    if found.value is None:
        return Working(title, Unit.FRACTION, found, XIRR, CONVENTION, (), day_tables(subject))
    newton = _newton(subject, found.value, DAYS_A_YEAR)
    steps = _solved(newton, "Money-weighted return", found.value)
    tables = (_flows(subject), newton, *day_tables(subject))
    return Working(title, Unit.FRACTION, found, XIRR, CONVENTION, steps, tables)


def _solved(newton: Table, title: str, rate: float) -> tuple[Step, ...]:
    return (
        Step("worth", "Worth of the flows at the rate", Unit.MONEY, float(_last(newton, 2)), "=[newton.worth:last]"),
        Step("result", title, Unit.FRACTION, rate, "=[newton.rate:last]"),
    )


def for_period(subject: Subject) -> Working:
    """The yearly rate over the days of the period: (1 + r)^(days ÷ 365) − 1; without one, the period's own rate."""
    yearly, found = money_weighted(subject), subject.performance.returns.money_weighted_period
    formula, title = r"(1 + r)^{\text{days}/365} - 1", "Money-weighted return, over the period"
    if yearly.value.value is None and found.value is not None:
        return _by_itself(subject, found.value, title)
    steps = yearly.steps
    if steps:
        days = float(subject.period.days)
        steps = (
            steps[0],
            Step("rate", "Money-weighted return, a year", Unit.FRACTION, yearly.value.value, steps[1].formula),
            Step("days", "Days", Unit.NUMBER, days, "=[daily.date:last]-[daily.date:0]"),
            Step("result", "Over the period", Unit.FRACTION, found.value, f"=(1+[@rate])^([@days]/{DAYS_A_YEAR})-1"),
        )
    return Working(title, Unit.FRACTION, found, formula, yearly.convention, steps, yearly.tables)


def _by_itself(subject: Subject, rate: float, title: str) -> Working:
    """The rate of a short period whose yearly one is beyond all bounds."""
    newton = _newton(subject, rate, subject.period.days)
    return Working(
        title,
        Unit.FRACTION,
        subject.performance.returns.money_weighted_period,
        OWN,
        (CONVENTION[0], "A year's rate is beyond all bounds here: the period is the unit of time.", CONVENTION[2]),
        _solved(newton, "Over the period", rate),
        (_flows(subject), newton, *day_tables(subject)),
    )


def _cash_flows(subject: Subject) -> tuple[Floats, Days]:
    """From the investor's side: the close before the period and each of its days, shape (n + 1,)."""
    history, inside = subject.history, subject.inside
    amounts = np.zeros(subject.end - subject.start + 1)
    amounts[1:] = history.outflows[inside] - history.inflows[inside] - history.standing_costs[inside]
    amounts[0] -= history.value[subject.start]
    amounts[-1] += history.value[subject.end]
    return amounts, history.days[subject.with_start]


def _flows(subject: Subject) -> Table:
    amounts, dates = _cash_flows(subject)
    last = len(amounts) - 1
    rows: list[tuple[Entry, ...]] = []
    for at in np.flatnonzero(amounts).tolist():
        formula = f"=[daily.outflow:{at}]-[daily.inflow:{at}]-[daily.costs:{at}]" if at else "=-[daily.value:0]"
        if at == last:
            formula += f"+[daily.value:{at}]"
        distance = float((dates[at] - dates[np.flatnonzero(amounts)[0]]).astype(int))
        rows.append((date_of(dates[at]), Worked(float(amounts[at]), formula), distance))
    return Table(
        "flows",
        "Flows",
        "The start value, the external flows and the end value, seen from the investor: what is paid in is negative.",
        (
            Column("date", "Date", Unit.DATE),
            Column("amount", "Amount", Unit.MONEY),
            Column("days", "Days", Unit.NUMBER, "=[date]-[flows.date:0]"),
        ),
        rows,
    )


def _newton(subject: Subject, rate: float, unit_days: int) -> Table:
    """Newton's steps to ``rate`` from 10 %, or from a round number near it where those lead elsewhere."""
    power = f"-[flows.days]/{unit_days}"
    amounts, dates = _cash_flows(subject)
    moved = np.flatnonzero(amounts)
    years = (dates[moved] - dates[moved[0]]).astype(np.float64) / unit_days
    rows = next(
        (
            found
            for guess in (FIRST_GUESS, round(rate, 1), round(rate, 3), round(rate, 6), rate)
            if guess > -1.0 and (found := _iterations(amounts[moved], years, guess, rate))
        ),
        [],
    )
    return Table(
        "newton",
        "Newton steps",
        "Each rate is the one above less the worth of the flows over its slope.",
        (
            Column("step", "Step", Unit.NUMBER),
            Column("rate", "Rate", Unit.FRACTION, "=[rate^]-[worth^]/[slope^]", 1),
            Column("worth", "Worth of the flows", Unit.MONEY, f"=SUMPRODUCT([flows.amount],(1+[rate])^({power}))"),
            Column("slope", "Slope", Unit.NUMBER, f"=SUMPRODUCT([flows.amount],{power}*(1+[rate])^({power}-1))"),
        ),
        rows,
    )


def _iterations(amounts: Floats, years: Floats, guess: float, rate: float) -> list[tuple[Entry, ...]]:
    """Steps that end at ``rate``; none where they do not."""
    rows: list[tuple[Entry, ...]] = []
    now = guess
    for number in range(MOST_STEPS):
        worth = float(np.sum(amounts * (1.0 + now) ** -years))
        slope = float(np.sum(-amounts * years * (1.0 + now) ** (-years - 1.0)))
        rows.append((float(number), now, worth, slope))
        if abs(now - rate) <= NEAR * (1.0 + abs(rate)):
            return rows
        if slope == 0.0 or (following := now - worth / slope) <= -1.0:
            return []
        now = following
    return rows if abs(now - rate) <= 1e-11 * (1.0 + abs(rate)) else []


def _last(table: Table, place: int) -> float:
    value = table.rows[-1][place]
    assert isinstance(value, float)  # noqa: S101  Newton's rows hold floats alone
    return value
