"""Instruments, their corporate actions, and which of them portfolios need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, delete, func, literal_column, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from dashboard.db.models import (
    Dividend,
    InstrumentRow,
    LedgerTransaction,
    Portfolio,
    Price,
    PriceFinding,
    SplitRow,
    WatchlistEntry,
)
from dashboard.db.repositories.bulk import AnySession
from dashboard.db.repositories.price_findings import HELD, REPAIRED
from dashboard.db.repositories.prices import BY_HAND, NOISE, Restated, SeriesChange
from dashboard.domain.instruments import Dividend as Payment
from dashboard.domain.instruments import InstrumentState, Split
from dashboard.domain.quality import FindingKind

SAME_SPLIT_DAYS = 10


def by_symbol(session: AnySession, symbols: Iterable[str]) -> dict[str, InstrumentRow]:
    """The instruments among ``symbols`` that are known; any text may be asked for."""
    possible = {symbol for symbol in symbols if "\0" not in symbol}
    rows = session.scalars(select(InstrumentRow).where(InstrumentRow.symbol.in_(possible)))
    return {row.symbol: row for row in rows}


def every(session: AnySession) -> dict[str, InstrumentRow]:
    """All instruments by symbol."""
    return {row.symbol: row for row in session.scalars(select(InstrumentRow))}


def ensure(session: AnySession, currencies: Mapping[str, str]) -> dict[str, int]:
    """The ids of the given symbols; a new one becomes an unresolved instrument in its currency."""
    if not currencies:
        return {}
    values = [{"symbol": symbol, "currency": currency} for symbol, currency in sorted(currencies.items())]
    session.execute(insert(InstrumentRow).values(values).on_conflict_do_nothing(index_elements=["symbol"]))
    rows = session.execute(select(InstrumentRow.symbol, InstrumentRow.id).where(InstrumentRow.symbol.in_(currencies)))
    return {row.symbol: row.id for row in rows}


def needed(session: AnySession) -> list[InstrumentRow]:
    """Every instrument of a ledger, a benchmark or a watchlist that providers are asked for, by symbol."""
    traded = select(LedgerTransaction.instrument_id).where(LedgerTransaction.instrument_id.is_not(None))
    arrived = select(LedgerTransaction.target_instrument_id).where(LedgerTransaction.target_instrument_id.is_not(None))
    compared = select(Portfolio.benchmark_id).where(Portfolio.benchmark_id.is_not(None))
    watched = select(WatchlistEntry.instrument_id)
    wanted = select(InstrumentRow).where(
        or_(*(InstrumentRow.id.in_(ids) for ids in (traded, arrived, compared, watched))),
        InstrumentRow.state != InstrumentState.DELISTED.value,
        InstrumentRow.provider != BY_HAND,
    )
    return list(session.scalars(wanted.order_by(InstrumentRow.symbol)))


def same_isin(session: AnySession, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The symbols of other instruments with the same ISIN and currency, by id; listings elsewhere are in others."""
    other = aliased(InstrumentRow)
    query = (
        select(InstrumentRow.id, other.symbol)
        .join(other, (other.isin == InstrumentRow.isin) & (other.id != InstrumentRow.id))
        .where(InstrumentRow.id.in_(ids), other.currency == InstrumentRow.currency)
        .order_by(other.symbol)
    )
    found: dict[int, tuple[str, ...]] = {}
    for key, symbol in session.execute(query):
        found[key] = (*found.get(key, ()), symbol)
    return found


def with_isin(session: AnySession, isin: str) -> list[InstrumentRow]:
    """The instruments with an ISIN, by symbol."""
    return list(session.scalars(select(InstrumentRow).where(InstrumentRow.isin == isin).order_by(InstrumentRow.symbol)))


def is_traded(session: AnySession, instrument_id: int) -> bool:
    """Whether any ledger holds a transaction in the instrument."""
    used = or_(
        LedgerTransaction.instrument_id == instrument_id, LedgerTransaction.target_instrument_id == instrument_id
    )
    return bool(session.scalar(select(select(1).where(used).exists())))


def has_prices(session: AnySession, instrument_id: int) -> bool:
    """Whether any bar of the instrument is stored."""
    return bool(session.scalar(select(select(1).where(Price.instrument_id == instrument_id).exists())))


