"""Users and their server-side sessions."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, Text, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dashboard.db.models.base import Base, CreatedAt, Key, Moment


class User(Base):
    """A person who may sign in. The e-mail is unique without regard to case."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("role in ('admin', 'user')", name="role"),
        CheckConstraint("email = lower(email) and position('@' in email) > 1", name="email"),
        Index("uq_users_email", "email", unique=True),
    )

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, server_default="")
    password_hash: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    time_zone: Mapped[str] = mapped_column(Text, server_default="UTC")
    locale: Mapped[str] = mapped_column(Text, server_default="en-GB")
    created_at: Mapped[CreatedAt]
    disabled_at: Mapped[Moment | None]


class UserSession(Base):
    """One sign-in. Only a hash of the token is kept."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index("uq_sessions_token_hash", "token_hash", unique=True),
        Index("ix_sessions_user_id", "user_id"),
        CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
    )

    id: Mapped[Key]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[CreatedAt]
    last_seen_at: Mapped[Moment] = mapped_column(server_default=func.now())
    expires_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    address: Mapped[str] = mapped_column(Text, server_default="")
    agent: Mapped[str] = mapped_column(Text, server_default="")

    user: Mapped[User] = relationship(lazy="joined")
