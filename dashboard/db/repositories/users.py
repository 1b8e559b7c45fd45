"""Users and sessions as rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, text, update

from dashboard.db.engine import db
from dashboard.db.models.identity import User, UserSession
from dashboard.db.models.ledger import Portfolio
from dashboard.db.reading import Reading

FIRST_USER_LOCK = 4_201_001


def count() -> int:
    """How many users there are, disabled ones too."""
    return db.session.scalar(select(func.count()).select_from(User)) or 0


def exists() -> bool:
    """Whether there is any user."""
    return db.session.scalar(select(User.id).limit(1)) is not None


def by_email(email: str) -> User | None:
    """The user with this e-mail (in lower case), if there is one."""
    return db.session.scalar(select(User).where(User.email == email))


def everyone() -> Sequence[User]:
    """All users, oldest first."""
    return db.session.scalars(select(User).order_by(User.id)).all()


def lock_first_user() -> None:
    """Hold back every other first user until this transaction ends."""
    db.session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": FIRST_USER_LOCK})


def adopt_portfolios(user_id: int) -> None:
    """Give ``user_id`` the portfolios that were made before there was any user."""
    db.session.execute(update(Portfolio).where(Portfolio.owner_id.is_(None)).values(owner_id=user_id))


class OpenSession(NamedTuple):
    """A session and whose it is."""

    id: int
    last_seen_at: datetime
    user_id: int
    email: str
    role: str


# Every request asks this: plain SQL, which SQLAlchemy need not compose.
_open_session = Reading(text("""
    select s.id, s.last_seen_at, u.id as user_id, u.email, u.role
    from sessions s join users u on u.id = s.user_id
    where s.token_hash = :token_hash and s.ended_at is null and s.expires_at > :now and s.last_seen_at > :idle_since
      and u.disabled_at is null
    """))


def open_session_of(token_hash: bytes, now: datetime, idle_since: datetime) -> OpenSession | None:
    """The session behind a token, if it is open, neither expired nor idle, and its user is not disabled."""
    rows = _open_session(token_hash=token_hash, now=now, idle_since=idle_since)
    return next((OpenSession(*row) for row in rows), None)


# The stream asks this of a thousand sessions every four seconds: an expression made anew each time would keep them all
# in circles of references, until somebody collects those.
_open_sessions = Reading(text("""
    select s.token_hash
    from sessions s join users u on u.id = s.user_id
    where s.token_hash = any(:token_hashes) and s.ended_at is null and s.expires_at > :now
      and s.last_seen_at > :idle_since and u.disabled_at is null
    """))


def open_among(token_hashes: Collection[bytes], now: datetime, idle_since: datetime) -> frozenset[bytes]:
    """Those of ``token_hashes`` that have an open session, as :func:`open_session_of` means it."""
    return frozenset(
        _open_sessions.of_each(
            lambda row: bytes(row[0]), token_hashes=list(token_hashes), now=now, idle_since=idle_since
        )
    )


def touch(session_id: int, now: datetime) -> None:
    """Note that a session was used."""
    db.session.execute(update(UserSession).where(UserSession.id == session_id).values(last_seen_at=now))


def end_session(token_hash: bytes, now: datetime) -> None:
    """End the session behind a token."""
    db.session.execute(
        update(UserSession)
        .where(UserSession.token_hash == token_hash, UserSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_sessions(user_id: int, now: datetime) -> None:
    """End every session of a user."""
    db.session.execute(
        update(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None)).values(ended_at=now)
    )


def signed_in_from(user_id: int, address: str) -> bool:
    """Whether the user has signed in from this address before."""
    return (
        db.session.scalar(
            select(UserSession.id).where(UserSession.user_id == user_id, UserSession.address == address).limit(1)
        )
        is not None
    )
