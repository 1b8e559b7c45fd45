"""The tags that a person has put on the instruments of a portfolio."""

from __future__ import annotations

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from dashboard.db.engine import db
from dashboard.db.models.ledger import PortfolioTag
from dashboard.db.models.market import InstrumentRow


def of_portfolio(portfolio_id: int) -> dict[str, tuple[str, ...]]:
    """The tags of each symbol that has any, in the order of the alphabet."""
    query = (
        select(InstrumentRow.symbol, func.array_agg(PortfolioTag.tag))
        .join(InstrumentRow, InstrumentRow.id == PortfolioTag.instrument_id)
        .where(PortfolioTag.portfolio_id == portfolio_id)
        .group_by(InstrumentRow.symbol)
        .order_by(InstrumentRow.symbol)
    )
    return {symbol: tuple(sorted(tags)) for symbol, tags in db.session.execute(query)}


def add(portfolio_id: int, instrument_id: int, tag: str) -> bool:
    """Put a tag on an instrument; False where it is there already."""
    values = {"portfolio_id": portfolio_id, "instrument_id": instrument_id, "tag": tag}
    statement = insert(PortfolioTag).values(values).on_conflict_do_nothing().returning(PortfolioTag.tag)
    return db.session.execute(statement).one_or_none() is not None


def remove(portfolio_id: int, instrument_id: int, tag: str) -> bool:
    """Take a tag off an instrument; False where it is not there."""
    chosen = (PortfolioTag.portfolio_id == portfolio_id) & (PortfolioTag.instrument_id == instrument_id)
    statement = delete(PortfolioTag).where(chosen, PortfolioTag.tag == tag).returning(PortfolioTag.tag)
    return db.session.execute(statement).one_or_none() is not None
