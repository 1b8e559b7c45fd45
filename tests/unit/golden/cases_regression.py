"""Regression on several series at once: certified values and a spreadsheet's documentation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dashboard.domain.risk_regression import Regression, regress
from tests.golden import GoldenCase

LONGLEY = "NIST, Statistical Reference Datasets, linear regression, Longley, certified value"
LINEST = "Microsoft, Excel functions reference, LINEST, example 3, office buildings"
EMPLOYMENT = np.array(
    [
        [60323, 83.0, 234289, 2356, 1590, 107608, 1947],
        [61122, 88.5, 259426, 2325, 1456, 108632, 1948],
        [60171, 88.2, 258054, 3682, 1616, 109773, 1949],
        [61187, 89.5, 284599, 3351, 1650, 110929, 1950],
        [63221, 96.2, 328975, 2099, 3099, 112075, 1951],
        [63639, 98.1, 346999, 1932, 3594, 113270, 1952],
        [64989, 99.0, 365385, 1870, 3547, 115094, 1953],
        [63761, 100.0, 363112, 3578, 3350, 116219, 1954],
        [66019, 101.2, 397469, 2904, 3048, 117388, 1955],
        [67857, 104.6, 419180, 2822, 2857, 118734, 1956],
        [68169, 108.4, 442769, 2936, 2798, 120445, 1957],
        [66513, 110.8, 444546, 4681, 2637, 121950, 1958],
        [68655, 112.6, 482704, 3813, 2552, 123366, 1959],
        [69564, 114.2, 502601, 3931, 2514, 125368, 1960],
        [69331, 115.7, 518173, 4806, 2572, 127852, 1961],
        [70551, 116.9, 554894, 4007, 2827, 130081, 1962],
    ]
)
OFFICES = np.array(
    [
        [142000, 2310, 2, 2, 20],
        [144000, 2333, 2, 2, 12],
        [151000, 2356, 3, 1.5, 33],
        [150000, 2379, 3, 2, 43],
        [139000, 2402, 2, 3, 53],
        [169000, 2425, 4, 2, 23],
        [126000, 2448, 2, 1.5, 99],
        [142900, 2471, 2, 2, 34],
        [163000, 2494, 3, 3, 23],
        [169000, 2517, 4, 4, 55],
        [149000, 2540, 2, 3, 22],
    ]
)


def _longley() -> Regression:
    return regress(EMPLOYMENT[:, 0], EMPLOYMENT[:, 1:])


def _linest() -> Regression:
    return regress(OFFICES[:, 0], OFFICES[:, 1:])


def _slope(fit: Callable[[], Regression], at: int) -> Callable[[], float]:
    return lambda: float(fit().coefficients[at])


def _error(fit: Callable[[], Regression], at: int) -> Callable[[], float]:
    return lambda: float(fit().standard_errors[at])


def _cases(
    name: str, source: str, make: Callable[[int], Callable[[], float]], values: tuple[tuple[float, float], ...]
) -> tuple[GoldenCase, ...]:
    return tuple(
        GoldenCase(f"{name} {at + 1}", source, make(at), value, tolerance)
        for at, (value, tolerance) in enumerate(values)
    )


CASES = (
    *_cases(
        "longley coefficient",
        LONGLEY,
        lambda at: _slope(_longley, at),
        (
            (15.0618722713733, 1e-7),
            (-0.0358191792925910, 1e-10),
            (-2.02022980381683, 1e-8),
            (-1.03322686717359, 1e-8),
            (-0.0511041056535807, 1e-9),
            (1829.15146461355, 1e-5),
        ),
    ),
    *_cases(
        "longley standard error",
        LONGLEY,
        lambda at: _error(_longley, at),
        (
            (84.9149257747669, 1e-7),
            (0.0334910077722432, 1e-10),
            (0.488399681651699, 1e-9),
            (0.214274163161675, 1e-9),
            (0.226073200069370, 1e-9),
            (455.478499142212, 1e-6),
        ),
    ),
    GoldenCase("longley intercept", LONGLEY, lambda: _longley().intercept, -3482258.63459582, 0.01),
    GoldenCase("longley intercept's error", LONGLEY, lambda: _longley().intercept_error, 890420.383607373, 0.01),
    GoldenCase("longley residual deviation", LONGLEY, lambda: _longley().residual_deviation, 304.854073561965, 1e-7),
    GoldenCase("longley r squared", LONGLEY, lambda: _longley().r_squared, 0.995479004577296, 1e-12),
    *_cases(
        "linest coefficient",
        LINEST,
        lambda at: _slope(_linest, at),
        ((27.64138737, 5e-8), (12529.76817, 5e-5), (2553.21066, 5e-5), (-234.2371645, 5e-7)),
    ),
    *_cases(
        "linest standard error",
        LINEST,
        lambda at: _error(_linest, at),
        ((5.429374042, 5e-9), (400.0668382, 5e-7), (530.6691519, 5e-7), (13.26801148, 5e-8)),
    ),
    GoldenCase("linest intercept", LINEST, lambda: _linest().intercept, 52317.83051, 5e-5),
    GoldenCase("linest intercept's error", LINEST, lambda: _linest().intercept_error, 12237.3616, 5e-4),
    GoldenCase("linest r squared", LINEST, lambda: _linest().r_squared, 0.996747993, 5e-9),
    GoldenCase("linest residual deviation", LINEST, lambda: _linest().residual_deviation, 970.5784629, 5e-7),
    GoldenCase("linest t of the floor space", LINEST, lambda: float(_linest().t_statistics[0]), 5.1, 0.05),
    GoldenCase("linest t of the age", LINEST, lambda: float(_linest().t_statistics[3]), -17.7, 0.05),
)
