"""Exchange rates that cannot be right are found, named and mended; real ones are left alone."""

from __future__ import annotations

import csv
import gzip
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from dashboard.domain.arrays import Days, Floats
from dashboard.domain.quality import Finding, FindingKind, check_rates

MARKET = Path(__file__).parents[5] / "shared" / "market"
FILE = MARKET / "fx_ecb_per_eur.csv.gz"
PLACES = (100, 101, 250)


def rates(level: float, count: int = 400, volatility: float = 0.005) -> tuple[Days, Floats]:
    """A random walk of business days from ``level``."""
    days = np.busday_offset(np.datetime64("2024-01-01", "D"), np.arange(count), roll="forward")
    steps = np.random.default_rng(7).normal(0.0, volatility, count)
    return days.astype("datetime64[D]"), level * np.exp(np.cumsum(steps))


def check(days: Days, values: Floats, pair: tuple[str, str] = ("EUR", "USD")) -> tuple[Finding, ...]:
    last: date = days[-1].item()
    return check_rates(days, values, last, pair)


def spoiled(values: Floats, places: tuple[int, ...], wrong: Floats) -> Floats:
    found = values.copy()
    found[list(places)] = wrong[list(places)]
    return found


@pytest.mark.parametrize("level", [0.008, 0.6, 1.3, 11.0, 150.0, 1400.0])
@pytest.mark.parametrize("kind", [FindingKind.INVERSE, FindingKind.SCALE])
@pytest.mark.parametrize("factor", [0.01, 100.0])
def test_rates_turned_round_or_a_hundred_times_off_are_held_back_with_the_right_one(
    level: float, kind: FindingKind, factor: float
) -> None:
    days, values = rates(level)
    wrong = 1 / values if kind is FindingKind.INVERSE else values * factor
    found = check(days, spoiled(values, PLACES, wrong))
    assert [(one.date, one.kind, one.quarantines) for one in found] == [
        (days[place].item(), kind, True) for place in PLACES
    ]
    assert [one.suggested for one in found] == pytest.approx([values[place] for place in PLACES])


def test_rates_turned_round_from_a_day_on_are_told_by_what_most_of_them_are() -> None:
    days, values = rates(150.0)
    found = check(days, spoiled(values, tuple(range(300, 400)), 1 / values))
    assert [one.date for one in found] == days[300:].tolist()
    assert {one.kind for one in found} == {FindingKind.INVERSE}
    assert "what 1 JPY is worth in USD" in check(days, spoiled(values, PLACES, 1 / values), ("USD", "JPY"))[0].reason


def test_a_jump_there_and_back_is_a_spike_and_one_that_stays_is_the_market() -> None:
    days, values = rates(1.3)
    (spike,) = check(days, spoiled(values, (200,), values * 1.08))
    assert (spike.date, spike.kind, spike.quarantines) == (days[200].item(), FindingKind.SPIKE, True)
    assert spike.suggested == pytest.approx(values[200], rel=0.02)
    assert check(days, np.where(np.arange(400) < 200, values, values * 0.83)) == ()  # as the franc in January 2015


def test_a_wrong_rate_that_only_looks_like_its_inverse_is_a_spike() -> None:
    days, values = rates(1.5)
    (spike,) = check(days, spoiled(values, (200,), 0.85 / values))
    assert spike.kind is FindingKind.SPIKE
    assert spike.suggested == pytest.approx(values[200], rel=0.02)


def test_a_rate_that_stands_still_one_that_is_missing_and_one_that_is_old_are_told() -> None:
    days, values = rates(1.3)
    still = values.copy()
    still[200:230] = still[200]
    assert [one.kind for one in check(days, still)] == [FindingKind.FROZEN]
    gone = np.delete(np.arange(400), np.arange(100, 112))
    (gap,) = check(days[gone], values[gone])
    assert (gap.kind, gap.date, gap.quarantines) == (FindingKind.GAP, days[100].item(), False)
    (old,) = check_rates(days, values, days[-1].item() + timedelta(days=30), ("EUR", "USD"))
    assert old.kind is FindingKind.STALE


def test_no_rates_and_a_single_one_have_no_findings() -> None:
    days, values = rates(1.3)
    assert check_rates(days[:0], values[:0], date(2024, 1, 1), ("EUR", "USD")) == ()
    assert check(days[:1], values[:1]) == ()


def test_a_pegged_rate_is_no_frozen_one() -> None:
    days, values = rates(3.6725)
    assert check(days, np.full_like(values, 3.6725)) == ()


@pytest.mark.skipif(not FILE.is_file(), reason="the reference rates are not beside this checkout")
def test_the_reference_rates_since_2000_raise_no_alarm_and_each_slip_in_them_is_found() -> None:
    with gzip.open(FILE, "rt", newline="") as handle:
        header, *rows = csv.reader(handle)
    count = found = slips = 0
    for place, currency in enumerate(header[1:], start=1):
        stored = [(row[0], float(row[place])) for row in rows if row[place] not in {"", "N/A"}]
        days, values = np.array([day for day, _ in stored], "datetime64[D]"), np.array([rate for _, rate in stored])
        assert check(days, values, ("EUR", currency)) == ()
        places = tuple(at for at in range(500, len(values) - 500, 500) if abs(np.log(values[at])) > 0.1)
        for wrong in (1 / values, values * 100):
            named = check(days, spoiled(values, places, wrong), ("EUR", currency))
            found += sum(one.quarantines for one in named)
            assert [one.suggested for one in named] == pytest.approx([values[at] for at in places])
            slips += len(places)
        count += len(values)
    assert count > 100_000
    assert (found, slips) == (slips, slips)
