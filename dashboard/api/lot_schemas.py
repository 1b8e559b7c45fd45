"""Models that describe the lots of an instrument by every method, and a sale that is not booked."""

from __future__ import annotations

from datetime import date

from dashboard.api.schemas import Amount, Day, Described, Money, Note, PortfolioRef, named
from dashboard.domain.transactions import LotMethod


class TermGain(Described):
    """A gain by how long the lots were held."""

    total: Money
    short_term: Money
    long_term: Money


class HeldLot(Described):
    """A lot that is open, or short: its quantity is then negative."""

    lot_id: str
    account: str
    acquired: date
    quantity: Amount
    cost: Money
    unit_cost: Money
    days_held: int
    long_term: bool


class ClosedLot(Described):
    """The part of a lot that was or would be closed."""

    closed: date
    type: str
    lot_id: str | None
    account: str
    acquired: Day
    quantity: Amount
    proceeds: Money
    cost: Money
    gain: Money
    days_held: int
    long_term: bool


class MethodFigures(Described):
    """An instrument by one method."""

    quantity: Amount
    cost: Money
    unrealized: Money
    realized: TermGain
    lots: list[HeldLot]
    closed: list[ClosedLot]


class SaleOutcome(Described):
    """What a sale would close by one method."""

    cost: Money
    gain: TermGain
    closed: list[ClosedLot]


METHODS = tuple(method.value for method in LotMethod)
MethodsOfLots = named("MethodsOfLots", METHODS, MethodFigures)
MethodsOfSale = named("MethodsOfSale", METHODS, SaleOutcome)


class WhatIf(Described):
    """A sale that is not booked; `short_quantity` of it is more than is held and opens a short for `short_proceeds`."""

    account: str
    quantity: Amount
    price: Amount
    fee: Amount
    price_currency: str
    proceeds: Money
    short_quantity: Amount
    short_proceeds: Money
    methods: MethodsOfSale  # type: ignore[valid-type]


class Lots(Described):
    """An instrument by every method; `what_if` where a sale was asked for."""

    portfolio: PortfolioRef
    symbol: str
    account: str | None
    as_of: date
    currency: str
    long_term_days: int
    market_value: Money
    methods: MethodsOfLots  # type: ignore[valid-type]
    what_if: WhatIf | None = None
    status: list[Note]
