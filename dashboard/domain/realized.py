"""Realised gains: each lot that was closed, by tax year and by how long it was held. Decimal throughout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from dashboard.domain.calendar import Period
from dashboard.domain.lots import LotMatch
from dashboard.domain.positions import PositionBooks, Realization
from dashboard.domain.transactions import ZERO
from dashboard.errors import InvalidInput


class Term(StrEnum):
    """How long something was held. ``other`` has no lot: a return of capital above cost, for one."""

    SHORT = "short"
    LONG = "long"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class TaxYearStart:
    """The month and the day on which a tax year begins (6 April in the United Kingdom)."""

    month: int = 1
    day: int = 1

    def __post_init__(self) -> None:
        try:
            date(2023, self.month, self.day)  # a year without a 29 February, on which no tax year can begin
        except ValueError:
            raise InvalidInput(f"No year begins on {self.month:02}-{self.day:02}.", field="year_start") from None

    def year_of(self, day: date) -> Period:
        """The tax year that ``day`` is in."""
        start = date(day.year, self.month, self.day)
        if day < start:
            start = start.replace(year=day.year - 1)
        return Period(start, start.replace(year=start.year + 1) - timedelta(days=1))

    def label(self, year: Period) -> str:
        """``2024``, or ``2024/25`` where it goes over two calendar years."""
        first, last = year.start.year, year.end.year
        return str(first) if first == last else f"{first}/{last % 100:02}"


@dataclass(frozen=True, slots=True)
class RealizedLot:
    """The part of one lot that one transaction closed; money in the report's currency, each at its own day's rate.

    ``gain = proceeds − cost``; ``acquired`` and ``held_days`` are None where no lot was closed.
    """

    closed: date
    symbol: str | None
    account: str
    kind: str
    quantity: Decimal
    acquired: date | None
    held_days: int | None
    term: Term
    proceeds: Decimal
    cost: Decimal
    gain: Decimal


@dataclass(frozen=True, slots=True)
class RealizedYear:
    """What was realised in one tax year, by term; ``lots`` are what it is made of."""

    label: str
    period: Period
    proceeds: Decimal
    cost: Decimal
    short: Decimal
    long: Decimal
    other: Decimal
    lots: tuple[RealizedLot, ...]

    @property
    def gain(self) -> Decimal:
        """All that was realised."""
        return self.short + self.long + self.other


def realized_lots(books: PositionBooks, period: Period, long_after_days: int | None = None) -> tuple[RealizedLot, ...]:
    """What was closed in ``period``, in the order of the ledger.

    Held for more than ``long_after_days`` is long; by default for more than a year of the calendar: closed after the
    day of the year before on which it was acquired.
    The gains sum to the realised gain of the period.
    """
    found = [
        lot
        for one in books.realizations
        if period.start <= one.transaction.date <= period.end
        for lot in _closed(one, long_after_days)
    ]
    return tuple(found)


def realized_by_year(lots: Iterable[RealizedLot], start: TaxYearStart | None = None) -> tuple[RealizedYear, ...]:
    """``lots`` by tax year, oldest first (default: calendar years)."""
    begins = start or TaxYearStart()
    years: dict[date, list[RealizedLot]] = {}
    for lot in lots:
        years.setdefault(begins.year_of(lot.closed).start, []).append(lot)
    return tuple(_year(begins, begins.year_of(first), own) for first, own in sorted(years.items()))


def _year(begins: TaxYearStart, period: Period, lots: list[RealizedLot]) -> RealizedYear:
    gains = {term: sum((lot.gain for lot in lots if lot.term is term), ZERO) for term in Term}
    return RealizedYear(
        label=begins.label(period),
        period=period,
        proceeds=sum((lot.proceeds for lot in lots), ZERO),
        cost=sum((lot.cost for lot in lots), ZERO),
        short=gains[Term.SHORT],
        long=gains[Term.LONG],
        other=gains[Term.OTHER],
        lots=tuple(lots),
    )


def _closed(found: Realization, long_after_days: int | None) -> Iterator[RealizedLot]:
    """The lots of one realisation; what was paid or received goes to them by quantity, the last takes what is left.

    Of a short the lots are what it opened with: their share of what closing took is the cost.
    """
    row, short = found.transaction, found.paid is not None
    settled = found.paid if found.paid is not None else found.proceeds
    if not found.matches:
        yield _lot(found, None, settled, ZERO, Term.OTHER)
    units, left = sum((match.quantity for match in found.matches), ZERO), settled
    for at, match in enumerate(found.matches, start=1):
        share = left if at == len(found.matches) else settled * match.quantity / units
        left -= share
        proceeds, cost = (match.base_cost, share) if short else (share, match.base_cost)
        yield _lot(found, match, proceeds, cost, _term(match.acquired, row.date, long_after_days))


def _term(acquired: date, closed: date, long_after_days: int | None) -> Term:
    """Whether more than the threshold lies between; a year after 29 February is over on the 28th."""
    if long_after_days is not None:
        return Term.LONG if (closed - acquired).days > long_after_days else Term.SHORT
    leap = (acquired.month, acquired.day) == (2, 29)
    over = acquired.replace(year=acquired.year + 1, day=28 if leap else acquired.day)
    return Term.LONG if closed > over else Term.SHORT


def _lot(found: Realization, match: LotMatch | None, proceeds: Decimal, cost: Decimal, term: Term) -> RealizedLot:
    row = found.transaction
    return RealizedLot(
        closed=row.date,
        symbol=found.symbol or row.symbol,
        account=found.account,
        kind=row.type.value,
        quantity=match.quantity if match is not None else ZERO,
        acquired=match.acquired if match is not None else None,
        held_days=(row.date - match.acquired).days if match is not None else None,
        term=term,
        proceeds=proceeds,
        cost=cost,
        gain=proceeds - cost,
    )
