"""Blends of benchmarks: weights of instruments, from which day they hold, and how often they are restored.

As text: ``ACWI=0.6,AGG=0.4@monthly``, and with other weights from a day on
``ACWI=0.6,AGG=0.4;2022-01-01:ACWI=0.7,AGG=0.3@yearly``. A symbol that ends with ``:total`` counts with its dividends.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dashboard.errors import InvalidInput

TOTAL_RETURN = ":total"
SUM_TOLERANCE = 1e-6


class Rebalancing(StrEnum):
    """When the weights of a blend are restored: at the close of the last day of each period, or never."""

    DAILY = "daily"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class WeightSet:
    """The weights in force from the day ``since`` on (None: from the beginning); they sum to 1."""

    since: date | None
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Blend:
    """A blend; ``sets`` in order of their days."""

    sets: tuple[WeightSet, ...]
    rebalancing: Rebalancing

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols as they are written, each once."""
        return tuple(dict.fromkeys(symbol for one in self.sets for symbol in one.weights))

    @property
    def text(self) -> str:
        """The blend as text, as :func:`parse_blend` reads it."""
        return ";".join(map(_set_text, self.sets)) + f"@{self.rebalancing}"


def is_blend(text: str) -> bool:
    """Whether ``text`` is meant as a blend and not as a symbol (which may have a ``=`` in it)."""
    return "@" in text and "=" in text


def parse_blend(text: str) -> Blend:
    """The blend that ``text`` names. Raises InvalidInput for weights or a rebalancing that are none."""
    body, _, name = text.strip().rpartition("@")
    if name.strip().lower() not in Rebalancing.__members__.values():
        raise _refused(f"{name or 'nothing'} is no rebalancing: it is one of {', '.join(Rebalancing)}.")
    sets = tuple(_parsed_set(part) for part in body.split(";"))
    days = [one.since or date.min for one in sets]
    if days != sorted(set(days)):
        raise _refused("The weights of a blend are given in the order of their days, each day once.")
    return Blend(sets, Rebalancing(name.strip().lower()))


def benchmark_symbols(text: str | None) -> tuple[str, ...]:
    """The symbols whose prices a benchmark needs: of a symbol itself, of a blend each of its sleeves."""
    if not text:
        return ()
    named = parse_blend(text).symbols if is_blend(text) else (text,)
    return tuple(dict.fromkeys(symbol.removesuffix(TOTAL_RETURN) for symbol in named))


def weight_set(since: date | None, weights: Mapping[str, float]) -> WeightSet:
    """Weights that are checked. Raises InvalidInput unless they are positive and sum to 1."""
    wrong = [symbol for symbol, weight in weights.items() if not (weight > 0.0 and math.isfinite(weight))]
    if wrong:
        raise _refused(f"The weight of {', '.join(wrong)} is not a positive number.")
    total = math.fsum(weights.values())
    if abs(total - 1.0) > SUM_TOLERANCE:
        raise _refused(f"The weights of a blend sum to 1, not to {total:g}.")
    return WeightSet(since, {symbol: weight / total for symbol, weight in weights.items()})


def _parsed_set(part: str) -> WeightSet:
    day, sleeves = _since(part.strip())
    found: dict[str, float] = {}
    for sleeve in sleeves.split(","):
        symbol, _, weight = sleeve.strip().rpartition("=")
        if not symbol or symbol in found:
            raise _refused(f"{sleeve.strip() or 'nothing'} is no sleeve of a blend: they are written SYMBOL=WEIGHT.")
        try:
            found[symbol] = float(weight)
        except ValueError:
            raise _refused(f"{weight} is no weight.") from None
    return weight_set(day, found)


def _since(part: str) -> tuple[date | None, str]:
    """The day before the first colon, where there is one."""
    day, colon, rest = part.partition(":")
    if colon and len(day) == 10 and day[4:5] == "-":
        try:
            return date.fromisoformat(day), rest
        except ValueError:
            raise _refused(f"{day} is no day.") from None
    return None, part


def _set_text(found: WeightSet) -> str:
    sleeves = ",".join(f"{symbol}={weight!r}" for symbol, weight in found.weights.items())
    return sleeves if found.since is None else f"{found.since}:{sleeves}"


def _refused(message: str) -> InvalidInput:
    return InvalidInput(message, field="benchmark")
