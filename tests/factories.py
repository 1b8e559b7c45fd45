"""Builders for tests: users, portfolios, and ledgers written as text."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import date

from dashboard.db.engine import db
from dashboard.db.models import InstrumentRow, User
from dashboard.db.repositories import fund_holdings
from dashboard.db.repositories import instruments as store
from dashboard.db.repositories.fund_holdings import StoredShare
from dashboard.domain.access import SYSTEM, Actor, Role, UserId
from dashboard.domain.instruments import AssetClass, InstrumentState
from dashboard.domain.transactions import LotMethod, Transaction
from dashboard.results.portfolios import PortfolioRef
from dashboard.services import imports, portfolios

_numbers = itertools.count(1)


def make_user(email: str | None = None, *, role: Role = Role.USER, time_zone: str = "UTC") -> Actor:
    """A user who cannot sign in with any password, as the actor of service calls."""
    address = email or f"user{next(_numbers)}@example.com"
    row = User(email=address, password_hash="!", role=role.value, time_zone=time_zone)
    db.session.add(row)
    db.session.commit()
    return Actor(user_id=UserId(row.id), email=address, role=role)


def make_portfolio(
    actor: Actor = SYSTEM,
    name: str | None = None,
    *,
    currency: str = "EUR",
    method: LotMethod = LotMethod.FIFO,
    track_cash: bool = True,
    ledger: str = "",
) -> PortfolioRef:
    """A portfolio with the rows of ``ledger`` (see :func:`ledger_file`)."""
    name = name or f"Portfolio {next(_numbers)}"
    portfolio = portfolios.create_portfolio(actor, name, currency, method=method, track_cash=track_cash)
    if ledger.strip():
        imports.commit(actor, portfolio.id, ledger_file(ledger), "ledger.csv")
    return portfolio


def ledger_file(text: str) -> bytes:
    """A canonical file from a ledger as text: a header, then rows, cells apart by spaces, ``-`` for a blank one.

    ::

        date        type  symbol  quantity  price
        2024-01-02  buy   AAA     10        100
    """
    lines = [line.split() for line in text.strip().splitlines() if line.strip()]
    cells = [["" if cell == "-" else cell for cell in line] for line in lines]
    return "\n".join(",".join(line) for line in cells).encode()


def make_instrument(
    symbol: str,
    currency: str = "EUR",
    *,
    name: str = "",
    asset_class: AssetClass = AssetClass.EQUITY,
    state: InstrumentState = InstrumentState.ACTIVE,
    provider: str = "",
    provider_symbol: str = "",
) -> int:
    """An instrument; its id."""
    row = InstrumentRow(symbol=symbol, currency=currency, name=name, asset_class=asset_class.value, state=state.value)
    row.provider, row.provider_symbol = provider, provider_symbol
    db.session.add(row)
    db.session.commit()
    return row.id


def make_composition(symbol: str, as_of: date, *lines: str) -> None:
    """What a fund holds, from lines ``holding|sector weight symbol name``; "-" for no symbol."""
    shares = []
    for line in lines:
        kind, weight, own, name = line.split(maxsplit=3)
        shares.append(StoredShare(kind, name, "" if own == "-" else own, float(weight), as_of))
    fund_holdings.replace(db.session, store.by_symbol(db.session, [symbol])[symbol].id, shares)
    db.session.commit()


def as_lines(rows: Iterable[Transaction]) -> list[str]:
    """Transactions as short lines: date, type, symbol, quantity or amount, currency."""
    return [f"{r.date} {r.type} {r.symbol or '-'} {r.quantity or r.amount:f} {r.currency}" for r in rows]
