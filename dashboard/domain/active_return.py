"""The active return of a portfolio against a blend, by group: allocation, selection and interaction, day by day.

A group's weight on a day is what it has at work, its value at the close before and what came into it, of that of the
portfolio. What comes from another group is at work in both for that day: cash, which pays for it, has what is left of
1. Standing costs have an effect of their own. All effects are linked and sum to the active return.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.domain.arrays import Days, Floats, date_of
from dashboard.domain.benchmarks import BlendSeries
from dashboard.domain.blends import TOTAL_RETURN
from dashboard.domain.brinson import Effects, Linking, effects_of_contributions, linked
from dashboard.domain.calendar import Period
from dashboard.domain.contribution import daily_contributions, linked_contributions
from dashboard.domain.groups import CASH, COSTS, Dimension, group_names, period_gains
from dashboard.domain.lines import Line, LineKind, LineLevel, level_of, lines_of
from dashboard.domain.measures import Measure
from dashboard.domain.series import level_returns
from dashboard.domain.valuation import PortfolioHistory
from dashboard.errors import InvalidInput

FINANCING = "financing"
KINDS = ("allocation", "selection", "interaction")


@dataclass(frozen=True, slots=True)
class GroupEffect:
    """One group over a period, fractions. Weights are averages of the days; ``contribution`` and effects are linked.

    ``active`` is the sum of the effects; ``costs`` is that of standing costs alone.
    """

    name: str
    weight: float
    benchmark_weight: float
    contribution: float
    benchmark_contribution: float
    allocation: float
    selection: float
    interaction: float
    costs: float

    @property
    def active(self) -> float:
        """What the group added to the active return."""
        return self.allocation + self.selection + self.interaction + self.costs


@dataclass(frozen=True, slots=True)
class ActiveReturn:
    """The groups of a portfolio and of a benchmark; empty where a return is undefined, which ``active`` then says."""

    linking: Linking
    groups: tuple[GroupEffect, ...]
    portfolio: Measure
    benchmark: Measure
    active: Measure


@dataclass(frozen=True, slots=True)
class _Days:
    """n days of both sides by group, (n, G), and their returns, (n,)."""

    names: tuple[str, ...]
    weights: Floats
    contributions: Floats
    benchmark_weights: Floats
    benchmark_contributions: Floats
    returns: Floats
    benchmark_returns: Floats


def active_return(
    history: PortfolioHistory,
    blend: BlendSeries,
    period: Period,
    by: Dimension,
    *,
    mapping: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
    linking: Linking = Linking.CARINO,
) -> ActiveReturn:
    """The attribution of ``period`` by group; ``mapping`` says in which group a sleeve of the blend is.

    A sleeve that it does not name is in the group that it would have as a holding. Raises InvalidInput for a dimension
    that an instrument has not (account, portfolio).
    """
    lines = lines_of(history)
    names = group_names(lines.lines, by, tags)
    sleeves = _sleeve_groups(history, blend.sleeves, by, mapping or {}, tags or {})
    everything = level_of(lines, np.ones(len(names), np.bool_))
    daily = level_returns(everything, period, everything.gross_on)
    start, end = history.position(period.before), history.position(period.end)
    span = slice(start + 1, end + 1)
    weights = blend.weights[span]
    contributions = np.where(weights == 0.0, 0.0, weights * blend.returns[span])
    reason = daily.undefined or _unpriced(blend, contributions, history.days[span])
    if reason:
        unknown = Measure.undefined(reason)
        return ActiveReturn(linking, (), unknown, unknown, unknown)
    groups = tuple(dict.fromkeys((*names, *sleeves)))
    levels = [level_of(lines, np.array([name == group for name in names], np.bool_)) for group in groups]
    shares, own = _own_side(everything, levels, period, daily.returns)
    inside = np.array([[sleeve == group for group in groups] for sleeve in sleeves], np.float64)
    days = _Days(
        names=groups,
        weights=shares,
        contributions=own,
        benchmark_weights=weights @ inside,
        benchmark_contributions=contributions @ inside,
        returns=daily.returns,
        benchmark_returns=contributions.sum(axis=1),
    )
    return _attributed(_balanced(days, by), linking)


def _own_side(total: LineLevel, levels: Sequence[LineLevel], period: Period, returns: Floats) -> tuple[Floats, Floats]:
    """What each group has at work as a share of all, and what it contributes, on each day, (n, G) each."""
    start, end = total.position(period.before), total.position(period.end)
    at_work = [level.value[start:end] + level.inflows[start + 1 : end + 1] for level in (total, *levels)]
    base, own = at_work[0], np.column_stack(at_work[1:])
    shares = np.divide(own, base[:, None], out=np.zeros_like(own), where=(base > 0.0)[:, None])
    gains = np.column_stack([period_gains(level, period, end - start) for level in levels])
    return shares, daily_contributions(gains, base, returns)


def _sleeve_groups(
    history: PortfolioHistory,
    sleeves: Sequence[str],
    by: Dimension,
    mapping: Mapping[str, str],
    tags: Mapping[str, str],
) -> tuple[str, ...]:
    """The group of each sleeve of the blend."""
    found = []
    for sleeve in sleeves:
        symbol = sleeve.removesuffix(TOTAL_RETURN)
        line = Line(LineKind.HOLDING, symbol, history.market.instruments[symbol])
        found.append(mapping.get(symbol) or group_names([line], by, tags)[0])
    unknown = sorted(set(mapping) - {sleeve.removesuffix(TOTAL_RETURN) for sleeve in sleeves})
    if unknown:
        raise InvalidInput(f"The benchmark has no sleeve {', '.join(unknown)}.", field="map")
    return tuple(found)


def _unpriced(blend: BlendSeries, contributions: Floats, days: Days) -> str:
    """Why the benchmark has no return on the first day that has none."""
    missing = np.flatnonzero(np.isnan(contributions).any(axis=1))
    if not len(missing):
        return ""
    day = date_of(days[missing[0]])
    return f"There is no return of {blend.benchmark.symbol} on {day}: a price or a rate is missing."


def _balanced(days: _Days, by: Dimension) -> _Days:
    """Weights that sum to 1: cash, or where it belongs to other groups a line of financing, has what is left."""
    name = FINANCING if by is Dimension.CURRENCY else CASH
    names, weights, contributions = days.names, days.weights, days.contributions
    other, others = days.benchmark_weights, days.benchmark_contributions
    if name not in names:
        names = (*names, name)
        weights, contributions, other, others = (
            np.column_stack((one, np.zeros(len(one)))) for one in (weights, contributions, other, others)
        )
    at = names.index(name)
    rest = 1.0 - np.delete(weights, at, axis=1).sum(axis=1)
    weights = weights.copy()
    weights[:, at] = np.where(np.abs(rest) <= 1e-12, 0.0, rest)
    return _Days(names, weights, contributions, other, others, days.returns, days.benchmark_returns)


def _attributed(days: _Days, linking: Linking) -> ActiveReturn:
    effects = effects_of_contributions(
        days.weights, days.contributions, days.benchmark_weights, days.benchmark_contributions
    )
    linked_effects = {
        kind: linked(getattr(effects, kind), days.returns, days.benchmark_returns, linking) for kind in KINDS
    }
    own = linked_contributions(days.contributions, days.returns)
    other = linked_contributions(days.benchmark_contributions, days.benchmark_returns)
    groups = tuple(
        _group(days, at, float(own[at]), float(other[at]), {kind: float(linked_effects[kind][at]) for kind in KINDS})
        for at in range(len(days.names))
        if _is_there(days, effects, at)
    )
    total, benchmark = float(np.prod(1.0 + days.returns) - 1.0), float(np.prod(1.0 + days.benchmark_returns) - 1.0)
    order = sorted(groups, key=lambda one: (one.name in (CASH, COSTS, FINANCING), -one.weight, one.name))
    return ActiveReturn(linking, tuple(order), Measure(total), Measure(benchmark), Measure(total - benchmark))


def _group(days: _Days, at: int, own: float, other: float, effects: Mapping[str, float]) -> GroupEffect:
    name = days.names[at]
    costs = name == COSTS  # what is spent is neither allocated nor selected
    return GroupEffect(
        name=name,
        weight=float(days.weights[:, at].mean()),
        benchmark_weight=float(days.benchmark_weights[:, at].mean()),
        contribution=own,
        benchmark_contribution=other,
        allocation=0.0 if costs else effects["allocation"],
        selection=0.0 if costs else effects["selection"],
        interaction=0.0 if costs else effects["interaction"],
        costs=sum(effects.values()) if costs else 0.0,
    )


def _is_there(days: _Days, effects: Effects, at: int) -> bool:
    """Whether a group is held or had an effect on any day."""
    return bool(days.weights[:, at].any() or days.benchmark_weights[:, at].any() or effects.total[:, at].any())
