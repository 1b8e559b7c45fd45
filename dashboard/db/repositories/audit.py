"""The audit trail as rows: append one, read them in order."""

from __future__ import annotations

from collections.abc import Generator

from sqlalchemy import select, text

from dashboard.db.engine import db
from dashboard.db.models.audit import AuditEntry

AUDIT_LOCK = 4_201_002


def last_hash() -> bytes:
    """The hash of the newest entry, b"" where there is none; nobody else may append until this transaction ends."""
    db.session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": AUDIT_LOCK})
    return db.session.scalar(select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)) or b""


def append(entry: AuditEntry) -> None:
    """Add an entry to the transaction in hand."""
    db.session.add(entry)
    db.session.flush()


def entries() -> Generator[AuditEntry, None, None]:
    """Every entry, oldest first; close it where you stop before the end."""
    with db.session.scalars(select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=500)) as rows:
        yield from rows
