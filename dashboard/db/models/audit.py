"""The audit trail: append-only (a trigger and the grants see to it) and chained by hashes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db.models.base import Base, CreatedAt, Key


class AuditEntry(Base):
    """Who did what to which object, from where, with which result."""

    __tablename__ = "audit"
    __table_args__ = (
        CheckConstraint("result in ('ok', 'denied', 'failed')", name="result"),
        Index("ix_audit_at", text("at desc")),
        Index("ix_audit_object", "object_type", "object_id"),
    )

    id: Mapped[Key]
    at: Mapped[CreatedAt]
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    email: Mapped[str] = mapped_column(Text, server_default="")
    action: Mapped[str] = mapped_column(Text)
    object_type: Mapped[str] = mapped_column(Text, server_default="")
    object_id: Mapped[str] = mapped_column(Text, server_default="")
    address: Mapped[str] = mapped_column(Text, server_default="")
    result: Mapped[str] = mapped_column(Text, server_default="ok")
    request_id: Mapped[str] = mapped_column(Text, server_default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))  # Any: free-form JSON
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
