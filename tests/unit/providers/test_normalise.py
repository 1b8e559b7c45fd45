"""From what a source sends to prices as traded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.instruments import Split
from dashboard.providers.base import Issue
from dashboard.providers.normalise import RawHistory, as_traded, major_unit, split_factors

TODAY = date(2024, 3, 29)
RawSplit = tuple[date, Decimal, Decimal]


def march(day: int) -> date:
    return date(2024, 3, day)


def raw(
    closes: Mapping[date, float],
    *,
    splits: tuple[RawSplit, ...] = (),
    dividends: tuple[tuple[date, float, str], ...] = (),
) -> RawHistory:
    values = np.array(list(closes.values()), dtype=np.float64)
    return RawHistory(
        np.array(list(closes), dtype="datetime64[D]"), values, values, values, values, values * 10, splits, dividends
    )


def split(day: date, new: str, old: str = "1") -> RawSplit:
    return day, Decimal(new), Decimal(old)


def test_a_factor_is_the_product_of_the_splits_after_the_day() -> None:
    dates = np.array([march(1), march(5), march(6), march(20)], dtype="datetime64[D]")
    splits = [Split(march(20), Decimal(3)), Split(march(5), Decimal(2))]
    assert split_factors(dates, splits).tolist() == [6.0, 3.0, 3.0, 1.0]
    assert split_factors(dates, []).tolist() == [1.0, 1.0, 1.0, 1.0]


def test_prices_before_a_split_are_multiplied_and_volumes_divided() -> None:
    clean = as_traded(raw({march(1): 20.0, march(4): 21.0}, splits=(split(march(4), "5"),)), "USD", today=TODAY)
    assert clean.bars.close.tolist() == [100.0, 21.0]
    assert clean.bars.volume.tolist() == [40.0, 210.0]
    assert clean.splits == (Split(march(4), Decimal(5)),)
    assert not clean.notices


def test_a_reverse_split_divides() -> None:
    clean = as_traded(raw({march(1): 30.0, march(4): 29.0}, splits=(split(march(4), "1", "10"),)), "USD", today=TODAY)
    assert clean.bars.close.tolist() == pytest.approx([3.0, 29.0])


def test_a_dividend_on_the_day_of_a_split_is_of_new_units_and_one_before_of_old_ones() -> None:
    sent = raw(
        {march(1): 20.0, march(4): 21.0},
        splits=(split(march(4), "5"),),
        dividends=((march(1), 0.2, ""), (march(4), 0.3, ""), (march(4), 0.1, "")),
    )
    dividends = as_traded(sent, "USD", today=TODAY).dividends
    assert [it.date for it in dividends] == [march(1), march(4)]
    assert [it.amount for it in dividends] == pytest.approx([1.0, 0.4])


def test_a_dividend_that_names_its_own_currency_keeps_it() -> None:
    sent = raw({march(1): 2000.0}, dividends=((march(1), 0.5, "USD"), (march(1), 40.0, "")))
    dividends = as_traded(sent, "GBp", today=TODAY).dividends
    assert [(it.amount, it.currency) for it in dividends] == [(0.4, "GBP"), (0.5, "USD")]


@pytest.mark.parametrize(
    ("unit", "expected"),
    [("GBp", ("GBP", 100.0)), ("ILA", ("ILS", 100.0)), ("ZAc", ("ZAR", 100.0)), ("JPY", ("JPY", 1.0))],
)
def test_units_belong_to_a_major_currency(unit: str, expected: tuple[str, float]) -> None:
    assert major_unit(unit) == expected


def test_a_listed_split_that_the_prices_plainly_deny_is_not_undone_but_said() -> None:
    sent = raw({march(1): 100.0, march(4): 20.4, march(5): 20.5}, splits=(split(march(4), "5"),))
    clean = as_traded(sent, "USD", today=TODAY)
    assert clean.bars.close.tolist() == [100.0, 20.4, 20.5]
    assert clean.splits == (Split(march(4), Decimal(5)),)
    assert [it.issue for it in clean.notices] == [Issue.SPLIT_NOT_APPLIED]


def test_a_crash_on_the_day_of_a_small_split_is_not_taken_for_it() -> None:
    sent = raw({march(1): 15.0, march(4): 10.0}, splits=(split(march(4), "3", "2"),))
    assert as_traded(sent, "USD", today=TODAY).bars.close.tolist() == [22.5, 10.0]


def test_a_stored_split_that_was_not_sent_is_undone_when_the_prices_are_adjusted_for_it() -> None:
    known = (Split(march(4), Decimal(5)),)
    adjusted = as_traded(raw({march(1): 20.0, march(4): 21.0}), "USD", known_splits=known, today=TODAY)
    assert adjusted.bars.close.tolist() == [100.0, 21.0]
    assert [it.issue for it in adjusted.notices] == [Issue.SPLIT_NOT_LISTED]
    untouched = as_traded(raw({march(1): 100.0, march(4): 21.0}), "USD", known_splits=known, today=TODAY)
    assert untouched.bars.close.tolist() == [100.0, 21.0]


def test_a_stored_split_that_was_sent_on_a_neighbouring_day_is_one_split() -> None:
    sent = raw({march(1): 20.0, march(4): 21.0, march(6): 22.0}, splits=(split(march(4), "5"),))
    clean = as_traded(sent, "USD", known_splits=(Split(march(6), Decimal(5)),), today=TODAY)
    assert clean.bars.close.tolist() == [100.0, 21.0, 22.0]
    assert len(clean.splits) == 1


def test_a_stored_split_without_a_bar_after_it_changes_nothing() -> None:
    known = (Split(march(28), Decimal(2)),)
    assert as_traded(raw({march(1): 20.0}), "USD", known_splits=known, today=TODAY).bars.close.tolist() == [20.0]


def test_bars_come_in_order_one_a_day_and_the_last_one_sent_wins() -> None:
    sent = raw({march(5): 3.0, march(1): 1.0})
    dates = np.append(sent.dates, np.datetime64("2024-03-05"))
    prices = np.append(sent.close, 4.0)
    doubled = RawHistory(dates, prices, prices, prices, prices, prices)
    clean = as_traded(doubled, "USD", today=TODAY)
    assert clean.bars.dates.tolist() == [march(1), march(5)]
    assert clean.bars.close.tolist() == [1.0, 4.0]
    assert [(it.date, it.issue) for it in clean.rejected] == [(march(5), Issue.DUPLICATE)]


def test_an_open_high_or_low_that_cannot_be_is_unknown_and_the_close_stays() -> None:
    day = np.array([march(1)], dtype="datetime64[D]")
    opening, high, low, close, volume = (np.array([value]) for value in (0.0, 9.0, 11.0, 10.0, -5.0))
    bars = as_traded(RawHistory(day, opening, high, low, close, volume), "USD", today=TODAY).bars
    assert bars.close.tolist() == [10.0]
    assert np.isnan([bars.open[0], bars.high[0], bars.low[0], bars.volume[0]]).all()


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("0", "1"), ("5", "0"), ("-2", "1"), ("NaN", "1"), ("Infinity", "1"),
        ("5", "0.0000000001"), ("1", "1E-400"), ("1E-999999999", "1"), ("900000", "0.5"),
    ],
)  # fmt: skip
def test_a_split_without_meaning_is_named_and_ignored(new: str, old: str) -> None:
    clean = as_traded(raw({march(1): 20.0, march(4): 21.0}, splits=(split(march(4), new, old),)), "USD", today=TODAY)
    assert clean.bars.close.tolist() == [20.0, 21.0]
    assert [it.issue for it in clean.rejected] == [Issue.BAD_SPLIT]


def test_two_splits_of_one_day_are_one_and_where_they_differ_it_is_said() -> None:
    bars = {march(1): 20.0, march(4): 21.0}
    same = as_traded(raw(bars, splits=(split(march(4), "3", "1"), split(march(4), "6", "2"))), "USD", today=TODAY)
    assert (same.bars.close.tolist(), same.rejected) == ([60.0, 21.0], ())
    differing = as_traded(raw(bars, splits=(split(march(4), "3", "1"), split(march(4), "2", "1"))), "USD", today=TODAY)
    assert differing.bars.close.tolist() == [40.0, 21.0]
    assert [(it.issue, it.reason) for it in differing.rejected] == [
        (Issue.BAD_SPLIT, "a split of 3 for 1 is replaced by one of 2 for 1 of the same day")
    ]


def test_a_dividend_without_an_amount_is_named_and_ignored() -> None:
    sent = raw({march(1): 20.0}, dividends=((march(1), -0.5, ""), (march(1), np.nan, "")))
    clean = as_traded(sent, "USD", today=TODAY)
    assert not clean.dividends
    assert [it.issue for it in clean.rejected] == [Issue.BAD_DIVIDEND, Issue.BAD_DIVIDEND]


def test_what_is_announced_for_a_day_to_come_changes_no_price_and_is_no_fault() -> None:
    later = date(2024, 5, 1)
    sent = raw({march(1): 20.0, march(4): 21.0}, splits=(split(later, "2", "1"),), dividends=((later, 1.0, ""),))
    clean = as_traded(sent, "USD", today=TODAY)
    assert clean.bars.close.tolist() == [20.0, 21.0]
    assert (clean.splits, clean.dividends, clean.rejected) == ((), (), ())
    assert [(it.date, it.issue) for it in clean.notices] == [(later, Issue.ANNOUNCED)] * 2


def test_what_undoing_a_split_leaves_too_small_or_too_large_is_not_kept() -> None:
    day = np.array([march(1), march(4)], dtype="datetime64[D]")
    opening, close = np.array([1e-15, 1.0]), np.array([1.0, 1.0])
    sent = RawHistory(
        day, opening, close, close, close, close * 1e17,
        (split(march(4), "1", "10000"),), ((march(1), 1e-300, ""), (march(1), 1e14, ""), (march(1), 20.0, "")),
    )  # fmt: skip
    clean = as_traded(sent, "USD", today=TODAY)
    assert np.isnan(clean.bars.open).tolist() == [True, False]
    assert np.isnan(clean.bars.volume).tolist() == [True, False]
    assert [(it.date, it.issue) for it in clean.rejected] == [(march(1), Issue.BAD_DIVIDEND)]


@given(
    closes=st.lists(st.floats(1, 1000), min_size=2, max_size=28),
    splits=st.dictionaries(
        st.integers(1, 28), st.sampled_from(["0.1", "0.5", "1.05", "1.5", "2", "4", "50"]), max_size=4
    ),
)
def test_undoing_splits_gives_back_what_was_traded(closes: list[float], splits: dict[int, str]) -> None:
    dates = np.array([march(day + 1) for day in range(len(closes))], dtype="datetime64[D]")
    events = [Split(march(day), Decimal(ratio)) for day, ratio in splits.items()]
    # The true prices fall by each ratio on its day, so that the adjusted ones move by the closes' own steps alone.
    steady = 100 + np.array(closes) / 1000
    traded = steady * split_factors(dates, events)
    adjusted = traded / split_factors(dates, events)
    sent = RawHistory(
        dates, adjusted, adjusted, adjusted, adjusted, adjusted,
        tuple((it.date, it.ratio, Decimal(1)) for it in events),
    )  # fmt: skip
    np.testing.assert_allclose(as_traded(sent, "USD", today=TODAY).bars.close, traded, rtol=1e-12)
