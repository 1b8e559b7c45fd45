"""The accounts of a portfolio, each as a portfolio of its own: a transfer between two of them is a flow for both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dashboard.domain.account_rows import accounts_in, rows_of_account
from dashboard.domain.arrays import date_of
from dashboard.domain.legs import CashMove
from dashboard.domain.line_gains import ValuedPortfolio
from dashboard.domain.prices import MarketData, PriceSeries
from dashboard.domain.valuation import PortfolioHistory, value_portfolio

UNNAMED = "no account"


def accounts_of(history: PortfolioHistory) -> tuple[str, ...]:
    """The accounts that the ledger names, the unnamed one ("") first where rows are without one."""
    return accounts_in(history.ledger)


def account_portfolios(found: ValuedPortfolio) -> tuple[tuple[str, ValuedPortfolio], ...]:
    """Each account of a portfolio and what it is by itself, on the portfolio's own prices and splits."""
    market = _market(found.history)
    return tuple(
        (account, ValuedPortfolio(account or UNNAMED, _history(found.history, account, market)))
        for account in accounts_of(found.history)
    )


def _history(history: PortfolioHistory, account: str, market: MarketData) -> PortfolioHistory:
    return value_portfolio(
        rows_of_account(history.ledger, account, _carried_interest(history)),
        market,
        base_currency=history.base_currency,
        end=date_of(history.days[-1]),
        cash_tracked=history.cash_tracked,
        method=history.method,
        currency=history.currency,
        allow_shorts=history.allow_shorts,
    )


def _carried_interest(history: PortfolioHistory) -> dict[int, tuple[CashMove, ...]]:
    """By position in the ledger of a transfer that comes from another account, the interest bought that left there."""
    entries = history.entries
    return {
        int(entries.source[at]): tuple(
            CashMove(move.currency, -move.local, -move.value) for move in entries.legs[at - 1].receivable
        )
        for at, leg in entries.legs.items()
        if leg.inner and leg.units > 0 and entries.legs[at - 1].receivable  # the half that goes stands before it
    }


def _market(history: PortfolioHistory) -> MarketData:
    """The market as the portfolio saw it: its splits, and where a price is missing the last trade's of any account."""
    prices = dict(history.market.prices)
    for column in np.flatnonzero(history.estimated.any(axis=0)).tolist():
        series = history.prices[:, column]
        known = np.isfinite(series) & (series > 0.0)
        prices[history.instruments[column].symbol] = PriceSeries(history.days[known], series[known])
    instruments = {**history.market.instruments, **{found.symbol: found for found in history.instruments}}
    return replace(history.market, prices=prices, splits=history.splits, instruments=instruments)
