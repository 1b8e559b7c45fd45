"""What the legs of rows that are no plain trades do to lots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from dashboard.domain.legs import Leg
from dashboard.domain.lot_keeping import LotKeeper, Outcome
from dashboard.domain.lots import Lot, LotMatch
from dashboard.domain.transactions import ZERO, Transaction, TransactionType

Kind = TransactionType
NOTHING = Outcome()


@dataclass(frozen=True, slots=True)
class Effect:
    """What a leg did to lots. ``transferred`` is market value − cost of what left in kind, cost − market value of what
    came; ``proceeds`` are those of ``matches``.
    """

    realized: Decimal = ZERO
    cost_change: Decimal = ZERO
    transferred: Decimal = ZERO
    proceeds: Decimal = ZERO
    matches: tuple[LotMatch, ...] = ()


class LegLots:
    """Applies legs to the lots of a keeper; the two legs of a movement follow each other."""

    def __init__(self, keeper: LotKeeper) -> None:
        self._keeper = keeper
        self._carried: tuple[Lot, ...] = ()
        self._appliers: dict[Kind, Callable[[Transaction, Leg], Effect]] = {
            Kind.BUY: self._incoming,
            Kind.SELL: self._outgoing,
            Kind.REINVEST: self._incoming,
            Kind.STAKING: self._incoming,
            Kind.AIRDROP: self._incoming,
            Kind.TRANSFER_IN: self._transfer_in,
            Kind.TRANSFER_OUT: self._transfer_out,
            Kind.SPIN_OFF: self._spin_off,
            Kind.MERGER: self._swap,
            Kind.SYMBOL_CHANGE: self._swap,
            Kind.RETURN_OF_CAPITAL: self._capital,
            Kind.SPLIT: self._in_lieu,
        }

    def apply(self, row: Transaction, leg: Leg) -> Effect:
        """What one leg did."""
        applier = self._appliers.get(row.type)
        return Effect() if applier is None else applier(row, leg)

    def _incoming(self, row: Transaction, leg: Leg) -> Effect:
        lot = Lot(lot_id(row), row.acquired or row.date, leg.units, leg.net_local, leg.net)
        found = self._keeper.acquire((leg.account, leg.symbol), lot, row.date, row.lot_ids)
        return _effect(found)

    def _outgoing(self, row: Transaction, leg: Leg) -> Effect:
        lot = Lot(lot_id(row), row.date, -leg.units, leg.net_local, leg.net)
        return _effect(self._keeper.release((leg.account, leg.symbol), lot, row.date, row.lot_ids))

    def _transfer_in(self, row: Transaction, leg: Leg) -> Effect:
        if leg.inner:
            return self._receive(row, leg, Decimal(1))
        found = self._incoming(row, leg)
        return replace(found, transferred=leg.net - leg.trade)

    def _transfer_out(self, row: Transaction, leg: Leg) -> Effect:
        lots = self._keeper.take_out((leg.account, leg.symbol), -leg.units, row.date, row.lot_ids)
        self._carried = lots
        cost = _base_cost(lots)
        return Effect(cost_change=-cost, transferred=-leg.trade - cost)

    def _receive(self, row: Transaction, leg: Leg, ratio: Decimal) -> Effect:
        """Lots that left another position, at ``ratio`` new units for each."""
        position, cost = (leg.account, leg.symbol), _base_cost(self._carried)
        lots = [replace(lot, quantity=lot.quantity * ratio) for lot in self._carried]
        found = [self._keeper.put_in(position, lot, row.date) for lot in lots if lot.quantity]
        return Effect(
            realized=sum((one.realized for one in found), ZERO),
            cost_change=sum((one.cost_change for one in found), ZERO),
            transferred=cost - leg.trade,
            proceeds=sum((one.settled for one in found), ZERO),
            matches=tuple(match for one in found for match in one.matches),
        )

    def _spin_off(self, row: Transaction, leg: Leg) -> Effect:
        if leg.symbol != row.symbol:
            return self._receive(row, leg, row.ratio or ZERO)
        self._carried = tuple(self._keeper.book((leg.account, leg.symbol)).carve(row.cost_fraction or ZERO))
        cost = _base_cost(self._carried)
        return Effect(cost_change=-cost, transferred=-leg.trade - cost)

    def _swap(self, row: Transaction, leg: Leg) -> Effect:
        if leg.symbol != row.symbol:
            return self._receive(row, leg, row.ratio if row.ratio is not None else Decimal(1))
        lots = self._keeper.take_out((leg.account, leg.symbol), -leg.units, row.date)
        kept = [_scaled(lot, leg.kept) for lot in lots]
        self._carried = tuple(replace(one, quantity=lot.quantity) for one, lot in zip(kept, lots, strict=True))
        cost, moved = _base_cost(lots), _base_cost(kept)
        paid = leg.net + leg.embedded
        if not paid:
            return Effect(cost_change=-cost, transferred=-leg.trade - moved)
        closed = tuple(_closed(lot, one) for lot, one in zip(lots, kept, strict=True))
        return Effect(
            realized=leg.net - (cost - moved),
            cost_change=-cost,
            transferred=-leg.trade - paid - moved,
            proceeds=leg.net,
            matches=closed,
        )

    def _capital(self, row: Transaction, leg: Leg) -> Effect:
        book = self._keeper.book((leg.account, leg.symbol))
        if book.quantity <= ZERO:
            return Effect(realized=leg.net, proceeds=leg.net)
        _, beyond = book.reduce_cost(leg.net_local, leg.net)
        return Effect(realized=beyond, cost_change=beyond - leg.net, proceeds=beyond)

    def _in_lieu(self, row: Transaction, leg: Leg) -> Effect:
        if not leg.units:
            return Effect(realized=leg.net, proceeds=leg.net)
        return self._outgoing(row, leg)


def lot_id(row: Transaction) -> str:
    """The id of the lot that a row opens: that of the row, "" where it has none."""
    return row.lot_id or ""


def _effect(found: Outcome) -> Effect:
    return Effect(found.realized, found.cost_change, ZERO, found.settled, found.matches)


def _base_cost(lots: Sequence[Lot]) -> Decimal:
    return sum((lot.base_cost for lot in lots), ZERO)


def _scaled(lot: Lot, share: Decimal) -> Lot:
    return replace(lot, quantity=lot.quantity * share, cost=lot.cost * share, base_cost=lot.base_cost * share)


def _closed(lot: Lot, kept: Lot) -> LotMatch:
    """The part of a lot that cash closed; all of its units where the share is not known, without a rate or a price."""
    units = lot.quantity - kept.quantity
    cost, base = lot.cost - kept.cost, lot.base_cost - kept.base_cost
    return LotMatch(lot.lot_id, lot.acquired, units if units.is_finite() else lot.quantity, cost, base)
