"""Sessions: a token in a cookie, a row in PostgreSQL. Only a hash of the token is kept."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from dashboard.db.engine import db
from dashboard.db.models.identity import User, UserSession
from dashboard.db.repositories import users
from dashboard.domain.access import Actor, Role, UserId
from dashboard.services import audit

IDLE = timedelta(hours=8)
ABSOLUTE = timedelta(days=7)
TOUCH_EVERY = timedelta(minutes=1)
LONGEST_AGENT = 300
CHECKED_SECONDS = 1.0
"""For how long a process believes an open session: the requests of a page come together."""
MOST_CHECKED = 10_000


def open_session(actor: Actor, *, address: str, agent: str) -> str:
    """Open a session for a person who has just proved to be ``actor``; the token is told this once."""
    if actor.user_id is None:
        raise ValueError("the system does not sign in")
    token = secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    db.session.add(
        UserSession(
            token_hash=_hash(token),
            user_id=actor.user_id,
            last_seen_at=now,
            expires_at=now + ABSOLUTE,
            address=address,
            agent=agent[:LONGEST_AGENT],
        )
    )
    audit.record(actor, "session.open")
    db.session.commit()
    return token


def actor_for(token: str, address: str = "") -> Actor | None:
    """Who holds ``token``; None where the session has ended, expired or idled, or its user is disabled.

    The row is read again after a second: who is disabled, or has signed out, in another process is out by then; in
    this one he is out at once.
    """
    now = datetime.now(UTC)
    session = _checked.session(_hash(token), now)
    if session is None:
        return None
    if now - session.last_seen_at > TOUCH_EVERY:
        users.touch(session.id, now)
        db.session.commit()
    return Actor(user_id=UserId(session.user_id), email=session.email, role=Role(session.role), address=address)


class _Checked:
    """The open sessions that this process has just asked for; safe among threads."""

    def __init__(self) -> None:
        self._found: dict[bytes, tuple[float, users.OpenSession]] = {}
        self._lock = threading.Lock()

    def session(self, token_hash: bytes, now: datetime) -> users.OpenSession | None:
        """The session, as it is or was a moment ago; one that is not open is asked for each time."""
        found = self._found.get(token_hash)
        if found is not None and time.monotonic() - found[0] < CHECKED_SECONDS:
            return found[1]
        asked = time.monotonic()
        session = users.open_session_of(token_hash, now, now - IDLE)
        with self._lock:
            if session is None:
                self._found.pop(token_hash, None)
            else:
                if len(self._found) >= MOST_CHECKED:
                    self._found.clear()
                self._found[token_hash] = asked, session
        return session

    def forget(self) -> None:
        """Ask for every session anew."""
        with self._lock:
            self._found.clear()


_checked = _Checked()


def forget_checked() -> None:
    """Believe no session without asking: one has ended, or a user is another from now on."""
    _checked.forget()


def open_tokens(tokens: Collection[str]) -> frozenset[str]:
    """Those of ``tokens`` whose session is still open. Asking this is no use of a session: idle ones go on idling."""
    now = datetime.now(UTC)
    hashes = {_hash(token): token for token in tokens}
    return frozenset(hashes[found] for found in users.open_among(hashes, now, now - IDLE)) if hashes else frozenset()


def end_session(token: str) -> None:
    """End the session behind ``token``; an unknown one is no error."""
    actor = actor_for(token)
    users.end_session(_hash(token), datetime.now(UTC))
    if actor is not None:
        audit.record(actor, "session.end")
    db.session.commit()
    forget_checked()


def end_all(user_id: UserId) -> None:
    """End every session of a user."""
    users.end_sessions(user_id, datetime.now(UTC))
    db.session.commit()
    forget_checked()


def actor_of(user: User, address: str = "") -> Actor:
    """The actor that a user is."""
    return Actor(user_id=UserId(user.id), email=user.email, role=Role(user.role), address=address)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
