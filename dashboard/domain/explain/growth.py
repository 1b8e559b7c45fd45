"""The workings of the returns: time-weighted, annualised, Modified Dietz and simple."""

from __future__ import annotations

import numpy as np

from dashboard.domain.arrays import date_of
from dashboard.domain.explain.days import day_tables, known
from dashboard.domain.explain.subject import Subject
from dashboard.domain.explain.workings import Column, Entry, Step, Table, Unit, Working, serial
from dashboard.domain.period_returns import DAYS_A_YEAR

NETTED = (
    "External flows of a day are netted first: what comes in is at work from the day's start, "
    "what goes out until its end."
)
TWR = r"\prod_t \left(1 + r_t\right) - 1, \qquad r_t = \frac{V_t + O_t - C_t}{V_{t-1} + I_t} - 1"
DIETZ = r"\frac{V_1 - V_0 - \sum F_i}{V_0 + \sum w_i F_i}"
SIMPLE = r"\frac{\text{gain}}{\max_t \left(V_0 + \sum_{i \le t} F_i\right)}"


def time_weighted(subject: Subject) -> Working:
    """Π(1 + r) − 1 over every calendar day."""
    found = subject.performance.returns.time_weighted
    return Working(
        "Time-weighted return",
        Unit.FRACTION,
        found,
        TWR,
        (NETTED, "Days with less than one unit of the currency at work count as 0.", "Net of fees and taxes."),
        (Step("result", "Time-weighted return", Unit.FRACTION, found.value, "=[daily.growth:last]-1"),),
        day_tables(subject),
    )


def annualized(subject: Subject) -> Working:
    """(1 + TWR)^(365 ÷ days) − 1, for periods of 365 days or more."""
    base, found = time_weighted(subject), subject.performance.returns.time_weighted_annualized
    formula = f"=(1+[@time_weighted])^({DAYS_A_YEAR}/[@days])-1" if found.value is not None else ""
    return Working(
        "Time-weighted return, a year",
        Unit.FRACTION,
        found,
        r"\left(1 + \text{TWR}\right)^{365/\text{days}} - 1",
        (*base.convention, "Days are counted from the close before the period; under 365 days nothing is annualised."),
        (
            Step("time_weighted", "Time-weighted return", Unit.FRACTION, base.value.value, base.steps[-1].formula),
            Step("days", "Days", Unit.NUMBER, float(subject.period.days), "=[daily.date:last]-[daily.date:0]"),
            Step("result", "A year", Unit.FRACTION, found.value, formula),
        ),
        base.tables,
    )


def modified_dietz(subject: Subject) -> Working:
    """gain ÷ (start value + Σ weighted flows)."""
    found, history = subject.performance.returns.modified_dietz, subject.history
    flows = history.inflows[subject.inside] - history.outflows[subject.inside]
    costs = float(history.standing_costs[subject.inside].sum())
    days = subject.period.days
    rows: list[tuple[Entry, ...]] = []
    weighted = 0.0
    for at in np.flatnonzero(flows).tolist():
        inward = bool(flows[at] > 0.0)
        day = date_of(subject.daily.days[at])
        weight = ((subject.period.end - day).days + (1 if inward else 0)) / days
        weighted += weight * float(flows[at])
        rows.append((day, known(float(flows[at])), weight))
    values = known(float(history.value[subject.start])), known(float(history.value[subject.end]))
    rule = "=([@to]-[date]+IF([flow]>0,1,0))/[@days]"
    table = Table(
        "flows", "Flows", "External flows from the ledger, netted by day.",
        (
            Column("date", "Date", Unit.DATE), Column("flow", "Net flow", Unit.MONEY),
            Column("weight", "Weight", Unit.NUMBER, rule),
        ), rows,
    )  # fmt: skip
    total = float(np.sum(flows))
    top = "[@end_value]-[@costs]-[@start_value]-[@net_flows]"
    steps = (
        Step("to", "Last day", Unit.DATE, serial(subject.period.end)),
        Step("days", "Days", Unit.NUMBER, float(days)),
        Step("start_value", "Value before the period", Unit.MONEY, values[0]),
        Step("end_value", "Value at its end", Unit.MONEY, values[1]),
        Step("costs", "Standing costs paid from outside", Unit.MONEY, costs),
        Step("net_flows", "Net flows", Unit.MONEY, known(total), "=SUM([flows.flow])" if rows else ""),
        Step("weighted", "Weighted flows", Unit.MONEY, known(weighted), _weighted(rows)),
        Step("result", "Modified Dietz", Unit.FRACTION, found.value, f"=({top})/([@start_value]+[@weighted])"),
    )
    convention = ("A flow counts from the start of its day when it comes in, to its end when it goes out.",)
    return Working("Modified Dietz return", Unit.FRACTION, found, DIETZ, convention, steps, (table,) if rows else ())


def _weighted(rows: list[tuple[Entry, ...]]) -> str:
    return "=SUMPRODUCT([flows.flow],[flows.weight])" if rows else ""


def simple(subject: Subject) -> Working:
    """gain ÷ the highest running sum of start value and net flows."""
    found, history = subject.performance.returns.simple, subject.history
    flows = history.inflows[subject.inside] - history.outflows[subject.inside]
    start = float(history.value[subject.start])
    invested = start + np.cumsum(flows)
    rows: list[tuple[Entry, ...]] = [(subject.period.before, None, known(start))]
    rows += [
        (date_of(subject.daily.days[at]), known(float(flows[at])), known(float(invested[at])))
        for at in np.flatnonzero(flows).tolist()
    ]
    table = Table(
        "invested", "Invested", "External flows from the ledger, netted by day.",
        (
            Column("date", "Date", Unit.DATE), Column("flow", "Net flow", Unit.MONEY),
            Column("sum", "Invested so far", Unit.MONEY, "=[sum^]+[flow]", 1),
        ), rows,
    )  # fmt: skip
    most = float(max(start, invested.max(initial=start)))
    steps = (
        Step("gain", "Total gain", Unit.MONEY, known(subject.performance.gain.total)),
        Step("most", "Most invested", Unit.MONEY, known(most), "=MAX([invested.sum])"),
        Step("result", "Simple return", Unit.FRACTION, found.value, "=[@gain]/[@most]"),
    )
    convention = ("The gain of the period over the most that was ever invested in it.",)
    return Working("Simple return", Unit.FRACTION, found, SIMPLE, convention, steps, (table,))
