"""Small ledgers, written straight into the tables: what matters here is which instruments and currencies they use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256

from dashboard.db.engine import db
from dashboard.db.models import Account, LedgerTransaction, Portfolio
from dashboard.db.repositories import instruments


@dataclass(frozen=True)
class Purchase:
    """A row of a ledger."""

    symbol: str
    currency: str
    day: date = date(2022, 1, 14)


def make_ledger(base: str, *purchases: Purchase, benchmark: int | None = None, name: str = "main") -> int:
    """A portfolio of one unit of each; returns its id."""
    portfolio = Portfolio(name=name, slug=name, base_currency=base, benchmark_id=benchmark)
    db.session.add(portfolio)
    db.session.flush()
    account = Account(portfolio_id=portfolio.id)
    db.session.add(account)
    db.session.flush()
    ids = instruments.ensure(db.session, {row.symbol: row.currency for row in purchases})
    for row in purchases:
        db.session.add(
            LedgerTransaction(
                portfolio_id=portfolio.id,
                account_id=account.id,
                instrument_id=ids[row.symbol],
                date=row.day,
                type="buy",
                currency=row.currency,
                quantity=Decimal(1),
                price=Decimal(1),
                amount=Decimal(1),
                row_hash=sha256(repr(row).encode()).digest(),
            )
        )
    key = portfolio.id
    db.session.commit()
    return key
