"""What a search found that is here already: under this symbol or another, or as another symbol of the same ISIN."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.db.repositories import instrument_moves, instrument_symbols
from dashboard.db.repositories import instruments as store
from dashboard.domain.access import Actor
from dashboard.errors import Conflict
from dashboard.providers.base import ALONE
from dashboard.results.instrument_editing import HitKey, Twin
from dashboard.results.instruments import InstrumentDetail, SearchResult
from dashboard.services.instruments import editing, naming, permits
from dashboard.services.names import is_isin


def instruments_of(hits: Sequence[SearchResult]) -> dict[HitKey, str]:
    """The symbols of the instruments that hits are: by that symbol, or by what the provider calls the instrument."""
    stored = store.by_symbol(db.session, [hit.symbol for hit in hits])
    called = instrument_symbols.called(db.session, [(hit.source, hit.symbol) for hit in hits])
    keys = [(hit.source, hit.symbol) for hit in hits]
    return {key: called.get(key, key[1]) for key in keys if key in called or key[1] in stored}


def twins(actor: Actor, text: str, hits: Sequence[SearchResult], known: Mapping[HitKey, str]) -> dict[HitKey, Twin]:
    """The instruments that have the ISIN which was searched for, by the hits that are none of them.

    A hit in the currency of one, or whose currency is not known, is a double of it; one in another is another listing.
    """
    isin = text.upper()
    rows = store.with_isin(db.session, isin) if is_isin(isin) else []
    if not rows:
        return {}
    called = instrument_symbols.elsewhere(db.session, [row.id for row in rows])
    found: dict[HitKey, Twin] = {}
    for hit in hits:
        key = (hit.source, hit.symbol)
        if key not in known:
            row = next((row for row in rows if hit.currency in ("", row.currency)), rows[0])
            double = hit.currency in ("", row.currency)
            joins = double and _takes(row, hit.source, called.get(row.id, {})) and permits.may_edit(actor, row)
            found[key] = Twin(row.symbol, row.currency, double, joins)
    return found


def join(actor: Actor, twin: Twin, provider: str, symbol: str) -> InstrumentDetail:
    """Have ``provider`` asked for an instrument by ``symbol``. Raises: NotFound, PermissionDenied, Conflict."""
    row = permits.editable(actor, twin.symbol)
    called = instrument_symbols.elsewhere(db.session, [row.id]).get(row.id, {})
    if not _takes(row, provider, called):
        raise Conflict(
            f"{twin.symbol} has prices of {provider} or another symbol there already: change it on its page."
        )
    if row.provider in ("", provider):
        return naming.remap(actor, twin.symbol, symbol, provider=provider)
    return editing.edit(actor, twin.symbol, {}, {**called, provider: symbol})


def _takes(row: InstrumentRow, provider: str, called: Mapping[str, str]) -> bool:
    """Whether an instrument has room for what ``provider`` calls it: no other symbol or price of that provider."""
    if row.provider in ALONE:
        return False
    if row.provider in ("", provider):
        return not instrument_moves.of_providers(db.session, row.id)
    return provider not in called
