"""Daily bars as bars of weeks and months."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dashboard.figures.instrument import price_figure
from dashboard.figures.intervals import Interval, by_interval
from dashboard.results.instruments import Bars

NAN = float("nan")


def bars(first: str, closes: list[float], **columns: list[float]) -> Bars:
    days = np.busday_offset(first, np.arange(len(closes)), roll="forward")
    missing = [NAN] * len(closes)

    def column(name: str) -> npt.NDArray[np.float64]:
        return np.array(columns.get(name, missing), dtype=float)

    close = np.array(closes, dtype=float)
    return Bars("AAA", "EUR", days, column("open"), column("high"), column("low"), close, column("volume"))


def test_a_week_has_its_first_open_extremes_last_close_and_all_its_volume() -> None:
    week = bars(
        "2024-01-03",  # a Wednesday
        [10, 12, 11, 20, 21],
        open=[9, 10, 12, 19, 20],
        high=[11, 14, 12, 22, 21],
        low=[8, 10, 10, 18, 20],
        volume=[1, 2, 3, NAN, 5],
    )
    found = by_interval(week, Interval.WEEK)
    assert found.dates.astype(str).tolist() == ["2024-01-05", "2024-01-09"]
    assert found.open.tolist() == [9, 19]
    assert found.high.tolist() == [14, 22]
    assert found.low.tolist() == [8, 18]
    assert found.close.tolist() == [11, 21]
    assert found.volume.tolist() == [6, 5]


def test_a_sunday_belongs_to_the_week_before_the_monday() -> None:
    days = np.array(["2024-01-07", "2024-01-08"], dtype="datetime64[D]")
    ones = np.ones(2)
    found = by_interval(Bars("BTC", "USD", days, ones, ones, ones, ones, ones), Interval.WEEK)
    assert len(found.dates) == 2


def test_months_end_on_their_last_bar_and_missing_figures_count_as_the_close() -> None:
    found = by_interval(bars("2024-01-30", [10, 12, 11, 20]), Interval.MONTH)
    assert found.dates.astype(str).tolist() == ["2024-01-31", "2024-02-02"]
    assert (found.open.tolist(), found.high.tolist(), found.low.tolist()) == ([10, 11], [12, 20], [10, 11])
    assert np.isnan(found.volume).all()


def test_days_stay_as_they_are_and_nothing_stays_nothing() -> None:
    daily = bars("2024-01-03", [1, 2, 3])
    assert by_interval(daily, Interval.DAY) is daily
    empty = bars("2024-01-03", [])
    assert len(by_interval(empty, Interval.MONTH).dates) == 0


def test_an_axis_of_weeks_cuts_no_days_out() -> None:
    weekly = by_interval(bars("2023-01-02", list(np.linspace(10, 20, 100))), Interval.WEEK)
    assert price_figure(weekly)["layout"]["xaxis"]["rangebreaks"] == []
