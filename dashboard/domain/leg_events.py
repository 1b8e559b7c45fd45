"""Legs of transfers in kind and corporate actions: swaps of symbols, capital returned, cash in lieu."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from dashboard.domain.leg_interest import Due, carried, released, transferred_in, transferred_out
from dashboard.domain.leg_money import LegMoney, Worth, first_known
from dashboard.domain.legs import ONE, Leg, RowLeg
from dashboard.domain.row_money import gross_amount
from dashboard.domain.transactions import ZERO, Transaction, TransactionType
from dashboard.domain.unit_moves import Move


def transfer_legs(money: LegMoney, row: Transaction, moves: Sequence[Move]) -> Iterator[RowLeg]:
    """Units that come or go in kind, at market value; between accounts both halves are worth the same."""
    (move,) = moves
    symbol, costs = row.symbol or "", money.costs(row)
    sign = 1 if move.units > ZERO else -1
    if not (move.inner and sign > 0):
        money.moved = _market_value(money, row, symbol, abs(move.units))
    local, value = money.moved
    due = (transferred_in if sign > 0 else transferred_out)(money, row, move)
    given = row.cost is not None and sign > 0
    net_local, net = money.worth(row, symbol, row.cost or ZERO) if given else (local, value)
    yield row, Leg(
        account=row.account,
        symbol=symbol,
        units=move.units,
        trade_local=local * sign,
        trade=value * sign,
        net_local=net_local,
        net=net,
        income=due.income,
        fees=costs.fee,
        taxes=costs.tax,
        external=ZERO if move.inner else value * sign + due.external,
        inner=move.inner,
        cash=money.cash(row, -costs.own) + costs.other,
        receivable=due.receivable,
    )


def _market_value(money: LegMoney, row: Transaction, symbol: str, units: Decimal) -> Worth:
    """Units at the day's close, else at what the row says they are worth, else at their cost."""
    close = money.prices.close(symbol, row.date)
    if close.is_finite():
        return money.value(row, symbol, units, close)
    if row.price is not None or row.amount or row.cost is not None:
        priced = row.price is not None or row.amount
        amount = gross_amount(row, money.multiplier(symbol)) if priced else row.cost or ZERO
        money.note(row, amount)
        return money.worth(row, symbol, amount)
    return money.value(row, symbol, units, money.price(row, symbol, later_first=False))


def spin_off_legs(money: LegMoney, row: Transaction, moves: Sequence[Move]) -> Iterator[RowLeg]:
    """What the child is worth at its first close leaves the parent and comes as the child."""
    for parent, child in zip(moves[::2], moves[1::2], strict=True):
        price = _child_price(money, row, parent.symbol, child.symbol)
        worth = money.value(row, child.symbol, child.units, price)
        money.prices.note(child.symbol, row.date, price)
        costs = money.costs(row, parent.share)
        yield row, Leg(
            account=parent.account,
            symbol=parent.symbol,
            trade_local=-money.carried_over(row, worth, child.symbol, parent.symbol),
            trade=-worth[1],
            fees=costs.fee,
            taxes=costs.tax,
            cash=money.cash(row, -costs.own) + costs.other,
        )
        yield row, _coming(child, worth)


def _coming(move: Move, worth: Worth) -> Leg:
    """The leg of what an event brings."""
    return Leg(account=move.account, symbol=move.symbol, units=move.units, trade_local=worth[0], trade=worth[1])


def _child_price(money: LegMoney, row: Transaction, parent: str, child: str) -> Decimal:
    """The child's close; without any, by the share of the cost, as that is its share of the value of both."""
    close = first_known(money.prices.close(child, row.date), money.prices.first_close(child, row.date))
    fraction, ratio = row.cost_fraction or ZERO, row.ratio or ONE
    if close.is_finite() or fraction >= 1:
        return close
    whole = money.price(row, parent, later_first=False) * money.multiplier(parent)
    return money.quoted(row, whole * fraction / (1 - fraction) / ratio, parent, child)


