"""What funds hold, as their providers said last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import delete, insert, select, text

from dashboard.db.models import InstrumentHolding
from dashboard.db.reading import Reading
from dashboard.db.repositories.bulk import AnySession
from dashboard.domain.compositions import KnownName

HOLDING, SECTOR = "holding", "sector"


@dataclass(frozen=True, slots=True)
class StoredShare:
    """A part of a fund, of one of the two kinds."""

    kind: str
    name: str
    symbol: str
    weight: float
    as_of: date


def of_instrument(session: AnySession, instrument_id: int) -> tuple[StoredShare, ...]:
    """The parts of a fund, the largest first."""
    query = select(InstrumentHolding).where(InstrumentHolding.instrument_id == instrument_id)
    rows = session.scalars(query.order_by(InstrumentHolding.weight.desc(), InstrumentHolding.name))
    return tuple(StoredShare(row.kind, row.name, row.symbol, row.weight, row.as_of) for row in rows)


def replace(session: AnySession, instrument_id: int, shares: Sequence[StoredShare]) -> None:
    """Keep these parts, and no others."""
    session.execute(delete(InstrumentHolding).where(InstrumentHolding.instrument_id == instrument_id))
    rows = [
        {"instrument_id": instrument_id, "kind": one.kind, "name": one.name, "symbol": one.symbol,
         "weight": one.weight, "as_of": one.as_of}
        for one in shares
    ]  # fmt: skip
    if rows:
        session.execute(insert(InstrumentHolding), rows)


@dataclass(frozen=True, slots=True)
class StoredFund:
    """A fund, and its parts, the largest first; none where nobody has described it."""

    symbol: str
    name: str
    provider: str
    shares: tuple[StoredShare, ...]


_funds = Reading(text("""
    select i.symbol as fund, i.name as fund_name, i.provider, h.kind, h.name, h.symbol, h.weight, h.as_of
    from instruments i left join instrument_holdings h on h.instrument_id = i.id
    where i.symbol = any(:symbols) and (i.asset_class in ('etf', 'fund') or h.instrument_id is not null)
    order by i.symbol, h.weight desc, h.kind, h.name
    """))
_names = Reading(text("""
    with called as (
        select provider_symbol as called, provider, id from instruments where provider_symbol = any(:called)
        union all
        select symbol, provider, instrument_id from instrument_symbols where symbol = any(:called)
        union all
        select symbol, '', id from instruments where symbol = any(:called)
    )
    select c.called, c.provider, i.symbol, i.name
    from called c join instruments i on i.id = c.id
    order by c.called, c.provider, i.symbol
    """))


def of_symbols(symbols: Sequence[str]) -> tuple[StoredFund, ...]:
    """The funds among ``symbols``: ETFs, funds, and whatever else is said to hold something."""
    if not symbols:
        return ()
    found: list[StoredFund] = []
    for (symbol, name, provider), rows in groupby(
        _funds(symbols=list(symbols)), key=lambda row: (row.fund, row.fund_name, row.provider)
    ):
        shares = [StoredShare(r.kind, r.name, r.symbol, r.weight, r.as_of) for r in rows if r.kind is not None]
        found.append(StoredFund(symbol, name, provider, tuple(shares)))
    return tuple(found)


def names_of(called: Sequence[str]) -> tuple[KnownName, ...]:
    """The instruments that are ``called`` so by a provider, or here (provider "")."""
    rows = _names(called=list(called)) if called else ()
    return tuple(KnownName(row.called, row.provider, row.symbol, row.name) for row in rows)
