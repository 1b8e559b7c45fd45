"""The legs of rows that are no plain trade: money in Decimal, one leg for each position that a row changes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from dashboard.domain.transactions import ZERO, Transaction

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class CashMove:
    """A movement of one balance: ``local`` in its currency, ``value`` in the report's."""

    currency: str
    local: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """What a row did to one position; money in the report's currency, where ``_local`` does not end its name.

    ``trade`` went into the instrument (+) or out of it (−), without costs; ``net`` is what a lot that comes in costs,
    or what what goes out brings, with those costs (``embedded``, of ``fees`` and ``taxes``) that are part of it.
    ``kept`` is the share of the cost that goes on to what a swap brings. ``external`` is a flow in kind. ``cash`` moves
    balances where cash is tracked, ``receivable`` is interest that was bought and not yet paid, tracked or not.
    """

    account: str
    symbol: str
    units: Decimal = ZERO
    trade_local: Decimal = ZERO
    trade: Decimal = ZERO
    net_local: Decimal = ZERO
    net: Decimal = ZERO
    income: Decimal = ZERO
    fees: Decimal = ZERO
    taxes: Decimal = ZERO
    embedded: Decimal = ZERO
    kept: Decimal = ONE
    external: Decimal = ZERO
    inner: bool = False
    cash: tuple[CashMove, ...] = ()
    receivable: tuple[CashMove, ...] = ()


RowLeg = tuple[Transaction, Leg | None]
