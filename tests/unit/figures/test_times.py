"""Axes of bars within days: what is cut out, and what is named."""

from __future__ import annotations

import numpy as np

from dashboard.figures import times

Times = times.Times


def session(day: str, opened: str, bars: int, minutes: int = 30) -> Times:
    first = np.datetime64(f"{day}T{opened}", "s")
    return np.asarray(first + np.arange(bars) * np.timedelta64(60 * minutes, "s"))


def test_nights_and_noon_breaks_are_cut_out_and_a_missing_bar_is_not() -> None:
    tokyo = np.concatenate([session("2026-03-12", "09:00", 5), session("2026-03-12", "12:30", 5)])
    tomorrow = session("2026-03-13", "09:00", 5)
    shown = np.concatenate([tokyo, tomorrow])
    assert times.pauses(shown) == [
        {"values": ["2026-03-12T11:30:00"], "dvalue": 60 * 60_000},
        {"values": ["2026-03-12T15:00:00"], "dvalue": 18 * 60 * 60_000},
    ]
    assert times.pauses(np.delete(tomorrow, 2)) == []
    assert times.pauses(tomorrow[:1]) == []


def test_days_name_themselves_and_one_day_its_hours() -> None:
    week = np.concatenate([session(f"2026-03-{day}", "09:30", 13) for day in (11, 12, 13)])
    assert times.time_ticks(week)["ticktext"] == ["11 Mar", "12 Mar", "13 Mar"]
    assert times.time_ticks(week)["tickvals"][1] == "2026-03-12T09:30"
    assert times.time_ticks(week)["ticklabelposition"] == "outside right"  # the first is not cut at the left edge
    day = times.time_ticks(session("2026-03-13", "09:30", 13))
    assert day["ticktext"] == ["10:00", "11:00", "12:00", "13:00", "14:00", "15:00"]
    assert times.time_ticks(session("2026-03-13", "09:30", 13), narrow=True)["ticktext"] == ["10:00", "12:00", "14:00"]
    over_midnight = times.time_ticks(session("2026-03-12", "19:00", 48))
    assert over_midnight["ticktext"][:2] == ["19:00", "22:00"]


def test_days_are_written_as_days_and_bars_by_the_minute() -> None:
    days = np.array(["2026-03-12", "2026-03-13"], dtype="datetime64[D]")
    assert (times.labels(days), times.is_within_days(days)) == (["2026-03-12", "2026-03-13"], False)
    bars = session("2026-03-13", "09:30", 2)
    assert (times.labels(bars), times.is_within_days(bars)) == (["2026-03-13T09:30", "2026-03-13T10:00"], True)
    assert times.span(bars) == ["2026-03-13T09:15:00", "2026-03-13T10:15:00"]
