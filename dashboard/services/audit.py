"""The audit trail: who did what to which object, from where, with which result; chained by hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime

import orjson
import structlog

from dashboard.db.engine import db
from dashboard.db.models.audit import AuditEntry
from dashboard.db.repositories import audit as trail
from dashboard.domain.access import Actor

Plain = str | int | float | bool | None


def record(
    actor: Actor,
    action: str,
    *,
    object_type: str = "",
    object_id: str | int = "",
    result: str = "ok",
    details: Mapping[str, Plain] | None = None,
) -> None:
    """Add a row: within the caller's transaction where the action was done, at once where it was refused."""
    if result == "ok":
        _append(actor, action, object_type, str(object_id), result, dict(details or {}))
        return
    db.session.rollback()
    _append(actor, action, object_type, str(object_id), result, dict(details or {}))
    db.session.commit()


def broken_link() -> int | None:
    """The id of the first entry that does not fit the one before it; None where the chain is whole."""
    previous = b""
    with closing(trail.entries()) as entries:
        for entry in entries:
            if entry.previous_hash != previous or entry.hash != _hash(entry):
                return entry.id
            previous = entry.hash
    return None


def _append(
    actor: Actor, action: str, object_type: str, object_id: str, result: str, details: dict[str, Plain]
) -> None:
    entry = AuditEntry(
        at=datetime.now(UTC),
        user_id=actor.user_id,
        email=actor.email,
        action=action,
        object_type=object_type,
        object_id=object_id,
        address=actor.address,
        result=result,
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
        details=details,
        previous_hash=trail.last_hash(),
    )
    entry.hash = _hash(entry)
    trail.append(entry)


def _hash(entry: AuditEntry) -> bytes:
    fields = [
        entry.at.astimezone(UTC).isoformat(),
        entry.user_id,
        entry.email,
        entry.action,
        entry.object_type,
        entry.object_id,
        entry.address,
        entry.result,
        entry.request_id,
        entry.details,
    ]
    return hashlib.sha256(entry.previous_hash + orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)).digest()
