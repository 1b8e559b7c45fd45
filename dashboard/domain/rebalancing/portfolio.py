"""What is held before a rebalancing, and the rules by which it may be traded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from dashboard.domain.rebalancing.targets import TargetLevel
from dashboard.domain.rebalancing.tax_lots import LONG_TERM_DAYS, TaxLot
from dashboard.domain.transactions import ZERO
from dashboard.errors import InvalidInput

SMALLEST_FRACTION = Decimal("1e-8")


@dataclass(frozen=True, slots=True)
class RebalancingPosition:
    """What is held of one instrument, or could be (quantity 0). ``price`` is in the quote's currency.

    ``rate`` is the report's currency per 1 of the quote's. Where a price or rate is None, ``reason`` says why, and
    the position is neither counted nor traded.
    """

    symbol: str
    currency: str
    quantity: Decimal
    price: Decimal | None
    rate: Decimal | None
    multiplier: Decimal = Decimal(1)
    groups: Mapping[TargetLevel, str] = field(default_factory=dict)
    lots: tuple[TaxLot, ...] = ()
    reason: str = ""

    @property
    def unit_value(self) -> Decimal | None:
        """What one unit is worth in the currency of the report."""
        if self.price is None or self.rate is None or self.price <= ZERO or self.rate <= ZERO:
            return None
        return self.price * self.multiplier * self.rate

    def key(self, level: TargetLevel) -> str:
        """What a target of ``level`` calls it."""
        return self.symbol if level is TargetLevel.HOLDING else self.groups.get(level, "")


@dataclass(frozen=True, slots=True)
class CashHeld:
    """A balance; ``value`` in the currency of the report, None where there is no rate."""

    currency: str
    amount: Decimal
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class RebalancingState:
    """Everything that is held, on a day, in a currency."""

    as_of: date
    currency: str
    positions: tuple[RebalancingPosition, ...]
    cash: tuple[CashHeld, ...] = ()


@dataclass(frozen=True, slots=True)
class TradingRules:
    """``minimum``: no trade is worth less; ``whole_units``; ``cash_only``: nothing is sold; ``new_cash`` comes first.

    ``keep_others``: what has no target is left alone, instead of being sold.
    """

    minimum: Decimal = ZERO
    whole_units: bool = False
    cash_only: bool = False
    new_cash: Decimal = ZERO
    keep_others: bool = False
    long_term_days: int = LONG_TERM_DAYS

    def __post_init__(self) -> None:
        for name in ("minimum", "new_cash"):
            amount = getattr(self, name)
            if not amount.is_finite() or amount < ZERO:
                raise InvalidInput(f"{name.replace('_', ' ')} must be 0 or more, not {amount}.", field=name)

    @property
    def step(self) -> Decimal:
        """The smallest quantity that can be traded."""
        return Decimal(1) if self.whole_units else SMALLEST_FRACTION
