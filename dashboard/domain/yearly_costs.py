"""Fees and taxes by tax year and kind: of trades, of income, and standing ones. Money in the report's currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from dashboard.domain.calendar import Period
from dashboard.domain.realized import TaxYearStart
from dashboard.domain.valuation import PortfolioHistory


class CostKind(StrEnum):
    """What a cost was paid for."""

    TRADING_FEES = "trading_fees"
    TRADING_TAXES = "trading_taxes"
    INCOME_FEES = "income_fees"
    WITHHOLDING_TAXES = "withholding_taxes"
    STANDING_FEES = "standing_fees"
    STANDING_TAXES = "standing_taxes"


FEES = CostKind.TRADING_FEES, CostKind.INCOME_FEES, CostKind.STANDING_FEES
TAXES = CostKind.TRADING_TAXES, CostKind.WITHHOLDING_TAXES, CostKind.STANDING_TAXES


@dataclass(frozen=True, slots=True)
class CostYear:
    """The costs of one tax year by kind; NaN where a rate is missing."""

    label: str
    period: Period
    fees: float
    taxes: float
    by_kind: Mapping[CostKind, float]


def costs_by_year(history: PortfolioHistory, period: Period, start: TaxYearStart | None = None) -> tuple[CostYear, ...]:
    """The fees and taxes of ``period`` by tax year, oldest first; years without any are absent."""
    begins, entries = start or TaxYearStart(), history.entries
    first, last = history.position(period.before), history.position(period.end)
    inside = (entries.day > first) & (entries.day <= last) & ((entries.fees != 0.0) | (entries.taxes != 0.0))
    years: dict[date, list[int]] = {}
    for row in np.flatnonzero(inside).tolist():
        years.setdefault(begins.year_of(entries.transactions[row].date).start, []).append(row)
    return tuple(_year(history, begins, begins.year_of(day), rows) for day, rows in sorted(years.items()))


def _year(history: PortfolioHistory, begins: TaxYearStart, year: Period, rows: list[int]) -> CostYear:
    entries = history.entries
    sums = dict.fromkeys(CostKind, 0.0)
    for row in rows:
        paid, income = float(entries.standing[row]), float(entries.income[row])
        for kinds, cost in ((FEES, float(entries.fees[row])), (TAXES, float(entries.taxes[row]))):
            embedded, of_income, standing = kinds
            # What is not part of a lot's cost or of proceeds: of a reinvested payment the tax, of a dividend both.
            apart = min(cost, paid)
            paid -= apart
            sums[embedded] += cost - apart
            sums[of_income if income else standing] += apart
    return CostYear(
        label=begins.label(year),
        period=year,
        fees=float(entries.fees[rows].sum()),
        taxes=float(entries.taxes[rows].sum()),
        by_kind=sums,
    )
