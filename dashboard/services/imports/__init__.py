"""Imports: what a file would do to a ledger, doing it in one transaction, and taking it back whole."""

from __future__ import annotations

from dashboard.services.imports.batches import list_batches, undo
from dashboard.services.imports.committing import commit, preview
from dashboard.services.imports.files import FORMATS
from dashboard.services.imports.options import DateOrder, DecimalMark, ImportOptions
from dashboard.services.imports.table import MAX_BYTES

__all__ = [
    "FORMATS",
    "MAX_BYTES",
    "DateOrder",
    "DecimalMark",
    "ImportOptions",
    "commit",
    "list_batches",
    "preview",
    "undo",
]
