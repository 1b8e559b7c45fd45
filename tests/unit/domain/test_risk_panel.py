"""The panel of many series: each column is what the function of one series gives, with gaps and without."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from dashboard.domain import risk
from dashboard.domain.drawdown import max_drawdown
from dashboard.domain.returns import annualized_return, cumulative_return
from dashboard.domain.risk_panel import MEASURES, measure_columns

RATE = 0.0002
DRAW = np.random.default_rng(5)
MATRIX = DRAW.normal(0.0003, 0.012, (260, 6))
MATRIX[DRAW.random(MATRIX.shape[0]) < 0.1, 2] = np.nan
MATRIX[:, 4] = 0.001
MATRIX[1:, 5] = np.nan
SINGLE: dict[str, Callable[[np.ndarray], float]] = {
    "cumulative_return": cumulative_return,
    "annualized_return": annualized_return,
    "volatility": risk.volatility,
    "downside_deviation": lambda seen: risk.downside_deviation(seen, RATE),
    "sharpe": lambda seen: risk.sharpe_ratio(seen, RATE),
    "sortino": lambda seen: risk.sortino_ratio(seen, RATE),
    "calmar": risk.calmar_ratio,
    "max_drawdown": max_drawdown,
    "ulcer_index": risk.ulcer_index,
    "omega": lambda seen: risk.omega_ratio(seen, RATE),
    "tail_ratio": risk.tail_ratio,
    "skew": risk.skewness,
    "kurtosis": risk.excess_kurtosis,
    "win_rate": risk.win_rate,
    "best": np.nanmax,
    "worst": np.nanmin,
    "var_95": risk.value_at_risk,
    "cvar_95": risk.conditional_value_at_risk,
    "var_95_normal": lambda seen: risk.value_at_risk(seen, 0.95, "normal"),
    "cvar_95_normal": lambda seen: risk.conditional_value_at_risk(seen, 0.95, "normal"),
    "var_99": lambda seen: risk.value_at_risk(seen, 0.99),
    "cvar_99": lambda seen: risk.conditional_value_at_risk(seen, 0.99),
    "var_99_normal": lambda seen: risk.value_at_risk(seen, 0.99, "normal"),
    "cvar_99_normal": lambda seen: risk.conditional_value_at_risk(seen, 0.99, "normal"),
}


def test_the_panel_has_every_measure() -> None:
    assert set(SINGLE) == set(MEASURES)
    assert set(measure_columns(MATRIX)) == set(MEASURES)


@pytest.mark.parametrize("name", MEASURES)
def test_a_column_of_the_panel_is_the_measure_of_that_series(name: str) -> None:
    found = measure_columns(MATRIX, RATE)[name]
    expected = [SINGLE[name](MATRIX[:, at]) for at in range(5)]
    assert found[:5].tolist() == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)


def test_one_observation_defines_nothing_and_leaves_the_others_alone() -> None:
    found = measure_columns(MATRIX)
    assert all(np.isnan(column[5]) for column in found.values())
    assert np.isfinite(found["sharpe"][0])


def test_a_series_alone_and_a_frame_are_panels_too() -> None:
    alone = measure_columns(MATRIX[:, 0])
    assert alone["volatility"].tolist() == pytest.approx([risk.volatility(MATRIX[:, 0])])
    frame = pd.DataFrame(MATRIX[:, :3], columns=["A", "B", "C"])
    assert measure_columns(frame)["skew"].tolist() == pytest.approx(measure_columns(MATRIX)["skew"][:3].tolist())
    assert all(len(column) == 0 for column in measure_columns(np.empty((10, 0))).values())
