"""Legs of trades and income with more to them than a plain row has: accrued interest, reinvestment, rewards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from dashboard.domain.leg_interest import bought, released, sold
from dashboard.domain.leg_money import LegMoney, has_other_fee, times
from dashboard.domain.legs import Leg, RowLeg
from dashboard.domain.transactions import ZERO, Transaction, TransactionType
from dashboard.domain.unit_moves import Move


def trade_legs(money: LegMoney, row: Transaction, _: Sequence[Move]) -> Iterator[RowLeg]:
    """A buy or a sale: accrued interest bought is due from now on, sold it is that again, and income beyond it."""
    symbol, sign = row.symbol or "", 1 if row.type is TransactionType.BUY else -1
    gross, costs = money.gross(row), money.costs(row)
    due = (bought if sign > 0 else sold)(money, row, (row.account, symbol))
    money.note(row, gross)
    local, value = money.worth(row, symbol, gross)
    yield row, Leg(
        account=row.account,
        symbol=symbol,
        units=row.quantity * sign,
        trade_local=local * sign,
        trade=value * sign,
        net_local=money.local(row, symbol, gross + costs.local * sign),
        net=value + costs.total * sign,
        income=due.income,
        fees=costs.fee,
        taxes=costs.tax,
        embedded=costs.total,
        cash=money.cash(row, -(gross + row.accrued) * sign - costs.own) + costs.other,
        receivable=due.receivable,
    )


def income_legs(money: LegMoney, row: Transaction, moves: Sequence[Move]) -> Iterator[RowLeg]:
    """A dividend or interest of an instrument: what was bought of it as accrued interest is no income."""
    symbol = row.symbol or ""
    position = row.account, symbol
    if not money.interest.due(position):
        yield from fee_legs(money, row, moves)
        return
    gross, costs = money.gross(row), money.costs(row)
    due = released(money, row, position)
    yield row, Leg(
        account=row.account,
        symbol=symbol,
        income=times(gross, money.rate(row)) + due.income,
        fees=costs.fee,
        taxes=costs.tax,
        cash=money.cash(row, gross - costs.own) + costs.other,
        receivable=due.receivable,
    )


def fee_legs(money: LegMoney, row: Transaction, _: Sequence[Move]) -> Iterator[RowLeg]:
    """A plain row, and beside it the fee that it took in another currency."""
    if not has_other_fee(row):
        yield row, None
        return
    costs = money.costs(row)
    yield replace(row, fee=ZERO, fee_currency=None), None
    yield row, Leg(account=row.account, symbol=row.symbol or "", fees=costs.fee, cash=costs.other)


def reinvest_legs(money: LegMoney, row: Transaction, _: Sequence[Move]) -> Iterator[RowLeg]:
    """Income that bought units: gross − tax is their cost, and no cash moves."""
    symbol, costs, rate = row.symbol or "", money.costs(row), money.rate(row)
    inside = ZERO if costs.other else costs.fee_local  # a fee in another currency is paid beside the income
    gross = row.amount or money.gross(row) + row.tax + inside
    invested = gross - row.tax - inside
    money.note(row, invested)
    local, value = money.worth(row, symbol, invested)
    yield row, Leg(
        account=row.account,
        symbol=symbol,
        units=row.quantity,
        trade_local=local,
        trade=value,
        net_local=money.local(row, symbol, invested + costs.fee_local),
        net=value + costs.fee,
        income=gross * rate,
        fees=costs.fee,
        taxes=costs.tax,
        embedded=costs.fee,
        cash=costs.other,
    )


def reward_legs(money: LegMoney, row: Transaction, _: Sequence[Move]) -> Iterator[RowLeg]:
    """Units that are income, staked or given: at what the row says they are worth, else at the day's close."""
    symbol, costs = row.symbol or "", money.costs(row)
    if row.amount or row.price is not None:
        local, value = money.worth(row, symbol, money.gross(row))
    else:
        local, value = money.value(row, symbol, row.quantity, money.price(row, symbol, later_first=True))
    money.prices.note(symbol, row.date, local / row.quantity / money.multiplier(symbol))
    yield row, Leg(
        account=row.account,
        symbol=symbol,
        units=row.quantity,
        trade_local=local,
        trade=value,
        net_local=local,
        net=value,
        income=value,
        fees=costs.fee,
        taxes=costs.tax,
        cash=money.cash(row, -costs.own) + costs.other,
    )
