"""Gaps, frozen closes, missing volume, old last bars: they inform, and hold nothing back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from dashboard.domain.quality import FindingKind, ObservedSeries, currency_mismatch, disagreements
from tests.unit.domain.quality.bars import FIRST, found, weekdays, wobbling


def without(series: ObservedSeries, places: list[int]) -> ObservedSeries:
    """The series without some bars."""
    return series.chosen(np.delete(np.arange(len(series)), places))


def test_a_session_without_a_bar_is_a_gap() -> None:
    series = replace(without(wobbling(), [30]), sessions=weekdays(80))
    (finding,) = found(series)
    assert (finding.kind, finding.date, finding.value) == (FindingKind.GAP, weekdays(80)[30].item(), None)
    assert not finding.quarantines


def test_a_holiday_of_the_exchange_is_no_gap() -> None:
    series = replace(without(wobbling(), [30]), sessions=np.delete(weekdays(80), 30))
    assert found(series) == []


def test_several_sessions_in_a_row_are_one_gap() -> None:
    series = replace(without(wobbling(400), [30, 31, 32]), sessions=weekdays(400))
    (finding,) = found(series)
    assert "3 sessions" in finding.reason


def test_without_a_calendar_only_more_than_the_longest_holidays_is_a_gap() -> None:
    assert found(without(wobbling(), list(range(30, 37)))) == []
    (finding,) = found(without(wobbling(400), list(range(30, 40))))
    assert (finding.kind, finding.date) == (FindingKind.GAP, weekdays(80)[30].item())


def test_a_market_of_seven_days_has_a_bar_every_day() -> None:
    series = replace(wobbling(), dates=FIRST + np.arange(80), as_of=(FIRST + 79).item())
    assert found(series) == []
    (finding,) = found(without(series, [30]))
    assert finding.date == (FIRST + 30).item()


def test_a_thinly_traded_series_has_gaps_by_nature() -> None:
    series = replace(without(wobbling(400), list(range(10, 390, 5))), sessions=weekdays(400))
    assert found(series) == []


def test_a_close_that_stands_still_where_it_usually_moves_is_frozen() -> None:
    series = wobbling(120)
    closes = series.close.copy()
    closes[50:70] = closes[50]
    (finding,) = found(replace(series, close=closes))
    assert (finding.kind, finding.date, finding.value) == (FindingKind.FROZEN, series.dates[50].item(), closes[50])
    assert "20 bars" in finding.reason
    assert not finding.quarantines


def test_a_close_that_hardly_ever_moves_may_stand_still() -> None:
    series = wobbling(300)
    closes = np.repeat(series.close[::15], 15)[:300]
    closes[100:130] = closes[100]
    assert found(replace(series, close=closes), FindingKind.FROZEN) == []


def test_volume_that_stops_while_the_price_moves_is_found() -> None:
    series = wobbling(120)
    volume = series.volume.copy()
    volume[50:55] = np.nan
    (finding,) = found(replace(series, volume=volume))
    assert (finding.kind, finding.date) == (FindingKind.GAP, series.dates[50].item())
    assert "no volume" in finding.reason


def test_a_series_that_never_had_volume_is_not_asked_for_it() -> None:
    assert found(replace(wobbling(), volume=np.full(80, np.nan))) == []


def test_a_last_bar_older_than_five_sessions_is_stale() -> None:
    series = wobbling()
    last = series.dates[-1].item()
    assert found(replace(series, as_of=last + timedelta(days=7))) == []
    (finding,) = found(replace(series, as_of=last + timedelta(days=8)))
    assert (finding.kind, finding.date, finding.quarantines) == (FindingKind.STALE, last, False)


def test_two_sources_that_differ_by_more_than_a_hundredth_disagree() -> None:
    ours, theirs = wobbling(10), wobbling(12)
    closes = theirs.close.copy()
    closes[3] *= 1.005
    closes[4] *= 1.02
    (finding,) = disagreements(ours.dates, ours.close, theirs.dates, closes, source="yahoo", other="file")
    assert (finding.date, finding.value, finding.suggested) == (ours.dates[4].item(), ours.close[4], closes[4])
    assert not finding.quarantines


def test_another_currency_is_named() -> None:
    day = weekdays(1)[0].item()
    finding = currency_mismatch("GBP", "USD", day, "yahoo")
    assert finding is not None
    assert (finding.kind, finding.date) == (FindingKind.CURRENCY, day)
    assert currency_mismatch("GBP", "GBP", day, "yahoo") is None
