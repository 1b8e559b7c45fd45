"""Bars in bulk: what goes in comes out, only what differs is written, and the change is reported."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from dashboard.db.binary import copy_block, float8_column, int8_column, text_column
from dashboard.db.engine import db
from dashboard.db.repositories import instruments, prices, valued_prices
from dashboard.db.repositories.prices import BarArrays, SeriesChange

FIRST = np.datetime64("2024-01-01", "D")


def bars(count: int, first: np.datetime64 = FIRST, base: float = 10.0) -> BarArrays:
    close = base + np.arange(count, dtype=np.float64)
    gaps = np.where(np.arange(count) % 3 == 1, np.nan, close)
    volume = np.where(np.arange(count) % 4 == 2, np.nan, 1e6 + close)
    return BarArrays(first + np.arange(count), gaps, close + 1, np.where(gaps > 0, close - 1, np.nan), close, volume)


@pytest.fixture
def ids(db_session: scoped_session[Session]) -> list[int]:
    found = instruments.ensure(db.session, {"A": "USD", "B": "EUR"})
    return [found["A"], found["B"]]


def stored(key: int) -> BarArrays:
    return prices.read_bars(db.session, key)


def same(one: BarArrays, other: BarArrays) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=name != "dates") for name in one.__slots__
    )


def version(key: int) -> int:
    return int(db.session.scalar(text("select price_version from instruments where id = :id"), {"id": key}) or 0)


def test_a_first_load_comes_back_as_it_was_with_every_pattern_of_unknown_values(ids: list[int]) -> None:
    given_bars = {ids[0]: bars(40), ids[1]: bars(25, base=90.0)}

    changes = prices.store_bars(db.session, given_bars, "test")

    assert changes == {ids[0]: SeriesChange(40, date(2024, 1, 1)), ids[1]: SeriesChange(25, date(2024, 1, 1))}
    assert all(same(stored(key), columns) for key, columns in given_bars.items())
    assert [version(key) for key in ids] == [1, 1]


def test_the_same_bars_again_change_nothing(ids: list[int]) -> None:
    prices.store_bars(db.session, {ids[0]: bars(10)}, "test")

    assert prices.store_bars(db.session, {ids[0]: bars(10)}, "other") == {}
    assert version(ids[0]) == 1


def test_only_different_and_new_bars_count_and_the_earliest_is_named(ids: list[int]) -> None:
    prices.store_bars(db.session, {ids[0]: bars(10)}, "test")
    changed = bars(12)
    changed.close[4] = 77.0

    changes = prices.store_bars(db.session, {ids[0]: changed}, "test")

    assert changes == {ids[0]: SeriesChange(3, date(2024, 1, 5))}
    assert same(stored(ids[0]), changed)
    assert version(ids[0]) == 2


def test_bars_before_and_after_the_stored_ones_join_them(ids: list[int]) -> None:
    prices.store_bars(db.session, {ids[0]: bars(5, FIRST + 10)}, "test")
    prices.store_bars(db.session, {ids[0]: bars(5, FIRST)}, "test")
    prices.store_bars(db.session, {ids[0]: bars(5, FIRST + 20)}, "test")

    assert stored(ids[0]).dates.tolist() == [
        (FIRST + offset + day).item() for offset in (0, 10, 20) for day in range(5)
    ]


def test_one_call_may_load_one_series_and_correct_another(ids: list[int]) -> None:
    prices.store_bars(db.session, {ids[0]: bars(5)}, "test")
    corrected = replace(bars(5), close=bars(5).close + 0.5)

    changes = prices.store_bars(db.session, {ids[0]: corrected, ids[1]: bars(3)}, "test")

    assert {key: change.rows for key, change in changes.items()} == {ids[0]: 5, ids[1]: 3}


def test_a_wrong_bar_leaves_nothing_of_its_load(ids: list[int]) -> None:
    wrong = bars(5)
    wrong.close[3] = -1.0

    with pytest.raises(Exception, match="ck_prices_close"):
        prices.store_bars(db.session, {ids[0]: wrong}, "test")

    db.session.rollback()
    assert len(stored(ids[0]).dates) == 0


def test_closes_of_many_come_at_once_up_to_a_day(ids: list[int]) -> None:
    prices.store_bars(db.session, {ids[0]: bars(5)}, "test")

    found = prices.read_closes(db.session, ids, end=date(2024, 1, 3))

    days, closes = found[ids[0]]
    assert (days.tolist(), closes.tolist()) == ([date(2024, 1, day) for day in (1, 2, 3)], [10.0, 11.0, 12.0])
    assert [len(column) for column in found[ids[1]]] == [0, 0]
    assert closes.flags.writeable


def test_closes_stand_side_by_side_on_the_days_of_all_and_only_those_that_count(ids: list[int]) -> None:
    prices.store_bars(db.session, {ids[0]: bars(4), ids[1]: bars(3, FIRST + 2, base=90.0)}, "test")
    for day, state, suggested in (("2024-01-02", "quarantined", None), ("2024-01-04", "repaired", 13.5)):
        finding = {"id": ids[0], "day": day, "state": state, "suggested": suggested}
        decided = "now()" if state == "repaired" else "null"
        db.session.execute(
            text(f"""
                insert into price_findings (instrument_id, date, kind, state, suggested, reason, confidence, decided_at)
                values (:id, :day, 'spike', :state, :suggested, 'for the test', 1, {decided})
                """),
            finding,
        )

    days, closes = valued_prices.closes(db.session, [ids[1], ids[0]], start=date(2024, 1, 2))

    assert days.tolist() == [date(2024, 1, day) for day in (3, 4, 5)]
    np.testing.assert_array_equal(closes, [[90.0, 12.0], [91.0, 13.5], [92.0, np.nan]])


def test_side_by_side_is_empty_where_nothing_has_a_price(ids: list[int]) -> None:
    days, closes = valued_prices.closes(db.session, ids)

    assert (len(days), closes.shape) == (0, (0, 2))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(allow_infinity=False), st.floats(allow_infinity=False)), min_size=1, max_size=20))
def test_a_block_holds_each_row_once_whatever_is_null(rows: list[tuple[float, float]]) -> None:
    one, other = (np.array(column) for column in zip(*rows, strict=True))

    block = copy_block(
        (
            int8_column(np.full(len(rows), 7)),
            float8_column(one, nan_is_null=True),
            float8_column(other),
            text_column("", len(rows)),
        )
    )

    nulls = int(np.isnan(one).sum())
    assert len(block) == len(rows) * (2 + 4 * 4 + 8 * 3) - 8 * nulls


def test_two_loads_of_the_same_instruments_in_opposite_order_both_end(app: Flask) -> None:
    with app.app_context():
        found = instruments.ensure(db.session, {"A": "USD", "B": "EUR"})
        db.session.commit()

    def load(keys: list[int], base: float) -> None:
        with app.app_context():
            for _ in range(5):
                prices.store_bars(db.session, {key: bars(30, base=base) for key in keys}, "test")
                db.session.commit()

    with ThreadPoolExecutor(2) as pool:
        both = [
            pool.submit(load, order, base)
            for order, base in ((list(found.values()), 10.0), ([*found.values()][::-1], 20.0))
        ]
        for each in both:
            each.result(timeout=30)

    with app.app_context():
        first, second = (stored(key) for key in found.values())
        assert same(first, second)
