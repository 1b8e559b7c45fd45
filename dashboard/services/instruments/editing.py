"""Change what is kept of an instrument. What a person has set is remembered: no provider overwrites it."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.db.models.market import PERCENT_UNIT
from dashboard.db.repositories import dirty, instrument_moves, instrument_symbols
from dashboard.db.repositories import instruments as store
from dashboard.domain.access import Actor
from dashboard.domain.instruments import InstrumentState
from dashboard.errors import Conflict, InvalidInput
from dashboard.providers.base import MANUAL
from dashboard.providers.normalise import major_unit
from dashboard.results.instruments import InstrumentDetail
from dashboard.services import audit
from dashboard.services.instruments import fields, permits
from dashboard.services.market_data import quality, reading, revaluation
from dashboard.services.market_data.master_data import other_symbol_problem

# What tells where prices come from: a change of it asks for them anew.
ASKED_BY = frozenset({"provider", "provider_symbol"})
# These decide what is asked, and are set by a refresh too: not the words of a person about the instrument.
NOT_REMEMBERED = frozenset({"provider_symbol", "stale_after_days"})
WRITTEN_DOWN = 200


def edit(
    actor: Actor, symbol: str, values: Mapping[str, object], symbols: Mapping[str, str] | None = None
) -> InstrumentDetail:
    """Set ``values`` by their field names, and what other providers call it (``symbols``: all of them).

    Raises: NotFound, PermissionDenied, InvalidInput for the first value that is wrong, Conflict where prices are
    stored that came under another symbol of the same provider.
    """
    wanted = fields.checked(values)
    row = permits.editable(actor, symbol)
    _require_one_currency(row, wanted)
    if (problem := other_symbol_problem(row, wanted)) is not None:
        raise Conflict(f"{problem}.")
    different = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    counted = row.value_multiplier
    before = {name: _shown(getattr(row, name)) for name in different}
    for name, value in different.items():
        setattr(row, name, value)
    row.edited = sorted({*row.edited, *wanted} - NOT_REMEMBERED)
    if ASKED_BY & different.keys():
        ask_anew(row)
    others = _other_symbols(row, symbols)
    if different or others:
        row.price_version += 1  # what is kept of figures holds names and groups too
    day = instrument_moves.first_traded(db.session, row.id) if row.value_multiplier != counted else None
    db.session.flush()
    quality.examine(row)
    touched = dirty.mark_by_instruments(db.session, {row.id: day}) if day else set()
    details = {name: f"{before[name]} → {_shown(value)}"[:WRITTEN_DOWN] for name, value in different.items()}
    audit.record(
        actor,
        "instrument.edit",
        object_type="instrument",
        object_id=row.id,
        details={"symbol": symbol, **details, **others},
    )
    db.session.commit()
    if touched:
        revaluation.ask()
    return reading.instrument(actor, symbol)


def ask_anew(row: InstrumentRow) -> None:
    """Have the whole history asked for by the next refresh; what is priced by hand needs none."""
    row.refreshed_at = row.asked_at = None
    row.problem_code = row.problem = ""
    if row.state == InstrumentState.DELISTED:
        return
    row.state = (InstrumentState.ACTIVE if row.provider == MANUAL else InstrumentState.UNRESOLVED).value


def _require_one_currency(row: InstrumentRow, wanted: Mapping[str, fields.Value]) -> None:
    """Raises: InvalidInput where what is stored is in another currency, or the price's unit is not of the currency."""
    currency = wanted.get("currency", row.currency)
    if currency != row.currency and (store.is_traded(db.session, row.id) or store.has_prices(db.session, row.id)):
        reason = f"{row.symbol} has transactions or prices in {row.currency}: it cannot become {currency}."
        raise InvalidInput(reason, field="currency")
    unit = wanted.get("price_unit", row.price_unit)
    if unit and unit != PERCENT_UNIT and major_unit(str(unit))[0] != currency:
        raise InvalidInput(f"{unit} is no unit of {currency}.", field="price_unit")


def _other_symbols(row: InstrumentRow, symbols: Mapping[str, str] | None) -> dict[str, str]:
    """Keep the symbols at other providers; what to write down of them. Raises: InvalidInput."""
    if symbols is None:
        return {}
    named = {
        fields.provider_of("symbols", name): fields.symbol_of("symbols", text) for name, text in symbols.items() if text
    }
    if "" in named:
        raise InvalidInput("A symbol needs the provider that calls it so.", field="symbols")
    if instrument_symbols.elsewhere(db.session, [row.id]).get(row.id, {}) == named:
        return {}
    instrument_symbols.replace_elsewhere(db.session, row.id, named)
    return {"symbols": ", ".join(f"{name}: {text}" for name, text in sorted(named.items()))[:WRITTEN_DOWN]}


def _shown(value: object) -> str:
    return "" if value is None else str(value)
