"""Target weights of holdings or of groups: fractions that sum to 1 at most; what is left is meant as cash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from dashboard.domain.transactions import ZERO
from dashboard.errors import InvalidInput

ONE = Decimal(1)
HUNDRED = Decimal(100)
TOO_MUCH = Decimal("1e-9")
MOST_TARGETS = 2_000


class TargetLevel(StrEnum):
    """What a target names."""

    HOLDING = "holding"
    ASSET_CLASS = "asset_class"
    SECTOR = "sector"
    COUNTRY = "country"
    CURRENCY = "currency"


@dataclass(frozen=True, slots=True)
class Targets:
    """Weights of the total with cash, by the key of their level (a symbol, ``equity``, ``EUR`` …)."""

    weights: Mapping[str, Decimal]
    level: TargetLevel = TargetLevel.HOLDING

    def __post_init__(self) -> None:
        if not self.weights:
            raise InvalidInput("There is no target.", field="targets")
        for key, weight in self.weights.items():
            if not weight.is_finite() or weight < ZERO:
                raise InvalidInput(f"The target of {key} must be 0 or more, not {weight}.", field="targets")
        total = sum(self.weights.values(), ZERO)
        if total > ONE + TOO_MUCH:
            raise InvalidInput(f"The targets sum to {total * HUNDRED:f} %, more than there is.", field="targets")

    @property
    def cash(self) -> Decimal:
        """The weight that is left to cash."""
        return max(ONE - sum(self.weights.values(), ZERO), ZERO)


def parse_targets(pairs: Iterable[tuple[str, str]], level: TargetLevel = TargetLevel.HOLDING) -> Targets:
    """Targets from texts: ``60%`` and ``0.6`` are the same. Raises InvalidInput with the row."""
    weights: dict[str, Decimal] = {}
    for row, (key, text) in enumerate(pairs, 1):
        name = key.strip()
        if not name:
            raise InvalidInput("A target needs the name of what it is of.", field="symbol", row=row)
        if name in weights:
            raise InvalidInput(f"{name} has two targets.", field="symbol", row=row)
        if len(weights) >= MOST_TARGETS:
            raise InvalidInput(f"There are more than {MOST_TARGETS} targets.", field="targets", row=row)
        weights[name] = _weight(text, row)
    return Targets(weights, level)


def _weight(text: str, row: int) -> Decimal:
    number = text.strip()
    percent = number.endswith("%")
    try:
        weight = Decimal(number.removesuffix("%").strip())
    except InvalidOperation:
        weight = Decimal("NaN")
    if not weight.is_finite():
        raise InvalidInput(f"A weight is a number such as 0.25 or 25%, not “{text[:40]}”.", field="weight", row=row)
    return weight / HUNDRED if percent else weight
