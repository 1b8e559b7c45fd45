"""Legs of the rows of a ledger that are no plain trades, each made by the function of its type."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from dashboard.domain.arrays import Days
from dashboard.domain.instruments import Instrument
from dashboard.domain.ledger import CheckedLedger, SplitEvent, walk
from dashboard.domain.leg_events import capital_legs, in_lieu_legs, spin_off_legs, swap_legs, transfer_legs
from dashboard.domain.leg_money import LegMoney, has_other_fee
from dashboard.domain.leg_trades import fee_legs, income_legs, reinvest_legs, reward_legs, trade_legs
from dashboard.domain.legs import RowLeg
from dashboard.domain.prices import MarketData
from dashboard.domain.row_money import RateTable
from dashboard.domain.transactions import Transaction, TransactionType
from dashboard.domain.unit_moves import Move

TRADES = frozenset({TransactionType.BUY, TransactionType.SELL})
INCOME = frozenset({TransactionType.DIVIDEND, TransactionType.INTEREST})
Maker = Callable[[LegMoney, Transaction, Sequence[Move]], Iterator[RowLeg]]
MAKERS: Mapping[TransactionType, Maker] = {
    TransactionType.BUY: trade_legs,
    TransactionType.SELL: trade_legs,
    TransactionType.DIVIDEND: income_legs,
    TransactionType.INTEREST: income_legs,
    TransactionType.REINVEST: reinvest_legs,
    TransactionType.STAKING: reward_legs,
    TransactionType.AIRDROP: reward_legs,
    TransactionType.TRANSFER_IN: transfer_legs,
    TransactionType.TRANSFER_OUT: transfer_legs,
    TransactionType.SPIN_OFF: spin_off_legs,
    TransactionType.MERGER: swap_legs,
    TransactionType.SYMBOL_CHANGE: swap_legs,
    TransactionType.RETURN_OF_CAPITAL: capital_legs,
    TransactionType.SPLIT: in_lieu_legs,
}


def build_legs(
    ledger: CheckedLedger, instruments: Sequence[Instrument], table: RateTable, days: Days, market: MarketData
) -> dict[int, list[RowLeg]]:
    """By position in the ledger, the legs of each row that has some; a row without a leg beside it is a plain one."""
    rows = ledger.transactions
    special = {at for at, row in enumerate(rows) if row.accrued or row.fee_currency} | ledger.moves.keys()
    if not special:
        return {}
    money = LegMoney(ledger, instruments, table, days, market)
    found: dict[int, list[RowLeg]] = {}
    at = 0
    for row in walk(rows, ledger.splits):
        if isinstance(row, SplitEvent):
            money.interest.split(row.symbol)
            continue
        moves = ledger.moves.get(at, ())
        if at in ledger.moves or row.accrued or has_other_fee(row) or _is_due(money, row):
            found[at] = list(MAKERS.get(row.type, fee_legs)(money, row, moves))
        elif row.type in TRADES:
            money.note(row, money.gross(row))
        money.interest.past(row, moves)
        at += 1
    return found


def _is_due(money: LegMoney, row: Transaction) -> bool:
    """Whether a row pays what was bought as accrued interest before it, or sells the last unit that it is due on."""
    position = row.account, row.symbol or ""
    if row.type is TransactionType.SELL:
        return money.interest.closes(position)
    return row.type in INCOME and bool(money.interest.due(position))
