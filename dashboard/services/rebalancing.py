"""Rebalancing a portfolio to target weights: from stored holdings, prices and rates to exact trades."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import numpy as np

from dashboard.domain import holdings as domain_holdings
from dashboard.domain.access import Actor, PortfolioId
from dashboard.domain.arrays import date_of, decimal_of
from dashboard.domain.fx import Rates
from dashboard.domain.holdings import HoldingFigures
from dashboard.domain.instruments import Instrument
from dashboard.domain.measures import Note, Status
from dashboard.domain.prices import MarketData, prices_on
from dashboard.domain.rebalancing import (
    CashHeld,
    RebalancingPosition,
    RebalancingState,
    Targets,
    TaxLot,
    TradingRules,
    rebalance,
)
from dashboard.domain.rebalancing.targets import TargetLevel
from dashboard.domain.transactions import ZERO
from dashboard.errors import InvalidInput
from dashboard.results.notes import StatusNote
from dashboard.results.scenarios import RebalancingReport
from dashboard.services import market_data, portfolios, valuation
from dashboard.services.valuation import Valued


def rebalancing(actor: Actor, portfolio_id: PortfolioId, targets: Targets, rules: TradingRules) -> RebalancingReport:
    """The trades that bring the holdings of today to ``targets``. Raises: NotFound, InvalidInput, InsufficientData."""
    portfolio = portfolios.portfolio_by_id(actor, portfolio_id)
    found = valuation.valued(portfolio)
    day = date_of(found.history.days[-1])
    held = domain_holdings.holdings(found.history, day, found.books)
    positions = [_position(found, item) for item in held]
    if targets.level is TargetLevel.HOLDING:
        names = {one.symbol for one in positions}
        positions += _wanted([key for key in targets.weights if key not in names], found.history.currency, day)
    state = RebalancingState(day, found.history.currency, tuple(positions), _cash(found))
    done = rebalance(state, targets, rules)
    doubtful = [
        StatusNote(item.market_value.status.value, f"{item.symbol}: {item.market_value.reason}", item.symbol)
        for item in held
        if item.market_value.value is not None and item.market_value.status is not Status.OK
    ]
    notes = (*doubtful, *(_note(note) for note in done.notes))
    return RebalancingReport(found.portfolio, day, found.history.currency, targets.level.value, done, notes)


def _position(found: Valued, item: HoldingFigures) -> RebalancingPosition:
    instrument = found.history.instruments[found.history.column(item.symbol)]
    price, rate = item.price.value, item.fx_rate.value
    return RebalancingPosition(
        symbol=item.symbol,
        currency=item.currency,
        quantity=item.quantity,
        price=None if price is None else decimal_of(price),
        rate=None if rate is None else decimal_of(rate),
        multiplier=instrument.multiplier,
        groups=_groups(instrument),
        lots=tuple(TaxLot(lot.account, lot.lot_id, lot.acquired, lot.quantity, lot.cost) for lot in item.lots),
        reason=item.market_value.reason,
    )


def _groups(instrument: Instrument) -> dict[TargetLevel, str]:
    return {
        TargetLevel.ASSET_CLASS: instrument.asset_class.value,
        TargetLevel.SECTOR: instrument.sector,
        TargetLevel.COUNTRY: instrument.country,
        TargetLevel.CURRENCY: instrument.currency,
    }


def _wanted(symbols: Sequence[str], currency: str, day: date) -> list[RebalancingPosition]:
    """Instruments that have a target and are not held. Raises InvalidInput for one that is not known."""
    if not symbols:
        return []
    market = market_data.market_data_for(symbols, [currency], end=day)
    return [_unheld(symbol, market, currency, day) for symbol in symbols]


def _unheld(symbol: str, market: MarketData, currency: str, day: date) -> RebalancingPosition:
    instrument = market.instruments.get(symbol)
    if instrument is None:
        raise InvalidInput(f"There is no instrument {symbol}.", field="targets")
    series = market.prices.get(symbol)
    on = np.array([np.datetime64(day, "D")])
    rate = float(Rates(market.rates).on(instrument.currency, currency, on)[0])
    price = np.nan if series is None else float(prices_on(series, on, market.splits.get(symbol, ()))[0])
    reason = f"There is no price of {symbol}." if np.isnan(price) else f"There is no rate of {instrument.currency}."
    return RebalancingPosition(
        symbol=symbol,
        currency=instrument.currency,
        quantity=ZERO,
        price=None if np.isnan(price) else decimal_of(price),
        rate=decimal_of(rate) if np.isfinite(rate) else None,
        multiplier=instrument.multiplier,
        groups=_groups(instrument),
        reason=reason,
    )


def _cash(found: Valued) -> tuple[CashHeld, ...]:
    history = found.history
    if not history.cash_tracked:
        return ()
    return tuple(
        _balance(name, decimal_of(float(amount)), float(rate))
        for name, amount, rate in zip(history.cash_currencies, history.cash[-1], history.cash_rates[-1], strict=True)
    )


def _balance(name: str, amount: Decimal, rate: float) -> CashHeld:
    return CashHeld(name, amount, amount * decimal_of(rate) if np.isfinite(rate) else None)


def _note(note: Note) -> StatusNote:
    return StatusNote(note.code, note.message, note.symbol)
