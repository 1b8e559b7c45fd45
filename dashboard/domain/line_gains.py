"""The gain of each line of a portfolio with its parts: holdings, balances and the costs that belong to neither."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

import numpy as np

from dashboard.domain.attribution import Gain, attribute
from dashboard.domain.calendar import Period
from dashboard.domain.cash_flows import entry_account, paying_currency
from dashboard.domain.lines import LineKind
from dashboard.domain.positions import PositionBooks, book_positions
from dashboard.domain.valuation import PortfolioHistory

LineKey = tuple[LineKind, str]


@dataclass(frozen=True, slots=True)
class ValuedPortfolio:
    """A portfolio's history and its lots; ``name`` tells it from others."""

    name: str
    history: PortfolioHistory
    books: PositionBooks | None = None


def line_gains(found: ValuedPortfolio, period: Period) -> dict[LineKey, Gain]:
    """The gain of each line that was touched in the period; the gains sum to the portfolio's, part by part."""
    parts = attribute(found.history, period, found.books)
    gains = {(LineKind.HOLDING, symbol): gain for symbol, gain in parts.by_symbol.items()}
    for name, effect in parts.cash_currency.items():
        gains[LineKind.CASH, name] = gain_of(currency=effect, cash_currency=effect)
    for key, gain in _unowned(found.history, period):
        gains[key] = sum_gains((gains.get(key, NO_GAIN), gain))
    return gains


def account_gain(whole: ValuedPortfolio, own: ValuedPortfolio, account: str, period: Period) -> Gain:
    """The gain of one account, ``own``, of the portfolio ``whole``, whose books keep what lots cost that moved in."""
    gain = attribute(own.history, period).portfolio
    books = whole.books or book_positions(whole.history, period.end)
    entries = whole.history.entries
    start, end = whole.history.position(period.before), whole.history.position(period.end)
    inside = (entries.day > start) & (entries.day <= end)
    inside &= np.array([entry_account(entries, at) == account for at in range(len(entries.day))], np.bool_)
    held = own.history.values.sum(axis=1)
    change = held[own.history.position(period.end)] - held[own.history.position(period.before)]
    return replace(
        gain,
        realized=float(books.realized[inside].sum()),
        unrealized=float(change - books.cost_change[inside].sum()),
        transferred=float(books.transferred[inside].sum()),
    )


def _unowned(history: PortfolioHistory, period: Period) -> list[tuple[LineKey, Gain]]:
    """What rows without an instrument did: income is earned by its balance, other costs are a line of their own."""
    entries = history.entries
    start, end = history.position(period.before), history.position(period.end)
    inside = (entries.instrument < 0) & (entries.day > start) & (entries.day <= end)
    money = (entries.income != 0.0) | (entries.fees != 0.0) | (entries.taxes != 0.0)
    found: list[tuple[LineKey, Gain]] = []
    for row in np.flatnonzero(inside & money).tolist():
        income, fees, taxes = float(entries.income[row]), float(entries.fees[row]), float(entries.taxes[row])
        key: LineKey = (LineKind.COSTS, "")
        if income != 0.0:
            key = (LineKind.CASH, paying_currency(entries, row, history.base_currency))
        found.append((key, gain_of(income=income, fees=fees, taxes=taxes)))
    return found


def gain_of(
    *, income: float = 0.0, fees: float = 0.0, taxes: float = 0.0, currency: float = 0.0, cash_currency: float = 0.0
) -> Gain:
    """The gain of something that has no price."""
    return Gain(
        total=currency + income - fees - taxes,
        price=0.0,
        currency=currency,
        income=income,
        fees=fees,
        taxes=taxes,
        realized=0.0,
        unrealized=0.0,
        cash_currency=cash_currency,
        standing=fees + taxes,
        transferred=0.0,
    )


NO_GAIN = gain_of()


def sum_gains(gains: Iterable[Gain]) -> Gain:
    """The sum of gains, part by part."""
    found = list(gains)
    return Gain(**{part.name: float(sum(getattr(gain, part.name) for gain in found)) for part in fields(Gain)})
