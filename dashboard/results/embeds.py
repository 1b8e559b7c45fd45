"""Embedded views: which there are, and what they show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from dashboard.domain.measures import Measure
from dashboard.results.scalars import Json, amount, day, moment, ratio


class EmbedKind(StrEnum):
    """What a view shows."""

    KPI = "kpi"


@dataclass(frozen=True, slots=True)
class EmbedItem:
    """A line of the list of embedded views. ``key`` names it in its address."""

    key: str
    kind: EmbedKind
    portfolio_id: int
    portfolio_name: str
    origins: tuple[str, ...]
    amounts_hidden: bool
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token for a view, the whole address with it, and when it ends."""

    token: str
    address: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class KpiView:
    """A portfolio in a few figures. Money is in ``currency``; with ``amounts_hidden`` no amount leaves the server."""

    name: str
    currency: str
    as_of: datetime
    price_date: date | None
    priced: int
    count: int
    amounts_hidden: bool
    market_value: float | None
    day_change: float | None
    day_change_pct: float | None
    measures: dict[str, Measure]


def item(found: EmbedItem) -> dict[str, Json]:
    """The JSON form of a line."""
    return {
        "id": found.key,
        "kind": found.kind.value,
        "portfolio": found.portfolio_name,
        "origins": list(found.origins),
        "amounts_hidden": found.amounts_hidden,
        "created_at": moment(found.created_at),
        "revoked_at": moment(found.revoked_at),
    }


def kpi(view: KpiView) -> dict[str, Json]:
    """The JSON form of the view; with hidden amounts the keys of amounts are not there at all."""
    money: dict[str, Json] = {
        "market_value": amount(view.market_value),
        "day_change": amount(view.day_change),
    }
    return {
        "name": view.name,
        "currency": view.currency,
        "as_of": moment(view.as_of),
        "price_date": day(view.price_date),
        "priced": view.priced,
        "count": view.count,
        "amounts_hidden": view.amounts_hidden,
        **({} if view.amounts_hidden else money),
        "day_change_pct": ratio(view.day_change_pct),
        "measures": {
            name: {"value": ratio(measure.value), "reason": measure.reason or None}
            for name, measure in view.measures.items()
        },
    }
