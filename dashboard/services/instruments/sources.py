"""Have an instrument's prices fetched from an address of its own."""

from __future__ import annotations

from urllib.parse import urlsplit

from dashboard.db.engine import db
from dashboard.db.models import InstrumentSource
from dashboard.db.models.market import PERCENT_UNIT
from dashboard.db.repositories import instrument_symbols
from dashboard.domain.access import Actor
from dashboard.errors import InvalidInput
from dashboard.providers.address_wire import is_path
from dashboard.providers.base import ADDRESS
from dashboard.results.instrument_editing import PriceAddress
from dashboard.results.instruments import InstrumentDetail
from dashboard.services import audit
from dashboard.services.instruments import permits
from dashboard.services.instruments.editing import ask_anew
from dashboard.services.market_data import reading

FORMATS = ("json", "csv")
LONGEST_URL, LONGEST_PATH = 2_000, 200


def set_address(actor: Actor, symbol: str, address: PriceAddress) -> InstrumentDetail:
    """Fetch the prices from ``address`` from now on, the first one included.

    Only an administrator may: it is the server that goes there, with headers of its settings.

    Raises: PermissionDenied, NotFound, InvalidInput.
    """
    permits.require_administrator(actor, "say where prices are fetched from")
    _require_possible(address)
    row = permits.editable(actor, symbol)
    stored = instrument_symbols.sources(db.session, [row.id]).get(row.id)
    if stored is None:
        stored = InstrumentSource(instrument_id=row.id)
        db.session.add(stored)
    stored.url, stored.format = address.url, address.format
    stored.date_path, stored.close_path = address.date_path, address.close_path
    stored.currency_path, stored.date_format = address.currency_path, address.date_format
    stored.headers = address.headers
    row.provider, row.provider_symbol = ADDRESS, ""
    row.edited = sorted({*row.edited, "provider"})
    if row.price_unit != PERCENT_UNIT and "price_unit" not in row.edited:
        row.price_unit = ""
    ask_anew(row)
    row.price_version += 1
    host = urlsplit(address.url).netloc
    audit.record(
        actor, "instrument.source", object_type="instrument", object_id=row.id, details={"symbol": symbol, "host": host}
    )
    db.session.commit()
    return reading.instrument(actor, symbol)


def _require_possible(address: PriceAddress) -> None:
    """Raises: InvalidInput for the first part that is wrong."""
    parts = _parts(address.url)
    if parts is None:
        raise InvalidInput(
            "The address begins with http:// or https:// and names a host, and no password.", field="url"
        )
    if address.format not in FORMATS:
        raise InvalidInput(f"The format is one of {', '.join(FORMATS)}.", field="format")
    for name in ("date_path", "close_path", "currency_path"):
        text: str = getattr(address, name)
        needed = name != "currency_path"
        possible = is_path(text) if address.format == "json" else bool(text.strip())
        if len(text) > LONGEST_PATH or (text and not possible) or (needed and not text):
            raise InvalidInput(f"{text[:40]!r} is no path to a field, such as data.prices[*].close.", field=name)
    if len(address.date_format) > LONGEST_PATH or len(address.headers) > LONGEST_PATH:
        raise InvalidInput("That is too long.", field="date_format")


def _parts(url: str) -> str | None:
    """The host of an address that can be asked for; None where it is no such address."""
    if len(url) > LONGEST_URL or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.username is None and parts.port != 0
    except ValueError:
        return None
    return parts.hostname if usable else None
