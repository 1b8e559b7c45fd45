"""What funds hold, as their providers said last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, insert, select

from dashboard.db.models import InstrumentHolding
from dashboard.db.repositories.bulk import AnySession

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
