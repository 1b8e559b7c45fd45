"""The lots of an instrument by every method, and what a sale would realise before it is booked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from dashboard.domain import lot_methods
from dashboard.domain.access import Actor, PortfolioId
from dashboard.domain.arrays import decimal_of
from dashboard.domain.lot_methods import LONG_TERM_DAYS, MethodBooks
from dashboard.domain.lots import LotBook
from dashboard.domain.measures import Status
from dashboard.domain.notes import price_status
from dashboard.domain.transactions import ZERO, LotMethod
from dashboard.errors import InsufficientData, InvalidInput
from dashboard.results.lots import LotReport, WhatIf
from dashboard.results.notes import StatusNote
from dashboard.services import portfolios, valuation
from dashboard.services.memo import Memo
from dashboard.services.remarks import instrument_notes
from dashboard.services.valuation import Valued

_books: Memo[MethodBooks] = Memo(8)


@dataclass(frozen=True, slots=True)
class ProposedSale:
    """A sale that is thought of. ``price`` (None: the day's) and ``fee`` are in the instrument's currency.

    It takes the place of the stored row ``instead_of``, where one is named.
    """

    quantity: Decimal
    price: Decimal | None = None
    fee: Decimal = ZERO
    lot_ids: tuple[str, ...] = ()
    instead_of: int | None = None

    def __post_init__(self) -> None:
        if not (self.quantity.is_finite() and self.quantity > ZERO):
            raise InvalidInput("A sale needs a positive quantity.", field="quantity")
        if self.price is not None and not (self.price.is_finite() and self.price >= ZERO):
            raise InvalidInput("A price is 0 or more.", field="price")
        if not (self.fee.is_finite() and self.fee >= ZERO):
            raise InvalidInput("A fee is a cost of 0 or more.", field="fee")


def report(
    actor: Actor,
    portfolio_id: PortfolioId,
    symbol: str,
    *,
    as_of: date | None = None,
    account: str | None = None,
    sale: ProposedSale | None = None,
    long_term_days: int = LONG_TERM_DAYS,
) -> LotReport:
    """What ``symbol`` holds and realised by every method at the close of ``as_of`` (default: today), and a ``sale``.

    Raises: NotFound, InvalidInput (nothing of it, several accounts to sell from), InsufficientData, Oversell.
    """
    portfolio = portfolios.portfolio_by_id(actor, portfolio_id)
    today = valuation.today_of(portfolio)
    if as_of is not None and as_of > today:
        raise InvalidInput(f"{as_of} is later than today, {today}: nobody knows the prices.", field="as_of")
    if long_term_days < 0:
        raise InvalidInput("A holding period is of 0 days or more.", field="long_term_days")
    day = as_of or today
    without = None if sale is None else sale.instead_of
    found = valuation.valued(portfolio, end=as_of, benchmark=portfolio.benchmark, without=without)
    symbol = _known_symbol(found, symbol)
    name = f"{portfolio_id}:{found.version}:{day}:{without}"
    books = _books.get(name, lambda: lot_methods.books_by_method(found.history, day, found.books))
    methods = lot_methods.side_by_side(books, symbol, day, account, long_term_days)
    return LotReport(
        portfolio=portfolio,
        symbol=symbol,
        account=account,
        as_of=day,
        currency=found.history.currency,
        long_term_days=long_term_days,
        market_value=_market_value(found, symbol, day, methods[0].quantity),
        methods=methods,
        what_if=None if sale is None else _what_if(found, books, symbol, day, account, sale, long_term_days),
        status=(*_price_notes(found, symbol, day), *_own_notes(found, symbol)),
    )


def _known_symbol(found: Valued, symbol: str) -> str:
    """The ledger's spelling of a symbol."""
    symbols = [instrument.symbol for instrument in found.history.instruments]
    for known in symbols:
        if known.upper() == symbol.strip().upper():
            return known
    raise InvalidInput(f"{found.portfolio.name} has no transaction in {symbol.strip()}.", field="symbol")


def _market_value(found: Valued, symbol: str, day: date, quantity: Decimal) -> float | None:
    """What ``quantity`` of the holding is worth; 0 for nothing."""
    history = found.history
    at, column = history.position(day), history.column(symbol)
    held = float(history.quantities[at, column])
    value = float(history.values[at, column]) * float(quantity) / held if quantity and held else 0.0
    return value if np.isfinite(value) else None


def _price_notes(found: Valued, symbol: str, day: date) -> tuple[StatusNote, ...]:
    """What is wrong with the price or the rate of the day."""
    history = found.history
    status, reason = price_status(history, history.column(symbol), history.position(day))
    return () if status is Status.OK else (StatusNote(status.value, reason, symbol),)


def _own_notes(found: Valued, symbol: str) -> tuple[StatusNote, ...]:
    return tuple(note for note in instrument_notes(found) if note.symbol == symbol)


def _what_if(
    found: Valued,
    books: MethodBooks,
    symbol: str,
    day: date,
    account: str | None,
    sale: ProposedSale,
    long_term_days: int,
) -> WhatIf:
    history = found.history
    position, column = history.position(day), history.column(symbol)
    instrument = history.instruments[column]
    price = sale.price if sale.price is not None else decimal_of(history.prices[position, column])
    rate = history.table.market(instrument.currency, position)
    if not price.is_finite():
        raise InsufficientData(f"{symbol} has no price on {day}: give the price of the sale.")
    if not rate.is_finite():
        raise InsufficientData(f"There is no rate from {instrument.currency} to {history.currency} on {day}.")
    proceeds = (sale.quantity * price * instrument.multiplier - sale.fee) * rate
    owner, held = _selling(books, symbol, account)
    short = lot_methods.short_units(held[LotMethod.FIFO], sale.quantity) if history.allow_shorts else ZERO
    return WhatIf(
        account=owner,
        quantity=sale.quantity,
        price=price,
        fee=sale.fee,
        price_currency=instrument.currency,
        proceeds=proceeds,
        short_quantity=short,
        short_proceeds=proceeds * short / sale.quantity,
        outcomes=lot_methods.what_if(
            held,
            day,
            sale.quantity,
            proceeds,
            account=owner,
            lot_ids=sale.lot_ids,
            long_term_days=long_term_days,
            allow_shorts=history.allow_shorts,
        ),
    )


def _selling(books: MethodBooks, symbol: str, account: str | None) -> tuple[str, Mapping[LotMethod, LotBook]]:
    """The account that sells, and its lots by each method: a sale closes those of one account."""
    accounts = _accounts(books, symbol)
    if account is None:
        if len(accounts) > 1:
            names = ", ".join(name or "(no name)" for name in accounts)
            raise InvalidInput(f"{symbol} is held in several accounts ({names}): say which one sells.", field="account")
        account = accounts[0] if accounts else ""
    empty = LotBook()
    return account, {method: found.books.get((account, symbol), empty) for method, found in books.items()}


def _accounts(books: MethodBooks, symbol: str) -> list[str]:
    """The accounts that hold some, else those that are short of it."""
    found = {owner: book.quantity for (owner, name), book in books[LotMethod.FIFO].books.items() if name == symbol}
    return sorted(owner for owner, held in found.items() if held > ZERO) or sorted(filter(found.get, found))
