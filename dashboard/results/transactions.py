"""Rows of a ledger as pages, files and the API show them, and the verdicts on rows that want to enter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from dashboard.domain.transactions import Transaction
from dashboard.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class TransactionRow:
    """A stored transaction with what the ledger makes of it. ``cash_effect`` is in the portfolio's currency."""

    id: int
    version: int
    transaction: Transaction
    instrument_name: str
    cash_effect: float | None
    batch_id: int | None = None


@dataclass(frozen=True, slots=True)
class TransactionPage:
    """Some rows of a ledger, newest first, and how many there are in all."""

    rows: tuple[TransactionRow, ...]
    total: int
    first_date: date | None
    last_date: date | None


@dataclass(frozen=True, slots=True)
class RowCheck:
    """A row being typed: the transaction that it would become (None where it cannot be read), and its faults."""

    transaction: Transaction | None
    faults: tuple[InvalidInput, ...]
    cash_effect: float | None = None


class VerdictKind(StrEnum):
    """What an import will do with a row."""

    NEW = "new"
    DUPLICATE = "duplicate"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """The verdict on one row of a file. ``row`` counts from 1 below the header.

    ``kept_out``: a duplicate of what the ledger has in other words, such as another amount or another day.
    """

    row: int
    kind: VerdictKind
    transaction: Transaction | None = None
    column: str | None = None
    reason: str = ""
    new_instrument: bool = False
    kept_out: bool = False
    cells: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What a file would do to a ledger; nothing has been written."""

    filename: str
    format: str
    file_hash: str
    rows: tuple[RowVerdict, ...]
    new_symbols: tuple[str, ...] = ()
    suggest_untracked: bool = False
    problems: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    """What only a person can tell about the file: ``date_order``, ``decimal_mark``."""

    def count(self, kind: VerdictKind) -> int:
        """How many rows have this verdict."""
        return sum(1 for row in self.rows if row.kind is kind)


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What a committed file did. ``batch_id`` is None where no row was new."""

    batch_id: int | None
    added: int
    duplicates: int
    failed: int
    errors: tuple[RowVerdict, ...] = ()
    kept_out: tuple[RowVerdict, ...] = ()
    new_symbols: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportBatchItem:
    """A line in the list of imports."""

    id: int
    filename: str
    created_at: datetime
    added: int
    duplicates: int
    failed: int
    undone_at: datetime | None
