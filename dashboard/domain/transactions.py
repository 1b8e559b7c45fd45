"""Transactions: the immutable facts of a ledger, and their order within a day."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)


class TransactionType(StrEnum):
    """What happened. The type gives the direction; quantities are positive."""

    BUY = "buy"
    SELL = "sell"
    DIVIDEND = "dividend"
    INTEREST = "interest"
    FEE = "fee"
    TAX = "tax"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    EXCHANGE = "exchange"
    SPLIT = "split"
    REINVEST = "reinvest"
    TRANSFER_IN = "transfer_in"
    TRANSFER_OUT = "transfer_out"
    SPIN_OFF = "spin_off"
    MERGER = "merger"
    SYMBOL_CHANGE = "symbol_change"
    RETURN_OF_CAPITAL = "return_of_capital"
    STAKING = "staking"
    AIRDROP = "airdrop"

    # A ledger is walked by looks-ups of the type: the hash of the text is kept with it, the enumeration's own is not.
    __hash__ = str.__hash__


# The order within a day: splits, then incoming, outgoing and income; within a kind, the order of entry.
DAY_ORDER: dict[TransactionType, int] = {
    TransactionType.SPLIT: 0,
    TransactionType.SYMBOL_CHANGE: 0,
    TransactionType.MERGER: 0,
    TransactionType.SPIN_OFF: 0,
    TransactionType.BUY: 1,
    TransactionType.REINVEST: 1,
    TransactionType.TRANSFER_IN: 1,
    TransactionType.STAKING: 1,
    TransactionType.AIRDROP: 1,
    TransactionType.DEPOSIT: 1,
    TransactionType.EXCHANGE: 1,
    TransactionType.SELL: 2,
    TransactionType.TRANSFER_OUT: 2,
    TransactionType.WITHDRAWAL: 2,
    TransactionType.FEE: 2,
    TransactionType.TAX: 2,
    TransactionType.DIVIDEND: 3,
    TransactionType.INTEREST: 3,
    TransactionType.RETURN_OF_CAPITAL: 3,
}


class LotMethod(StrEnum):
    """Which lots a sale closes."""

    FIFO = "fifo"
    LIFO = "lifo"
    HIFO = "hifo"
    AVERAGE = "average"
    SPECIFIC = "specific"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One row of a ledger.

    ``amount`` is the gross money of the event in ``currency`` (for a trade quantity × price × multiplier);
    ``fee`` and ``tax`` are positive costs in ``currency``; ``fx_rate`` is base currency per 1 of ``currency``.
    ``sequence`` is the order of entry: it breaks ties within a day and a kind. ``account`` "" is the unnamed one.
    ``target_symbol`` is what a spin-off or a merger brings, ``cost_fraction`` the share of the cost that moves to it.
    ``acquired`` and ``cost`` come with units that are transferred in; ``lot_ids`` name the lots that a sale closes, in
    their order. ``accrued`` is the interest bought or sold with a bond, positive. ``fee_currency`` is that of ``fee``
    where it is not ``currency``.
    """

    date: datetime.date
    type: TransactionType
    currency: str
    symbol: str | None = None
    quantity: Decimal = ZERO
    price: Decimal | None = None
    fee: Decimal = ZERO
    tax: Decimal = ZERO
    amount: Decimal = ZERO
    fx_rate: Decimal | None = None
    cash_currency: str | None = None
    account: str = ""
    target_amount: Decimal | None = None
    target_currency: str | None = None
    ratio: Decimal | None = None
    target_symbol: str | None = None
    cost_fraction: Decimal | None = None
    acquired: datetime.date | None = None
    cost: Decimal | None = None
    lot_ids: tuple[str, ...] = ()
    accrued: Decimal = ZERO
    fee_currency: str | None = None
    settle_date: datetime.date | None = None
    note: str = ""
    external_id: str | None = None
    sequence: int = 0
    id: int | None = field(default=None, compare=False)

    @property
    def lot_id(self) -> str | None:
        """The name of the lot that the row brings: its external id, else its own; None while it has neither."""
        return self.external_id or (None if self.id is None else str(self.id))


def ledger_order(row: Transaction) -> tuple[datetime.date, int, int]:
    """The key by which a ledger is walked."""
    return row.date, DAY_ORDER[row.type], row.sequence
