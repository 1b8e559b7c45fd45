"""The trades that bring a portfolio to its targets, and what they leave: exact sums, no money from nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext

from dashboard.domain.measures import Note, Status
from dashboard.domain.rebalancing.portfolio import RebalancingPosition, RebalancingState, TradingRules
from dashboard.domain.rebalancing.targets import Targets
from dashboard.domain.rebalancing.tax_lots import LotSale, close_lots
from dashboard.domain.transactions import ZERO
from dashboard.errors import InsufficientData, InvalidInput

DIGITS = 120  # quantity, price, multiplier and rate have 28 at most each: products and sums are exact
CASH = "cash"


@dataclass(frozen=True, slots=True)
class Trade:
    """A purchase (``quantity`` > 0) or a sale (< 0); ``amount`` in the quote's currency, ``value`` in the report's.

    Both have the sign of the quantity. ``lots`` are what a sale closes; ``realized`` is the gain that it makes.
    """

    symbol: str
    currency: str
    quantity: Decimal
    price: Decimal
    amount: Decimal
    value: Decimal
    lots: tuple[LotSale, ...] = ()

    @property
    def realized(self) -> Decimal:
        """The gain of the lots that are closed, 0 for a purchase."""
        return sum((lot.gain for lot in self.lots), ZERO)


@dataclass(frozen=True, slots=True)
class Drift:
    """A target (or cash, or what has none): its weight now, after the trades, and as it should be."""

    key: str
    value: Decimal
    weight: Decimal
    target: Decimal
    weight_after: Decimal

    @property
    def drift(self) -> Decimal:
        """Weight now − target."""
        return self.weight - self.target


@dataclass(frozen=True, slots=True)
class Rebalancing:
    """``total`` with ``cash_before`` (the new cash in it); ``cash_after`` = ``cash_before`` − Σ value of trades."""

    total: Decimal
    cash_before: Decimal
    cash_after: Decimal
    drifts: tuple[Drift, ...]
    trades: tuple[Trade, ...]
    notes: tuple[Note, ...]

    @property
    def realized(self) -> Decimal:
        """The gain that all sales make."""
        return sum((trade.realized for trade in self.trades), ZERO)


def rebalance(state: RebalancingState, targets: Targets, rules: TradingRules | None = None) -> Rebalancing:
    """The trades that bring ``state`` to ``targets`` by ``rules``.

    Purchases are rounded down to what can be traded, sales up (to no more than is held), and purchases are cut in
    proportion where the money does not suffice: cash never falls below 0, or below what it was. A group's trade is
    spread over its holdings by their value. What has no price or rate is neither counted nor traded, and named.

    Raises InsufficientData where nothing has a value.
    """
    with localcontext() as context:
        context.prec = DIGITS
        return _Planner(state, targets, rules or TradingRules()).plan()


class _Planner:
    """One rebalancing, step by step."""

    def __init__(self, state: RebalancingState, targets: Targets, rules: TradingRules) -> None:
        self._state, self._targets, self._rules = state, targets, rules
        priced = [one for one in state.positions if one.unit_value is not None and one.quantity >= ZERO]
        self._known = {one.symbol: one for one in priced}
        self._values = {symbol: one.quantity * _unit(one) for symbol, one in self._known.items()}
        self._cash = sum((one.value for one in state.cash if one.value is not None), ZERO) + rules.new_cash
        self._total = sum(self._values.values(), ZERO) + self._cash

    def plan(self) -> Rebalancing:
        """The trades and what they leave."""
        if self._total <= ZERO:
            raise InsufficientData("Nothing that is held has a value: there is nothing to rebalance.")
        wanted, notes = self._wanted()
        trades = self._trades(wanted)
        after = dict(self._values)
        for trade in trades:
            after[trade.symbol] += trade.value
        left = self._cash - sum((trade.value for trade in trades), ZERO)
        return Rebalancing(
            total=self._total,
            cash_before=self._cash,
            cash_after=left,
            drifts=self._drifts(after, left),
            trades=trades,
            notes=(*self._missing(), *notes, *self._without_gain(trades)),
        )

    def _without_gain(self, trades: Sequence[Trade]) -> list[Note]:
        """The sales of what nobody knows the cost of."""
        missing = f"A rate to {self._state.currency} is missing on the day of a purchase"
        text = f"{missing}, so the gain of its sale is not known."
        return [Note("undefined", text, trade.symbol) for trade in trades if trade.realized.is_nan()]

    def _wanted(self) -> tuple[dict[str, Decimal], list[Note]]:
        """The value that each known position should have, and the targets that nothing can meet."""
        wanted = {} if self._rules.keep_others else dict.fromkeys(self._known, ZERO)
        if self._rules.keep_others:
            wanted = {
                symbol: self._values[symbol] if self._key(one) not in self._targets.weights else ZERO
                for symbol, one in self._known.items()
            }
        notes = []
        for key, weight in self._targets.weights.items():
            members = [symbol for symbol, one in self._known.items() if self._key(one) == key]
            if members:
                wanted |= self._spread(members, weight * self._total)
            elif weight:
                message = f"Nothing with a price belongs to the target {key}: its {weight * 100:f} % stay in cash."
                notes.append(Note(Status.INSUFFICIENT_DATA.value, message, key))
        return wanted, notes

    def _spread(self, members: list[str], value: Decimal) -> dict[str, Decimal]:
        """``value`` over holdings by what each is worth; evenly where none is worth anything."""
        worth = sum((self._values[symbol] for symbol in members), ZERO)
        if worth:
            return {symbol: value * self._values[symbol] / worth for symbol in members}
        return {symbol: value / len(members) for symbol in members}

    def _trades(self, wanted: Mapping[str, Decimal]) -> tuple[Trade, ...]:
        gaps = {symbol: value - self._values[symbol] for symbol, value in wanted.items()}
        sales = [] if self._rules.cash_only else self._sales(gaps)
        funds = max(self._cash, ZERO) - sum((trade.value for trade in sales), ZERO)
        if self._cash < ZERO:
            funds = max(funds + self._cash, ZERO)  # what is owed is paid back first
        funds -= min(self._targets.cash * self._total, funds) if self._rules.cash_only else ZERO
        return (*sales, *self._purchases({symbol: gap for symbol, gap in gaps.items() if gap > ZERO}, funds))

    def _sales(self, gaps: Mapping[str, Decimal]) -> list[Trade]:
        found = []
        for symbol, gap in gaps.items():
            position = self._known[symbol]
            if gap >= ZERO:
                continue
            quantity = min(self._round(-gap / _unit(position), ROUND_CEILING), position.quantity)
            if quantity > ZERO and quantity * _unit(position) >= self._rules.minimum:
                found.append(self._trade(position, -quantity))
        return found

    def _purchases(self, gaps: Mapping[str, Decimal], funds: Decimal) -> list[Trade]:
        asked = sum(gaps.values(), ZERO)
        spent = min(funds, asked)
        found = []
        for symbol, gap in gaps.items():
            position = self._known[symbol]
            quantity = self._round(gap * spent / (asked * _unit(position)), ROUND_FLOOR)
            if quantity > ZERO and quantity * _unit(position) >= self._rules.minimum:
                found.append(self._trade(position, quantity))
        return found

    def _round(self, quantity: Decimal, rounding: str) -> Decimal:
        return (quantity / self._rules.step).to_integral_value(rounding) * self._rules.step

    def _trade(self, position: RebalancingPosition, quantity: Decimal) -> Trade:
        price = position.price or ZERO
        lots: tuple[LotSale, ...] = ()
        if quantity < ZERO:
            days = self._rules.long_term_days
            lots = close_lots(position.lots, -quantity, _unit(position), self._state.as_of, days)
        amount = quantity * price * position.multiplier
        return Trade(position.symbol, position.currency, quantity, price, amount, quantity * _unit(position), lots)

    def _key(self, position: RebalancingPosition) -> str:
        return position.key(self._targets.level)

    def _drifts(self, after: Mapping[str, Decimal], left: Decimal) -> tuple[Drift, ...]:
        """One a target, one for each key that has none, and cash."""
        keys = dict.fromkeys([*self._targets.weights, *(self._key(one) for one in self._known.values())])

        def held(key: str, values: Mapping[str, Decimal]) -> Decimal:
            return sum((value for symbol, value in values.items() if self._key(self._known[symbol]) == key), ZERO)

        found = [
            self._drift(key, held(key, self._values), held(key, after), self._targets.weights.get(key, ZERO))
            for key in keys
        ]
        return (*found, self._drift(CASH, self._cash, left, self._targets.cash))

    def _drift(self, key: str, value: Decimal, after: Decimal, target: Decimal) -> Drift:
        return Drift(key, value, value / self._total, target, after / self._total)

    def _missing(self) -> list[Note]:
        code = Status.INSUFFICIENT_DATA.value
        notes = []
        for one in self._state.positions:
            if one.symbol in self._known:
                continue
            short = one.unit_value is not None
            reason = "It is held short." if short else one.reason or "It has no price or no rate."
            notes.append(Note(code, f"{one.symbol} is neither counted nor traded: {reason}", one.symbol))
        return notes + [
            Note(code, f"The balance in {one.currency} is not counted: it has no rate.", one.currency)
            for one in self._state.cash
            if one.value is None
        ]


def _unit(position: RebalancingPosition) -> Decimal:
    value = position.unit_value
    if value is None:
        raise InvalidInput(f"{position.symbol} has no value.", field="price")
    return value
