"""Income as a calendar: what came in by month, what may come, and what each instrument brings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from dashboard.domain.income import ExpectedPayment, IncomeLine

MONTHS_BACK, MONTHS_AHEAD = 24, 12
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class IncomeMonth:
    """One month: what was received, gross and net, and what is to be expected, gross."""

    month: dt.date
    gross: float
    net: float
    expected: float


@dataclass(frozen=True, slots=True)
class InstrumentIncome:
    """What one instrument (None: the balances) brought in twelve months and in all, and may bring in twelve months."""

    symbol: str | None
    last_year: float
    total: float
    taxes: float
    expected: float


@dataclass(frozen=True, slots=True)
class IncomeCalendar:
    """Gross income up to and after a day. ``last_year`` are the twelve months whose last is the day's own."""

    months: tuple[IncomeMonth, ...]
    instruments: tuple[InstrumentIncome, ...]
    last_year: float
    last_year_net: float
    year_to_date: float
    expected: float


def income_calendar(received: Iterable[IncomeLine], expected: Iterable[ExpectedPayment], as_of: date) -> IncomeCalendar:
    """The calendar around ``as_of``: two years back, one ahead. An expected payment without a rate adds nothing."""
    lines, coming = tuple(received), tuple(expected)
    this = as_of.replace(day=1)
    year_ago = _month(this, -11)
    recent = [line for line in lines if year_ago <= line.month]
    months = (_of_month(_month(this, offset), lines, coming) for offset in range(1 - MONTHS_BACK, MONTHS_AHEAD + 1))
    names = dict.fromkeys([*(line.symbol for line in lines), *(one.symbol for one in coming)])
    instruments = (_of_instrument(name, lines, coming, year_ago) for name in names)
    return IncomeCalendar(
        months=tuple(months),
        instruments=tuple(sorted(instruments, key=lambda one: (-max(one.last_year, one.expected), one.symbol or ""))),
        last_year=sum(line.gross for line in recent),
        last_year_net=sum(line.net for line in recent),
        year_to_date=sum(line.gross for line in lines if line.month.year == as_of.year),
        expected=sum(one.amount.value or 0.0 for one in coming),
    )


def _month(first: date, offset: int) -> date:
    """The first day of the month ``offset`` months from that of ``first``."""
    number = first.year * 12 + first.month - 1 + offset
    return date(number // 12, number % 12 + 1, 1)


def _of_month(month: date, lines: Iterable[IncomeLine], coming: Iterable[ExpectedPayment]) -> IncomeMonth:
    own = [line for line in lines if line.month == month]
    ahead = (one.amount.value or 0.0 for one in coming if one.date.replace(day=1) == month)
    return IncomeMonth(month, sum(line.gross for line in own), sum(line.net for line in own), sum(ahead))


def _of_instrument(
    symbol: str | None, lines: Iterable[IncomeLine], coming: Iterable[ExpectedPayment], year_ago: date
) -> InstrumentIncome:
    own = [line for line in lines if line.symbol == symbol]
    return InstrumentIncome(
        symbol=symbol,
        last_year=sum(line.gross for line in own if line.month >= year_ago),
        total=sum(line.gross for line in own),
        taxes=sum(line.taxes for line in own),
        expected=sum(one.amount.value or 0.0 for one in coming if one.symbol == symbol),
    )
