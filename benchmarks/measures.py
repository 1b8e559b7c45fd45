"""Measures of return and risk against the libraries that people know; prints one JSON line.

Both sides of a pair see the same data and run one after the other, five times after a warming run. A time is the median
in milliseconds, a ratio the median of theirs ÷ ours (above 1: ours is faster). Where the definitions agree, so must the
answers. The libraries are development tools: no process of the product loads them.
"""

from __future__ import annotations

import gc
import io
import json
import statistics
import time
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any

import numpy as np
import pandas as pd

from dashboard.domain import risk
from dashboard.domain.arrays import Days, Floats
from dashboard.domain.drawdown import worst_drawdowns
from dashboard.domain.money_weighted import solve_xirr
from dashboard.domain.returns import aggregate_returns
from dashboard.domain.risk_panel import measure_columns
from dashboard.domain.risk_rolling import rolling_beta, rolling_volatility

RUNS = 5
YEARS, DAYS_A_YEAR, COLUMNS, FLOWS = 10, 252, 500, 10_000

Work = Callable[[], object]


def milliseconds(work: Work, repeats: int) -> float:
    """The time of one of ``repeats`` runs, without garbage collection, as timeit does."""
    gc.collect()
    gc.disable()
    started = time.perf_counter()
    for _ in range(repeats):
        work()
    took = time.perf_counter() - started
    gc.enable()
    return took / repeats * 1e3


def compared(ours: Work, theirs: Work, repeats: int = 1, their_repeats: int = 1) -> dict[str, float]:
    """Median times of both and the median ratio of the pairs."""
    ours()
    theirs()
    pairs = [(milliseconds(ours, repeats), milliseconds(theirs, their_repeats)) for _ in range(RUNS)]
    return {
        "ours_ms": round(statistics.median(own for own, _ in pairs), 4),
        "theirs_ms": round(statistics.median(other for _, other in pairs), 4),
        "ratio": round(statistics.median(other / own for own, other in pairs), 2),
    }


def series() -> tuple[pd.Series, pd.Series]:
    """Ten years of daily returns and of a benchmark's."""
    draw = np.random.default_rng(1)
    days = pd.bdate_range("2014-01-02", periods=YEARS * DAYS_A_YEAR)
    market = draw.normal(0.0003, 0.010, len(days))
    own = 0.9 * market + draw.normal(0.0001, 0.006, len(days))
    return pd.Series(own, index=days, name="portfolio"), pd.Series(market, index=days, name="benchmark")


def full_set(returns: pd.Series, benchmark: pd.Series) -> dict[str, object]:
    """Everything that the product says about the risk of a series, from the series itself."""
    one, other = returns.to_numpy(), benchmark.to_numpy()
    months = aggregate_returns(returns, "monthly")
    related = risk.correlation(one, other)
    return {
        **measure_columns(one),
        "best_month": months.max(),
        "worst_month": months.min(),
        "drawdowns": worst_drawdowns(returns, 5),
        "beta": risk.beta(one, other),
        "alpha": risk.alpha(one, other),
        "correlation": related,
        "r_squared": related**2,
        "tracking_error": risk.tracking_error(one, other),
        "information_ratio": risk.information_ratio(one, other),
        "up_capture": risk.up_capture(one, other),
        "down_capture": risk.down_capture(one, other),
    }


def metrics() -> dict[str, float]:
    """The full set of measures of ten years against quantstats' table of metrics."""
    import quantstats

    reports: Any = quantstats.reports  # Any: it is not typed throughout
    returns, benchmark = series()

    def table() -> object:
        with redirect_stdout(io.StringIO()):
            return reports.metrics(returns, benchmark=benchmark, display=False, mode="full")

    found = full_set(returns, benchmark)["sharpe"]
    assert isinstance(found, np.ndarray)
    if not np.isclose(found[0], quantstats.stats.sharpe(returns)):
        raise SystemExit("The two Sharpe ratios differ.")
    return compared(lambda: full_set(returns, benchmark), table, repeats=50)


def panel() -> dict[str, float]:
    """Many series at once against one at a time with empyrical's functions for the same measures."""
    import empyrical

    matrix = np.random.default_rng(2).normal(0.0003, 0.01, (YEARS * DAYS_A_YEAR, COLUMNS))
    functions = (
        empyrical.annual_volatility,
        empyrical.sharpe_ratio,
        empyrical.sortino_ratio,
        empyrical.max_drawdown,
        empyrical.calmar_ratio,
        empyrical.omega_ratio,
        empyrical.tail_ratio,
        empyrical.value_at_risk,
        empyrical.conditional_value_at_risk,
    )
    some = [matrix[:, at].copy() for at in range(10)]

    def one_by_one() -> object:
        return [function(column) for column in some for function in functions]

    found = compared(lambda: measure_columns(matrix), one_by_one)
    # Theirs runs over ten of the columns: all of them would only take longer.
    scale = COLUMNS / len(some)
    return {**found, "theirs_ms": round(found["theirs_ms"] * scale, 1), "ratio": round(found["ratio"] * scale, 1)}


def flows(contributions_alone: bool) -> tuple[Days, Floats]:
    """Flows over ten years that end with a value: contributions alone, or withdrawals of every size among them."""
    draw = np.random.default_rng(1)
    days = np.sort(draw.integers(0, 3650, FLOWS)).astype("datetime64[D]") + 14_000
    amounts = draw.normal(-10.0, 100.0, FLOWS)
    if contributions_alone:
        amounts = -np.abs(amounts)
    amounts[-1] = -1.4 * amounts[:-1].sum()
    return days, amounts


def xirr(contributions_alone: bool) -> dict[str, float]:
    """XIRR of many flows given as datetime64[D] and float64 against pyxirr."""
    import pyxirr

    days, amounts = flows(contributions_alone)
    found, theirs = solve_xirr(days, amounts).value, pyxirr.xirr(days, amounts)
    if found is None or theirs is None or abs(found - theirs) > 1e-8:
        raise SystemExit("The two rates differ.")
    return compared(lambda: solve_xirr(days, amounts), lambda: pyxirr.xirr(days, amounts), 100, 100)


def rolling() -> dict[str, float]:
    """A year's rolling volatility and beta against empyrical's rolling functions."""
    import empyrical

    one, other = (found.to_numpy() for found in series())
    return compared(
        lambda: (rolling_volatility(one, DAYS_A_YEAR), rolling_beta(one, other, DAYS_A_YEAR)),
        lambda: (
            empyrical.roll_annual_volatility(one, window=DAYS_A_YEAR),
            empyrical.roll_beta(one, other, window=DAYS_A_YEAR),
        ),
    )


def main() -> None:
    """Run the comparisons and print one line."""
    warnings.simplefilter("ignore")  # of the libraries; ours would have failed the tests
    figures = {
        "benchmark": "measures",
        "days": YEARS * DAYS_A_YEAR,
        "full_set_against_quantstats": metrics(),
        f"panel_of_{COLUMNS}_against_empyrical": panel(),
        "xirr_of_contributions_against_pyxirr": xirr(True),
        "xirr_of_mixed_flows_against_pyxirr": xirr(False),
        "rolling_against_empyrical": rolling(),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
