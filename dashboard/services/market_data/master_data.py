"""Import master data: what instruments are called, what they are and where their prices come from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

import structlog

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.db.models.market import PERCENT_UNIT
from dashboard.db.repositories import instrument_moves, instrument_symbols
from dashboard.db.repositories import instruments as store
from dashboard.domain.access import Actor
from dashboard.domain.instruments import AssetClass
from dashboard.errors import InvalidInput
from dashboard.providers.base import ADDRESS, MANUAL
from dashboard.providers.csv_cells import BadCell, Row, RowError, decode, read
from dashboard.providers.normalise import major_unit
from dashboard.results.instruments import FileFault, ImportCounts
from dashboard.services import audit
from dashboard.services.market_data.files import require_administrator
from dashboard.services.market_data.targets import FILE_SOURCE
from dashboard.services.names import TEXT_LENGTH, cannot_be_shown, is_isin, symbol_problem
from dashboard.settings import PROVIDER_NAMES

# A market identifier code, as XLON; names of four letters, as NYSE, do not begin with an X.
MIC = re.compile(r"X[A-Z]{3}")
TEXTS = ("name", "exchange", "sector", "industry", "country", "provider", "provider_symbol")
PROVIDERS = (*PROVIDER_NAMES, MANUAL, ADDRESS, FILE_SOURCE)
PERCENT_CELLS = frozenset({"percent", "%"})
REQUIRED = {"symbol", "currency"}
Values = Mapping[str, str | Decimal]

log = structlog.get_logger(__name__)


def import_instruments(actor: Actor, content: bytes, filename: str) -> ImportCounts:
    """Add or describe instruments; an empty cell leaves what is known. A currency that is counted in is not changed.

    Raises: PermissionDenied, InvalidInput where the whole file cannot be read.
    """
    require_administrator(actor)
    header, rows = read(decode(content))
    if not set(header) >= REQUIRED:
        raise InvalidInput("A file of instruments has at least the columns symbol and currency.", row=1)
    faults: list[FileFault] = []
    changed: list[str] = []
    symbols: list[str] = []
    for row in rows:
        if isinstance(row, RowError):
            faults.append(FileFault(row.reason, row.row, row.column))
            continue
        try:
            symbol, values = _values(row)
            symbol = _name_of_today(symbol)
            altered = _take_over(symbol, values)
        except BadCell as error:
            faults.append(FileFault(error.reason, row.number, error.column))
            continue
        symbols.append(symbol)
        changed += [symbol] if altered else []
    doubles = _doubles(symbols)
    details: dict[str, str | int | float | bool | None] = {
        "file": filename,
        "rows": len(symbols),
        "changed": len(changed),
        "faults": len(faults),
    }
    audit.record(actor, "instruments.import", object_type="instruments", details=details)
    db.session.commit()
    for double in doubles:
        log.warning("instruments.same_isin", symbol=double.symbol, reason=double.reason)
    return ImportCounts("instruments", len(symbols), len(changed), tuple(symbols), tuple(faults), doubles)


def other_symbol_problem(row: InstrumentRow, values: Mapping[str, object]) -> str | None:
    """Why its provider cannot simply be asked for another symbol; None where it can.

    The prices under the symbol before are of something else and would stay beside those of the new one.
    """
    asked = row.provider_symbol or row.symbol
    wanted = str(values.get("provider_symbol", asked)) or row.symbol
    if wanted == asked or values.get("provider", row.provider) != row.provider:
        return None
    stored = instrument_moves.of_providers(db.session, row.id)
    return prices_of_before(row, stored, wanted) if stored else None


def prices_of_before(row: InstrumentRow, stored: int, wanted: str) -> str:
    """That so many prices came under the symbol before, and what can be done about it."""
    return (
        f"{row.symbol} has {stored} prices of what {row.provider} calls {row.provider_symbol or row.symbol}: "
        f"'dashboard instruments remap {row.symbol} {wanted} --discard' drops them and asks anew"
    )


def _doubles(symbols: Sequence[str]) -> tuple[FileFault, ...]:
    """That an instrument which the file names has the ISIN and the currency of another one: both are taken over."""
    rows = {row.id: row for row in store.by_symbol(db.session, symbols).values()}
    found = store.same_isin(db.session, list(rows))
    return tuple(_double(rows[key], found[key]) for key in sorted(found))


def _double(row: InstrumentRow, others: Sequence[str]) -> FileFault:
    reason = f"{', '.join(others)} has the ISIN {row.isin} too: merge them if they are one."
    return FileFault(reason, None, "isin", row.symbol)


def _values(row: Row) -> tuple[str, Values]:
    """The symbol and what the row says of it. Raises: BadCell."""
    row.text("currency")
    unit = row.unit("currency")
    values: dict[str, str | Decimal] = {"currency": major_unit(unit)[0]}
    if row.cells.get("price_unit") or unit != values["currency"]:
        values["price_unit"] = _price_unit(row, unit)
    if kind := row.cells.get("asset_class", "").lower():
        if kind not in set(AssetClass):
            raise BadCell("asset_class", f"{kind[:20]!r} is none of {', '.join(AssetClass)}")
        values["asset_class"] = kind
    if isin := row.cells.get("isin", "").upper():
        if not is_isin(isin):
            raise BadCell("isin", f"{isin[:20]!r} is not an ISIN like US0378331005; its last digit checks it")
        values["isin"] = isin
    if row.cells.get("multiplier"):
        values["multiplier"] = row.positive_decimal("multiplier")
    values |= {name: text for name in TEXTS if (text := _text(row, name))}
    if provider := str(values.get("provider", "")).lower():
        if provider not in PROVIDERS:
            raise BadCell("provider", f"{provider[:20]!r} is none of {', '.join(PROVIDERS)}")
        values["provider"] = provider
    if MIC.fullmatch(row.cells.get("exchange", "")):
        values["mic"] = row.cells["exchange"]  # its sessions are those of that exchange
    symbol = row.text("symbol")
    if (problem := symbol_problem(symbol)) is not None:
        raise BadCell("symbol", problem)
    return symbol, values


def _text(row: Row, column: str) -> str:
    text = " ".join(row.cells.get(column, "").split())
    if len(text) > TEXT_LENGTH:
        raise BadCell(column, f"has {len(text)} characters; {TEXT_LENGTH} can be kept")
    if cannot_be_shown(text):
        raise BadCell(column, "has a character that cannot be shown")
    return text


def _price_unit(row: Row, unit: str) -> str:
    """How the instrument is quoted: in percent of its face value, in a minor unit, or in its currency."""
    if row.cells.get("price_unit", "").lower() in PERCENT_CELLS:
        return PERCENT_UNIT
    price_unit = row.unit("price_unit") or unit
    currency = major_unit(unit)[0]
    if major_unit(price_unit)[0] != currency:
        raise BadCell("price_unit", f"{price_unit} is no unit of {currency}")
    return price_unit


def _of_persons(values: Values) -> set[str]:
    """What no provider overwrites: whatever a file says but what a first refresh decides by itself."""
    return set(values) - {"currency", "price_unit", "provider", "provider_symbol"}


def _name_of_today(symbol: str) -> str:
    """What an instrument that was renamed or merged is called now, unless another one has its old symbol."""
    former = instrument_symbols.former(db.session, [symbol])
    return former.get(symbol, symbol) if symbol not in store.by_symbol(db.session, [symbol]) else symbol


def _take_over(symbol: str, values: Values) -> bool:
    """Whether anything was new or different. Raises: BadCell."""
    row = store.by_symbol(db.session, [symbol]).get(symbol)
    if row is None:
        db.session.add(InstrumentRow(symbol=symbol, edited=sorted(_of_persons(values)), **values))
        db.session.flush()
        return True
    in_use = store.is_traded(db.session, row.id) or store.has_prices(db.session, row.id)
    if in_use and values["currency"] != row.currency:
        raise BadCell(
            "currency", f"{symbol} is counted in {row.currency} already and cannot become {values['currency']}"
        )
    if (problem := other_symbol_problem(row, values)) is not None:
        raise BadCell("provider_symbol", problem)
    counted = row.value_multiplier
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    row.edited = sorted({*row.edited, *_of_persons(values)})
    if row.value_multiplier != counted:
        row.price_version += 1
    if {"provider", "provider_symbol"} & different.keys():
        row.refreshed_at = row.asked_at = None  # its prices are asked for at once, from the first one on
    return bool(different)
