"""An instrument with all that can be changed of it."""

from __future__ import annotations

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.db.repositories import instrument_symbols
from dashboard.db.repositories import instruments as store
from dashboard.domain.access import Actor, Permission
from dashboard.results.instrument_editing import EditableInstrument, PriceAddress
from dashboard.services.instruments import permits
from dashboard.services.instruments.manual_prices import prices_by_hand
from dashboard.services.market_data import reading


def editable_instrument(actor: Actor, symbol: str) -> EditableInstrument:
    """The instrument, and what ``actor`` may do with it. Raises: NotFound."""
    row = permits.found(symbol)
    return EditableInstrument(
        detail=reading.instrument(actor, symbol),
        may_edit=permits.may_edit(actor, row),
        may_administer=actor.may(Permission.ADMINISTER),
        symbols=instrument_symbols.elsewhere(db.session, [row.id]).get(row.id, {}),
        former=instrument_symbols.former_of(db.session, row.id),
        same_isin=store.same_isin(db.session, [row.id]).get(row.id, ()),
        prices_by_hand=prices_by_hand(symbol),
        address=_address(row),
    )


def _address(row: InstrumentRow) -> PriceAddress | None:
    found = instrument_symbols.sources(db.session, [row.id]).get(row.id)
    if found is None:
        return None
    paths = (found.date_path, found.close_path, found.currency_path, found.date_format)
    return PriceAddress(found.url, found.format, *paths, found.headers)
