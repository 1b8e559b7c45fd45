"""Portfolios: made, listed, found and deleted. Another's portfolio is not found, and the audit trail says who asked."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from dashboard.db.engine import db
from dashboard.db.repositories import instruments
from dashboard.db.repositories.ledger import portfolios as rows
from dashboard.db.repositories.ledger.portfolios import NameTakenError, OwnedPortfolio
from dashboard.domain.access import Actor, PortfolioId
from dashboard.domain.transactions import LotMethod
from dashboard.errors import Conflict, InvalidInput, NotFound
from dashboard.results.portfolios import PortfolioItem, PortfolioRef
from dashboard.services import audit
from dashboard.services.ledger.currencies import currency_problem
from dashboard.services.ledger.owners import owner_for
from dashboard.services.ledger.rules import LENGTHS
from dashboard.services.marks import mark_dirty
from dashboard.services.names import checked_name

NAME_LENGTH = 100
SLUG_LENGTH = 60
SLUG_TRIES = 5


def create_portfolio(
    actor: Actor,
    name: str,
    currency: str,
    *,
    method: LotMethod = LotMethod.FIFO,
    benchmark: str | None = None,
    track_cash: bool = True,
    allow_shorts: bool = False,
    owner_email: str | None = None,
) -> PortfolioRef:
    """Make an empty portfolio. Its zone is its owner's.

    Raises: InvalidInput, NotFound (no such owner), Conflict where the owner has one of that name.
    """
    name, currency = checked_name(name, "portfolio", NAME_LENGTH), _valid_currency(currency)
    owner = owner_for(actor, owner_email)
    owner_id = owner.id if owner else None
    if rows.name_is_taken(owner_id, name):
        raise _taken(name)
    instrument = _benchmark(benchmark, currency)
    for _ in range(SLUG_TRIES):
        ref = PortfolioRef(
            id=PortfolioId(0),
            name=name,
            slug=_free_slug(name),
            base_currency=currency,
            method=method,
            track_cash=track_cash,
            allow_shorts=allow_shorts,
            benchmark=instrument[0] if instrument else None,
            owner_email=owner.email if owner else None,
            time_zone=owner.time_zone if owner else "UTC",
        )
        try:
            portfolio_id = rows.insert(ref, owner_id, instrument[1] if instrument else None)
        except NameTakenError:
            continue
        details = {"name": name, "currency": currency}
        audit.record(actor, "portfolio.create", object_type="portfolio", object_id=portfolio_id, details=details)
        db.session.commit()
        return portfolio_by_id(actor, portfolio_id)
    db.session.rollback()
    raise _taken(name)


def list_portfolios(actor: Actor) -> tuple[PortfolioItem, ...]:
    """The actor's portfolios by name; the system sees everyone's."""
    return rows.items(actor.user_id, everyone=actor.is_system)


def list_item(actor: Actor, portfolio_id: int) -> PortfolioItem:
    """The line of the list that the portfolio ``portfolio_id`` has. Raises: NotFound, where it is another's too."""
    ref = portfolio_by_id(actor, portfolio_id)
    for item in list_portfolios(actor):
        if item.portfolio.id == ref.id:
            return item
    raise _unknown(str(portfolio_id))


def portfolio_by_id(actor: Actor, portfolio_id: int) -> PortfolioRef:
    """The portfolio ``portfolio_id``. Raises: NotFound, where it is another's too."""
    return _visible(actor, rows.by_id(portfolio_id), str(portfolio_id))


def portfolio_by_slug(actor: Actor, slug: str) -> PortfolioRef:
    """The portfolio with the slug ``slug``. Raises: NotFound, where it is another's too."""
    return _visible(actor, rows.by_slug(slug), slug)


