"""Risk: Bacon's worked portfolio, Sortino's ratio by its authors, data of known accuracy, normal tails."""

from __future__ import annotations

import math

import numpy as np

from dashboard.domain import risk
from dashboard.domain.drawdown import max_drawdown
from dashboard.domain.returns import annualized_return
from dashboard.domain.risk_matrix import risk_contributions
from tests.golden import GoldenCase

BACON = "Bacon, Practical Portfolio Performance Measurement and Attribution, 2nd edition 2008"
VIGNETTE = "checked against the vignette PA-Bacon of PerformanceAnalytics"
PORTFOLIO = (
    np.array([3, 26, 11, -10, 15, 25, 16, 67, -14, 40, -5, 81, 40, -37, -61, 17, -49, -22, 70, 58, -65, 24, -5, -9])
    / 1e3
)
BENCHMARK = (
    np.array([2, 25, 18, -11, 14, 18, 14, 65, -15, 42, -6, 83, 39, -38, -62, 15, -48, 21, 60, 56, -67, 19, -3, 0]) / 1e3
)
MAR = 0.005
SORTINO = "Rollinger and Hoffman, Sortino: A Sharper Ratio, example of eight years"
ANNUAL = [0.17, 0.15, 0.23, -0.05, 0.12, 0.09, 0.13, -0.04]
NIST = "NIST, Statistical Reference Datasets, univariate"
ALTERNATING = [0.1, 0.3] * 500
STANDARD = [-1 / math.sqrt(2), 1 / math.sqrt(2)]  # mean 0, standard deviation 1
NORMAL = "NIST/SEMATECH, e-Handbook of Statistical Methods, 1.3.6.7.1, cumulative standard normal"
TAIL = "McNeil, Frey and Embrechts, Quantitative Risk Management, expected shortfall of a normal loss, φ(z)/(1 − α)"
BKM = (
    "Bodie, Kane and Marcus, Investments, optimal risky portfolios, bond fund of 12 % and stock fund of 20 %, ρ = 0.30"
)
FUNDS = np.array([[0.0144, 0.0072], [0.0072, 0.04]])


def _yearly(returns: np.ndarray) -> float:
    return annualized_return(returns, 12)


def _jensen() -> float:
    return _yearly(PORTFOLIO) - risk.beta(PORTFOLIO, BENCHMARK) * _yearly(BENCHMARK)


