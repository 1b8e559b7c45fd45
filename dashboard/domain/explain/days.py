"""The days of a period: what was held at each close, what it was worth, what flowed, and the day's return."""

from __future__ import annotations

import numpy as np

from dashboard.domain.arrays import Floats, Ints, date_of
from dashboard.domain.explain.subject import Subject
from dashboard.domain.explain.workings import Column, Entry, Table, Unit
from dashboard.domain.returns import LEAST_AT_WORK

MOST_CELLS = 150_000
"""Holdings × days up to which the values of the days are worked out too; above it they are inputs."""

VALUE = "=SUMPRODUCT([units:row],[prices:row],[rates:row])+SUMPRODUCT([cash:row],[cash_rates:row])"
RETURN = f"=IF([at_work]<{LEAST_AT_WORK:g},0,([value]+[outflow]-[costs])/[at_work]-1)"


def day_tables(subject: Subject) -> tuple[Table, ...]:
    """The table of days and, where they fit, the holdings, prices, rates and balances behind each value."""
    if not subject.with_tables:
        return ()
    columns = _held(subject)
    days = subject.end - subject.start + 1
    is_worked = 0 < len(columns) * days <= MOST_CELLS
    behind = (*_holdings(subject, columns), *_balances(subject)) if is_worked else ()
    return (_days(subject, VALUE if behind else ""), *behind)


def _days(subject: Subject, formula: str) -> Table:
    history, span = subject.history, subject.with_start
    values = history.value[span].tolist()
    ins, outs = history.inflows[span].tolist(), history.outflows[span].tolist()
    costs, dates = history.standing_costs[span].tolist(), history.days[span]
    returns, growth = subject.daily.returns.tolist(), subject.daily.growth.tolist()
    # A period may begin before the calendar: its days are counted from the close before it all the same.
    rows: list[tuple[Entry, ...]] = [(subject.period.before, known(values[0]), None, None, None, None, None, 1.0)]
    for at in range(1, len(values)):
        at_work = values[at - 1] + ins[at]
        rows.append(
            (
                date_of(dates[at]), known(values[at]), known(ins[at]), known(outs[at]), costs[at], known(at_work),
                known(returns[at - 1]), known(growth[at]),
            )
        )  # fmt: skip
    return Table(
        "daily",
        "Days",
        "The value at each close, from holdings, prices, rates and balances; flows of the day from the ledger, netted.",
        (
            Column("date", "Date", Unit.DATE),
            Column("value", "Value", Unit.MONEY, formula),
            Column("inflow", "Inflow", Unit.MONEY),
            Column("outflow", "Outflow", Unit.MONEY),
            Column("costs", "Standing costs", Unit.MONEY),
            Column("at_work", "At work", Unit.MONEY, "=[value^]+[inflow]", 1),
            Column("return", "Return", Unit.FRACTION, RETURN, 1),
            Column("growth", "Growth of 1", Unit.NUMBER, "=[growth^]*(1+[return])", 1),
        ),
        rows,
    )


def _held(subject: Subject) -> Ints:
    """The columns of the instruments that were held on any of the days."""
    return np.flatnonzero((subject.history.quantities[subject.with_start] != 0.0).any(axis=0))


def _holdings(subject: Subject, columns: Ints) -> tuple[Table, ...]:
    history, span = subject.history, subject.with_start
    instruments = [history.instruments[at] for at in columns.tolist()]
    names = [instrument.symbol for instrument in instruments]
    sources = sorted({subject.source(name) for name in names} - {""})
    by_currency = [history.table.currencies[instrument.currency] for instrument in instruments]
    units = history.quantities[span][:, columns] * np.array([float(found.multiplier) for found in instruments])
    idle = units == 0.0
    prices = np.where(idle, np.nan, history.prices[span][:, columns])
    rates = np.where(idle, np.nan, history.table.matrix[span][:, by_currency])
    priced = f"Closes as traded, as of each day, from {', '.join(sources) or 'the stored prices'}."
    return (
        _matrix(subject, "units", "Units", "Units held at each close (quantity × multiplier).", names, units),
        _matrix(subject, "prices", "Prices", priced, names, prices, Unit.PRICE),
        _matrix(subject, "rates", "Rates", f"{history.currency} per 1 of the price's currency.", names, rates),
    )


def _balances(subject: Subject) -> tuple[Table, ...]:
    history, span = subject.history, subject.with_start
    names = list(history.cash_currencies) or [history.currency]
    cash = history.cash[span] if history.cash_currencies else np.zeros((subject.end - subject.start + 1, 1))
    rates = history.cash_rates[span] if history.cash_currencies else np.ones_like(cash)
    rates = np.where(cash == 0.0, np.nan, rates)
    return (
        _matrix(subject, "cash", "Cash", "Balances at each close, from the ledger.", names, cash, Unit.MONEY),
        _matrix(subject, "cash_rates", "Cash rates", f"{history.currency} per 1 of each currency.", names, rates),
    )


def _matrix(
    subject: Subject, key: str, title: str, source: str, names: list[str], matrix: Floats, unit: Unit = Unit.RATE
) -> Table:
    dates = subject.history.days[subject.with_start]
    unit = Unit.QUANTITY if key == "units" else unit
    rows = [
        (date_of(day), *(known(value) for value in values)) for day, values in zip(dates, matrix.tolist(), strict=True)
    ]
    columns = (Column("date", "Date", Unit.DATE), *(Column(name, name, unit) for name in names))
    return Table(key, title, source, columns, rows)


def known(value: float) -> float | None:
    """The value, or None where it is not a finite number."""
    return value if np.isfinite(value) else None