def portfolio_by_name(actor: Actor, name: str, owner_email: str | None = None) -> PortfolioRef:
    """The portfolio called ``name`` in any case, or with that slug.

    Raises: NotFound; InvalidInput where several owners have one and ``owner_email`` does not say which.
    """
    found = [item for item in rows.named(name) if actor.is_system or item.owner_id == actor.user_id]
    if owner_email is not None:
        found = [item for item in found if item.ref.owner_email == owner_email.strip().lower()]
    exact = [item for item in found if item.ref.name.lower() == name.strip().lower()] or found
    if not exact:
        raise _unknown(name.strip())
    if len(exact) > 1:
        owners = ", ".join(item.ref.owner_email or "nobody yet" for item in exact)
        raise InvalidInput(f"Several owners have a portfolio {name.strip()}: {owners}. Name the owner.", field="owner")
    return exact[0].ref


def delete_portfolio(actor: Actor, portfolio_id: int) -> None:
    """Delete a portfolio with its ledger, its imports and its reports. Raises: NotFound."""
    ref = portfolio_by_id(actor, portfolio_id)
    rows.lock(ref.id)
    rows.remove(ref.id)
    audit.record(actor, "portfolio.delete", object_type="portfolio", object_id=ref.id, details={"name": ref.name})
    db.session.commit()


def set_benchmark(actor: Actor, portfolio_id: int, symbol: str | None) -> PortfolioRef:
    """Compare with ``symbol`` (None: with nothing). A symbol that is not known yet becomes an instrument."""
    ref = portfolio_by_id(actor, portfolio_id)
    instrument = _benchmark(symbol, ref.base_currency)
    rows.set_benchmark(ref.id, instrument[1] if instrument else None)
    details = {"benchmark": instrument[0] if instrument else None}
    audit.record(actor, "portfolio.benchmark", object_type="portfolio", object_id=ref.id, details=details)
    db.session.commit()
    return portfolio_by_id(actor, ref.id)


def set_track_cash(actor: Actor, portfolio_id: int, track_cash: bool) -> PortfolioRef:
    """Count cash as part of the value, or not; every figure follows. Raises: NotFound."""
    ref = portfolio_by_id(actor, portfolio_id)
    if ref.track_cash != track_cash:
        rows.set_track_cash(ref.id, track_cash)
        mark_dirty(ref.id, date.min)
        details = {"track_cash": track_cash}
        audit.record(actor, "portfolio.track_cash", object_type="portfolio", object_id=ref.id, details=details)
        db.session.commit()
    return portfolio_by_id(actor, ref.id)


def today_in(portfolio: PortfolioRef) -> date:
    """The day it is in the portfolio's own zone."""
    return datetime.now(UTC).astimezone(ZoneInfo(portfolio.time_zone)).date()


def _visible(actor: Actor, found: OwnedPortfolio | None, asked: str) -> PortfolioRef:
    if found is None:
        raise _unknown(asked)
    if not actor.is_system and found.owner_id != actor.user_id:
        audit.record(actor, "portfolio.denied", object_type="portfolio", object_id=found.ref.id, result="denied")
        raise _unknown(asked)
    return found.ref


def _unknown(asked: str) -> NotFound:
    return NotFound(f"There is no portfolio {asked}.")


def _taken(name: str) -> Conflict:
    return Conflict(f"There is a portfolio {name} already.")


def _valid_currency(code: str) -> str:
    problem = currency_problem(code.strip())
    if problem:
        raise InvalidInput(problem, field="currency")
    return code.strip().upper()


def _benchmark(symbol: str | None, currency: str) -> tuple[str, int] | None:
    """The symbol and the id of a benchmark; one that is not known yet is made."""
    symbol = (symbol or "").strip()
    if not symbol:
        return None
    if len(symbol) > LENGTHS["symbol"] or not symbol.isprintable():
        raise InvalidInput("The benchmark is not a symbol.", field="benchmark")
    ids = instruments.ensure(db.session(), {symbol: currency})
    return symbol, ids[symbol]


def _free_slug(name: str) -> str:
    """A slug that nobody uses: the name in plain letters, numbered where that is taken."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub("[^a-z0-9]+", "-", letters)[:SLUG_LENGTH].strip("-") or "portfolio"
    used = rows.slugs_like(stem)
    number = 2
    slug = stem
    while slug in used:
        slug, number = f"{stem}-{number}", number + 1
    return slug
