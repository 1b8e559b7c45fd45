"""Embedded views as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any  # Any: rows of many columns, read by name

from sqlalchemy import Row, Select, func, select, update

from dashboard.db.engine import db
from dashboard.db.models.embeds import Embed
from dashboard.db.models.identity import User
from dashboard.db.models.ledger import Portfolio
from dashboard.results.embeds import EmbedItem, EmbedKind


def insert(key: str, portfolio_id: int, kind: EmbedKind, origins: Sequence[str], *, amounts_hidden: bool) -> None:
    """A new view."""
    db.session.add(
        Embed(
            key=key,
            portfolio_id=portfolio_id,
            kind=kind.value,
            origins=list(origins),
            amounts_hidden=amounts_hidden,
        )
    )
    db.session.flush()


def items(owner_id: int | None, *, everyone: bool) -> tuple[EmbedItem, ...]:
    """The views of an owner's portfolios, or everyone's, the latest first."""
    wanted = _select().order_by(Embed.id.desc())
    if not everyone:
        wanted = wanted.where(Portfolio.owner_id == owner_id)
    return tuple(map(_item, db.session.execute(wanted)))


def by_key(key: str) -> EmbedItem | None:
    """The view ``key``, revoked ones included; any text may be asked for."""
    if not key.isprintable():
        return None
    row = db.session.execute(_select().where(Embed.key == key)).one_or_none()
    return None if row is None else _item(row)


def is_shared(key: str) -> bool:
    """Whether the view may be shown now: it is not revoked, and its owner may sign in."""
    wanted = (
        select(Embed.id)
        .join(Portfolio, Portfolio.id == Embed.portfolio_id)
        .outerjoin(User, User.id == Portfolio.owner_id)
        .where(Embed.key == key, Embed.revoked_at.is_(None), User.disabled_at.is_(None))
    )
    return db.session.scalar(wanted) is not None


def revoke(key: str) -> bool:
    """End the sharing; False where it has ended already."""
    statement = update(Embed).where(Embed.key == key, Embed.revoked_at.is_(None)).values(revoked_at=func.now())
    return db.session.execute(statement.returning(Embed.id)).one_or_none() is not None


def _select() -> Select[*tuple[Any, ...]]:
    return select(*Embed.__table__.columns, Portfolio.name.label("portfolio_name")).join(
        Portfolio, Portfolio.id == Embed.portfolio_id
    )


def _item(row: Row[*tuple[Any, ...]]) -> EmbedItem:
    return EmbedItem(
        key=row.key,
        kind=EmbedKind(row.kind),
        portfolio_id=row.portfolio_id,
        portfolio_name=row.portfolio_name,
        origins=tuple(row.origins),
        amounts_hidden=row.amounts_hidden,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
