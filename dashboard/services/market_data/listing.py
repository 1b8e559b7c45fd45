"""The list of instruments that are stored, for a page. No provider is asked here."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow
from dashboard.db.repositories import instruments as store
from dashboard.domain.access import Actor
from dashboard.domain.instruments import AssetClass, InstrumentState
from dashboard.results.instruments import InstrumentPage
from dashboard.services.market_data.reading import details_of

LIMIT = 200
COMPARED = (AssetClass.INDEX, AssetClass.ETF, AssetClass.FUND)
_BENCHMARKS = (
    select(InstrumentRow.symbol, InstrumentRow.name)
    .where(InstrumentRow.asset_class.in_([one.value for one in COMPARED]), InstrumentRow.price_version > 0)
    .order_by(InstrumentRow.name, InstrumentRow.symbol)
    .limit(LIMIT)
)


def list_instruments(
    actor: Actor,
    text: str = "",
    *,
    symbols: Collection[str] | None = None,
    troubled: bool = False,
    state: InstrumentState | None = None,
    limit: int = LIMIT,
) -> InstrumentPage:
    """Stored instruments: those that fit ``text``, are among ``symbols``, in ``state``, or in trouble (``troubled``).

    What needs attention comes first, else they are by symbol.

    Instruments are the installation's, not a person's: everyone who may sign in may see them.
    """
    found, total = store.listed(db.session, text.strip(), symbols=symbols, troubled=troubled, state=state, limit=limit)
    details = details_of(found) if found else {}
    return InstrumentPage(tuple(details[symbol] for symbol in found if symbol in details), total)


def benchmarks() -> dict[str, str]:
    """What a portfolio can be compared with, in the order of the names: symbol to name of what has prices."""
    return {symbol: name or symbol for symbol, name in db.session.execute(_BENCHMARKS)}
