"""Import batches as rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select, update

from dashboard.db.engine import db
from dashboard.db.models.ledger import ImportBatch, LedgerTransaction
from dashboard.db.repositories.ledger.portfolios import POSSIBLE_KEYS
from dashboard.domain.access import UserId
from dashboard.results.transactions import ImportBatchItem


@dataclass(frozen=True, slots=True)
class NewBatch:
    """What is kept of a file that was committed."""

    portfolio_id: int
    user_id: UserId | None
    filename: str
    format: str
    file_hash: bytes
    added: int
    duplicates: int
    failed: int


@dataclass(frozen=True, slots=True)
class BatchState:
    """Whose a batch is, and whether it was taken back."""

    portfolio_id: int
    filename: str
    undone_at: datetime | None


def insert(batch: NewBatch) -> int:
    """Add a batch; its id."""
    row = ImportBatch(
        portfolio_id=batch.portfolio_id,
        user_id=batch.user_id,
        filename=batch.filename,
        format=batch.format,
        file_hash=batch.file_hash,
        rows_added=batch.added,
        rows_duplicate=batch.duplicates,
        rows_failed=batch.failed,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def state(batch_id: int) -> BatchState | None:
    """The batch ``batch_id``; any number may be asked for."""
    if batch_id not in POSSIBLE_KEYS:
        return None
    query = select(ImportBatch.portfolio_id, ImportBatch.filename, ImportBatch.undone_at)
    row = db.session.execute(query.where(ImportBatch.id == batch_id)).one_or_none()
    return None if row is None else BatchState(*row)


def row_ids(batch_id: int) -> tuple[int, ...]:
    """The rows of a batch that are still there."""
    return tuple(db.session.scalars(select(LedgerTransaction.id).where(LedgerTransaction.batch_id == batch_id)))


def mark_undone(batch_id: int) -> None:
    """Say that a batch was taken back."""
    db.session.execute(update(ImportBatch).where(ImportBatch.id == batch_id).values(undone_at=datetime.now(UTC)))


def mark_all_undone(portfolio_id: int) -> None:
    """Say of every open batch of a ledger that it was taken back."""
    condition = (ImportBatch.portfolio_id == portfolio_id) & ImportBatch.undone_at.is_(None)
    db.session.execute(update(ImportBatch).where(condition).values(undone_at=datetime.now(UTC)))


def items(portfolio_id: int) -> tuple[ImportBatchItem, ...]:
    """The imports into a ledger, newest first."""
    query = select(
        ImportBatch.id,
        ImportBatch.filename,
        ImportBatch.created_at,
        ImportBatch.rows_added,
        ImportBatch.rows_duplicate,
        ImportBatch.rows_failed,
        ImportBatch.undone_at,
    ).where(ImportBatch.portfolio_id == portfolio_id)
    rows = db.session.execute(query.order_by(ImportBatch.created_at.desc(), ImportBatch.id.desc()))
    return tuple(ImportBatchItem(*row) for row in rows)
