"""The rows of one account: its own, and its part of events that happen to every account's position."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from dashboard.domain.accrued_interest import Arrival
from dashboard.domain.ledger import CheckedLedger
from dashboard.domain.legs import CashMove
from dashboard.domain.transactions import ZERO, Transaction
from dashboard.domain.unit_moves import Move


def accounts_in(ledger: CheckedLedger) -> tuple[str, ...]:
    """The accounts that the rows of a ledger are for, the unnamed one ("") first where rows are without one."""
    found: set[str] = set()
    for at, row in enumerate(ledger.transactions):
        found |= {move.account for move in ledger.moves[at]} if at in ledger.moves else {row.account}
    return tuple(sorted(found))


def rows_of_account(
    ledger: CheckedLedger, account: str, interest: Mapping[int, tuple[CashMove, ...]] | None = None
) -> Iterator[Transaction]:
    """The rows of ``account``; of an event of several accounts its share of the money, by units.

    ``interest`` is, by position in the ledger, what was bought in another account and came with a transfer.
    """
    coming = interest or {}
    for at, row in _in_walking_order(ledger):
        moves = ledger.moves.get(at)
        if moves is None:
            if row.account == account:
                yield row
        elif any(move.account == account for move in moves):
            part = _part(row, account, moves)  # a row without an account is shared, by the unnamed one too
            yield Arrival.of(part, coming[at]) if at in coming else part


def _in_walking_order(ledger: CheckedLedger) -> Iterator[tuple[int, Transaction]]:
    """The rows, which stand in an account as they do in the ledger.

    There, what leaves for another account does so before all else that goes out on its day.
    """
    inner = any(moves[0].inner for moves in ledger.moves.values())
    for at, row in enumerate(ledger.transactions):
        yield at, replace(row, sequence=at) if inner else row


def _part(row: Transaction, account: str, moves: tuple[Move, ...]) -> Transaction:
    if all(move.account == account for move in moves):
        return replace(row, account=account)
    share = abs(sum((move.share for move in moves if move.account == account), ZERO))
    return replace(row, account=account, amount=row.amount * share, fee=row.fee * share, tax=row.tax * share)
