"""How the holdings move together, and what each adds to the volatility of what is held now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.domain.arrays import Days, Floats, Ints
from dashboard.domain.calendar import Period
from dashboard.domain.corporate_actions import split_factors
from dashboard.domain.measures import Measure
from dashboard.domain.risk_judge import LEAST_RETURNS, insufficient
from dashboard.domain.risk_matrix import complete_rows, correlation_matrix, covariance_matrix, risk_contributions
from dashboard.domain.series import periods_per_year, shown_days
from dashboard.domain.valuation import PortfolioHistory


@dataclass(frozen=True, slots=True)
class HoldingReturns:
    """Price returns of what is held at the end of a period, in the report's currency, splits undone: (n, k).

    They run over the whole period, held or not, between the days ``dates`` that the portfolio's series shows; NaN
    before the first price. Balances in foreign currency are among them under the name of their currency, ``weights``
    are of the whole value, (k,). ``too_short`` says how many returns those have that are left out.
    """

    names: tuple[str, ...]
    instruments: int
    dates: Days
    returns: Floats
    weights: Floats
    too_short: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class HoldingMatrix:
    """Correlations or annualised covariances of the holdings, (k, k), from the returns that all of them have."""

    kind: str
    symbols: tuple[str, ...]
    values: Floats
    observations: int
    fault: Measure | None


@dataclass(frozen=True, slots=True)
class HoldingContribution:
    """One holding's part of the portfolio's volatility: ``component`` = weight × marginal, ``percent`` of the whole."""

    symbol: str
    weight: float
    volatility: Measure
    marginal: Measure
    component: Measure
    percent: Measure


@dataclass(frozen=True, slots=True)
class ContributionFigures:
    """The volatility of the weights at the end of a period, had they been held through it, and its parts."""

    volatility: Measure
    observations: int
    items: tuple[HoldingContribution, ...]


def holding_returns(history: PortfolioHistory, period: Period) -> HoldingReturns:
    """The returns of the holdings and foreign balances that are held at the end of ``period``."""
    start, end = history.position(period.before), history.position(period.end)
    points = shown_days(history, period)
    levels, weights, names, instruments = _levels(history, end)
    seen = levels[np.concatenate(([start], start + points + 1))]
    returns = seen[1:] / seen[:-1] - 1.0
    counts = np.count_nonzero(~np.isnan(returns), axis=0)
    enough = counts >= LEAST_RETURNS
    return HoldingReturns(
        names=tuple(name for name, good in zip(names, enough, strict=True) if good),
        instruments=int(np.count_nonzero(enough[:instruments])),
        dates=history.days[start + points + 1],
        returns=returns[:, enough],
        weights=weights[enough],
        too_short=tuple((names[at], int(counts[at])) for at in np.flatnonzero(~enough)),
    )


def holding_matrix(found: HoldingReturns, kind: str) -> HoldingMatrix:
    """The ``correlation`` or ``covariance`` matrix of the holdings; without cash."""
    returns = found.returns[:, : found.instruments]
    symbols = found.names[: found.instruments]
    count = len(complete_rows(returns)) if symbols else 0
    fault = None if count >= LEAST_RETURNS else insufficient(count)
    if kind == "correlation":
        values = np.asarray(correlation_matrix(returns))
    else:
        values = np.asarray(covariance_matrix(returns, periods_per_year(found.dates)))
    return HoldingMatrix(kind, symbols, values if fault is None else np.full_like(values, np.nan), count, fault)


def contribution_figures(found: HoldingReturns) -> ContributionFigures:
    """What each holding and foreign balance adds; the components sum to the volatility."""
    count = len(complete_rows(found.returns)) if found.names else 0
    if count < LEAST_RETURNS or np.isnan(found.weights).any():
        fault = insufficient(count) if count < LEAST_RETURNS else Measure.undefined("The value held is not known.")
        lines = zip(found.names, found.weights, strict=True)
        items = tuple(HoldingContribution(name, float(weight), *[fault] * 4) for name, weight in lines)
        return ContributionFigures(fault, count, items)
    covariance = np.asarray(covariance_matrix(found.returns, periods_per_year(found.dates)))
    parts = risk_contributions(found.weights, covariance)
    items = tuple(
        HoldingContribution(
            symbol=name,
            weight=float(parts.weights[at]),
            volatility=Measure(float(np.sqrt(covariance[at, at]))),
            marginal=_measure(parts.marginal[at]),
            component=_measure(parts.component[at]),
            percent=_measure(parts.percent[at]),
        )
        for at, name in enumerate(found.names)
    )
    return ContributionFigures(_measure(parts.volatility), count, items)


def _levels(history: PortfolioHistory, end: int) -> tuple[Floats, Floats, list[str], int]:
    """Levels (T, k) of what is held on the day ``end``, weights (k,), names, and how many of them are instruments."""
    held = [int(at) for at in np.flatnonzero(history.quantities[end])]
    total = float(history.value[end])
    whole = total if total > 0.0 else np.nan
    rates = history.table
    columns = [rates.matrix[:, rates.currencies[history.instruments[at].currency]] for at in held]
    balances = _foreign(history, end).tolist()
    levels = [history.prices[:, at] * _factors(history, at) * rate for at, rate in zip(held, columns, strict=True)]
    levels += [history.cash_rates[:, at] for at in balances]
    worth = [float(history.values[end, at]) for at in held]
    worth += [float(history.cash[end, at] * history.cash_rates[end, at]) for at in balances]
    names = [history.instruments[at].symbol for at in held] + [history.cash_currencies[at] for at in balances]
    stacked = np.column_stack(levels) if levels else np.empty((len(history.days), 0))
    return stacked, np.array(worth, dtype=np.float64) / whole, names, len(held)


def _factors(history: PortfolioHistory, column: int) -> Floats:
    """Units of each day of what was one before every split: with it a level does not fall at a split."""
    splits = history.splits.get(history.instruments[column].symbol, ())
    return split_factors(history.days, tuple(sorted(splits)))


def _foreign(history: PortfolioHistory, end: int) -> Ints:
    """The balances in other currencies than the report's; its own does not move."""
    foreign = np.array([name != history.currency for name in history.cash_currencies], np.bool_)
    return np.flatnonzero(foreign & (history.cash[end] != 0.0))


def _measure(value: float) -> Measure:
    return Measure(float(value)) if np.isfinite(value) else Measure.undefined("What is held did not move.")
