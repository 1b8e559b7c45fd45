"""The rows of one account: its own, and its part of events that happen to every account's position."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dashboard.domain.ledger import CheckedLedger
from dashboard.domain.transactions import ZERO, Transaction
from dashboard.domain.unit_moves import Move


def accounts_in(ledger: CheckedLedger) -> tuple[str, ...]:
    """The accounts that the rows of a ledger are for, the unnamed one ("") first where rows are without one."""
    found: set[str] = set()
    for at, row in enumerate(ledger.transactions):
        found |= {move.account for move in ledger.moves[at]} if at in ledger.moves else {row.account}
    return tuple(sorted(found))


def rows_of_account(ledger: CheckedLedger, account: str) -> Iterator[Transaction]:
    """The rows of ``account``; of an event of several accounts its share of the money, by units."""
    for at, row in enumerate(ledger.transactions):
        moves = ledger.moves.get(at)
        if moves is None:
            if row.account == account:
                yield row
        elif any(move.account == account for move in moves):
            yield _part(row, account, moves)  # a row without an account is shared, by the unnamed one too


def _part(row: Transaction, account: str, moves: tuple[Move, ...]) -> Transaction:
    if all(move.account == account for move in moves):
        return replace(row, account=account)
    share = abs(sum((move.share for move in moves if move.account == account), ZERO))
    return replace(row, account=account, amount=row.amount * share, fee=row.fee * share, tax=row.tax * share)
