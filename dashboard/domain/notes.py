"""What a reader of a valuation must know: doubtful prices and rates, overdrawn cash, rows that were left out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dashboard.domain.arrays import date_of, day_of
from dashboard.domain.calendar import is_stale
from dashboard.domain.fx import Rates
from dashboard.domain.measures import Note, Status
from dashboard.domain.price_age import is_outdated
from dashboard.domain.prices import last_price_date
from dashboard.domain.valuation import PortfolioHistory

CENT = 0.005


def price_status(history: PortfolioHistory, column: int, day: int) -> tuple[Status, str]:
    """How good the price and the rate of an instrument are on a day, and why they are not better."""
    instrument = history.instruments[column]
    as_of = history.days[day]
    if np.isnan(history.rate_on(day, column)):
        return Status.UNDEFINED, f"There is no exchange rate from {instrument.currency} to {history.currency}."
    if history.estimated[day, column] and np.isnan(history.prices[day, column]):
        return Status.UNDEFINED, f"There is no price of {instrument.symbol}, and no trade that tells one."
    if history.estimated[day, column]:
        return Status.ESTIMATED, f"There is no price of {instrument.symbol}; the last trade's stands in."
    priced = last_price_date(history.market.prices.get(instrument.symbol), as_of)
    if np.isnat(priced):  # not held on the day, so that no trade's price stands in
        return Status.UNDEFINED, f"There is no price of {instrument.symbol}."
    if is_outdated(instrument, priced, as_of, history.market.sessions_of(instrument)):
        return Status.STALE, f"The last price of {instrument.symbol} is of {date_of(priced)}."
    return rate_status(history, instrument.currency, day)


def rate_status(history: PortfolioHistory, currency: str, day: int) -> tuple[Status, str]:
    """How good the rate of a currency is on a day, and why it is not better."""
    as_of = history.days[day]
    found = Rates(history.market.rates).last_date(currency, history.currency, as_of)
    if np.isnat(found):
        return Status.UNDEFINED, f"There is no exchange rate from {currency} to {history.currency}."
    if is_stale(found, as_of):
        return Status.STALE, f"The last exchange rate from {currency} to {history.currency} is of {date_of(found)}."
    return Status.OK, ""


def notes(history: PortfolioHistory, day: int) -> tuple[Note, ...]:
    """Everything to be said about the valuation at calendar position ``day``."""
    return (*_fault_notes(history), *_price_notes(history, day), *_cash_notes(history, day))


def _fault_notes(history: PortfolioHistory) -> Iterator[Note]:
    for fault in history.faults:
        row = fault.transaction
        yield Note(fault.error.code, f"Left out: {fault.error.message}", row.symbol, row.date.isoformat())


def _price_notes(history: PortfolioHistory, day: int) -> Iterator[Note]:
    for column in np.flatnonzero(history.quantities[day]):
        symbol = history.instruments[column].symbol
        status, reason = price_status(history, int(column), day)
        if status is Status.OK:
            yield from _carried_notes(history, int(column), day)
            continue
        since = last_price_date(history.market.prices.get(symbol), history.days[day])
        code = "rate" if "exchange rate" in reason else "price"
        yield Note(f"{code}_{WORDS[status]}", reason, symbol, None if np.isnat(since) else date_of(since).isoformat())


def _carried_notes(history: PortfolioHistory, column: int, day: int) -> Iterator[Note]:
    """That the last price of something delisted is carried: no alarm, but not a price of the day either."""
    instrument, as_of = history.instruments[column], history.days[day]
    priced = last_price_date(history.market.prices.get(instrument.symbol), as_of)
    if instrument.delisted is None or day_of(instrument.delisted) > as_of or np.isnat(priced):
        return
    words = (
        f"{instrument.symbol} is delisted since {instrument.delisted}: its last price, of {date_of(priced)}, stands."
    )
    yield Note("price_carried", words, instrument.symbol, instrument.delisted.isoformat())


WORDS = {Status.UNDEFINED: "missing", Status.ESTIMATED: "estimated", Status.STALE: "stale"}


def _cash_notes(history: PortfolioHistory, day: int) -> Iterator[Note]:
    for column, currency in enumerate(history.cash_currencies):
        balance = history.cash[: day + 1, column]
        if balance[-1] and history.cash_rates[day, column] != 1.0:
            status, reason = rate_status(history, currency, day)
            if status is not Status.OK:
                yield Note(f"rate_{WORDS[status]}", reason)
        overdrawn = balance < -CENT
        if overdrawn.any():
            first = date_of(history.days[int(np.argmax(overdrawn))])
            text = f"The {currency} balance was negative on {int(overdrawn.sum())} days, the first of them {first}."
            yield Note("negative_cash", text, None, first.isoformat())
