"""What instruments are called: at each provider, and before they were renamed; and the addresses of their own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from dashboard.db.models import FormerSymbol, InstrumentRow, InstrumentSource, InstrumentSymbol
from dashboard.db.repositories.bulk import AnySession


def elsewhere(session: AnySession, ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """What providers other than their own call the instruments, by id and provider."""
    query = select(InstrumentSymbol).where(InstrumentSymbol.instrument_id.in_(ids))
    found: dict[int, dict[str, str]] = {}
    for row in session.scalars(query.order_by(InstrumentSymbol.provider)):
        found.setdefault(row.instrument_id, {})[row.provider] = row.symbol
    return found


def called(session: AnySession, names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The symbols of the instruments that a provider calls so, by provider and its symbol; others are absent."""
    own = func.coalesce(func.nullif(InstrumentRow.provider_symbol, ""), InstrumentRow.symbol)
    as_own = select(InstrumentRow.provider, own, InstrumentRow.symbol).where(
        tuple_(InstrumentRow.provider, own).in_(names)
    )
    joined = InstrumentRow.id == InstrumentSymbol.instrument_id
    as_other = select(InstrumentSymbol.provider, InstrumentSymbol.symbol, InstrumentRow.symbol).join(
        InstrumentRow, joined
    )
    as_other = as_other.where(tuple_(InstrumentSymbol.provider, InstrumentSymbol.symbol).in_(names))
    return {
        (provider, name): symbol for query in (as_other, as_own) for provider, name, symbol in session.execute(query)
    }


def replace_elsewhere(session: AnySession, instrument_id: int, symbols: Mapping[str, str]) -> None:
    """Keep these names at other providers, and no others."""
    session.execute(delete(InstrumentSymbol).where(InstrumentSymbol.instrument_id == instrument_id))
    rows = [{"instrument_id": instrument_id, "provider": name, "symbol": text} for name, text in symbols.items()]
    if rows:
        session.execute(insert(InstrumentSymbol), rows)


def sources(session: AnySession, ids: Sequence[int]) -> dict[int, InstrumentSource]:
    """The addresses that instruments have their prices from; those without one are absent."""
    rows = session.scalars(select(InstrumentSource).where(InstrumentSource.instrument_id.in_(ids)))
    return {row.instrument_id: row for row in rows}


def former(session: AnySession, symbols: Collection[str] | None) -> dict[str, str]:
    """What those of ``symbols`` (None: of all) that were renamed or merged are called now."""
    query = select(FormerSymbol.symbol, InstrumentRow.symbol).join(
        InstrumentRow, InstrumentRow.id == FormerSymbol.instrument_id
    )
    chosen = query.where(FormerSymbol.symbol.in_(list(symbols))) if symbols is not None else query
    rows = session.execute(chosen)
    return {old: now for old, now in rows}  # noqa: C416  rows are no pairs to a type checker


def former_of(session: AnySession, instrument_id: int) -> tuple[str, ...]:
    """What an instrument was called before, the last first."""
    query = select(FormerSymbol.symbol).where(FormerSymbol.instrument_id == instrument_id)
    return tuple(session.scalars(query.order_by(FormerSymbol.ended_at.desc(), FormerSymbol.symbol)))


def remember(session: AnySession, instrument_id: int, symbol: str) -> None:
    """Keep ``symbol`` as what the instrument was called."""
    kept = insert(FormerSymbol).values(symbol=symbol, instrument_id=instrument_id)
    session.execute(kept.on_conflict_do_update(index_elements=["symbol"], set_={"instrument_id": instrument_id}))


def forget(session: AnySession, symbol: str) -> None:
    """``symbol`` is in use again."""
    session.execute(delete(FormerSymbol).where(FormerSymbol.symbol == symbol))
