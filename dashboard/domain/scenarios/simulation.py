"""Possible futures by a block bootstrap of joint returns: percentiles of value, odds of a loss and of running dry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dashboard.domain.arrays import Floats
from dashboard.domain.scenarios.bootstrap import BlockMethod, block_places
from dashboard.errors import InsufficientData, InvalidInput

LEAST_OBSERVATIONS = 60
MOST_PATHS, MOST_PERIODS = 100_000, 30_000
SAME = 1e-12  # a value that rounding alone keeps apart is no loss
AT_ONCE = 2_000_000  # random numbers held at a time
PERCENTILES = (5, 25, 50, 75, 95)


@dataclass(frozen=True, slots=True)
class SimulationPlan:
    """How to simulate: ``horizons`` in periods; ``flow`` goes in (negative: out) after every ``flow_every`` periods."""

    horizons: tuple[int, ...]
    paths: int = 2_000
    block: int = 20
    method: BlockMethod = "stationary"
    seed: int = 1
    flow: float = 0.0
    flow_every: int = 21

    def __post_init__(self) -> None:
        for name, value, most in (("paths", self.paths, MOST_PATHS), ("flow_every", self.flow_every, MOST_PERIODS)):
            if not 1 <= value <= most:
                raise InvalidInput(f"{name} must be between 1 and {most}, not {value}.", field=name)
        if not self.horizons or not all(1 <= horizon <= MOST_PERIODS for horizon in self.horizons):
            raise InvalidInput(f"A horizon is between 1 and {MOST_PERIODS} periods.", field="horizons")
        if not np.isfinite(self.flow):
            raise InvalidInput("A contribution is an amount.", field="flow")
        if self.seed < 0:
            raise InvalidInput("A seed is 0 or more.", field="seed")


@dataclass(frozen=True, slots=True)
class HorizonOutcome:
    """The value after ``periods``. ``put_in`` is the start value and all flows until then.

    ``probability_of_loss``: that the value is below ``put_in``; ``probability_of_depletion``: that nothing was left.
    """

    periods: int
    put_in: float
    mean: float
    percentiles: Mapping[int, float]
    probability_of_loss: float
    probability_of_depletion: float


@dataclass(frozen=True, slots=True)
class Simulation:
    """The outcomes by horizon, and on how many joint observations they rest."""

    start_value: float
    observations: int
    plan: SimulationPlan
    outcomes: tuple[HorizonOutcome, ...]


def simulate(returns: npt.ArrayLike, values: npt.ArrayLike, plan: SimulationPlan) -> Simulation:
    """Simulate ``values``, shape (k,), by the joint past ``returns``, shape (n, k) (or (n,) for one value).

    Each path draws whole rows, so what moved together moves together; holdings are kept and not rebalanced, flows go
    in and out in proportion to what each is worth then, and a value that is used up stays 0. Rows with a NaN are left
    out. Raises InsufficientData under 60 rows, InvalidInput for a start value that is not positive.
    """
    rows = np.asarray(returns, dtype=np.float64)
    rows = rows[:, None] if rows.ndim == 1 else rows
    start = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if rows.shape[1] != len(start):
        raise InvalidInput(f"{rows.shape[1]} series of returns for {len(start)} values.", field="returns")
    rows = rows[np.isfinite(rows).all(axis=1)]
    if len(rows) < LEAST_OBSERVATIONS:
        raise InsufficientData(f"A simulation needs {LEAST_OBSERVATIONS} joint returns, and there are {len(rows)}.")
    total = float(start.sum())
    if not np.isfinite(total) or total <= 0.0:
        raise InvalidInput("There is no positive value to simulate.", field="values")
    found = _paths(rows, start, plan)
    outcomes = tuple(
        _outcome(horizon, column, total + plan.flow * (horizon // plan.flow_every))
        for horizon, column in zip(plan.horizons, found.T, strict=True)
    )
    return Simulation(total, len(rows), plan, outcomes)


def _paths(rows: Floats, start: Floats, plan: SimulationPlan) -> Floats:
    """The values at the horizons, shape (paths, horizons)."""
    generator = np.random.default_rng(plan.seed)
    periods = max(plan.horizons)
    batch = max(1, AT_ONCE // periods)
    found = [
        _batch(rows, start, plan, block_places(len(rows), size, periods, plan.block, plan.method, generator))
        for size in _sizes(plan.paths, batch)
    ]
    return np.concatenate(found)


def _sizes(count: int, batch: int) -> list[int]:
    whole, rest = divmod(count, batch)
    return [batch] * whole + ([rest] if rest else [])


def _batch(rows: Floats, start: Floats, plan: SimulationPlan, places: npt.NDArray[np.intp]) -> Floats:
    growth = 1.0 + rows
    held = np.tile(start, (len(places), 1))
    found = np.empty((len(places), len(plan.horizons)))
    for period in range(1, places.shape[1] + 1):
        held *= growth[places[:, period - 1]]
        if plan.flow and period % plan.flow_every == 0:
            total = held.sum(axis=1)
            left = np.maximum(total + plan.flow, 0.0)
            held *= np.divide(left, total, out=np.zeros_like(total), where=total > 0.0)[:, None]
        for column in _columns(plan.horizons, period):
            found[:, column] = held.sum(axis=1)
    return found


def _columns(horizons: Sequence[int], period: int) -> list[int]:
    return [column for column, horizon in enumerate(horizons) if horizon == period]


def _outcome(periods: int, values: Floats, put_in: float) -> HorizonOutcome:
    values = np.maximum(values, 0.0)
    return HorizonOutcome(
        periods=periods,
        put_in=put_in,
        mean=float(values.mean()),
        percentiles={
            level: float(value) for level, value in zip(PERCENTILES, np.percentile(values, PERCENTILES), strict=True)
        },
        probability_of_loss=float((values < put_in - abs(put_in) * SAME).mean()),
        probability_of_depletion=float((values <= 0.0).mean()),
    )
