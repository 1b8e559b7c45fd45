"""Price quality: check what is stored, list what is wrong with it, and decide: take it as it is, or as suggested."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime
from itertools import groupby

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow, PriceFinding
from dashboard.db.repositories import dirty, fx
from dashboard.db.repositories import instruments as store
from dashboard.db.repositories import price_findings as findings
from dashboard.db.repositories import prices
from dashboard.db.repositories.prices import Restated
from dashboard.domain.access import Actor, Permission
from dashboard.domain.quality import FindingKind
from dashboard.errors import InvalidInput, NotFound, PermissionDenied
from dashboard.results.portfolios import PortfolioRef
from dashboard.results.price_quality import FindingGroup, FindingItem, FindingState, QualityReport
from dashboard.services import audit
from dashboard.services.market_data import quality, restating, revaluation
from dashboard.services.market_data.restating import Cause

SYSTEM_NAME = "system"
LARGEST_ID = 2**63
Progress = Callable[[int, int], None]
STORED_NOWHERE = frozenset({FindingKind.ZERO, FindingKind.FUTURE})


def check(
    actor: Actor, symbols: Sequence[str] | None = None, progress: Progress | None = None
) -> tuple[FindingItem, ...]:
    """Check all that is stored of ``symbols`` (default: of all instruments and pairs) anew, and list what is wrong.

    ``progress`` is told how many series are done, and how many there are.

    Raises: PermissionDenied, NotFound.
    """
    _require_administrator(actor)
    # One transaction a series, in the order of their ids: no refresh waits for the whole of it.
    chosen = chosen_series(symbols)
    touched = False
    for done, series in enumerate(chosen):
        if progress is not None:
            progress(done, len(chosen))
        touched |= _check(series)
    if touched:
        revaluation.ask()
    return _items(symbols)


def chosen_series(symbols: Sequence[str] | None) -> list[findings.Series]:
    """The ids of instruments and the pairs of ``symbols`` (a pair's is as ``EURUSD``), or all. Raises: NotFound."""
    rows = store.every(db.session) if symbols is None else store.by_symbol(db.session, symbols)
    pairs = {"".join(pair): pair for pair in fx.known(db.session)}
    for symbol in symbols or ():
        if symbol not in rows and symbol not in pairs:
            raise NotFound(f"There is no instrument {symbol}.")
    wanted = [pair for name, pair in sorted(pairs.items()) if symbols is None or name in symbols]
    return [*sorted(row.id for row in rows.values()), *wanted]


def _check(series: findings.Series) -> bool:
    """Check one series; whether a portfolio is to be valued again. One that was deleted or merged meanwhile is not."""
    if isinstance(series, int):
        row = db.session.get(InstrumentRow, series)
        if row is None:
            return False
        change = quality.examine(row)
    else:
        change = quality.examine_rates(series)
    touched = _mark(series, change.first_date)
    db.session.commit()
    return bool(touched)


def _mark(series: findings.Series, first: date | None) -> set[int]:
    """Mark the portfolios that are counted with an instrument or a pair, from a day on (None: nothing changed)."""
    if first is None:
        return set()
    if isinstance(series, int):
        return dirty.mark_by_instruments(db.session, {series: first})
    return dirty.mark_by_pair(db.session, *series, first)


def report(actor: Actor) -> QualityReport:
    """What the actor may see: an administrator everything, anybody else what is wrong with what he ever traded."""
    administers = actor.may(Permission.ADMINISTER)
    named = findings.portfolios_of(db.session, None if administers else actor.user_id)
    items = _items(None if administers else list(named))
    ordered = sorted(items, key=lambda item: (item.symbol, item.kind, item.state, item.date))
    groups = [tuple(group) for _, group in groupby(ordered, key=lambda item: (item.symbol, item.kind, item.state))]
    found = tuple(_group(group, named.get(group[0].symbol, ())) for group in groups)
    return QualityReport(found, len(store.every(db.session)), administers)


def listed(
    actor: Actor,
    *,
    portfolio: PortfolioRef | None = None,
    state: FindingState | None = None,
    kind: FindingKind | None = None,
    symbol: str | None = None,
) -> tuple[FindingItem, ...]:
    """The findings that the actor may see, by symbol and day; of a portfolio those of what it is valued with."""
    found = [
        item
        for group in report(actor).groups
        if portfolio is None or portfolio.slug in group.slugs
        for item in group.items
        if state in (None, item.state) and kind in (None, item.kind) and symbol in (None, item.symbol)
    ]
    return tuple(sorted(found, key=lambda item: (item.symbol, item.date, item.kind)))


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
    row = findings.by_id(db.session, finding_id) if finding_id < LARGEST_ID else None
    if row is None:
        raise NotFound(f"There is no finding {finding_id}.")
    rows = {row.id: row, **({one.id: one for one in findings.alike(db.session, row)} if alike else {})}
    if all(one.state == state for one in rows.values()):
        return _chosen(row.series, set(rows))  # decided already: nothing changes
    for one in rows.values():
        _require_possible(one, state)
    now, name = datetime.now(UTC), SYSTEM_NAME if actor.is_system else actor.email
    days = [one.date for one in rows.values() if one.state in findings.HELD or state is FindingState.REPAIRED]
    first = min(one.date for one in rows.values())
    series = row.series
    before = restating.counted(series, first)
    values = [_payment(one, state) for one in rows.values() if one.kind == FindingKind.DIVIDEND]
    for one in rows.values():
        one.state, one.decided_by, one.decided_at = state.value, name, now
    db.session.flush()
    values += restating.decided(series, before, first, "close" if isinstance(series, int) else "rate")
    details: dict[str, str | int | float | bool | None] = {
        "symbol": _symbol(series),
        "kind": row.kind,
        "date": str(row.date),
        "findings": len(rows),
    }
    audit.record(actor, f"prices.{state.value}", object_type="price_finding", object_id=row.id, details=details)
    if days:
        findings.bump(db.session, series)
    touched = _mark(series, min(days, default=None))
    restating.record(series, before, values, touched, cause=Cause(state.value), source=name, first=first)
    decided = _chosen(series, set(rows))
    if touched:
        revaluation.ask()
    return decided


def _group(items: tuple[FindingItem, ...], named: Sequence[tuple[str, str]]) -> FindingGroup:
    return FindingGroup(items, tuple(name for name, _ in named), tuple(slug for _, slug in named))


def _chosen(series: findings.Series, keys: Collection[int]) -> tuple[FindingItem, ...]:
    """The findings of a series that were decided about; ends the transaction."""
    symbol = _symbol(series)
    db.session.commit()
    return tuple(item for item in _items([symbol]) if item.id in keys)


def _symbol(series: findings.Series) -> str:
    return db.session.get_one(InstrumentRow, series).symbol if isinstance(series, int) else "".join(series)


def _require_possible(row: PriceFinding, state: FindingState) -> None:
    if state is FindingState.REPAIRED and row.suggested is None:
        raise InvalidInput(f"Nothing is suggested for finding {row.id} of {row.date}: {row.reason}", field="id")
    if row.kind in STORED_NOWHERE and not _is_stored(row):
        raise InvalidInput(f"There is no price of {row.date} to be accepted: {row.reason}", field="id")


def _is_stored(row: PriceFinding) -> bool:
    series = row.series
    if isinstance(series, int):
        return prices.has_bar(db.session, series, row.date)
    return fx.has_rate(db.session, series, row.date)


def _require_administrator(actor: Actor) -> None:
    if not actor.may(Permission.ADMINISTER):
        raise PermissionDenied("Only an administrator decides about prices: they belong to everybody's figures.")


def _payment(row: PriceFinding, state: FindingState) -> Restated:
    """What a decision about a distribution changes; before it, one in quarantine counts for nothing."""
    counted = {findings.QUARANTINED: None, findings.REPAIRED: row.suggested}.get(row.state, row.value)
    return Restated(row.date, "dividend", counted, row.suggested if state is FindingState.REPAIRED else row.value)


def _items(symbols: Sequence[str] | None) -> tuple[FindingItem, ...]:
    return tuple(_item(row, instrument) for row, instrument in findings.listed(db.session, symbols))


def _item(row: PriceFinding, instrument: InstrumentRow | None) -> FindingItem:
    return FindingItem(
        id=row.id,
        symbol=instrument.symbol if instrument is not None else f"{row.base}{row.quote}",
        name=instrument.name if instrument is not None else f"{row.base}/{row.quote}",
        currency=instrument.currency if instrument is not None else row.quote or "",
        is_pair=instrument is None,
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
