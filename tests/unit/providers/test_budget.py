"""Budgets of requests, on a clock that the test moves."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.errors import RateLimited
from dashboard.providers.budget import Budget, Limit, LocalTokens


@dataclass
class Clock:
    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_a_token_comes_back_one_period_after_it_was_taken() -> None:
    clock = Clock()
    tokens = LocalTokens(clock)
    limits = [Limit(2, 60), Limit(3, 1000)]
    waits = []
    for moment in (0, 10, 20, 60, 70):
        clock.now = 1000.0 + moment
        waits.append(tokens.take("a", limits))
    assert waits == [0, 0, 40, 0, 930]
    assert tokens.take("b", limits) == 0


def test_what_is_held_back_is_left_for_others() -> None:
    tokens = LocalTokens(Clock())
    limits = [Limit(3, 60)]
    assert [tokens.take("a", limits, reserve=2) for _ in range(2)] == [0, 60]
    assert [tokens.take("a", limits) for _ in range(3)] == [0, 0, 60]
    assert tokens.take("small", limits, reserve=5) == 0


def test_who_has_time_waits_and_who_has_none_is_told_how_long() -> None:
    clock = Clock()
    budget = Budget("a", [Limit(1, 60)], LocalTokens(clock), patience_seconds=61, sleep=clock.sleep)
    budget.spend()
    budget.spend()
    assert clock.slept == [60]
    with pytest.raises(RateLimited) as caught:
        budget.spend(symbol="ABC", waits=False)
    assert (caught.value.retry_after_seconds, caught.value.symbol) == (60, "ABC")
    day = Budget("b", [Limit(1, 86_400)], LocalTokens(clock), sleep=clock.sleep)
    day.spend()
    with pytest.raises(RateLimited):
        day.spend()
    assert clock.slept == [60]


@given(st.lists(st.floats(0, 40), min_size=1, max_size=60))
def test_no_period_wherever_it_begins_holds_more_than_the_limit(pauses: list[float]) -> None:
    clock = Clock(0.0)
    tokens = LocalTokens(clock)
    taken = []
    for pause in pauses:
        clock.now += pause
        if tokens.take("a", [Limit(5, 60)]) == 0:
            taken.append(clock.now)
    assert all(sum(1 for other in taken if at <= other < at + 60) <= 5 for at in taken)
