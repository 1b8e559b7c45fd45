"""A ledger as a canonical file: exact decimals, no formulas, nothing that the importer would read otherwise."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from dashboard.domain.transactions import Transaction
from dashboard.security.csv_safety import neutralise
from dashboard.services.ledger.decimals import plain
from dashboard.services.ledger.draft import Draft
from dashboard.services.ledger.lot_names import lots_text

COLUMNS = (
    *("date", "type", "symbol", "quantity", "price", "currency", "fee", "tax", "amount", "fx_rate", "cash_currency"),
    *("account", "settle_date", "note", "external_id", "target_amount", "target_currency", "ratio"),
    *("target_symbol", "cost_fraction", "acquired", "cost", "lot_ids", "accrued", "fee_currency"),
)


def canonical_csv(rows: Iterable[Transaction]) -> bytes:
    """The file of ``rows`` in their order."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        draft = Draft.of(row)
        writer.writerow([_cell(getattr(draft, column)) for column in COLUMNS])
    return text.getvalue().encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, tuple):
        return neutralise(lots_text(value))
    return value.isoformat() if isinstance(value, date) else neutralise(str(value))