def search(session: AnySession, words: str, limit: int) -> list[InstrumentRow]:
    """Instruments whose symbol, name or ISIN contains ``words``; symbols that begin with them first."""
    begins = InstrumentRow.symbol.ilike(f"{_escaped(words)}%", escape="\\")
    order = (begins.desc(), func.length(InstrumentRow.symbol), InstrumentRow.symbol)
    return list(session.scalars(select(InstrumentRow).where(_fits(words)).order_by(*order).limit(limit)))


def listed(
    session: AnySession,
    words: str,
    *,
    symbols: Iterable[str] | None,
    troubled: bool,
    limit: int,
    state: InstrumentState | None = None,
) -> tuple[list[str], int]:
    """The symbols of instruments that fit, those in trouble first, and how many there are in all.

    ``symbols`` keeps to some, ``state`` to those in it, ``troubled`` to those that are not resolved or whose last
    refresh failed.
    """
    wanted = [_fits(words)] if words else []
    if symbols is not None:
        wanted.append(InstrumentRow.symbol.in_(sorted(symbols)))
    settled = (InstrumentState.ACTIVE.value, InstrumentState.DELISTED.value)
    in_trouble = or_(InstrumentRow.state.not_in(settled), InstrumentRow.problem_code != "")
    if troubled:
        wanted.append(in_trouble)
    if state is not None:
        wanted.append(InstrumentRow.state == state.value)
    found = select(InstrumentRow.symbol).where(*wanted).order_by(in_trouble.desc(), InstrumentRow.symbol).limit(limit)
    total = session.scalar(select(func.count()).select_from(InstrumentRow).where(*wanted))
    return list(session.scalars(found)), total or 0


def _fits(words: str) -> ColumnElement[bool]:
    pattern = f"%{_escaped(words)}%"
    columns = (InstrumentRow.symbol, InstrumentRow.name, InstrumentRow.isin)
    return or_(*(column.ilike(pattern, escape="\\") for column in columns))


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def splits(session: AnySession, ids: Sequence[int]) -> dict[int, tuple[Split, ...]]:
    """The splits of instruments, oldest first; instruments without one are absent."""
    query = select(SplitRow.instrument_id, SplitRow.date, SplitRow.ratio).where(SplitRow.instrument_id.in_(ids))
    found: dict[int, list[Split]] = {}
    for key, day, ratio in session.execute(query.order_by(SplitRow.date)):
        found.setdefault(key, []).append(Split(day, ratio.normalize()))
    return {key: tuple(events) for key, events in found.items()}


def dividends(session: AnySession, ids: Sequence[int], *, as_sent: bool = False) -> dict[int, tuple[Payment, ...]]:
    """The distributions of instruments, oldest first; instruments without one are absent.

    Without those in quarantine and with repaired amounts, unless they are wanted ``as_sent``.
    """
    query = select(Dividend.instrument_id, Dividend.date, Dividend.amount, Dividend.currency)
    query = query.where(Dividend.instrument_id.in_(ids)).order_by(Dividend.date, Dividend.currency)
    found: dict[int, list[Payment]] = {}
    judged = {} if as_sent else _judged_dividends(session, ids)
    for key, day, amount, currency in session.execute(query):
        counted = judged.get((key, day, amount), amount)
        if counted is not None:
            found.setdefault(key, []).append(Payment(day, counted, currency))
    return {key: tuple(events) for key, events in found.items()}


def _judged_dividends(session: AnySession, ids: Sequence[int]) -> dict[tuple[int, date, float], float | None]:
    """What counts in place of a wrong amount, by instrument, day and that amount: None in quarantine."""
    query = select(PriceFinding).where(
        PriceFinding.instrument_id.in_(ids),
        PriceFinding.kind == FindingKind.DIVIDEND.value,
        PriceFinding.state.in_(HELD),
    )
    return {
        (row.instrument_id, row.date, row.value): row.suggested if row.state == REPAIRED else None
        for row in session.scalars(query)
        if row.value is not None and row.instrument_id is not None
    }


