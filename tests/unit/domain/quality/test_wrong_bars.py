"""Bars that are wrong by a hundred, by a split, or for a day: each found, with what mends it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dashboard.domain.quality import FindingKind, ObservedSeries
from tests.unit.domain.quality.bars import found, positions, split, times, wobbling


def closes_suggested(series: ObservedSeries, sound: ObservedSeries, kind: FindingKind) -> list[int]:
    """The positions of the findings of a kind; each must suggest the sound series' close."""
    findings = found(series, kind)
    places = positions(series, findings)
    for place, finding in zip(places, findings, strict=True):
        assert finding.value == pytest.approx(series.close[place])
        assert finding.suggested == pytest.approx(sound.close[place], rel=1e-3)
        assert finding.quarantines
    return places


def test_a_sound_series_has_no_finding() -> None:
    assert found(wobbling()) == []


@pytest.mark.parametrize("factor", [100.0, 0.01])
@pytest.mark.parametrize("places", [[40], [0], [79], [0, 1, 2], [40, 41, 42, 43], [20, 50], list(range(60, 80))])
def test_bars_of_another_unit_are_found_alone_in_runs_and_at_both_ends(places: list[int], factor: float) -> None:
    sound = wobbling()
    series = times(sound, dict.fromkeys(places, factor))
    assert closes_suggested(series, sound, FindingKind.SCALE) == places
    assert len(found(series)) == len(places)


def test_of_two_levels_the_one_at_which_something_was_traded_is_believed() -> None:
    wrong = list(range(20, 80))
    sound = wobbling()
    volume = np.where(np.isin(np.arange(80), wrong), 0.0, 500.0)
    series = replace(times(sound, dict.fromkeys(wrong, 0.01)), volume=volume)
    assert positions(series, found(series, FindingKind.SCALE)) == wrong


def test_where_nothing_says_how_much_was_traded_the_level_of_most_bars_is_believed() -> None:
    sound = replace(wobbling(), volume=np.full(80, np.nan))
    series = times(sound, dict.fromkeys(range(50, 80), 100.0))
    assert closes_suggested(series, sound, FindingKind.SCALE) == list(range(50, 80))


def test_a_single_price_of_a_bar_in_another_unit_is_mended_by_itself() -> None:
    sound = wobbling()
    low = sound.low.copy()
    low[30] /= 100
    (finding,) = found(replace(sound, low=low))
    assert (finding.kind, finding.value, finding.suggested) == (FindingKind.SCALE, sound.close[30], sound.close[30])
    assert finding.mended is not None
    assert finding.mended.low == pytest.approx(sound.low[30])
    assert finding.mended.high == sound.high[30]
    assert "low" in finding.reason


def as_traded(series: ObservedSeries, ratio: float, first: int) -> ObservedSeries:
    """The series with a split at bar ``first``: what comes before it is quoted in old units."""
    return replace(
        times(series, dict.fromkeys(range(first), ratio)), splits=(split(str(series.dates[first]), str(ratio)),)
    )


@pytest.mark.parametrize("ratio", [2.0, 0.1, 20.0, 0.0001])
def test_a_split_that_every_bar_carries_is_no_finding(ratio: float) -> None:
    assert found(as_traded(wobbling(), ratio, 40)) == []


@pytest.mark.parametrize("ratio", [2.0, 3.0, 0.1, 20.0, 0.0001])
@pytest.mark.parametrize("places", [[38], [40, 41, 42], [35, 36]])
def test_bars_near_a_split_that_do_not_carry_it_once_are_found(places: list[int], ratio: float) -> None:
    sound = as_traded(wobbling(), ratio, 40)
    factor = ratio if places[0] >= 40 else 1 / ratio
    series = times(sound, dict.fromkeys(places, factor))
    assert closes_suggested(series, sound, FindingKind.SPLIT) == places


@pytest.mark.parametrize("ratio", [2.0, 0.2])
def test_older_bars_that_carry_the_split_twice_are_the_wrong_ones_however_many(ratio: float) -> None:
    sound = as_traded(wobbling(), ratio, 60)
    series = times(sound, dict.fromkeys(range(60), ratio))
    assert closes_suggested(series, sound, FindingKind.SPLIT) == list(range(60))


def test_newer_bars_that_do_not_carry_a_split_yet_are_the_wrong_ones_however_many() -> None:
    sound = as_traded(wobbling(), 2.0, 20)
    series = times(sound, dict.fromkeys(range(20, 80), 2.0))
    assert closes_suggested(series, sound, FindingKind.SPLIT) == list(range(20, 80))


