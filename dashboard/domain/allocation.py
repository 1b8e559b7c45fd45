"""Allocation: the weights of what is held by asset class, currency or any other property, cash as a line of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dashboard.domain.holdings import HoldingFigures
from dashboard.domain.measures import Measure, Status, summed, worst

CASH = "cash"


@dataclass(frozen=True, slots=True)
class Slice:
    """One group of holdings: its value in the report's currency and its weight of all, cash included."""

    key: str
    market_value: Measure
    weight: Measure
    symbols: tuple[str, ...]


def by_asset_class(holding: HoldingFigures) -> str:
    """Group by asset class."""
    return holding.asset_class.value


def by_currency(holding: HoldingFigures) -> str:
    """Group by the currency of the quote."""
    return holding.currency


def allocate(
    holdings: Iterable[HoldingFigures],
    key: Callable[[HoldingFigures], str],
    cash: Measure | None = None,
    cash_key: str = CASH,
) -> tuple[Slice, ...]:
    """Groups of ``holdings`` by ``key``, the largest first; ``cash`` joins the group ``cash_key`` where it is not 0.

    A holding whose value is not known leaves its group and every weight undefined.
    """
    groups: dict[str, list[tuple[str, Measure]]] = {}
    for holding in holdings:
        groups.setdefault(key(holding), []).append((holding.symbol, holding.market_value))
    if cash is not None and cash.value != 0.0:
        groups.setdefault(cash_key, []).append(("", cash))
    values = {name: summed([value for _, value in members]) for name, members in groups.items()}
    total = summed(values.values())
    slices = [
        Slice(name, values[name], _share(values[name], total), tuple(symbol for symbol, _ in members if symbol))
        for name, members in groups.items()
    ]
    return tuple(sorted(slices, key=lambda one: (-(one.market_value.value or 0.0), one.key)))


def _share(value: Measure, total: Measure) -> Measure:
    if value.value is None or total.value is None:
        return Measure.undefined(value.reason or total.reason)
    if total.value <= 0.0:
        return Measure.undefined("The value of all together is not positive.")
    status = worst(value.status, total.status)
    reason = value.reason if value.status is status else total.reason
    return Measure(value.value / total.value, status, reason if status is not Status.OK else "")
