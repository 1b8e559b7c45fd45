"""Instruments: which there are, what is kept of them, and every change of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from dashboard.api import instrument_schemas as schemas
from dashboard.api.parameters import ISO_DAY, Body, Parameters
from dashboard.api.resource import Answer, Resource
from dashboard.domain.access import Actor, Permission
from dashboard.errors import InvalidInput
from dashboard.results import instrument_editing_wire as wire
from dashboard.results import market_wire
from dashboard.results.instrument_editing import PriceAddress
from dashboard.services import instruments, market_data

ONE = "/instruments/<path:symbol>"
SYMBOL = {"symbol": "string"}
PRICE = {"symbol": "string", "day": "string"}


def listed(actor: Actor, parameters: schemas.ListParameters) -> Answer:
    """The instruments that fit."""
    page = market_data.list_instruments(actor, parameters.q, troubled=parameters.troubled, limit=parameters.limit)
    rows = [market_wire.instrument(detail) for detail in page.rows]
    return Answer(lambda: {"total": page.total, "instruments": list(rows)})


def one(actor: Actor, _parameters: Parameters, symbol: str) -> Answer:
    """All that is kept of one. Raises: NotFound."""
    found = instruments.editable_instrument(actor, symbol)
    return Answer(lambda: wire.editable_instrument(found))


def search(actor: Actor, parameters: schemas.SearchParameters) -> Answer:
    """What the providers know. Raises: InvalidInput."""
    found = instruments.search_elsewhere(actor, parameters.q)
    return Answer(lambda: wire.provider_search(found))


def add(actor: Actor, body: schemas.Add) -> Answer:
    """Add one that a search found, or one's own. Raises: InvalidInput, NotFound, Conflict."""
    values = body.model_dump(exclude_unset=True, exclude={"symbol", "found_by", "symbols"})
    if body.found_by is not None:
        made = instruments.add_found(actor, body.found_by, body.provider or "", body.symbol)
    else:
        made = instruments.add(actor, body.symbol, values)
    return one(actor, Parameters(), made.symbol)


def edit(actor: Actor, body: schemas.Edit, symbol: str) -> Answer:
    """Set what the body names. Raises: NotFound, PermissionDenied, InvalidInput."""
    values = body.model_dump(exclude_unset=True)
    symbols = values.pop("symbols", None)
    instruments.edit(actor, symbol, values, symbols)
    return one(actor, Parameters(), symbol)


def rename(actor: Actor, body: schemas.Rename, symbol: str) -> Answer:
    """Give it another symbol. Raises: NotFound, PermissionDenied, Conflict."""
    return one(actor, Parameters(), instruments.rename(actor, symbol, body.symbol).symbol)


def merge(actor: Actor, body: schemas.Merge, symbol: str) -> Answer:
    """Merge it into another, or say what that would do. Raises: NotFound, PermissionDenied, Conflict."""
    done = (instruments.plan_merge if body.dry_run else instruments.merge)(actor, symbol, body.into)
    return Answer(lambda: wire.merge_plan(done))


def remap(actor: Actor, body: schemas.Remap, symbol: str) -> Answer:
    """Have it asked for by another symbol. Raises: NotFound, PermissionDenied, Conflict."""
    instruments.remap(actor, symbol, body.symbol, provider=body.provider, discard=body.discard)
    market_data.ask_for_missing([symbol], rates=False)
    return one(actor, Parameters(), symbol)


def delist(actor: Actor, body: schemas.Delist, symbol: str) -> Answer:
    """Say that it trades no more, or after all. Raises: NotFound, PermissionDenied, InvalidInput."""
    if body.date is None:
        instruments.relist(actor, symbol)
    else:
        instruments.delist(actor, symbol, body.date)
    return one(actor, Parameters(), symbol)


def set_source(actor: Actor, body: schemas.SetSource, symbol: str) -> Answer:
    """Have its prices fetched from an address. Raises: NotFound, PermissionDenied, InvalidInput."""
    instruments.set_address(actor, symbol, PriceAddress(**body.model_dump()))
    market_data.ask_for_missing([symbol], rates=False)
    return one(actor, Parameters(), symbol)


