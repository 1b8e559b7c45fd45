"""What each type of row needs and takes, by the names of its columns."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.domain.transactions import TransactionType

EVERYWHERE = frozenset({"date", "type", "currency", "account", "settle_date", "note", "external_id"})
VALUED = EVERYWHERE | {"fx_rate", "cash_currency", "amount"}
COSTS = frozenset({"fee", "tax", "fee_currency"})
PRICED = frozenset({"symbol", "quantity", "price"})
INCOME = frozenset({TransactionType.DIVIDEND, TransactionType.INTEREST})
TRADES = frozenset({TransactionType.BUY, TransactionType.SELL})
TRANSFERS = frozenset({TransactionType.TRANSFER_IN, TransactionType.TRANSFER_OUT})
# Their units come or go at a price: quantity × price × multiplier is their amount.
UNITS = TRADES | TRANSFERS | {TransactionType.REINVEST, TransactionType.STAKING, TransactionType.AIRDROP}
# They turn what is held into another instrument.
INTO_ANOTHER = frozenset({TransactionType.SPIN_OFF, TransactionType.MERGER, TransactionType.SYMBOL_CHANGE})


@dataclass(frozen=True, slots=True)
class Shape:
    """What a type of row needs and takes."""

    takes: frozenset[str]
    needs: tuple[str, ...]


_BUY = Shape(VALUED | PRICED | COSTS | {"accrued"}, ("symbol", "quantity"))
_COST = Shape(VALUED | {"symbol"}, ("amount",))
_FLOW = Shape(VALUED, ("amount",))
_TRANSFER = Shape(EVERYWHERE | PRICED | {"amount", "fx_rate", "cost", "acquired"}, ("symbol", "quantity"))
_REWARD = Shape(EVERYWHERE | PRICED | {"amount", "fx_rate"}, ("symbol", "quantity"))
SHAPES: dict[TransactionType, Shape] = {
    TransactionType.BUY: _BUY,
    TransactionType.SELL: Shape(_BUY.takes | {"lot_ids"}, _BUY.needs),
    TransactionType.DIVIDEND: Shape(VALUED | PRICED | COSTS, ("symbol",)),
    TransactionType.INTEREST: Shape(VALUED | COSTS | {"symbol"}, ("amount",)),
    TransactionType.FEE: _COST,
    TransactionType.TAX: _COST,
    TransactionType.DEPOSIT: _FLOW,
    TransactionType.WITHDRAWAL: _FLOW,
    TransactionType.EXCHANGE: Shape(
        VALUED | {"target_amount", "target_currency"}, ("amount", "target_amount", "target_currency")
    ),
    TransactionType.SPLIT: Shape(VALUED | {"symbol", "quantity", "ratio"}, ("symbol", "ratio")),
    TransactionType.REINVEST: Shape(EVERYWHERE | PRICED | {"amount", "fx_rate", "fee", "tax"}, ("symbol", "quantity")),
    TransactionType.TRANSFER_IN: _TRANSFER,
    TransactionType.TRANSFER_OUT: Shape(_TRANSFER.takes | {"lot_ids"}, _TRANSFER.needs),
    TransactionType.SPIN_OFF: Shape(
        EVERYWHERE | {"symbol", "target_symbol", "ratio", "cost_fraction"},
        ("symbol", "ratio", "target_symbol", "cost_fraction"),
    ),
    TransactionType.MERGER: Shape(VALUED | {"symbol", "target_symbol", "ratio"}, ("symbol",)),
    TransactionType.SYMBOL_CHANGE: Shape(
        EVERYWHERE | {"symbol", "target_symbol", "ratio"}, ("symbol", "target_symbol")
    ),
    TransactionType.RETURN_OF_CAPITAL: Shape(VALUED | {"symbol"}, ("symbol", "amount")),
    TransactionType.STAKING: _REWARD,
    TransactionType.AIRDROP: _REWARD,
}
