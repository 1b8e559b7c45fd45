"""Whatever a source sends, a check answers, and what it suggests is a price."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from dashboard.domain.instruments import Dividend, Split
from dashboard.domain.quality import FindingKind, ObservedSeries, check_series

PRICES = st.one_of(
    st.floats(0.01, 1e4), st.sampled_from([0.0, -1.0, math.nan, math.inf, 1e-300, 1e300, 100.0, 1.0, 10_000.0])
)
DAYS = st.integers(0, 200)
BAR = st.tuples(DAYS, PRICES, PRICES, PRICES, PRICES, st.sampled_from([0.0, 5.0, math.nan]))
SPLITS = st.lists(st.tuples(DAYS, st.sampled_from(["2", "0.5", "50", "0.0001", "100", "1.5"])), max_size=3)
FIRST = np.datetime64("2024-01-01", "D")


def day(place: int) -> date:
    found = (FIRST + place).item()
    assert isinstance(found, date)
    return found


WILD = [(place, *[close] * 4, 0.0) for place, close in enumerate([1.0, 1.0, 2.0, 1.0, 1e-300, 1e300])]


@example(WILD, [], [], "GBP", False)  # from one to the next it rises by more than a number can hold
@example([*WILD, (6, *[1e-300] * 4, 0.0)], [], [(5, 1.0)], "GBP", False)
@given(
    st.lists(BAR, max_size=60),
    SPLITS,
    st.lists(st.tuples(DAYS, st.floats(1e-6, 1e6)), max_size=5),
    st.sampled_from(["GBP", "USD"]),
    st.booleans(),
)
def test_any_series_is_checked_and_every_suggestion_is_a_positive_price(
    bars: list[tuple[int, float, float, float, float, float]],
    splits: list[tuple[int, str]],
    dividends: list[tuple[int, float]],
    currency: str,
    with_sessions: bool,
) -> None:
    columns = np.array(bars, dtype=np.float64).reshape(-1, 6).T
    dates = (FIRST + columns[0].astype(np.int64)).astype("datetime64[D]")
    opening, high, low, close, volume = columns[1:]
    series = ObservedSeries(
        dates,
        opening,
        high,
        low,
        close,
        volume,
        as_of=day(150),
        splits=tuple(sorted({place: Split(day(place), Decimal(ratio)) for place, ratio in splits}.values())),
        dividends=tuple(Dividend(day(place), amount, currency) for place, amount in dividends),
        sessions=FIRST + np.arange(0, 200, 2) if with_sessions else None,
        currency=currency,
    )
    found = check_series(series)
    held = [one.date for one in found if one.quarantines and one.kind is not FindingKind.DIVIDEND]
    assert len(held) == len(set(held))
    for one in found:
        assert one.suggested is None or (one.suggested > 0 and math.isfinite(one.suggested))
        assert one.value is None or not math.isnan(one.value)
        assert 0 <= one.confidence <= 1
        assert one.reason
