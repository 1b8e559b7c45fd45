"""What a scenario is laid over, and what it does: one line a holding or a balance of cash, and their total."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dashboard.domain.instruments import AssetClass
from dashboard.domain.measures import Measure, Status, worst


@dataclass(frozen=True, slots=True)
class Exposure:
    """A holding, or a balance of cash (``symbol`` is then its currency); ``value`` in the currency of the report.

    A short holding is worth less than 0. Where ``value`` is unknown, its ``reason`` says why.
    """

    symbol: str
    asset_class: AssetClass
    currency: str
    value: Measure


@dataclass(frozen=True, slots=True)
class ScenarioLine:
    """What the scenario does to one exposure: its return as a fraction, and the change of its value."""

    symbol: str
    asset_class: AssetClass
    currency: str
    value: Measure
    returns: Measure
    change: Measure


@dataclass(frozen=True, slots=True)
class ScenarioOutcome:
    """The lines and their sum. ``change`` and ``returns`` are of all exposures, without a value where one is unknown.

    ``covered_value`` and ``covered_change`` are sums over the lines that are known.
    """

    currency: str
    lines: tuple[ScenarioLine, ...]
    value: Measure
    change: Measure
    returns: Measure
    covered_value: float
    covered_change: float

    @property
    def unknown(self) -> tuple[ScenarioLine, ...]:
        """The lines without a change."""
        return tuple(line for line in self.lines if line.change.value is None)


def outcome(exposures: Sequence[Exposure], returns_of: Callable[[Exposure], Measure], currency: str) -> ScenarioOutcome:
    """``returns_of`` each exposure, in the report's currency, as changes of value: change = value · return."""
    lines = tuple(_line(exposure, returns_of(exposure)) for exposure in exposures)
    known = [line for line in lines if line.change.value is not None]
    covered = sum(line.value.value or 0.0 for line in known)
    changed = sum(line.change.value or 0.0 for line in known)
    value = _total(lines, "value", [line.value for line in lines])
    change = _total(lines, "change", [line.change for line in lines])
    return ScenarioOutcome(currency, lines, value, change, _ratio(change, value), covered, changed)


def _line(exposure: Exposure, returns: Measure) -> ScenarioLine:
    return ScenarioLine(
        exposure.symbol,
        exposure.asset_class,
        exposure.currency,
        exposure.value,
        returns,
        _product(exposure.value, returns),
    )


def _product(value: Measure, returns: Measure) -> Measure:
    for part in (value, returns):
        if part.value is None:
            return Measure(None, part.status, part.reason)
    reason = " ".join(part.reason for part in (value, returns) if part.reason)
    return Measure((value.value or 0.0) * (returns.value or 0.0), worst(value.status, returns.status), reason)


def _total(lines: Sequence[ScenarioLine], name: str, parts: Sequence[Measure]) -> Measure:
    missing = [line.symbol for line, part in zip(lines, parts, strict=True) if part.value is None]
    if missing:
        return Measure.insufficient(f"The {name} of {', '.join(missing)} is not known.")
    status = worst(*(part.status for part in parts))
    doubtful = [line.symbol for line, part in zip(lines, parts, strict=True) if part.status is not Status.OK]
    reason = f"{', '.join(doubtful)}: {status.value}." if doubtful else ""
    return Measure(sum((part.value or 0.0 for part in parts), 0.0), status, reason)


def _ratio(change: Measure, value: Measure) -> Measure:
    for part in (value, change):
        if part.value is None:
            return Measure(None, part.status, part.reason)
    if not value.value or value.value < 0.0:
        return Measure.undefined("There is no positive value to relate the change to.")
    return Measure((change.value or 0.0) / value.value, worst(change.status, value.status), change.reason)
