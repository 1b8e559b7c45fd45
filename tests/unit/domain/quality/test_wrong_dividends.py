"""Distributions that are a hundred times off, or that the price knows nothing of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.domain.quality import FindingKind, ObservedSeries
from tests.unit.domain.quality.bars import found, paid, split, times, wobbling


def fallen(series: ObservedSeries, place: int, share: float) -> ObservedSeries:
    """The series with every price from a bar on lower by a share."""
    return times(series, dict.fromkeys(range(place, len(series)), 1 - share))


def test_like_distributions_are_sound() -> None:
    assert found(paid(wobbling(), {10: 1.0, 30: 1.05, 50: 1.1})) == []


@pytest.mark.parametrize(("wrong", "right"), [(0.0102, 1.02)])
def test_one_that_is_a_hundred_times_smaller_than_its_neighbours_is_found(wrong: float, right: float) -> None:
    series = paid(wobbling(), {10: 1.0, 30: wrong, 50: 1.05})
    (finding,) = found(series)
    assert (finding.kind, finding.date, finding.value) == (FindingKind.DIVIDEND, series.dates[30].item(), wrong)
    assert finding.suggested == pytest.approx(right)
    assert finding.quarantines


def test_a_small_one_unlike_its_neighbours_times_a_hundred_is_the_companys_choice() -> None:
    assert found(paid(wobbling(), {10: 1.0, 30: 0.006, 50: 1.05})) == []


def test_where_prices_are_in_pence_a_yield_of_nearly_nothing_is_a_unit_forgotten() -> None:
    findings = found(paid(wobbling(), {10: 0.0138, 40: 0.0138}, "GBP"))
    assert [finding.suggested for finding in findings] == pytest.approx([1.38, 1.38])
    assert found(paid(wobbling(), {10: 0.0138, 40: 0.0138}, "USD")) == []


def test_a_large_one_without_a_fall_of_the_price_is_found() -> None:
    (finding,) = found(paid(wobbling(), {10: 1.0, 30: 102.0, 50: 1.0}))
    assert finding.suggested == pytest.approx(1.02)
    (finding,) = found(paid(wobbling(), {30: 30.0}))
    assert finding.suggested == pytest.approx(0.30)


def test_a_large_one_that_the_price_fell_by_was_paid() -> None:
    assert found(paid(fallen(wobbling(), 30, 0.35), {10: 1.0, 30: 35.0})) == []


def test_amounts_are_compared_in_the_same_units_across_a_split() -> None:
    series = times(wobbling(), dict.fromkeys(range(40), 100.0))
    series = replace(paid(series, {10: 100.0, 60: 1.0}), splits=(split(str(series.dates[40]), "100"),))
    assert found(series) == []
