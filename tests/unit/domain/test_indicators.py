"""Indicators against their definitions, their warming up and gaps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dashboard.domain.indicators import atr, bollinger, ema, macd, rsi, sma
from dashboard.errors import InvalidInput

CLOSE = 100 + np.cumsum(np.random.default_rng(5).normal(0, 1, 80))
NAN = float("nan")


def test_a_simple_average_warms_up_with_nan() -> None:
    found = np.asarray(sma(CLOSE, 5))
    assert np.isnan(found[:4]).all()
    assert found[4:] == pytest.approx(np.convolve(CLOSE, np.ones(5) / 5, "valid"))


def test_an_exponential_average_starts_from_the_simple_one() -> None:
    found = np.asarray(ema(CLOSE, 10))
    expected = CLOSE[:10].mean()
    assert found[9] == pytest.approx(expected)
    for at in range(10, 80):
        expected += (CLOSE[at] - expected) * 2 / 11
        assert found[at] == pytest.approx(expected)


def test_relative_strength_is_smoothed_by_wilder() -> None:
    found = np.asarray(rsi(CLOSE, 14))
    moves = np.diff(CLOSE)
    gain, loss = np.maximum(moves[:14], 0).mean(), np.maximum(-moves[:14], 0).mean()
    assert np.isnan(found[:14]).all()
    assert found[14] == pytest.approx(100 - 100 / (1 + gain / loss))
    for at in range(14, 79):
        gain = (gain * 13 + max(moves[at], 0)) / 14
        loss = (loss * 13 + max(-moves[at], 0)) / 14
    assert found[-1] == pytest.approx(100 - 100 / (1 + gain / loss))


def test_the_histogram_is_the_difference_of_the_lines() -> None:
    found = macd(CLOSE)
    line, signal, histogram = (np.asarray(part) for part in found)
    assert np.isnan(line[:33]).all()
    assert histogram[33:] == pytest.approx(line[33:] - signal[33:])
    assert line.shape == CLOSE.shape


def test_the_bands_are_population_deviations_away() -> None:
    upper, middle, lower = (np.asarray(part) for part in bollinger(CLOSE, 20, 2.0))
    window = CLOSE[-20:]
    assert middle[-1] == pytest.approx(window.mean())
    assert upper[-1] - middle[-1] == pytest.approx(2 * window.std(), rel=1e-6)
    assert middle[-1] - lower[-1] == pytest.approx(2 * window.std(), rel=1e-6)


def test_the_average_true_range_counts_gaps_between_bars() -> None:
    high, low = CLOSE + 1, CLOSE - 1
    found = np.asarray(atr(high, low, CLOSE, 14))
    ranges = np.maximum(high[1:], CLOSE[:-1]) - np.minimum(low[1:], CLOSE[:-1])
    assert np.isnan(found[:14]).all()
    assert found[14] == pytest.approx(ranges[:14].mean())


def test_a_missing_bar_is_skipped_and_stays_missing() -> None:
    gappy = np.insert(CLOSE, 30, NAN)
    found = np.asarray(sma(gappy, 5))
    assert np.isnan(found[30])
    assert np.delete(found, 30)[4:] == pytest.approx(np.asarray(sma(CLOSE, 5))[4:])


def test_too_few_bars_give_nothing_but_nan() -> None:
    assert np.isnan(np.asarray(sma(CLOSE[:3], 5))).all()
    assert np.isnan(np.asarray(rsi(np.array([]), 14))).size == 0


def test_a_series_keeps_its_index() -> None:
    series = pd.Series(CLOSE, pd.date_range("2024-01-01", periods=80))
    found = sma(series, 5)
    assert isinstance(found, pd.Series)
    assert found.index.equals(series.index)


def test_a_length_without_meaning_is_refused() -> None:
    with pytest.raises(InvalidInput, match="at least 1"):
        sma(CLOSE, 0)
    with pytest.raises(InvalidInput, match="longer"):
        macd(CLOSE, 26, 12)
