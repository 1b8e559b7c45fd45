"""Portfolios as rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any  # Any: rows of many columns, read by name

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute

from dashboard.db.engine import db
from dashboard.db.models.identity import User
from dashboard.db.models.ledger import Account, ImportBatch, LedgerTransaction, Portfolio
from dashboard.db.models.market import InstrumentRow
from dashboard.db.reading import Reading, Rows
from dashboard.domain.access import PortfolioId, UserId
from dashboard.domain.transactions import LotMethod
from dashboard.results.portfolios import PortfolioItem, PortfolioRef

POSSIBLE_KEYS = range(1, 2**63)


@dataclass(frozen=True, slots=True)
class OwnedPortfolio:
    """A portfolio and whose it is."""

    ref: PortfolioRef
    owner_id: UserId | None


@dataclass(frozen=True, slots=True)
class Owner:
    """Who may own portfolios."""

    id: UserId
    email: str
    time_zone: str


class NameTakenError(Exception):
    """The owner has a portfolio of that name, or the slug is used."""


def _of_each(value: ColumnElement[Any], portfolio_id: InstrumentedAttribute[int]) -> ScalarSelect[Any]:
    return select(value).where(portfolio_id == Portfolio.id).correlate(Portfolio).scalar_subquery()


# Every page asks these: composed once.
_SELECT = (
    select(*Portfolio.__table__.columns, User.email.label("owner_email"), InstrumentRow.symbol.label("benchmark"))
    .outerjoin(User, User.id == Portfolio.owner_id)
    .outerjoin(InstrumentRow, InstrumentRow.id == Portfolio.benchmark_id)
)
_by_id = Reading(_SELECT.where(Portfolio.id == bindparam("portfolio_id")))
_by_slug = Reading(_SELECT.where(Portfolio.slug == bindparam("slug")))
_ITEMS = _SELECT.add_columns(
    _of_each(func.array_agg(Account.name), Account.portfolio_id).label("accounts"),
    _of_each(func.count(), LedgerTransaction.portfolio_id).label("transactions"),
    _of_each(func.min(LedgerTransaction.date), LedgerTransaction.portfolio_id).label("first_date"),
    _of_each(func.max(LedgerTransaction.date), LedgerTransaction.portfolio_id).label("last_date"),
).order_by(func.lower(Portfolio.name), Portfolio.id)
_items = Reading(_ITEMS)
_items_of_owner = Reading(_ITEMS.where(Portfolio.owner_id == bindparam("owner_id")))


def by_id(portfolio_id: int) -> OwnedPortfolio | None:
    """The portfolio ``portfolio_id``; any number may be asked for."""
    if portfolio_id not in POSSIBLE_KEYS:
        return None
    return _one(_by_id(portfolio_id=portfolio_id))


def by_slug(slug: str) -> OwnedPortfolio | None:
    """The portfolio with the slug ``slug``; any text may be asked for."""
    if not slug.isprintable():
        return None
    return _one(_by_slug(slug=slug))


def named(name: str) -> tuple[OwnedPortfolio, ...]:
    """Every owner's portfolio that is called ``name`` in any case, or has it as its slug."""
    if not name.isprintable():
        return ()
    condition = (func.lower(Portfolio.name) == name.strip().lower()) | (Portfolio.slug == name.strip())
    rows = db.session.execute(_SELECT.where(condition).order_by(Portfolio.id))
    return tuple(map(_owned, rows))


def items(owner_id: UserId | None, everyone: bool) -> tuple[PortfolioItem, ...]:
    """The portfolios of ``owner_id``, or everyone's, by name."""
    found = _items() if everyone else _items_of_owner(owner_id=owner_id)
    return tuple(
        PortfolioItem(
            _owned(row).ref, tuple(sorted(row.accounts or ())), row.transactions, row.first_date, row.last_date
        )
        for row in found
    )


def lock(portfolio_id: int) -> bool:
    """Hold back every other writer of this ledger until the transaction ends; False where it is gone."""
    query = select(Portfolio.id).where(Portfolio.id == portfolio_id).with_for_update(key_share=True)
    return db.session.scalar(query) is not None