CASES = (
    GoldenCase("bacon sample skewness", f"{BACON}, p. 84, {VIGNETTE}", lambda: risk.skewness(PORTFOLIO), -0.09, 0.005),
    GoldenCase(
        "bacon sample excess kurtosis",
        f"{BACON}, p. 85, {VIGNETTE}",
        lambda: risk.excess_kurtosis(PORTFOLIO),
        -0.41,
        0.005,
    ),
    GoldenCase(
        "bacon downside deviation",
        f"{BACON}, p. 92, {VIGNETTE}",
        lambda: risk.downside_deviation(PORTFOLIO, 0.5, 1),
        0.493,
        5e-4,
    ),
    GoldenCase(
        "bacon bernardo-ledoit ratio, omega over nothing",
        f"{BACON}, p. 95, {VIGNETTE}",
        lambda: risk.omega_ratio(PORTFOLIO),
        1.78,
        0.005,
    ),
    GoldenCase(
        "bacon omega-sharpe ratio, omega less one",
        f"{BACON}, p. 95, {VIGNETTE}",
        lambda: risk.omega_ratio(PORTFOLIO, MAR) - 1.0,
        0.29,
        0.005,
    ),
    GoldenCase(
        "bacon kappa of order two, sortino of a month",
        f"{BACON}, p. 96, {VIGNETTE}",
        lambda: risk.sortino_ratio(PORTFOLIO, MAR, 1),
        0.157,
        5e-4,
    ),
    GoldenCase("bacon jensen's alpha", f"{BACON}, p. 72, {VIGNETTE}", _jensen, -0.014, 5e-4),
    GoldenCase(
        "bacon fama beta",
        f"{BACON}, p. 78, {VIGNETTE}",
        lambda: risk.volatility(PORTFOLIO) / risk.volatility(BENCHMARK),
        1.03,
        0.005,
    ),
    GoldenCase(
        "bacon win rate",
        f"{BACON}, p. 65, returns counted by hand: 14 of 24 are positive, none is zero",
        lambda: risk.win_rate(PORTFOLIO),
        14 / 24,
    ),
    GoldenCase(
        "bacon beta",
        f"{BACON}, p. 65 and 66, exact rational arithmetic on the returns",
        lambda: risk.beta(PORTFOLIO, BENCHMARK),
        0.9988502086225746,
        1e-13,
    ),
    GoldenCase(
        "bacon regression alpha of a month",
        f"{BACON}, p. 65 and 66, exact rational arithmetic on the returns",
        lambda: risk.alpha(PORTFOLIO, BENCHMARK, periods_per_year=1),
        -0.001030120844918352,
        1e-15,
    ),
    GoldenCase(
        "bacon correlation",
        f"{BACON}, p. 65 and 66, exact rational arithmetic on the returns",
        lambda: risk.correlation(PORTFOLIO, BENCHMARK),
        0.9693858148753051,
        1e-13,
    ),
    GoldenCase(
        "bacon standard deviation of a month",
        f"{BACON}, p. 65, exact variance 0.0014989166… of 24 returns, times 24/23",
        lambda: risk.volatility(PORTFOLIO, 1),
        math.sqrt(0.0014989166666666668 * 24 / 23),
        1e-15,
    ),
    GoldenCase(
        "sortino's target downside deviation", SORTINO, lambda: risk.downside_deviation(ANNUAL, 0.0, 1), 0.02264, 5e-6
    ),
    GoldenCase("sortino's ratio", SORTINO, lambda: risk.sortino_ratio(ANNUAL, 0.0, 1), 4.417, 5e-4),
    GoldenCase(
        "accuracy of a large mean, three numbers",
        f"{NIST}, NumAcc1, standard deviation",
        lambda: risk.volatility([10_000_001, 10_000_003, 10_000_002], 1),
        1.0,
        1e-12,
    ),
    GoldenCase(
        "accuracy of a thousand numbers near one",
        f"{NIST}, NumAcc2, standard deviation",
        lambda: risk.volatility([1.2, *(1.0 + value for value in ALTERNATING)], 1),
        0.1,
        1e-12,
    ),
    GoldenCase(
        "accuracy of a thousand numbers near a million",
        f"{NIST}, NumAcc3, standard deviation",
        lambda: risk.volatility([1_000_000.2, *(1_000_000.0 + value for value in ALTERNATING)], 1),
        0.1,
        1e-9,
    ),
    GoldenCase("normal quantile of 95 %", NORMAL, lambda: risk.value_at_risk(STANDARD, 0.95, "normal"), -1.645, 5e-4),
    GoldenCase("normal quantile of 99 %", NORMAL, lambda: risk.value_at_risk(STANDARD, 0.99, "normal"), -2.326, 5e-4),
    GoldenCase(
        "normal shortfall of 95 %",
        TAIL,
        lambda: risk.conditional_value_at_risk(STANDARD, 0.95, "normal"),
        -2.0627,
        5e-5,
    ),
    GoldenCase(
        "normal shortfall of 99 %",
        TAIL,
        lambda: risk.conditional_value_at_risk(STANDARD, 0.99, "normal"),
        -2.6652,
        5e-5,
    ),
    GoldenCase(
        "historical value at risk of a hundred returns",
        "By hand, the 5 % quantile of −50, −49, … 49 ‰ lies at place 4.95, between −46 and −45 ‰",
        lambda: risk.value_at_risk(np.arange(-50, 50) / 1e3, 0.95),
        -0.04505,
        1e-12,
    ),
    GoldenCase(
        "historical shortfall of a hundred returns",
        "By hand, the mean of −50, −49, −48, −47 and −46 ‰, which are at or below −45.05 ‰",
        lambda: risk.conditional_value_at_risk(np.arange(-50, 50) / 1e3, 0.95),
        -0.048,
        1e-12,
    ),
    GoldenCase(
        "a fall of two steps",
        "By hand, 1.1 · 0.8 · 0.9 ÷ 1.1 − 1",
        lambda: max_drawdown([0.1, -0.2, -0.1, 0.3]),
        -0.28,
        1e-12,
    ),
    GoldenCase(
        "volatility of two funds, 40 and 60 %",
        f"{BKM}, σ of 14.2 %",
        lambda: risk_contributions([0.4, 0.6], FUNDS).volatility,
        0.142,
        5e-5,
    ),
    GoldenCase(
        "volatility of the least risky of two funds, 82 and 18 %",
        f"{BKM}, σ of 11.45 %",
        lambda: risk_contributions([0.82, 0.18], FUNDS).volatility,
        0.1145,
        5e-5,
    ),
    GoldenCase(
        "the stock fund's part of a volatility",
        f"{BKM}, by hand: 0.6 · (0.4 · 0.0072 + 0.6 · 0.04) ÷ 0.020160",
        lambda: float(risk_contributions([0.4, 0.6], FUNDS).percent[1]),
        0.016128 / 0.02016,
        1e-12,
    ),
)
