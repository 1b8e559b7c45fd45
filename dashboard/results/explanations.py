"""How a figure was computed, as a service returns it and everything renders it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dashboard.domain.calendar import Period
from dashboard.domain.explain.workings import METHOD, Column, Entry, Step, Table, Unit, Worked, Working, day_of
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.scalars import Json, amount, day, moment, ratio
from dashboard.results.wire import portfolio

__all__ = [
    "METHOD",
    "Column",
    "Entry",
    "Explanation",
    "Step",
    "Table",
    "Unit",
    "Worked",
    "Working",
    "day_of",
    "to_json",
]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The working of one figure of one portfolio over one period; money in ``currency``."""

    portfolio: PortfolioRef
    period: Period
    as_of: datetime
    currency: str
    metric: str
    working: Working


def to_json(found: Explanation) -> dict[str, Json]:
    """The one JSON form: formulas as they are written in a working, the values beside them."""
    working = found.working
    return {
        "portfolio": portfolio(found.portfolio),
        "period": {"from": day(found.period.start), "to": day(found.period.end)},
        "as_of": moment(found.as_of),
        "currency": found.currency,
        "metric": found.metric,
        "title": working.title,
        "value": _figure(working.value.value, working.unit),
        "status": working.value.status.value,
        "reason": working.value.reason,
        "formula": working.formula,
        "convention": list(working.convention),
        "method": METHOD,
        "steps": [_step(step) for step in working.steps],
        "inputs": [_table(table) for table in working.tables],
    }


def _step(step: Step) -> Json:
    value = _figure(step.value, step.unit)
    return {"name": step.key, "title": step.title, "value": value, "formula": step.formula, "note": step.note}


def _table(table: Table) -> Json:
    return {
        "name": table.key,
        "title": table.title,
        "source": table.source,
        "columns": [{"name": column.key, "title": column.title, "formula": column.formula} for column in table.columns],
        "rows": [
            [_entry(entry, column.unit) for entry, column in zip(row, table.columns, strict=True)] for row in table.rows
        ],
    }


def _entry(entry: Entry, unit: Unit) -> Json:
    value = entry.value if isinstance(entry, Worked) else entry
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return amount(value)
    return _figure(float(value), unit) if isinstance(value, int | float) else day(value)


MONETARY = frozenset({Unit.MONEY, Unit.PRICE, Unit.QUANTITY})


def _figure(value: float | None, unit: Unit) -> Json:
    if value is None:
        return None
    if unit is Unit.DATE:
        return day(day_of(value))
    return amount(value) if unit in MONETARY else ratio(value)