def insert(ref: PortfolioRef, owner_id: UserId | None, benchmark_id: int | None) -> PortfolioId:
    """Add a portfolio. Raises: NameTakenError."""
    row = Portfolio(
        owner_id=owner_id,
        name=ref.name,
        slug=ref.slug,
        base_currency=ref.base_currency,
        method=ref.method.value,
        track_cash=ref.track_cash,
        allow_shorts=ref.allow_shorts,
        benchmark_id=benchmark_id,
        time_zone=ref.time_zone,
    )
    with _names_may_clash():
        db.session.add(row)
        db.session.flush()
    return PortfolioId(row.id)


def set_benchmark(portfolio_id: int, instrument_id: int | None) -> None:
    """Compare with this instrument from now on."""
    db.session.execute(update(Portfolio).where(Portfolio.id == portfolio_id).values(benchmark_id=instrument_id))


def set_track_cash(portfolio_id: int, track_cash: bool) -> None:
    """Count cash as part of the value, or not, from now on."""
    db.session.execute(update(Portfolio).where(Portfolio.id == portfolio_id).values(track_cash=track_cash))


def set_counting(portfolio_id: int, method: LotMethod, allow_shorts: bool) -> None:
    """Close lots by this method, and let sales open shorts or not, from now on."""
    values = {"method": method.value, "allow_shorts": allow_shorts}
    db.session.execute(update(Portfolio).where(Portfolio.id == portfolio_id).values(values))


def remove(portfolio_id: int) -> None:
    """Delete a portfolio with everything in it."""
    for model in (LedgerTransaction, ImportBatch):
        db.session.execute(delete(model).where(model.portfolio_id == portfolio_id))
    db.session.execute(delete(Portfolio).where(Portfolio.id == portfolio_id))


def slugs_like(stem: str) -> frozenset[str]:
    """The slugs in use that are ``stem`` or begin with it and a hyphen."""
    query = select(Portfolio.slug).where((Portfolio.slug == stem) | Portfolio.slug.startswith(f"{stem}-"))
    return frozenset(db.session.scalars(query))


def name_is_taken(owner_id: UserId | None, name: str) -> bool:
    """Whether the owner has a portfolio called ``name`` in any case."""
    query = select(Portfolio.id).where(
        Portfolio.owner_id.is_not_distinct_from(owner_id), func.lower(Portfolio.name) == name.lower()
    )
    return db.session.scalar(query.limit(1)) is not None


def owner_by_email(email: str) -> Owner | None:
    """The user with this e-mail."""
    return _owner(User.email == email.strip().lower())


def owner_by_id(user_id: UserId) -> Owner | None:
    """The user with this id."""
    return _owner(User.id == user_id)


def administrators() -> tuple[Owner, ...]:
    """The administrators who may sign in, oldest first."""
    query = select(User).where(User.role == "admin", User.disabled_at.is_(None)).order_by(User.id)
    return tuple(Owner(UserId(user.id), user.email, user.time_zone) for user in db.session.scalars(query))


def _owner(condition: ColumnElement[bool]) -> Owner | None:
    user = db.session.scalar(select(User).where(condition))
    return None if user is None else Owner(UserId(user.id), user.email, user.time_zone)


@contextmanager
def _names_may_clash() -> Iterator[None]:
    try:
        with db.session.begin_nested():
            yield
    except IntegrityError as error:
        if "uq_portfolios" not in str(error.orig):
            raise
        raise NameTakenError from error


def _one(rows: Rows) -> OwnedPortfolio | None:
    return next(map(_owned, rows), None)


def _owned(row: Any) -> OwnedPortfolio:
    ref = PortfolioRef(
        id=PortfolioId(row.id),
        name=row.name,
        slug=row.slug,
        base_currency=row.base_currency,
        method=LotMethod(row.method),
        track_cash=row.track_cash,
        benchmark=row.benchmark,
        owner_email=row.owner_email,
        time_zone=row.time_zone,
        allow_shorts=row.allow_shorts,
    )
    return OwnedPortfolio(ref, row.owner_id)
