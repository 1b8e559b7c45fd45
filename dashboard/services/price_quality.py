"""Price quality: check what is stored, list what is wrong with it, and decide: take it as it is, or as suggested."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow, PriceFinding
from dashboard.db.repositories import dirty
from dashboard.db.repositories import instruments as store
from dashboard.db.repositories import price_findings as findings
from dashboard.db.repositories import prices
from dashboard.db.repositories.prices import Restated
from dashboard.domain.access import Actor, Permission
from dashboard.domain.quality import FindingKind
from dashboard.errors import InvalidInput, NotFound, PermissionDenied
from dashboard.results.price_quality import FindingGroup, FindingItem, FindingState, QualityReport
from dashboard.services import audit
from dashboard.services.market_data import quality, restating, revaluation
from dashboard.services.market_data.restating import Cause

SYSTEM_NAME = "system"
STORED_NOWHERE = frozenset({FindingKind.ZERO, FindingKind.FUTURE})


def check(actor: Actor, symbols: Sequence[str] | None = None) -> tuple[FindingItem, ...]:
    """Check every stored price of ``symbols`` (default: of all instruments) anew, and list what is wrong with them.

    Raises: PermissionDenied, NotFound.
    """
    _require_administrator(actor)
    rows = store.every(db.session) if symbols is None else store.by_symbol(db.session, symbols)
    for symbol in symbols or ():
        if symbol not in rows:
            raise NotFound(f"There is no instrument {symbol}.")
    # One transaction an instrument, in the order of their ids: no refresh waits for the whole of it.
    touched = [_check(key) for key in sorted(row.id for row in rows.values())]
    if any(touched):
        revaluation.ask()
    return _items(symbols)


def _check(instrument_id: int) -> bool:
    """Check one instrument; whether a portfolio is to be valued again."""
    change = quality.examine(db.session.get_one(InstrumentRow, instrument_id))
    touched = dirty.mark_by_instruments(db.session, {instrument_id: change.first_date} if change.first_date else {})
    db.session.commit()
    return bool(touched)


def report(actor: Actor) -> QualityReport:
    """What the actor may see: an administrator everything, anybody else what is wrong with what he ever traded."""
    administers = actor.may(Permission.ADMINISTER)
    named = findings.portfolios_of(db.session, None if administers else actor.user_id)
    items = _items(None if administers else list(named))
    ordered = sorted(items, key=lambda item: (item.symbol, item.kind, item.state, item.date))
    groups = [tuple(group) for _, group in groupby(ordered, key=lambda item: (item.symbol, item.kind, item.state))]
    found = tuple(FindingGroup(group, named.get(group[0].symbol, ())) for group in groups)
    return QualityReport(found, len(store.every(db.session)), administers)


def problems(actor: Actor) -> int:
    """How many problems wait for a decision, among those that the actor may see."""
    return findings.problems(None if actor.may(Permission.ADMINISTER) else actor.user_id)


def accept(actor: Actor, finding_id: int, *, alike: bool = False) -> tuple[FindingItem, ...]:
    """Let a value count as it came; with ``alike`` all of its instrument, kind and state.

    Raises: PermissionDenied, NotFound, InvalidInput where there is no value to be accepted.
    """
    return _decide(actor, finding_id, FindingState.ACCEPTED, alike)


def repair(actor: Actor, finding_id: int, *, alike: bool = False) -> tuple[FindingItem, ...]:
    """Let the suggestion count in place of a value, which stays stored as it came; ``alike`` as in :func:`accept`.

    Raises: PermissionDenied, NotFound, InvalidInput where nothing is suggested.
    """
    return _decide(actor, finding_id, FindingState.REPAIRED, alike)


def _decide(actor: Actor, finding_id: int, state: FindingState, alike: bool) -> tuple[FindingItem, ...]:
    _require_administrator(actor)
    row = findings.by_id(db.session, finding_id)
    if row is None:
        raise NotFound(f"There is no finding {finding_id}.")
    rows = {row.id: row, **({one.id: one for one in findings.alike(db.session, row)} if alike else {})}
    for one in rows.values():
        _require_possible(one, state)
    now, name = datetime.now(UTC), SYSTEM_NAME if actor.is_system else actor.email
    days = [one.date for one in rows.values() if one.state in findings.HELD or state is FindingState.REPAIRED]
    first = min(one.date for one in rows.values())
    before = restating.counted(row.instrument_id, first)
    values = [_payment(one, state) for one in rows.values() if one.kind == FindingKind.DIVIDEND]
    for one in rows.values():
        one.state, one.decided_by, one.decided_at = state.value, name, now
    db.session.flush()
    values += restating.decided(row.instrument_id, before, first, "close")
    instrument = db.session.get_one(InstrumentRow, row.instrument_id)
    details: dict[str, str | int | float | bool | None] = {
        "symbol": instrument.symbol,
        "kind": row.kind,
        "date": str(row.date),
        "findings": len(rows),
    }
    audit.record(actor, f"prices.{state.value}", object_type="price_finding", object_id=row.id, details=details)
    if days:
        findings.bump(db.session, row.instrument_id)
    keys = set(rows)
    symbol = instrument.symbol
    touched = dirty.mark_by_instruments(db.session, {row.instrument_id: min(days)} if days else {})
    restating.record(row.instrument_id, before, values, touched, cause=Cause(state.value), source=name, first=first)
    db.session.commit()
    if touched:
        revaluation.ask()
    return tuple(item for item in _items([symbol]) if item.id in keys)


def _require_possible(row: PriceFinding, state: FindingState) -> None:
    if state is FindingState.REPAIRED and row.suggested is None:
        raise InvalidInput(f"Nothing is suggested for finding {row.id} of {row.date}: {row.reason}", field="id")
    stored = prices.has_bar(db.session, row.instrument_id, row.date)
    if row.kind in STORED_NOWHERE and not stored:
        raise InvalidInput(f"There is no price of {row.date} to be accepted: {row.reason}", field="id")


def _require_administrator(actor: Actor) -> None:
    if not actor.may(Permission.ADMINISTER):
        raise PermissionDenied("Only an administrator decides about prices: they belong to everybody's figures.")


def _payment(row: PriceFinding, state: FindingState) -> Restated:
    """What a decision about a distribution changes; before it, one in quarantine counts for nothing."""
    counted = {findings.QUARANTINED: None, findings.REPAIRED: row.suggested}.get(row.state, row.value)
    return Restated(row.date, "dividend", counted, row.suggested if state is FindingState.REPAIRED else row.value)


def _items(symbols: Sequence[str] | None) -> tuple[FindingItem, ...]:
    return tuple(_item(row, instrument) for row, instrument in findings.listed(db.session, symbols))


def _item(row: PriceFinding, instrument: InstrumentRow) -> FindingItem:
    return FindingItem(
        id=row.id,
        symbol=instrument.symbol,
        name=instrument.name,
        currency=instrument.currency,
        date=row.date,
        kind=FindingKind(row.kind),
        value=row.value,
        suggested=row.suggested,
        reason=row.reason,
        confidence=row.confidence,
        state=FindingState(row.state),
        found_at=row.found_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )
