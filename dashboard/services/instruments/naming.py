"""Rename an instrument, ask for it by another symbol, say that it trades no more, or delete it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.db.repositories import dirty, instrument_moves, instrument_symbols
from dashboard.db.repositories import instruments as store
from dashboard.db.repositories.instrument_usage import usage
from dashboard.domain.access import Actor
from dashboard.domain.instruments import InstrumentState
from dashboard.errors import Conflict, InvalidInput
from dashboard.providers.base import ALONE
from dashboard.results.instruments import InstrumentDetail
from dashboard.services import audit
from dashboard.services.instruments import fields, permits
from dashboard.services.instruments.editing import ask_anew
from dashboard.services.market_data import quality, reading, revaluation
from dashboard.services.market_data.master_data import prices_of_before


def rename(actor: Actor, symbol: str, new: str) -> InstrumentDetail:
    """Give an instrument another symbol; its history stays, and files that use the old symbol still mean it.

    Its provider goes on being asked for what it was asked for. Raises: NotFound, PermissionDenied, InvalidInput,
    Conflict where another instrument has the symbol.
    """
    row = permits.editable(actor, symbol)
    new = fields.symbol_of("symbol", new)
    if new == symbol:
        return reading.instrument(actor, symbol)
    if new in store.by_symbol(db.session, [new]):
        raise Conflict(f"There is an instrument {new} already: merge {symbol} into it if the two are one.")
    if row.provider and row.provider not in ALONE and not row.provider_symbol:
        row.provider_symbol = symbol
    instrument_symbols.forget(db.session, new)
    row.symbol = new
    db.session.flush()
    instrument_symbols.remember(db.session, row.id, symbol)
    instrument_moves.rename_in_blends(db.session, symbol, new)
    instrument_moves.raise_ledgers(db.session, row.id)
    _commit(actor, "instrument.rename", row, from_symbol=symbol)
    return reading.instrument(actor, new)


def remap(
    actor: Actor, symbol: str, new: str, *, provider: str | None = None, discard: bool = False
) -> InstrumentDetail:
    """Have the provider (``provider``, or any that knows it) asked for ``new``, from the first price on.

    Prices that came under the symbol before are of something else: they are dropped with ``discard``.

    Raises: NotFound, PermissionDenied, InvalidInput, Conflict where such prices are stored and not to be dropped.
    """
    wanted = fields.symbol_of("provider_symbol", new)
    named = fields.provider_of("provider", provider)
    if named in ALONE:
        raise InvalidInput(f"{named} knows no symbols.", field="provider")
    row = permits.editable(actor, symbol)
    stored = instrument_moves.of_providers(db.session, row.id)
    if stored and not discard and wanted != row.provider_symbol:
        raise Conflict(f"{prices_of_before(row, stored, wanted)}.")
    if discard:
        instrument_moves.drop_of_providers(db.session, row.id)
    row.provider, row.provider_symbol, row.delisted_on = named, wanted, None
    row.state = InstrumentState.UNRESOLVED.value
    row.edited = [name for name in row.edited if name != "provider"]
    ask_anew(row)
    _commit(actor, "instrument.remap", row, to=wanted, provider=named, dropped=stored if discard else None)
    return reading.instrument(actor, symbol)


def delist(actor: Actor, symbol: str, day: date) -> InstrumentDetail:
    """Say that an instrument trades no more from ``day`` on: its last price stands, and nobody is asked for others.

    Raises: NotFound, PermissionDenied, InvalidInput for a day to come.
    """
    row = permits.editable(actor, symbol)
    if day > datetime.now(UTC).date():
        raise InvalidInput(f"{day} is in the future.", field="date")
    row.state, row.delisted_on = InstrumentState.DELISTED.value, day
    row.problem_code = row.problem = ""
    _commit(actor, "instrument.delist", row, since=day)
    return reading.instrument(actor, symbol)


def relist(actor: Actor, symbol: str) -> InstrumentDetail:
    """Take a delisting back. Raises: NotFound, PermissionDenied, InvalidInput where it is not delisted."""
    row = permits.editable(actor, symbol)
    if row.delisted_on is None:
        raise InvalidInput(f"{symbol} is not delisted.", field="date")
    row.delisted_on, row.state = None, InstrumentState.ACTIVE.value
    if not store.has_prices(db.session, row.id):
        ask_anew(row)
    _commit(actor, "instrument.relist", row)
    return reading.instrument(actor, symbol)


def delete(actor: Actor, symbol: str) -> None:
    """Delete an instrument that nothing uses, with its prices. Raises: NotFound, PermissionDenied, Conflict."""
    row = permits.editable(actor, symbol)
    found = usage(db.session, row.id, symbol)
    if not found.is_none:
        where = ", ".join((*found.portfolios, *(name.replace("_", " ") for name in found.elsewhere)))
        raise Conflict(f"{symbol} is in use ({where}): delist it, or merge it into another.")
    audit.record(actor, "instrument.delete", object_type="instrument", object_id=row.id, details={"symbol": symbol})
    db.session.delete(row)
    db.session.commit()


def _commit(actor: Actor, action: str, row: InstrumentRow, **told: object) -> None:
    """Check the instrument anew, mark what it is in, write down what was done."""
    row.price_version += 1
    db.session.flush()
    quality.examine(row)
    day = instrument_moves.first_traded(db.session, row.id)
    touched = dirty.mark_by_instruments(db.session, {row.id: day}) if day else set()
    details = {name: str(value) for name, value in told.items() if value not in (None, "")}
    audit.record(actor, action, object_type="instrument", object_id=row.id, details={"symbol": row.symbol, **details})
    db.session.commit()
    if touched:
        revaluation.ask()
