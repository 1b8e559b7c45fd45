"""What a ledger asks about its instruments."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import case, func, select

from dashboard.db.engine import db
from dashboard.db.models.market import PERCENT, PERCENT_UNIT, InstrumentRow, SplitRow
from dashboard.db.repositories import instrument_symbols
from dashboard.domain.instruments import InstrumentState, Split

_PERCENT = case((InstrumentRow.price_unit == PERCENT_UNIT, PERCENT), else_=1)


@dataclass(frozen=True, slots=True)
class KnownInstrument:
    """One instrument as a row of a ledger needs it."""

    id: int
    symbol: str
    currency: str
    multiplier: Decimal
    resolved: bool


def by_symbols(symbols: Collection[str]) -> dict[str, KnownInstrument]:
    """The instruments among ``symbols`` that are known, by symbol."""
    query = select(
        InstrumentRow.id,
        InstrumentRow.symbol,
        InstrumentRow.currency,
        func.trim_scale(InstrumentRow.multiplier * _PERCENT),
        InstrumentRow.state.in_((InstrumentState.ACTIVE.value, InstrumentState.DELISTED.value)),
    ).where(InstrumentRow.symbol == func.any(list(symbols)))
    return {row[1]: KnownInstrument(*row) for row in db.session.execute(query)}


def names_now(symbols: Collection[str]) -> dict[str, str]:
    """What those of ``symbols`` are called now that no instrument has, because theirs was renamed or merged."""
    former = instrument_symbols.former(db.session, symbols)
    return {old: now for old, now in former.items() if old not in by_symbols(former)} if former else {}


def splits_of(symbols: Collection[str]) -> dict[str, tuple[Split, ...]]:
    """The known splits of the instruments ``symbols``, oldest first."""
    query = (
        select(InstrumentRow.symbol, SplitRow.date, func.trim_scale(SplitRow.ratio))
        .join(SplitRow, SplitRow.instrument_id == InstrumentRow.id)
        .where(InstrumentRow.symbol == func.any(list(symbols)))
        .order_by(SplitRow.date)
    )
    found: dict[str, list[Split]] = {}
    for symbol, day, ratio in db.session.execute(query):
        found.setdefault(symbol, []).append(Split(day, ratio))
    return {symbol: tuple(splits) for symbol, splits in found.items()}