def test_a_mended_bar_of_a_split_has_its_volume_mended_too() -> None:
    series = times(as_traded(wobbling(volume=600.0), 2.0, 40), {40: 2.0})
    (finding,) = found(series, FindingKind.SPLIT)
    assert finding.mended is not None
    assert finding.mended.volume == 1200.0


def test_a_price_that_halves_by_itself_away_from_a_split_is_believed() -> None:
    series = as_traded(wobbling(), 2.0, 20)
    assert found(times(series, dict.fromkeys(range(60, 80), 0.54))) == []


def test_a_fall_by_exactly_a_split_that_is_not_listed_is_held_back_while_it_is_days_old() -> None:
    sound = wobbling()
    series = times(sound, {78: 0.5, 79: 0.5})
    assert closes_suggested(series, sound, FindingKind.SPLIT) == [78, 79]


def test_a_fall_that_draws_a_crowd_is_the_market() -> None:
    series = times(wobbling(), {79: 0.5})
    volume = series.volume.copy()
    volume[79] *= 2
    assert len(found(replace(series, volume=volume), FindingKind.SPLIT)) == 1
    volume[79] *= 5
    assert found(replace(series, volume=volume), FindingKind.SPLIT) == []


def test_the_same_fall_long_ago_only_informs() -> None:
    # The bar before and the bar of the fall wobble alike, so that the move is exactly the ratio.
    series = times(wobbling(), dict.fromkeys(range(15, 80), 0.5))
    closes = series.close.copy()
    closes[15] = closes[14] / 2
    (finding,) = found(replace(series, close=closes))
    assert (finding.kind, finding.quarantines, finding.suggested) == (FindingKind.SPLIT, False, None)
    assert "2 for 1" in finding.reason


@pytest.mark.parametrize("places", [[40], [40, 41], [40, 41, 42]])
@pytest.mark.parametrize("factor", [1.6, 0.6, 7.0])
def test_a_jump_that_comes_back_within_days_is_a_spike(places: list[int], factor: float) -> None:
    series = times(wobbling(), dict.fromkeys(places, factor))
    findings = found(series)
    assert positions(series, findings) == places
    for finding in findings:
        assert (finding.kind, finding.quarantines) == (FindingKind.SPIKE, True)
        assert finding.suggested == pytest.approx(100.0, rel=0.04)


def test_a_jump_that_stays_is_the_market() -> None:
    assert found(times(wobbling(), dict.fromkeys(range(40, 80), 1.6))) == []


def test_swings_like_those_around_them_are_the_market() -> None:
    wild = times(wobbling(), dict.fromkeys(range(0, 80, 2), 1.4))
    assert found(wild) == []


def test_a_last_close_that_doubles_waits_for_the_next_one() -> None:
    (finding,) = found(times(wobbling(), {79: 2.6}))
    assert (finding.kind, finding.quarantines, finding.suggested) == (FindingKind.SPIKE, True, None)
    assert found(times(wobbling(81), {79: 2.6, 80: 2.6})) == []


def test_what_is_no_price_is_found() -> None:
    series = wobbling()
    closes = series.close.copy()
    closes[[10, 11, 12]] = 0.0, -4.0, np.nan
    findings = found(replace(series, close=closes), FindingKind.ZERO)
    assert [(finding.value, finding.suggested, finding.quarantines) for finding in findings] == [
        (0.0, None, True),
        (-4.0, None, True),
        (None, None, True),
    ]


def test_a_bar_of_a_day_to_come_is_found() -> None:
    series = wobbling()
    (finding,) = found(replace(series, as_of=series.dates[-2].item()), FindingKind.FUTURE)
    assert (finding.date, finding.quarantines) == (series.dates[-1].item(), True)


def test_two_bars_of_one_day_are_a_finding_where_they_differ() -> None:
    series = wobbling()
    dates = series.dates.copy()
    dates[31] = dates[30]
    (finding,) = found(replace(series, dates=dates), FindingKind.DISAGREEMENT)
    assert (finding.value, finding.quarantines) == (series.close[31], True)
    closes = series.close.copy()
    closes[31] = closes[30]
    assert found(replace(series, dates=dates, close=closes), FindingKind.DISAGREEMENT) == []


def test_an_empty_series_and_one_of_a_single_bar_have_no_finding() -> None:
    assert found(wobbling(1)) == []
    assert found(wobbling(1).chosen(np.arange(0))) == []
