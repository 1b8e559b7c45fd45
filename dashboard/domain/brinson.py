"""Attribution of an active return to allocation, selection and interaction, by group, and its linking over time.

Arrays of weights and returns in, (G,) of one period or (n, G) of n; weights sum to 1 in each. With w and r of the
portfolio and b and R of the benchmark, by group, and B the benchmark's return:
``allocation = (w − b)·(R − B)``, ``selection = b·(r − R)``, ``interaction = (w − b)·(r − R)``; they sum to the active
return of the period. Linked effects sum to the active return of all periods.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from dashboard.domain.arrays import Floats

EQUAL = 1e-9  # two returns that are this near have the limit of the ratio of their logarithms
NO_WEIGHT = 1e-9


class Linking(StrEnum):
    """How effects of periods become effects of all of them."""

    CARINO = "carino"
    FRONGELLO = "frongello"


@dataclass(frozen=True, slots=True)
class Effects:
    """The effects by group, in the shape of the weights."""

    allocation: Floats
    selection: Floats
    interaction: Floats

    @property
    def total(self) -> Floats:
        """What each group added to the active return."""
        return self.allocation + self.selection + self.interaction


def brinson_fachler(
    weights: npt.ArrayLike,
    returns: npt.ArrayLike,
    benchmark_weights: npt.ArrayLike,
    benchmark_returns: npt.ArrayLike,
) -> Effects:
    """The effects of each group, allocation against the benchmark's return as a whole.

    Source: G. Brinson and N. Fachler, "Measuring Non-US Equity Portfolio Performance", Journal of Portfolio
    Management, 1985.
    """
    return _effects(weights, returns, benchmark_weights, benchmark_returns, relative=True)


def brinson_hood_beebower(
    weights: npt.ArrayLike,
    returns: npt.ArrayLike,
    benchmark_weights: npt.ArrayLike,
    benchmark_returns: npt.ArrayLike,
) -> Effects:
    """As :func:`brinson_fachler`, but allocation is ``(w − b)·R``: the same in all, not by group.

    Source: G. Brinson, L. R. Hood and G. Beebower, "Determinants of Portfolio Performance", Financial Analysts
    Journal, 1986.
    """
    return _effects(weights, returns, benchmark_weights, benchmark_returns, relative=False)


def _effects(
    weights: npt.ArrayLike,
    returns: npt.ArrayLike,
    benchmark_weights: npt.ArrayLike,
    benchmark_returns: npt.ArrayLike,
    relative: bool,
) -> Effects:
    own, rates = np.asarray(weights, dtype=np.float64), np.asarray(returns, dtype=np.float64)
    other, others = np.asarray(benchmark_weights, dtype=np.float64), np.asarray(benchmark_returns, dtype=np.float64)
    whole = (other * others).sum(axis=-1, keepdims=True) if relative else 0.0
    over = own - other
    return Effects(over * (others - whole), other * (rates - others), over * (rates - others))


def effects_of_contributions(
    weights: Floats, contributions: Floats, benchmark_weights: Floats, benchmark_contributions: Floats
) -> Effects:
    """:func:`brinson_fachler` of n periods from contributions (weight × return), (n, G) each.

    A group that the benchmark does not hold has no return there: all that it added, ``w·(r − B)``, is allocation. One
    that the portfolio does not hold has the benchmark's return. A gain on no weight at all is interaction.
    """
    whole = benchmark_contributions.sum(axis=1, keepdims=True)
    missing, held = benchmark_weights == 0.0, np.abs(weights) > NO_WEIGHT
    others = np.zeros_like(weights)
    np.divide(benchmark_contributions, benchmark_weights, out=others, where=~missing)
    rates = others.copy()
    np.divide(contributions, weights, out=rates, where=held)
    picked = contributions - weights * others  # selection and interaction together
    selection = np.where(missing, 0.0, benchmark_weights * (rates - others))
    allocation = np.where(missing, contributions - weights * whole, (weights - benchmark_weights) * (others - whole))
    return Effects(allocation, selection, np.where(missing, 0.0, picked - selection))


def linked(effects: npt.ArrayLike, returns: npt.ArrayLike, benchmark: npt.ArrayLike, linking: Linking) -> Floats:
    """The effects of all periods, (G,), from those of n, (n, G), and the returns of both sides, (n,).

    They sum to the difference of the compounded returns; NaN where a return is −1 or less.
    """
    parts = np.asarray(effects, dtype=np.float64)
    own, other = np.asarray(returns, dtype=np.float64), np.asarray(benchmark, dtype=np.float64)
    return _carino(parts, own, other) if linking is Linking.CARINO else _frongello(parts, own, other)


def _carino(effects: Floats, own: Floats, other: Floats) -> Floats:
    """``Σ e·k ÷ K`` with ``k = (ln(1 + r) − ln(1 + b)) ÷ (r − b)`` of each period and K of all of them.

    Source: D. Carino, "Combining Attribution Effects Over Time", Journal of Performance Measurement, 1999.
    """
    totals = np.array([np.prod(1.0 + own) - 1.0]), np.array([np.prod(1.0 + other) - 1.0])
    found: Floats = log_ratios(own, other) @ effects / log_ratios(*totals)[0]
    return found


def log_ratios(own: Floats, other: Floats) -> Floats:
    """``(ln(1 + r) − ln(1 + b)) ÷ (r − b)``, 1 ÷ (1 + r) where they are equal, shape (n,); NaN for −1 or less."""
    usable = (own > -1.0) & (other > -1.0)
    one, two = np.where(usable, own, 0.0), np.where(usable, other, 0.0)
    gap = one - two
    near = np.abs(gap) <= EQUAL
    found = 1.0 / (1.0 + (one + two) / 2.0)
    np.divide(np.log1p(one) - np.log1p(two), gap, out=found, where=~near)
    return np.where(usable, found, np.nan)


def _frongello(effects: Floats, own: Floats, other: Floats) -> Floats:
    """``fₜ = eₜ·Π(1 + r) of the periods before + bₜ·Σf of the periods before``, summed.

    Source: A. Frongello, "Linking Single Period Attribution Results", Journal of Performance Measurement, 2002.
    """
    before = np.cumprod(np.concatenate(([1.0], 1.0 + own[:-1])))
    total = np.zeros(effects.shape[1])
    for effect, grown, rate in zip(effects, before, other, strict=True):
        total += effect * grown + rate * total
    return np.where((own > -1.0).all() and (other > -1.0).all(), total, np.nan)
