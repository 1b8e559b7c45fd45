"""Add an instrument: one that a search found, or one of one's own that nobody quotes."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.db.repositories import instrument_symbols
from dashboard.db.repositories import instruments as store
from dashboard.domain.access import Actor
from dashboard.domain.instruments import InstrumentState
from dashboard.errors import Conflict, InvalidInput, NotFound
from dashboard.providers.base import MANUAL
from dashboard.results.instrument_editing import ProviderSearch
from dashboard.results.instruments import InstrumentDetail, SearchResult
from dashboard.services import audit, portfolios
from dashboard.services.instruments import fields, joining
from dashboard.services.instruments.searching import search_elsewhere
from dashboard.services.market_data import reading
from dashboard.services.market_data.asking import ask_for_missing
from dashboard.services.names import TEXT_LENGTH, is_isin

FALLBACK_CURRENCY = "USD"


def add(actor: Actor, symbol: str, values: Mapping[str, object]) -> InstrumentDetail:
    """Add an instrument of one's own words; a worker is asked for its prices unless they are entered by hand.

    Raises: InvalidInput, Conflict where there is one of the symbol.
    """
    if not values.get("currency"):
        raise InvalidInput("An instrument needs a currency.", field="currency")
    return _added(actor, symbol, fields.checked(values), edited=sorted(set(values) - {"provider_symbol"}))


def add_found(actor: Actor, text: str, provider: str, symbol: str) -> InstrumentDetail:
    """Add what the search for ``text`` found at ``provider`` as ``symbol``, and have its history fetched.

    Where no currency was given with it, it is in that of the person's portfolios until its provider says which.

    Raises: NotFound where the search has no such hit (any more), Conflict where it is here already.
    """
    found, hit = _hit(actor, text, provider, symbol)
    isin = {"isin": found.text.upper()} if is_isin(found.text.upper()) else {}
    values = {
        "name": hit.name[:TEXT_LENGTH],
        "asset_class": hit.asset_class.value,
        "currency": hit.currency or _currency(actor),
        "exchange": hit.exchange[:TEXT_LENGTH],
        "provider": hit.source,
        "provider_symbol": hit.symbol,
        **isin,
    }
    return _added(actor, hit.symbol, fields.checked(values), edited=[])


def join_found(actor: Actor, text: str, provider: str, symbol: str) -> InstrumentDetail:
    """Have the instrument that has the ISIN which was searched for asked for by what the search found, too.

    Raises: NotFound where the search has no such hit or no instrument has its ISIN (any more), PermissionDenied,
    Conflict where the instrument has prices or a symbol of the provider already.
    """
    found, hit = _hit(actor, text, provider, symbol)
    twin = found.twin_of(hit)
    if twin is None:
        raise NotFound(f"No instrument has the ISIN {found.text} and is not {symbol} (any more): search again.")
    if not twin.double:
        raise Conflict(
            f"{twin.symbol} is kept in {twin.currency}, and {symbol} is in {hit.currency}: add it by itself."
        )
    joined = joining.join(actor, twin, provider, symbol)
    ask_for_missing([joined.symbol])
    return joined


def _hit(actor: Actor, text: str, provider: str, symbol: str) -> tuple[ProviderSearch, SearchResult]:
    """What a search found at a provider, with all of the search. Raises: NotFound."""
    found = search_elsewhere(actor, text)
    hit = next((one for one in found.hits if (one.source, one.symbol) == (provider, symbol)), None)
    if hit is None:
        raise NotFound(f"The search for {found.text} has no {symbol} (any more): search again.")
    return found, hit


def _added(actor: Actor, symbol: str, values: Mapping[str, fields.Value], *, edited: list[str]) -> InstrumentDetail:
    symbol = fields.symbol_of("symbol", symbol)
    if symbol in store.by_symbol(db.session, [symbol]):
        raise Conflict(f"There is an instrument {symbol} already.")
    by_hand = values.get("provider") == MANUAL
    state = InstrumentState.ACTIVE if by_hand else InstrumentState.UNRESOLVED
    row = InstrumentRow(symbol=symbol, state=state.value, edited=edited, created_by=actor.user_id, **values)
    db.session.add(row)
    instrument_symbols.forget(db.session, symbol)
    db.session.flush()
    audit.record(actor, "instrument.add", object_type="instrument", object_id=row.id, details={"symbol": symbol})
    db.session.commit()
    if not by_hand:
        ask_for_missing([symbol])
    return reading.instrument(actor, symbol)


def _currency(actor: Actor) -> str:
    found = portfolios.list_portfolios(actor)
    return found[0].portfolio.base_currency if found else FALLBACK_CURRENCY
