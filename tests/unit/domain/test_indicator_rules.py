"""What every indicator keeps to: length, warming up, missing bars, bad parameters; and those with a recursion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import talib
from hypothesis import given, settings
from hypothesis import strategies as st
from talib._ta_lib import MA_Type

from dashboard.domain import indicators
from dashboard.domain.arrays import Floats
from dashboard.domain.indicators.ratchet import ratchet
from dashboard.domain.indicators.registry import INDICATORS, Pane, choose, parse
from dashboard.errors import InvalidInput

NAN = float("nan")
MEAN = MA_Type.SMA


def bars(count: int = 400, seed: int = 3) -> dict[str, Floats]:
    random = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(random.normal(0.0, 0.01, count)))
    reach = close * random.uniform(0.0, 0.01, (2, count))
    volume = random.integers(1, 1_000_000, count).astype(np.float64)
    return {"high": close + reach[0], "low": close - reach[1], "close": close, "volume": volume}


def lines_of(name: str, data: Mapping[str, Floats]) -> dict[str, Floats]:
    chosen = choose(name)
    return {key: np.asarray(line) for key, line in chosen.indicator.lines(data, chosen.parameters).items()}


@pytest.mark.parametrize("name", INDICATORS)
def test_a_line_is_as_long_as_the_bars_and_once_warm_has_a_value(name: str) -> None:
    for key, line in lines_of(name, bars()).items():
        assert line.shape == (400,)
        known = np.flatnonzero(np.isfinite(line))
        assert len(known), key
        assert np.array_equal(known, np.arange(known[0], known[-1] + 1)), key
        assert known[-1] == 399 or key == "lagging"


@pytest.mark.parametrize("name", INDICATORS)
@pytest.mark.parametrize("missing", [NAN, float("inf")])
def test_missing_bars_are_skipped_wherever_they_are(name: str, missing: float) -> None:
    whole = bars(200)
    gaps = [0, 0, 0, 57, 58, 120]
    for column in INDICATORS[name].inputs:
        gappy = {key: np.insert(line, gaps, missing if key == column else 5.0) for key, line in whole.items()}
        at = np.flatnonzero(~np.isfinite(gappy[column]))
        for key, line in lines_of(name, gappy).items():
            assert np.isnan(line[at]).all()
            np.testing.assert_array_equal(np.delete(line, at), lines_of(name, whole)[key])


@pytest.mark.parametrize("name", INDICATORS)
@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_bars_are_nan_and_no_failure(name: str, count: int) -> None:
    for line in lines_of(name, bars(count)).values():
        assert len(line) == count


@pytest.mark.parametrize("name", INDICATORS)
def test_the_input_is_left_as_it_was_and_a_series_keeps_its_index(name: str) -> None:
    data = bars(80)
    before = {key: line.copy() for key, line in data.items()}
    days = pd.date_range("2024-01-01", periods=80)
    chosen = choose(name)
    series = {key: pd.Series(line, days) for key, line in data.items()}
    for key, line in chosen.indicator.lines(series, chosen.parameters).items():
        assert isinstance(line, pd.Series)
        assert line.index.equals(days)
        np.testing.assert_array_equal(line, lines_of(name, data)[key])
    for key, line in data.items():
        np.testing.assert_array_equal(line, before[key])


@pytest.mark.parametrize("length", [0, -3, 2.5, 100_001, "20"])
@pytest.mark.parametrize(
    "measure", [indicators.sma, indicators.ema, indicators.wma, indicators.rsi, indicators.bollinger]
)
def test_a_length_without_meaning_is_refused_with_its_field(
    measure: Callable[[Floats, object], object], length: object
) -> None:
    with pytest.raises(InvalidInput) as refused:
        measure(bars(30)["close"], length)
    assert refused.value.field == "length"


def test_a_length_that_is_merely_too_long_is_nan_throughout() -> None:
    data = bars(30)
    assert np.isnan(np.asarray(indicators.sma(data["close"], 31))).all()
    assert np.isfinite(np.asarray(indicators.sma(data["close"], 30))[-1])
    assert all(np.isnan(line).all() for line in lines_of("adx", bars(27)).values())
    assert np.isfinite(lines_of("adx", bars(28))["adx"][-1])


@pytest.mark.parametrize(
    ("compute", "field"),
    [
        (lambda c: indicators.bollinger(c, 20, 0.0), "width"),
        (lambda c: indicators.bollinger(c, 20, NAN), "width"),
        (lambda c: indicators.macd(c, 1), "fast"),
        (lambda c: indicators.macd(c, 12, 26, 0), "signal"),
        (lambda c: indicators.parabolic_sar(c, c, 0.3, 0.2), "maximum"),
        (lambda c: indicators.supertrend(c, c, c, 10, -1.0), "multiplier"),
        (lambda c: indicators.keltner(c, c, c, 20, 2.0, 0), "atr_length"),
        (lambda c: indicators.pivots(c, c, c, "woodie"), "method"),  # type: ignore[arg-type]  # that is the point
        (lambda c: indicators.atr(c, c[1:], c), "close"),
        (lambda c: indicators.sma(c.reshape(2, -1), 2), "close"),
        (lambda c: indicators.sma(["a", "b"], 2), "close"),
    ],
)
def test_bad_parameters_name_their_field(compute: Callable[[Floats], object], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        compute(bars(60)["close"])
    assert refused.value.field == field


def test_a_price_that_never_moved_has_no_relative_strength() -> None:
    still = np.full(40, 5.0)
    assert np.isnan(np.asarray(indicators.rsi(still, 14))).all()
    still[20:] = 6.0
    found = np.asarray(indicators.rsi(still, 14))
    assert np.isnan(found[:20]).all()
    assert found[20] == pytest.approx(100.0)


def test_what_talib_has_is_its_own() -> None:
    data = bars()
    hlc = (data["high"], data["low"], data["close"])
    np.testing.assert_array_equal(indicators.cci(*hlc, 20), talib.CCI(*hlc, 20))
    np.testing.assert_array_equal(indicators.adx(*hlc, 14), talib.ADX(*hlc, 14))
    np.testing.assert_array_equal(indicators.stochastic(*hlc, 14, 3, 3).d, talib.STOCH(*hlc, 14, 3, MEAN, 3, MEAN)[1])
    np.testing.assert_array_equal(indicators.parabolic_sar(*hlc[:2]), talib.SAR(*hlc[:2], 0.02, 0.2))


def test_volume_that_was_never_traded_has_no_average_price() -> None:
    flat = [10.0, 11.0, 12.0]
    found = np.asarray(indicators.vwap(flat, flat, flat, [0.0, 5.0, 5.0]))
    assert np.isnan(found[0])
    assert found[1:].tolist() == [11.0, 11.5]


def plain_bands(upper: Floats, lower: Floats, close: Floats) -> tuple[list[float], list[float]]:
    """The bands bar by bar, as they are defined."""
    above, below = [float(upper[0])], [float(lower[0])]
    for at in range(1, len(close)):
        falls = upper[at] < above[-1] or close[at - 1] > above[-1]
        rises = lower[at] > below[-1] or close[at - 1] < below[-1]
        above.append(float(upper[at]) if falls else above[-1])
        below.append(float(lower[at]) if rises else below[-1])
    return above, below


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10_000), st.integers(1, 900), st.floats(0.2, 20.0), st.floats(-1.0, 1.0), st.sampled_from([0.0, 1.0])
)
def test_bands_walked_side_by_side_are_those_of_the_plain_loop(
    seed: int, count: int, width: float, drift: float, noise: float
) -> None:
    random = np.random.default_rng(seed)
    close = 100.0 + np.cumsum(drift + noise * random.normal(0.0, 1.0, count))
    reach = width * random.uniform(0.9, 1.1, count) if noise else np.full(count, width)
    upper, lower = close + reach, close - reach
    ratchet(upper, lower, close)
    above, below = plain_bands(close + reach, close - reach, close)
    np.testing.assert_array_equal(upper, above)
    np.testing.assert_array_equal(lower, below)


def test_a_supertrend_turns_where_a_close_breaks_its_line() -> None:
    close = np.concatenate([np.linspace(100, 150, 60), np.linspace(150, 90, 40), np.linspace(90, 160, 60)])
    line, direction = (np.asarray(part) for part in indicators.supertrend(close + 1, close - 1, close, 10, 3.0))
    turns = np.flatnonzero(np.diff(direction[10:])) + 11
    assert direction[turns].tolist() == [-1.0, 1.0]
    assert (line[direction == 1.0] < close[direction == 1.0]).all()
    assert (line[direction == -1.0] > close[direction == -1.0]).all()
    assert np.isnan(line[:10]).all()


def test_an_address_names_an_indicator_with_its_parameters() -> None:
    assert parse("sma-50").parameters == {"length": 50}
    assert parse("MACD").key == "macd-12-26-9"
    assert parse("bollinger-20-2.5").label == "BB 20, 2.5"
    assert parse(parse("keltner-20-1.5-5").key) == parse("keltner-20-1.5-5")
    assert parse("obv").label == "OBV"
    assert parse("rsi").indicator.pane is Pane.OWN


@pytest.mark.parametrize(
    ("key", "field"),
    [("sma-0", "length"), ("sma-x", "length"), ("sma-5.5", "length"), ("sma-5-6", "name"), ("abc", "name"),
     ("", "name"),
     ("sma-99999", "length"), ("bollinger-20-nan", "width"), ("sma-", "length")],
)  # fmt: skip
def test_an_address_that_names_none_is_refused(key: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(key)
    assert refused.value.field == field


def test_a_parameter_that_an_indicator_has_not_is_refused() -> None:
    with pytest.raises(InvalidInput, match="It takes: length"):
        choose("sma", {"width": 2})


def test_the_documentation_names_every_indicator_with_its_defaults() -> None:
    text = (Path(__file__).parents[3] / "docs" / "indicators.md").read_text()
    for name, known in INDICATORS.items():
        row = next((line for line in text.splitlines() if f"`{name}`" in line and line.startswith("|")), "")
        assert row, name
        for parameter in known.parameters:
            assert f"{parameter.default:g}" in row, (name, parameter.name)
