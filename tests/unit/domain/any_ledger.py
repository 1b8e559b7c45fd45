"""Ledgers of every type of row, drawn at random, on a market with gaps, splits and three currencies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from hypothesis import strategies as st

from dashboard.domain.fx import RateSeries
from dashboard.domain.instruments import Instrument, Split
from dashboard.domain.prices import MarketData, PriceSeries
from dashboard.domain.transactions import ZERO, LotMethod, Transaction, TransactionType
from dashboard.domain.valuation import PortfolioHistory, value_portfolio

START, DAYS = date(2024, 1, 1), 24
END = START + timedelta(days=DAYS - 1)
CURRENCIES = {"A": "EUR", "B": "USD", "C": "GBP", "N": "USD"}
SWAPS = frozenset({TransactionType.SPIN_OFF, TransactionType.MERGER, TransactionType.SYMBOL_CHANGE})


def make_market(rates: Callable[[str], np.typing.NDArray[np.float64]] | None = None) -> MarketData:
    """Four instruments with gaps; C has no price in the first days and N none at all; F has a multiplier."""
    draw = np.random.default_rng(11)
    days = np.arange(np.datetime64(START), np.datetime64(END) + 1, dtype="datetime64[D]")
    bars = {symbol: np.flatnonzero(draw.random(DAYS) < 0.7) for symbol in CURRENCIES if symbol != "N"}
    bars["C"] = bars["C"][bars["C"] > 6]
    usd, gbp = draw.uniform(1.0, 1.2, DAYS), draw.uniform(0.8, 0.9, DAYS)
    if rates is not None:
        usd, gbp = rates("USD"), rates("GBP")
    return MarketData(
        prices={symbol: PriceSeries(days[at], draw.uniform(50, 150, len(at))) for symbol, at in bars.items()},
        splits={"B": (Split(START + timedelta(days=12), Decimal(3)),)},
        rates={("EUR", "USD"): RateSeries(days, usd), ("EUR", "GBP"): RateSeries(days, gbp)},
        instruments={
            symbol: Instrument(symbol, currency, multiplier=Decimal(10 if symbol == "C" else 1))
            for symbol, currency in CURRENCIES.items()
        },
    )


MARKET = make_market()
kinds = st.sampled_from([*TransactionType, TransactionType.BUY, TransactionType.BUY, TransactionType.SELL])


@st.composite
def rows(draw: st.DrawFn) -> Transaction:
    """A row with what its type needs, and now and then something that the ledger cannot hold."""
    kind = draw(kinds)
    symbol = draw(st.sampled_from(list(CURRENCIES)))
    currency = draw(st.sampled_from([CURRENCIES[symbol]] * 3 + ["EUR", "USD"]))
    size = Decimal(draw(st.integers(1, 400)))
    trade = kind in (TransactionType.BUY, TransactionType.SELL)
    row = Transaction(
        date=START + timedelta(days=draw(st.integers(0, DAYS - 1))),
        type=kind,
        currency=currency,
        symbol=symbol,
        quantity=size / 8,
        price=draw(st.none() | st.just(Decimal(90))) if not trade else Decimal(90),
        amount=size * Decimal("1.37"),
        fee=draw(st.sampled_from([Decimal(0), Decimal("1.25")])),
        tax=draw(st.sampled_from([Decimal(0), Decimal("0.4")])),
        fx_rate=draw(st.sampled_from([None, None, Decimal("0.91")])) if currency != "EUR" else None,
        fee_currency=draw(st.sampled_from([None, None, "GBP"])),
        cash_currency=draw(st.sampled_from([None, None, "GBP"])),
        accrued=draw(st.sampled_from([Decimal(0), Decimal(0), Decimal("2.5")])) if trade else Decimal(0),
        account=draw(st.sampled_from(["", "X"])),
    )
    change: Callable[..., Transaction] = replace
    return change(row, **draw(_fields(row)))


@st.composite
def _fields(draw: st.DrawFn, row: Transaction) -> dict[str, object]:
    """What the type needs beside the common."""
    kind = row.type
    if kind is TransactionType.EXCHANGE:
        return {"target_amount": row.amount * 2, "target_currency": "USD" if row.currency != "USD" else "EUR"}
    if kind is TransactionType.SPLIT:
        return {
            "ratio": Decimal(draw(st.sampled_from(["2", "1.5", "0.5", "0.3333333333333333333333333333"]))),
            "amount": draw(_some(row.amount)),
            "quantity": ZERO,
        }
    if kind in SWAPS:
        target = draw(st.sampled_from([name for name in CURRENCIES if name != row.symbol]))
        ratio = Decimal(draw(st.sampled_from(["1", "0.4", "2.5", "0.3333333333333333333333333333"])))
        if kind is TransactionType.MERGER and draw(st.booleans()):
            return {"target_symbol": None, "ratio": None, "price": None}
        return {"target_symbol": target, "ratio": ratio, "cost_fraction": Decimal("0.3"), "price": None}
    if kind in (TransactionType.DEPOSIT, TransactionType.WITHDRAWAL, TransactionType.FEE, TransactionType.TAX):
        return {"symbol": None}
    if kind is TransactionType.INTEREST:
        return {"symbol": draw(_some(row.symbol))}
    if kind is TransactionType.TRANSFER_IN:
        return {"cost": draw(_some(row.amount)), "acquired": draw(st.sampled_from([None, date(2020, 5, 4)]))}
    return {}


def _some(value: object) -> st.SearchStrategy[object]:
    nothing = Decimal(0) if isinstance(value, Decimal) else None
    return st.sampled_from([value, nothing])


@st.composite
def ledgers(draw: st.DrawFn, most: int = 16) -> list[Transaction]:
    """Rows in order of entry on what was bought at first, and now and then the other half of a transfer."""
    found = [
        _opening(number, symbol, account)
        for number, (symbol, account) in enumerate((symbol, account) for symbol in CURRENCIES for account in ("", "X"))
        if draw(st.integers(0, 3))
    ]
    for row in draw(st.lists(rows(), min_size=1, max_size=most)):
        found.append(replace(row, sequence=len(found)))
        if row.type is TransactionType.TRANSFER_OUT and draw(st.booleans()):
            other = "" if row.account else "X"
            found.append(replace(row, type=TransactionType.TRANSFER_IN, account=other, sequence=len(found)))
    return found


def _opening(number: int, symbol: str, account: str) -> Transaction:
    return Transaction(
        date=START,
        type=TransactionType.BUY,
        currency=CURRENCIES[symbol],
        symbol=symbol,
        quantity=Decimal("40.5") + number,
        price=Decimal(80),
        fee=Decimal(number),
        account=account,
        sequence=-number,
    )


def valued(
    found: list[Transaction],
    *,
    cash: bool = True,
    method: LotMethod = LotMethod.FIFO,
    currency: str | None = None,
    shorts: bool = False,
    market: MarketData = MARKET,
) -> PortfolioHistory:
    """The valuation of rows to the end of the market."""
    return value_portfolio(
        found,
        market,
        base_currency="EUR",
        end=END,
        cash_tracked=cash,
        method=method,
        currency=currency,
        allow_shorts=shorts,
    )
