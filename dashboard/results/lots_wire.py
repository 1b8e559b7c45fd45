"""The one JSON form of lots by every method."""

from __future__ import annotations

from decimal import Decimal

from dashboard.results import wire
from dashboard.results.lots import ClosedLot, HeldLot, LotReport, MethodFigures, SaleOutcome, WhatIf
from dashboard.results.notes import StatusNote
from dashboard.results.scalars import Json, amount, day


def lots(report: LotReport) -> dict[str, Json]:
    """The lots of an instrument; ``what_if`` only where a sale was asked for."""
    data: dict[str, Json] = {
        "portfolio": wire.portfolio(report.portfolio),
        "symbol": report.symbol,
        "account": report.account,
        "as_of": day(report.as_of),
        "currency": report.currency,
        "long_term_days": report.long_term_days,
        "market_value": amount(report.market_value),
        "methods": {item.method.value: _method(item, report.market_value) for item in report.methods},
    }
    if report.what_if is not None:
        data["what_if"] = _what_if(report.what_if)
    data["status"] = [wire.status(note) for note in lot_notes(report)]
    return data


def lot_notes(report: LotReport) -> tuple[StatusNote, ...]:
    """The report's own remarks, then one where costs or gains are not known for want of a rate."""
    known = all(item.cost.is_finite() and item.realized.is_finite() for item in report.methods)
    sale = report.what_if is None or all(item.gain.is_finite() for item in report.what_if.outcomes)
    if known and sale:
        return report.status
    text = f"A rate to {report.currency} is missing on the day of a trade, so costs or gains are not known."
    return (*report.status, StatusNote("undefined", text, report.symbol))


def _method(item: MethodFigures, market_value: float | None) -> dict[str, Json]:
    return {
        "quantity": amount(item.quantity),
        "cost": amount(item.cost),
        "unrealized": None if market_value is None else amount(Decimal(repr(market_value)) - item.cost),
        "realized": _gain(item.realized, item.realized_for(long_term=False), item.realized_for(long_term=True)),
        "lots": [_held(held) for held in item.lots],
        "closed": [_closed(part) for part in item.closed],
    }


def _held(held: HeldLot) -> dict[str, Json]:
    lot = held.lot
    return {
        "lot_id": lot.lot_id,
        "account": held.account,
        "acquired": day(lot.acquired),
        "quantity": amount(lot.quantity),
        "cost": amount(lot.base_cost),
        "unit_cost": amount(lot.base_cost / lot.quantity),
        "days_held": held.days_held,
        "long_term": held.long_term,
    }


def _closed(part: ClosedLot) -> dict[str, Json]:
    return {
        "closed": day(part.closed),
        "type": part.type.value,
        "lot_id": part.lot_id or None,
        "account": part.account,
        "acquired": day(part.acquired),
        "quantity": amount(part.quantity),
        "proceeds": amount(part.proceeds),
        "cost": amount(part.cost),
        "gain": amount(part.gain),
        "days_held": part.days_held,
        "long_term": part.long_term,
    }


def _what_if(sale: WhatIf) -> dict[str, Json]:
    return {
        "account": sale.account,
        "quantity": amount(sale.quantity),
        "price": amount(sale.price),
        "fee": amount(sale.fee),
        "price_currency": sale.price_currency,
        "proceeds": amount(sale.proceeds),
        "short_quantity": amount(sale.short_quantity),
        "short_proceeds": amount(sale.short_proceeds),
        "methods": {item.method.value: _outcome(item) for item in sale.outcomes},
    }


def _outcome(item: SaleOutcome) -> dict[str, Json]:
    return {
        "cost": amount(item.cost),
        "gain": _gain(item.gain, item.gain_for(long_term=False), item.gain_for(long_term=True)),
        "closed": [_closed(part) for part in item.closed],
    }


def _gain(total: Decimal, short_term: Decimal, long_term: Decimal) -> dict[str, Json]:
    return {"total": amount(total), "short_term": amount(short_term), "long_term": amount(long_term)}