def swap_legs(money: LegMoney, row: Transaction, moves: Sequence[Move]) -> Iterator[RowLeg]:
    """A merger or a change of symbol: the old units go for new ones, for cash, or for both."""
    step = 2 if row.target_symbol else 1
    for at in range(0, len(moves), step):
        gone, come = moves[at], moves[at + 1] if step == 2 else None
        cash = row.amount * gone.share if row.type is TransactionType.MERGER else ZERO
        worth: Worth = (ZERO, ZERO)
        if come is not None:
            price = _swapped_price(money, row, gone, come, cash)
            worth = money.value(row, come.symbol, come.units, price)
            money.prices.note(come.symbol, row.date, price)
        yield row, _going(money, row, gone, cash, worth, come)
        if come is not None:
            yield row, _coming(come, worth)


def _going(money: LegMoney, row: Transaction, gone: Move, cash: Decimal, worth: Worth, come: Move | None) -> Leg:
    """The leg of what a swap takes."""
    costs, due = money.costs(row, abs(gone.share)), _due(money, row, gone, come)
    local, paid = money.worth(row, gone.symbol, cash)
    swapped = ZERO if come is None else money.carried_over(row, worth, come.symbol, gone.symbol)
    return Leg(
        account=gone.account,
        symbol=gone.symbol,
        units=gone.units,
        trade_local=-local - swapped,
        trade=-worth[1] - paid,
        net_local=money.local(row, gone.symbol, cash - costs.local) if cash else ZERO,
        net=paid - costs.total if cash else ZERO,
        income=due.income,
        fees=costs.fee,
        taxes=costs.tax,
        embedded=costs.total if cash else ZERO,
        kept=_kept(worth[1], paid),
        cash=money.cash(row, cash - costs.own) + costs.other,
        receivable=due.receivable,
    )


def _due(money: LegMoney, row: Transaction, gone: Move, come: Move | None) -> Due:
    """Interest bought is due on under a new name; with what a merger takes it is gone."""
    if come is not None and row.type is TransactionType.SYMBOL_CHANGE:
        return carried(money, row, (gone.account, gone.symbol), (come.account, come.symbol))
    return released(money, row, (gone.account, gone.symbol))


def _kept(value: Decimal, paid: Decimal) -> Decimal:
    """The share of the cost that goes on: market value ÷ (cash + market value received)."""
    if not paid:
        return ONE
    whole = value + paid
    return value / whole if whole else ZERO


def _swapped_price(money: LegMoney, row: Transaction, gone: Move, come: Move, cash: Decimal) -> Decimal:
    """The new symbol's close; without one yet, what the old units were worth, less the cash."""
    close = money.prices.close(come.symbol, row.date)
    if close.is_finite():
        return close
    old = money.price(row, gone.symbol, later_first=False)
    if not old.is_finite():
        return money.price(row, come.symbol, later_first=True)
    worth = -gone.units * old * money.multiplier(gone.symbol) - money.local(row, gone.symbol, cash)
    price = money.quoted(row, worth / come.units, gone.symbol, come.symbol)
    return price if price.is_nan() else max(price, ZERO)


def capital_legs(money: LegMoney, row: Transaction, moves: Sequence[Move]) -> Iterator[RowLeg]:
    """Capital that is returned: money out of the position, no income."""
    for move in moves:
        amount, costs = row.amount * move.share, money.costs(row, abs(move.share))
        local, value = money.worth(row, move.symbol, amount)
        yield row, Leg(
            account=move.account,
            symbol=move.symbol,
            trade_local=-local,
            trade=-value,
            net_local=local,
            net=value,
            fees=costs.fee,
            taxes=costs.tax,
            cash=money.cash(row, amount - costs.own) + costs.other,
        )


def in_lieu_legs(money: LegMoney, row: Transaction, moves: Sequence[Move]) -> Iterator[RowLeg]:
    """Cash for the fraction of a unit: a sale of it."""
    for move in moves:
        amount, costs = row.amount * move.share, money.costs(row, move.share)
        local, value = money.worth(row, move.symbol, amount)
        position = move.account, move.symbol
        due = released(money, row, position) if move.units and money.interest.closes(position) else Due()
        yield row, Leg(
            account=move.account,
            symbol=move.symbol,
            units=move.units,
            trade_local=-local,
            trade=-value,
            net_local=money.local(row, move.symbol, amount - costs.local),
            net=value - costs.total,
            income=due.income,
            fees=costs.fee,
            taxes=costs.tax,
            embedded=costs.total,
            cash=money.cash(row, amount - costs.own) + costs.other,
            receivable=due.receivable,
        )
