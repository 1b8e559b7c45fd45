"""What becomes of interest that was bought with a bond: money that is due until it is paid, sold, or lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard.domain.accrued_interest import Arrival
from dashboard.domain.leg_money import LegMoney, times
from dashboard.domain.legs import CashMove
from dashboard.domain.transactions import ZERO, Transaction
from dashboard.domain.unit_moves import Move, Position


@dataclass(frozen=True, slots=True)
class Due:
    """A change of what is due, the ``income`` that it is (less than 0: a loss) and what came or went in kind of it."""

    receivable: tuple[CashMove, ...] = ()
    income: Decimal = ZERO
    external: Decimal = ZERO


def bought(money: LegMoney, row: Transaction, position: Position) -> Due:
    """What a purchase paid is due; of units that cover a short, it is interest paid."""
    due = row.accrued * money.interest.opening(position)
    money.interest.add(position, row.currency, due)
    paid = row.accrued - due
    return Due(_moves(money, row, {row.currency: due}), times(-paid, money.rate(row)))


def sold(money: LegMoney, row: Transaction, position: Position) -> Due:
    """What a sale was paid is what was due again, and income beyond; the last unit takes all that was due."""
    received, interest = times(row.accrued, money.rate(row)), money.interest
    if interest.closes(position):
        lost = released(money, row, position)
        return Due(lost.receivable, received + lost.income)
    taken = min(row.accrued, interest.due(position).get(row.currency, ZERO))
    interest.add(position, row.currency, -taken)
    back = _moves(money, row, {row.currency: -taken})
    return Due(back, received + _worth(back))


def released(money: LegMoney, row: Transaction, position: Position, share: Decimal = Decimal(1)) -> Due:
    """All that was due, or a share, is due no more: that much less income."""
    gone = _moves(money, row, {name: -amount for name, amount in money.interest.take(position, share).items()})
    return Due(gone, _worth(gone))


def carried(money: LegMoney, row: Transaction, position: Position, target: Position) -> Due:
    """What was bought of a coupon is due on what the bond became; what met a short there is lost."""
    interest = money.interest
    lost = released(money, row, position, 1 - interest.opening(target)) if interest.due(position) else Due()
    for currency, amount in interest.take(position).items():
        interest.add(target, currency, amount)
    return lost


def transferred_out(money: LegMoney, row: Transaction, move: Move) -> Due:
    """The share of the units that leave goes with them; out of the portfolio it is part of what they are worth."""
    position = move.account, move.symbol
    found = released(money, row, position, money.interest.leaving(position)) if money.interest.due(position) else Due()
    money.carried = tuple(CashMove(one.currency, -one.local, -one.value) for one in found.receivable)
    return Due(found.receivable, external=ZERO if move.inner else found.income)


def transferred_in(money: LegMoney, row: Transaction, move: Move) -> Due:
    """What comes with units from another account; what meets a short there is lost."""
    coming = money.carried if move.inner else row.interest if isinstance(row, Arrival) else ()
    if not coming:
        return Due()
    position = move.account, move.symbol
    share = money.interest.opening(position)
    kept = tuple(CashMove(one.currency, one.local * share, one.value * share) for one in coming)
    for one in kept:
        money.interest.add(position, one.currency, one.local)
    whole = _worth(coming)
    return Due(tuple(one for one in kept if one.local), _worth(kept) - whole, ZERO if move.inner else whole)


def _moves(money: LegMoney, row: Transaction, changes: Mapping[str, Decimal]) -> tuple[CashMove, ...]:
    return tuple(
        CashMove(currency, change, change * money.rate(row, currency)) for currency, change in changes.items() if change
    )


def _worth(moves: Sequence[CashMove]) -> Decimal:
    return sum((move.value for move in moves), ZERO)
