"""Which rows of a ledger are meant: by instrument, account, type, day and text."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_

from dashboard.db.models.ledger import Account
from dashboard.db.models.market import InstrumentRow
from dashboard.db.repositories.ledger.transaction_rows import T, Target
from dashboard.domain.transactions import TransactionType


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which rows of a ledger; None and "" leave a column open."""

    text: str = ""
    type: TransactionType | None = None
    account: str | None = None
    symbol: str | None = None
    start: date | None = None
    end: date | None = None


def conditions(portfolio_id: int, chosen: RowFilter) -> list[ColumnElement[bool]]:
    """What is true of the chosen rows of this ledger."""
    found = [T.portfolio_id == portfolio_id]
    if chosen.type is not None:
        found.append(T.type == chosen.type.value)
    if chosen.account is not None:
        found.append(Account.name == _storable(chosen.account))
    if chosen.symbol is not None:
        found.append(concerns([_storable(chosen.symbol)]))
    if chosen.start is not None:
        found.append(T.date >= chosen.start)
    if chosen.end is not None:
        found.append(T.date <= chosen.end)
    for word in chosen.text.split():
        found.append(_contains(word))
    return found


def concerns(symbols: Collection[str]) -> ColumnElement[bool]:
    """The row is in one of these instruments, or turns into one."""
    wanted = list(symbols)
    return or_(InstrumentRow.symbol == func.any(wanted), Target.symbol == func.any(wanted))


def _storable(text: str) -> str:
    """``text``, or one that no column has where the database could not even be asked for it."""
    return text if text.isprintable() else "\n"


def _contains(word: str) -> ColumnElement[bool]:
    instruments = (InstrumentRow.symbol, InstrumentRow.name, Target.symbol, Target.name)
    columns = (*instruments, T.type, T.currency, Account.name, T.note, T.external_id)
    first, *others = (column.icontains(word, autoescape=True) for column in columns)
    condition: ColumnElement[bool] = first
    for other in others:
        condition = condition | other
    return condition