def delete(actor: Actor, _parameters: Parameters, symbol: str) -> Answer:
    """Delete it where nothing uses it. Raises: NotFound, PermissionDenied, Conflict."""
    instruments.delete(actor, symbol)
    return Answer(lambda: {"symbol": symbol})


def manual_prices(_actor: Actor, _parameters: Parameters, symbol: str) -> Answer:
    """The prices that were entered by hand. Raises: NotFound."""
    found = instruments.prices_by_hand(symbol)
    return Answer(lambda: [wire.manual_price(price) for price in found])


def set_price(actor: Actor, body: schemas.SetPrice, symbol: str, day: str) -> Answer:
    """Enter a price. Raises: NotFound, PermissionDenied, InvalidInput."""
    found = instruments.set_price(actor, symbol, _day(day), float(body.price))
    return Answer(lambda: wire.manual_price(found))


def unset_price(actor: Actor, _parameters: Parameters, symbol: str, day: str) -> Answer:
    """Take a price back. Raises: NotFound, PermissionDenied."""
    instruments.unset_price(actor, symbol, _day(day))
    return Answer(lambda: {"symbol": symbol})


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text if ISO_DAY.fullmatch(text) else "")
    except ValueError:
        raise InvalidInput(f"{text[:20]} is not a day such as 2024-01-31.", field="date") from None


_reading = partial(Resource, permission=Permission.INSTRUMENT_VIEW)
_writing = partial(Resource, permission=Permission.INSTRUMENT_EDIT)


def _change(name: str, summary: str, handler: Callable[..., Answer], body: type[Body]) -> Resource:
    """A change that has an address of its own, and answers with the instrument."""
    path, model = f"{ONE}/{name}", schemas.MergePlan if name == "merge" else schemas.Instrument
    return _writing(f"instrument_{name}", path, summary, handler, model, variables=SYMBOL, method="POST", body=body)


RESOURCES = (
    _reading("instruments", "/instruments", "Instruments by symbol", listed, schemas.Instruments,
             parameters=schemas.ListParameters),
    _reading("instrument_search", "/instrument-search", "What the providers know by a symbol, a name or an ISIN",
             search, schemas.Search, parameters=schemas.SearchParameters),
    _writing("instrument_add", "/instruments", "Add an instrument", add, schemas.Instrument,
             method="POST", body=schemas.Add),
    _reading("instrument", ONE, "All that is kept of an instrument", one, schemas.Instrument, variables=SYMBOL),
    _writing("instrument_edit", ONE, "Change what is kept of an instrument", edit, schemas.Instrument,
             variables=SYMBOL, method="PATCH", body=schemas.Edit),
    _writing("instrument_delete", ONE, "Delete an instrument that nothing uses", delete, schemas.Done,
             variables=SYMBOL, method="DELETE"),
    _change("rename", "Give an instrument another symbol", rename, schemas.Rename),
    _change("merge", "Merge an instrument into another; this cannot be undone", merge, schemas.Merge),
    _change("remap", "Have an instrument asked for by another symbol", remap, schemas.Remap),
    _change("delist", "Say that an instrument trades no more, or after all", delist, schemas.Delist),
    _writing("instrument_source", f"{ONE}/source", "Have prices fetched from an address", set_source,
             schemas.Instrument, variables=SYMBOL, method="PUT", body=schemas.SetSource),
    _reading("manual_prices", f"{ONE}/manual-prices", "Prices that were entered by hand", manual_prices,
             schemas.ManualPrices, variables=SYMBOL),
    _writing("set_price", f"{ONE}/prices/<day>", "Enter the price of a day by hand", set_price, schemas.ManualPrice,
             variables=PRICE, method="PUT", body=schemas.SetPrice),
    _writing("unset_price", f"{ONE}/prices/<day>", "Take back a price that was entered by hand", unset_price,
             schemas.Done, variables=PRICE, method="DELETE"),
)  # fmt: skip