def store_splits(
    session: AnySession, instrument_id: int, events: Sequence[Split], source: str, *, overrule: bool
) -> SeriesChange:
    """Add or correct splits.

    A stored one of the same ratio within ten days is the same event: with ``overrule`` the new date replaces it (prices
    are in new units from that date on), else it stays.
    """
    stored = splits(session, [instrument_id]).get(instrument_id, ())
    wanted = {event.date: event.ratio for event in events if overrule or not _known_elsewhere(event, stored)}
    moved = [old.date for old in stored if overrule and old.date not in wanted and _known_elsewhere(old, events)]
    before = {old.date: old.ratio for old in stored}
    changed = {day: ratio for day, ratio in wanted.items() if before.get(day) != ratio}
    if moved:
        session.execute(delete(SplitRow).where(SplitRow.instrument_id == instrument_id, SplitRow.date.in_(moved)))
    if changed:
        rows = [
            {"instrument_id": instrument_id, "date": day, "ratio": ratio, "source": source}
            for day, ratio in changed.items()
        ]
        statement = insert(SplitRow).values(rows)
        update = {"ratio": statement.excluded.ratio, "source": statement.excluded.source}
        session.execute(statement.on_conflict_do_update(index_elements=["instrument_id", "date"], set_=update))
    days = [*moved, *changed]
    restated = [Restated(day, "split", float(before[day]), None) for day in moved]
    restated += [Restated(day, "split", _ratio(before.get(day)), float(ratio)) for day, ratio in changed.items()]
    return _bumped(session, instrument_id, SeriesChange(len(days), min(days, default=None), tuple(restated)))


def _ratio(ratio: Decimal | None) -> float | None:
    return None if ratio is None else float(ratio)


def _known_elsewhere(event: Split, others: Sequence[Split]) -> bool:
    """Whether one of ``others`` is the same event on another day."""
    return any(
        other.ratio == event.ratio and 0 < abs((other.date - event.date).days) <= SAME_SPLIT_DAYS for other in others
    )


def store_dividends(
    session: AnySession, instrument_id: int, amounts: Mapping[tuple[date, str], float], source: str
) -> SeriesChange:
    """Add or correct distributions a unit, by ex-date and currency."""
    if not amounts:
        return SeriesChange()
    values = [
        {"instrument_id": instrument_id, "date": day, "currency": currency, "amount": amount, "source": source}
        for (day, currency), amount in amounts.items()
    ]
    statement = insert(Dividend).values(values)
    upsert = statement.on_conflict_do_update(
        index_elements=["instrument_id", "date", "currency"],
        set_={"amount": statement.excluded.amount, "source": statement.excluded.source},
        where=func.abs(Dividend.amount - statement.excluded.amount) > float(NOISE) * Dividend.amount,
    )
    amount: ColumnElement[float | None] = literal_column("old.amount")
    by_whom: ColumnElement[str | None] = literal_column("old.source")
    rows = session.execute(upsert.returning(Dividend.date, Dividend.amount, amount, by_whom)).all()
    restated = tuple(Restated(day, "dividend", old, new, by or "") for day, new, old, by in rows)
    days = [one.date for one in restated]
    return _bumped(session, instrument_id, SeriesChange(len(days), min(days, default=None), restated))


def _bumped(session: AnySession, instrument_id: int, change: SeriesChange) -> SeriesChange:
    if change:
        session.execute(
            text("update instruments set price_version = price_version + 1 where id = :id"), {"id": instrument_id}
        )
    return change


_VERSIONS = text("""
    select coalesce((select string_agg(symbol || ':' || price_version || state || problem_code, ',' order by symbol)
                     from instruments where symbol = any(:symbols)), '')
           || '|' ||
           coalesce((select string_agg(base || quote || rate_version, ',' order by base, quote)
                     from fx_pairs where :every or base || quote = any(:pairs)), '')
    """)


def versions(session: AnySession, symbols: Sequence[str], pairs: Sequence[tuple[str, str]] | None) -> str:
    """The versions of prices and rates in one text; what is kept under it is out of date when it changes."""
    parameters = {
        "symbols": list(symbols),
        "every": pairs is None,
        "pairs": [base + quote for base, quote in pairs or ()],
    }
    return str(session.scalar(_VERSIONS, parameters))
