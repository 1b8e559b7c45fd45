"""Who may change an instrument: an administrator, and a user whose alone it is."""

from __future__ import annotations

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.db.repositories import instruments as store
from dashboard.db.repositories.instrument_usage import usage
from dashboard.domain.access import Actor, Permission
from dashboard.errors import NotFound, PermissionDenied
from dashboard.services import audit


def may_edit(actor: Actor, row: InstrumentRow) -> bool:
    """Whether ``actor`` may change what is kept of ``row``: instruments are the installation's.

    A user may where nobody else uses it, and he does or has added it.
    """
    if actor.may(Permission.ADMINISTER):
        return True
    found = usage(db.session, row.id, row.symbol)
    if found.elsewhere or not found.owners <= {actor.user_id}:
        return False
    return actor.user_id in found.owners or row.created_by == actor.user_id


def editable(actor: Actor, symbol: str) -> InstrumentRow:
    """The instrument, locked for a change by ``actor``. Raises: NotFound, PermissionDenied."""
    row = found(symbol)
    if not may_edit(actor, row):
        audit.record(actor, "instrument.denied", object_type="instrument", object_id=row.id, result="denied")
        raise PermissionDenied(f"{symbol} is in use by others too: only an administrator can change it.")
    db.session.refresh(row, with_for_update={"key_share": True})
    return row


def found(symbol: str) -> InstrumentRow:
    """The instrument. Raises: NotFound."""
    row = store.by_symbol(db.session, [symbol]).get(symbol)
    if row is None:
        raise NotFound(f"There is no instrument {symbol}.")
    return row


def require_administrator(actor: Actor, what: str) -> None:
    """Raises: PermissionDenied."""
    if not actor.may(Permission.ADMINISTER):
        raise PermissionDenied(f"Only an administrator can {what}.")
