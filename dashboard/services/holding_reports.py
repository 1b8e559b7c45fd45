"""What portfolios hold: the domain's holdings, marked to the last close, as the one result that everything renders."""

from __future__ import annotations

from datetime import date

import numpy as np

from dashboard.domain import holdings as domain_holdings
from dashboard.domain import notes as domain_notes
from dashboard.domain.corporate_actions import split_factors
from dashboard.domain.holdings import HoldingFigures
from dashboard.domain.marking import MarkedPortfolio, MarkedPosition, mark, snapshot_of
from dashboard.domain.measures import Status
from dashboard.results.holdings import CashBalance, Holding, HoldingsReport, HoldingsTotals, OpenLot
from dashboard.results.instruments import InstrumentDetail
from dashboard.services import market_data
from dashboard.services.remarks import instrument_notes, status_note
from dashboard.services.valuation import Valued

TREND_BARS = 30


def holdings_report(found: Valued, day: date) -> HoldingsReport:
    """What a valued portfolio holds at the close of ``day``, the largest holding first."""
    history = found.history
    figures = domain_holdings.holdings(history, day, found.books)
    marked = mark(snapshot_of(history, found.books, found.portfolio.id), {}, {})
    changes = {position.symbol: position for position in marked.positions}
    details = market_data.details_of([item.symbol for item in figures])
    rows = [_holding(found, item, changes.get(item.symbol), details.get(item.symbol), day) for item in figures]
    ordered = tuple(sorted(rows, key=lambda row: (-(row.market_value or 0.0), row.symbol)))
    cash = _cash(found, day)
    return HoldingsReport(
        portfolio=found.portfolio,
        as_of=day,
        computed_at=found.computed_at,
        currency=history.currency,
        holdings=ordered,
        cash=cash,
        totals=_totals(found, day, ordered, cash, marked),
        status=(
            *instrument_notes(found),
            *map(status_note, domain_notes.notes(history, history.position(day))),
        ),
    )


def _holding(
    found: Valued,
    item: HoldingFigures,
    marked: MarkedPosition | None,
    detail: InstrumentDetail | None,
    day: date,
) -> Holding:
    return Holding(
        symbol=item.symbol,
        name=item.name,
        asset_class=item.asset_class,
        currency=item.currency,
        quantity=item.quantity,
        price=item.price.value,
        price_date=item.price_date,
        price_status=item.price_status,
        fx_rate=item.fx_rate.value,
        market_value=item.market_value.value,
        cost=item.cost,
        average_cost=float(item.average_cost),
        unrealized=item.unrealized.value,
        unrealized_pct=item.unrealized_pct.value,
        realized=item.realized,
        income=item.income,
        weight=item.weight.value,
        day_change=marked.day_change if marked else None,
        day_change_pct=marked.day_change_pct if marked else None,
        sector=detail.sector if detail else "",
        country=detail.country if detail else "",
        lots=tuple(OpenLot(lot.acquired, lot.quantity, lot.cost) for lot in item.lots),
        trend=_trend(found, item.symbol, day),
    )


def _trend(found: Valued, symbol: str, day: date) -> tuple[float, ...]:
    series = found.history.market.prices.get(symbol)
    if series is None:
        return ()
    upto = int(np.searchsorted(series.dates, np.datetime64(day), "right"))
    chosen = slice(max(0, upto - TREND_BARS), upto)
    splits = found.history.splits.get(symbol, ())
    closes = series.closes[chosen]
    if splits and len(closes):
        factors = split_factors(series.dates[chosen], splits)
        closes = closes * factors / factors[-1]
    return tuple(closes.tolist())


def _cash(found: Valued, day: date) -> tuple[CashBalance, ...]:
    history = found.history
    at = history.position(day)
    total = float(history.value[at])
    balances = []
    for column, currency in enumerate(history.cash_currencies):
        amount = float(history.cash[at, column])
        worth = amount * float(history.cash_rates[at, column])
        known = bool(np.isfinite(worth))
        if amount:
            weight = worth / total if known and total > 0 else None
            balances.append(CashBalance(currency, amount, worth if known else None, weight))
    return tuple(sorted(balances, key=lambda balance: -(balance.market_value or 0.0)))


def _totals(
    found: Valued,
    day: date,
    rows: tuple[Holding, ...],
    cash: tuple[CashBalance, ...],
    marked: MarkedPortfolio,
) -> HoldingsTotals:
    history = found.history
    at = history.position(day)
    cost = float(sum(row.cost for row in rows))
    unrealized = sum(row.unrealized for row in rows if row.unrealized is not None)
    known = history.entries.day <= at
    return HoldingsTotals(
        market_value=float(history.value[at]),
        cost=cost,
        unrealized=unrealized,
        unrealized_pct=unrealized / cost if cost > 0 else None,
        realized=float(found.books.realized.sum()),
        income=float(history.entries.income[known].sum()),
        cash=sum(balance.market_value or 0.0 for balance in cash),
        day_change=marked.day_change,
        day_change_pct=marked.day_change_pct,
        priced=sum(1 for row in rows if row.price_status in (Status.OK, Status.STALE)),
        count=len(rows),
    )
