"""The one JSON form of restatements."""

from __future__ import annotations

from dashboard.results.restatements import PortfolioEffect, RestatementItem, ValueChange
from dashboard.results.scalars import Json, amount, day, moment


def restatement(item: RestatementItem) -> dict[str, Json]:
    """One write that changed the past of a series, and what it did."""
    return {
        "id": item.id,
        "symbol": item.symbol,
        "currency": item.currency,
        "pair": item.is_pair,
        "cause": item.cause,
        "source": item.source,
        "previous_source": item.previous_source or None,
        "from": day(item.first_date),
        "to": day(item.last_date),
        "count": item.count,
        "at": moment(item.at),
        "values": [_value(one) for one in item.values],
        "effects": [_effect(one) for one in item.effects],
    }


def _value(one: ValueChange) -> dict[str, Json]:
    return {"date": day(one.date), "field": one.field, "old": amount(one.old), "new": amount(one.new)}


def _effect(one: PortfolioEffect) -> dict[str, Json]:
    return {
        "portfolio": {"id": one.portfolio_id, "name": one.portfolio},
        "currency": one.currency,
        "date": day(one.date),
        "day_value": {"before": amount(one.day_before), "after": amount(one.day_after)},
        "market_value": {"before": amount(one.value_before), "after": amount(one.value_after)},
        "gain": {"before": amount(one.gain_before), "after": amount(one.gain_after)},
        "recorded_at": moment(one.recorded_at),
    }
