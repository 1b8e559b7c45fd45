"""Income that was received, by month and instrument, and what is to be expected of what is held now.

Money is in the report's currency at each payment's own rate. Expected payments are estimates: declared dividends that
are still to come, and else each payment of the last twelve months again a year later, times the units held now.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from dashboard.domain.calendar import Period
from dashboard.domain.cash_flows import entry_account
from dashboard.domain.fx import Rates
from dashboard.domain.instruments import Dividend, Split
from dashboard.domain.measures import Measure, Status
from dashboard.domain.transactions import TransactionType
from dashboard.domain.valuation import PortfolioHistory

YEAR = timedelta(days=365)
SAME_PAYMENT_DAYS = 45
PAID_IN_CASH = frozenset({TransactionType.DIVIDEND, TransactionType.INTEREST, TransactionType.REINVEST})


@dataclass(frozen=True, slots=True)
class IncomePayment:
    """What one transaction brought: ``net = gross − fees − taxes``; ``symbol`` is None for interest on a balance."""

    date: dt.date
    kind: TransactionType
    symbol: str | None
    account: str
    gross: float
    fees: float
    taxes: float

    @property
    def net(self) -> float:
        """What was left of it."""
        return self.gross - self.fees - self.taxes


@dataclass(frozen=True, slots=True)
class IncomeLine:
    """What one instrument (None: the balances) brought in one month, by kind."""

    month: date
    symbol: str | None
    kind: TransactionType
    payments: int
    gross: float
    fees: float
    taxes: float
    net: float


class Basis(StrEnum):
    """What an expected payment rests on."""

    DECLARED = "declared"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class ExpectedPayment:
    """One payment to be expected on ``date``: ``per_unit`` of ``currency`` on ``quantity`` units.

    ``amount`` is gross, in the report's currency at the rate of the day of the estimate; its reason says on what it
    rests.
    """

    date: dt.date
    symbol: str
    basis: Basis
    quantity: float
    per_unit: float
    currency: str
    amount: Measure


def payments(history: PortfolioHistory, period: Period) -> tuple[IncomePayment, ...]:
    """All income of a period, oldest first."""
    entries = history.entries
    start, end = history.position(period.before), history.position(period.end)
    inside = (entries.income != 0.0) & (entries.day > start) & (entries.day <= end)
    return tuple(
        IncomePayment(
            date=entries.transactions[row].date,
            kind=entries.transactions[row].type,
            symbol=_symbol(history, row),
            account=entry_account(entries, row),
            gross=float(entries.income[row]),
            fees=float(min(entries.fees[row], entries.standing[row])),
            taxes=float(entries.taxes[row]),
        )
        for row in np.flatnonzero(inside).tolist()
    )


def _symbol(history: PortfolioHistory, row: int) -> str | None:
    column = int(history.entries.instrument[row])
    return history.instruments[column].symbol if column >= 0 else None


def income_by_month(found: Iterable[IncomePayment]) -> tuple[IncomeLine, ...]:
    """Sums by month, instrument and kind, oldest first."""
    groups: dict[tuple[date, str, TransactionType], list[IncomePayment]] = {}
    for one in found:
        groups.setdefault((one.date.replace(day=1), one.symbol or "", one.kind), []).append(one)
    return tuple(
        IncomeLine(
            month=month,
            symbol=symbol or None,
            kind=kind,
            payments=len(own),
            gross=sum(one.gross for one in own),
            fees=sum(one.fees for one in own),
            taxes=sum(one.taxes for one in own),
            net=sum(one.net for one in own),
        )
        for (month, symbol, kind), own in sorted(groups.items())
    )


def expected_income(history: PortfolioHistory, as_of: date) -> tuple[ExpectedPayment, ...]:
    """What the twelve months after ``as_of`` may bring for what is held then, by date.

    A declared dividend takes the place of the repeated one that is nearest to it, 45 days away at most. Interest on
    balances is not estimated.
    """
    at = history.position(as_of)
    found = [
        one
        for column in np.flatnonzero(history.quantities[at]).tolist()
        for one in _of_holding(history, column, as_of, float(history.quantities[at, column]))
    ]
    return tuple(sorted(found, key=lambda one: (one.date, one.symbol)))


def _of_holding(history: PortfolioHistory, column: int, as_of: date, quantity: float) -> Iterator[ExpectedPayment]:
    symbol = history.instruments[column].symbol
    splits = history.splits.get(symbol, ())
    known = history.market.dividends.get(symbol, ())
    declared = [one for one in known if as_of < one.date <= as_of + YEAR]
    stored = [_today(one, splits, as_of) for one in known if as_of - YEAR < one.date <= as_of]
    repeated = stored or [_today(one, splits, as_of) for one in _received(history, column, as_of)]
    following = [Dividend(one.date + YEAR, one.amount, one.currency) for one in repeated]
    source = "the distributions of the last twelve months" if stored else "what it paid here in the last twelve months"
    for one in declared:
        yield _expected(
            history, one, symbol, quantity, Basis.DECLARED, "a declared distribution, on the units held now", as_of
        )
    for one in _without(following, declared):
        yield _expected(history, one, symbol, quantity, Basis.REPEATED, f"{source}, on the units held now", as_of)


def _today(found: Dividend, splits: Sequence[Split], as_of: date) -> Dividend:
    """A distribution on a unit as it is on ``as_of``."""
    ratio = float(np.prod([float(one.ratio) for one in splits if found.date < one.date <= as_of]))
    return Dividend(found.date, found.amount / ratio, found.currency)


def _received(history: PortfolioHistory, column: int, as_of: date) -> Iterator[Dividend]:
    """What the ledger's payments of the last twelve months came to a unit, on the units held the day before."""
    entries = history.entries
    for row in np.flatnonzero((entries.instrument == column) & (entries.income > 0.0)).tolist():
        paid = entries.transactions[row]
        day = int(entries.day[row])
        units = float(history.quantities[day - 1, column]) or float(history.quantities[day, column])
        if paid.type in PAID_IN_CASH and as_of - YEAR < paid.date <= as_of and units > 0.0:
            yield Dividend(paid.date, float(entries.income[row] / entries.rate[row]) / units, paid.currency)


def _without(following: Sequence[Dividend], declared: Sequence[Dividend]) -> list[Dividend]:
    """The repeated payments that no declared one stands for."""
    left = list(following)
    for known in declared:
        near = [one for one in left if abs((one.date - known.date).days) <= SAME_PAYMENT_DAYS]
        if near:
            left.remove(min(near, key=lambda one: abs((one.date - known.date).days)))
    return left


def _expected(
    history: PortfolioHistory, paid: Dividend, symbol: str, quantity: float, basis: Basis, reason: str, as_of: date
) -> ExpectedPayment:
    day = history.days[history.position(as_of)]
    rate = float(Rates(history.market.rates).on(paid.currency, history.currency, np.array([day]))[0])
    amount = paid.amount * quantity * rate
    measure = Measure(amount, Status.ESTIMATED, f"Estimated from {reason}.")
    if np.isnan(amount):
        measure = Measure.undefined(f"There is no exchange rate from {paid.currency} to {history.currency}.")
    return ExpectedPayment(paid.date, symbol, basis, quantity, paid.amount, paid.currency, measure)
